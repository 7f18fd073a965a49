// What is measured, as Prometheus text. Whoever has figures adds a collector; names are MinIO's where its dashboards use
// them, else they begin with holdfast_.
#pragma once

#include "holdfast/base/error.hpp"
#include "holdfast/storage/engine.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace holdfast::services {

// Text in Prometheus' exposition format. A family first, then its samples.
class PrometheusText {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  explicit PrometheusText(std::string server) : server_(std::move(server)) {}  // the label every sample gets

  void family(std::string_view name, std::string_view type, std::string_view help);  // type: counter, gauge, histogram
  void sample(double value, Labels labels = {}) { line("", value, labels); }
  // A family with one sample.
  void gauge(std::string_view name, std::string_view help, double value, Labels labels = {});
  void counter(std::string_view name, std::string_view help, double value, Labels labels = {});
  // _bucket, _sum and _count of the family: counts[i] lie at or below bounds[i], the last ones above all.
  void histogram(std::span<const double> bounds, std::span<const std::uint64_t> counts, double sum, Labels labels = {});
  // As MinIO has its distributions: one cumulative sample a bound, with the label le.
  void distribution(std::span<const double> bounds, std::span<const std::uint64_t> counts, Labels labels = {});

  std::string take() { return std::move(text_); }

 private:
  void line(std::string_view suffix, double value, Labels labels, std::string_view extra_name = {}, std::string_view extra = {});

  std::string server_;
  std::string name_;
  std::string text_;
};

// The cluster's page has the node's figures too: one server is all of the cluster.
enum class MetricsPage : std::uint8_t { cluster, node, bucket, resource };

// The pages and their collectors. All collectors are added before the first page is asked for; any thread asks.
class Metrics {
 public:
  using Collector = std::function<void(PrometheusText&)>;

  explicit Metrics(std::string server) : server_(std::move(server)) {}
  void add(MetricsPage page, Collector collector) { collectors_.emplace_back(page, std::move(collector)); }
  std::string render(MetricsPage page) const;
  std::string render_all() const;

 private:
  std::string server_;
  std::vector<std::pair<MetricsPage, Collector>> collectors_;
};

// One S3 request that has been answered.
struct RequestSample {
  std::string_view operation;  // AWS's name; empty: none was found
  std::string_view bucket;
  int status = 0;
  std::optional<ErrorCode> error;
  bool complete = true;  // the client took the whole answer
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  std::chrono::nanoseconds to_first_byte{};
  std::chrono::nanoseconds total{};
};

// Counters of S3 requests, by operation and by bucket. Counting takes no lock and allocates nothing, but for the first
// request of a bucket; buckets beyond the first kMeteredBuckets are counted in the totals alone.
class RequestMetrics {
 public:
  using BucketExists = std::function<bool(std::string_view)>;
  static constexpr std::size_t kMeteredBuckets = 1024;

  // `operations`: AWS's names, which must outlive this. Requests for buckets that don't exist make no entry.
  RequestMetrics(std::span<const std::string_view> operations, BucketExists exists);
  ~RequestMetrics();
  RequestMetrics(const RequestMetrics&) = delete;
  RequestMetrics& operator=(const RequestMetrics&) = delete;

  void count(const RequestSample& sample) noexcept;
  void collect(PrometheusText& text) const;          // totals
  void collect_buckets(PrometheusText& text) const;  // by bucket

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Engine: buckets, usage, quotas, journal, settling, index, disk. Process: memory, CPU, descriptors.
void collect_cluster(const storage::Engine& engine, PrometheusText& text);
void collect_engine(const storage::Engine& engine, PrometheusText& text);
void collect_bucket_usage(const storage::Engine& engine, PrometheusText& text);
void collect_process(std::string_view version, PrometheusText& text);
void collect_machine(PrometheusText& text);

}  // namespace holdfast::services
