#include "harness.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

// What a record said, kept beyond the call.
struct Seen {
  RequestRecord::Kind kind;
  std::string request_id;
  std::string operation;
  std::string bucket;
  std::string key;
  std::string version_id;
  std::string access_key;
  std::string agent;
  int status;
  std::optional<ErrorCode> error;
};

class Keeper final : public RequestObserver {
 public:
  void request_done(const RequestRecord& record) noexcept override {
    seen.push_back({record.kind, std::string(record.request_id), std::string(record.operation), std::string(record.bucket),
                    std::string(record.key), std::string(record.version_id), record.caller.access_key,
                    std::string(record.header("user-agent")), record.status, record.error});
  }
  std::vector<Seen> seen;
};

class ObserverTest : public ::testing::Test {
 protected:
  Seen observe(Call call) {
    if (call.anonymous) {
      call.headers.emplace_back("host", call.host);
    } else {
      sign(call, harness.clock.now());
    }
    http::Request request;
    request.method = call.method;
    request.path = call.path;
    request.query = call.query;
    for (const auto& [name, value] : call.headers) request.headers.emplace_back(name, value);
    request.peer_address = "127.0.0.1";
    WireBody body(call.body, 100, false);
    const http::Response response = sync_wait(service->handle(request, body));
    EXPECT_TRUE(response.watcher);
    response.watcher->sent(request, response, {});
    EXPECT_EQ(first.seen.size(), second.seen.size());
    return first.seen.back();
  }

  Harness harness;
  Keeper first;
  Keeper second;
  std::unique_ptr<http::Handler> service = make_service(*harness.engine, *harness.credentials, harness.clock, {}, {}, {&first, &second});
};

TEST_F(ObserverTest, SeesASuccess) {
  harness.make_bucket("bucket");
  const Seen seen = observe({.method = "PUT", .path = "/bucket/a%20b", .headers = {{"user-agent", "tester"}, {"content-length", "0"}}});
  EXPECT_EQ(seen.kind, RequestRecord::Kind::s3);
  EXPECT_EQ(seen.request_id.size(), 16U);
  EXPECT_EQ(seen.operation, "PutObject");
  EXPECT_EQ(seen.bucket, "bucket");
  EXPECT_EQ(seen.key, "a b");
  EXPECT_EQ(seen.access_key, kAccessKey);
  EXPECT_EQ(seen.agent, "tester");
  EXPECT_EQ(seen.status, 200);
  EXPECT_FALSE(seen.error);
}

TEST_F(ObserverTest, SeesAnError) {
  const Seen seen = observe({.method = "HEAD", .path = "/nowhere/key", .query = "versionId=null"});
  EXPECT_EQ(seen.operation, "HeadObject");
  EXPECT_EQ(seen.version_id, "null");
  EXPECT_EQ(seen.status, 404);
  EXPECT_EQ(seen.error, ErrorCode::NoSuchBucket);
}

TEST_F(ObserverTest, SeesAnAnonymousRequest) {
  const Seen seen = observe({.path = "/nowhere", .anonymous = true});
  EXPECT_EQ(seen.operation, "ListObjects");
  EXPECT_EQ(seen.access_key, "");
  EXPECT_GE(seen.status, 400);
}

TEST_F(ObserverTest, SeesWhatIsNoHttp) {
  const http::Response response = service->handle_error(ErrorCode::BadRequest);
  ASSERT_TRUE(response.watcher);
  response.watcher->sent({}, response, {});
  EXPECT_EQ(first.seen.back().kind, RequestRecord::Kind::refused);
  EXPECT_EQ(first.seen.back().error, ErrorCode::BadRequest);
}

TEST(ObserverlessTest, CostsNothing) {
  Harness harness;
  EXPECT_FALSE(harness.service->handle_error(ErrorCode::BadRequest).watcher);
}

}  // namespace
}  // namespace holdfast::s3::test
