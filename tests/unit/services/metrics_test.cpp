#include "holdfast/services/metrics.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace holdfast::services {
namespace {

using namespace std::chrono_literals;

RequestSample sample(std::string_view operation, std::string_view bucket, int status, std::optional<ErrorCode> error = std::nullopt) {
  RequestSample made;
  made.operation = operation;
  made.bucket = bucket;
  made.status = status;
  made.error = error;
  return made;
}

constexpr std::array<std::string_view, 3> kOperations = {"GetObject", "PutObject", "DeleteObjects"};

class RequestMetricsTest : public ::testing::Test {
 protected:
  std::string totals() {
    PrometheusText text("host:9000");
    metrics.collect(text);
    return text.take();
  }
  std::string buckets() {
    PrometheusText text("host:9000");
    metrics.collect_buckets(text);
    return text.take();
  }
  static bool has(const std::string& text, std::string_view line) { return text.find(std::string(line) + "\n") != std::string::npos; }

  RequestMetrics metrics{kOperations, [](std::string_view bucket) { return bucket != "missing"; }};
};

TEST_F(RequestMetricsTest, CountsByOperation) {
  RequestSample slow = sample("GetObject", "", 200);
  slow.bytes_sent = 100;
  slow.to_first_byte = 60ms;
  slow.total = 2s;
  metrics.count(slow);
  metrics.count(sample("GetObject", "", 404, ErrorCode::NoSuchKey));
  RequestSample broken = sample("DeleteObjects", "", 500, ErrorCode::InternalError);
  broken.complete = false;
  broken.bytes_received = 7;
  metrics.count(broken);
  const std::string text = totals();
  EXPECT_TRUE(has(text, R"(minio_s3_requests_total{api="getobject",server="host:9000"} 2)"));
  EXPECT_TRUE(has(text, R"(minio_s3_requests_total{api="deletemultipleobjects",server="host:9000"} 1)"));
  EXPECT_TRUE(has(text, R"(minio_s3_requests_4xx_errors_total{api="getobject",server="host:9000"} 1)"));
  EXPECT_TRUE(has(text, R"(minio_s3_requests_5xx_errors_total{api="deletemultipleobjects",server="host:9000"} 1)"));
  EXPECT_TRUE(has(text, R"(minio_s3_requests_canceled_total{api="deletemultipleobjects",server="host:9000"} 1)"));
  EXPECT_TRUE(has(text, R"(minio_s3_requests_ttfb_seconds_distribution{api="getobject",le="0.05",server="host:9000"} 1)"));
  EXPECT_TRUE(has(text, R"(minio_s3_requests_ttfb_seconds_distribution{api="getobject",le="0.1",server="host:9000"} 2)"));
  EXPECT_TRUE(has(text, R"(holdfast_s3_request_seconds_bucket{api="getobject",le="+Inf",server="host:9000"} 2)"));
  EXPECT_TRUE(has(text, R"(holdfast_s3_request_seconds_sum{api="getobject",server="host:9000"} 2)"));
  EXPECT_TRUE(has(text, R"(holdfast_s3_errors_total{code="NoSuchKey",server="host:9000"} 1)"));
  EXPECT_TRUE(has(text, R"(minio_s3_traffic_received_bytes{server="host:9000"} 7)"));
  EXPECT_TRUE(has(text, R"(minio_s3_traffic_sent_bytes{server="host:9000"} 100)"));
  EXPECT_EQ(text.find("putobject"), std::string::npos);
}

TEST_F(RequestMetricsTest, CountsByBucketThatExists) {
  RequestSample stored = sample("PutObject", "a", 200);
  stored.bytes_received = 5;
  metrics.count(stored);
  metrics.count(sample("PutObject", "missing", 404));
  const std::string text = buckets();
  EXPECT_TRUE(has(text, R"(minio_bucket_requests_total{api="putobject",bucket="a",server="host:9000"} 1)"));
  EXPECT_TRUE(has(text, R"(minio_bucket_traffic_received_bytes{bucket="a",server="host:9000"} 5)"));
  EXPECT_EQ(text.find("missing"), std::string::npos);
}

TEST_F(RequestMetricsTest, LosesNothingBetweenThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      for (int n = 0; n < 10'000; ++n) {
        const std::string bucket = "b" + std::to_string(n % 50);
        metrics.count(sample("PutObject", bucket, 200));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(has(totals(), R"(minio_s3_requests_total{api="putobject",server="host:9000"} 40000)"));
  EXPECT_TRUE(has(buckets(), R"(minio_bucket_requests_total{api="putobject",bucket="b7",server="host:9000"} 800)"));
}

TEST_F(RequestMetricsTest, StopsAtSoManyBuckets) {
  for (std::size_t i = 0; i < RequestMetrics::kMeteredBuckets + 10; ++i) {
    const std::string bucket = "b" + std::to_string(i);
    metrics.count(sample("PutObject", bucket, 200));
  }
  EXPECT_EQ(buckets().find("\"b" + std::to_string(RequestMetrics::kMeteredBuckets) + "\""), std::string::npos);
  EXPECT_NE(buckets().find("\"b1\""), std::string::npos);
}

TEST(PrometheusTextTest, EscapesLabels) {
  PrometheusText text("s");
  text.gauge("x", "h", 0.25, {{"a", "q\"\\\n"}});
  EXPECT_EQ(text.take(), "# HELP x h\n# TYPE x gauge\nx{a=\"q\\\"\\\\\\n\",server=\"s\"} 0.25\n");
}

TEST(MetricsTest, ClusterHasTheNodesFiguresToo) {
  Metrics metrics("s");
  metrics.add(MetricsPage::node, [](PrometheusText& text) { text.gauge("of_node", "n", 1); });
  metrics.add(MetricsPage::bucket, [](PrometheusText& text) { text.gauge("of_bucket", "b", 1); });
  EXPECT_NE(metrics.render(MetricsPage::cluster).find("of_node"), std::string::npos);
  EXPECT_EQ(metrics.render(MetricsPage::cluster).find("of_bucket"), std::string::npos);
  EXPECT_NE(metrics.render_all().find("of_bucket"), std::string::npos);
}

TEST(ProcessMetricsTest, MeasuresThisProcess) {
  PrometheusText text("s");
  collect_process("1.2.3", text);
  collect_machine(text);
  const std::string all = text.take();
  EXPECT_NE(all.find(R"(minio_software_version_info{version="1.2.3",server="s"} 1)"), std::string::npos);
  EXPECT_EQ(all.find("minio_node_process_resident_memory_bytes{server=\"s\"} 0\n"), std::string::npos);
}

}  // namespace
}  // namespace holdfast::services
