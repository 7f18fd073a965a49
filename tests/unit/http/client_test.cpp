#include "holdfast/http/client.hpp"

#include "http_fixture.hpp"

#include <array>
#include <optional>

namespace holdfast::http::testing {
namespace {

class ClientTest : public ServerTest {
 protected:
  std::string url(const std::string& path) { return "http://127.0.0.1:" + std::to_string(server->port()) + path; }
  Result<ClientResponse> send(http::Client& client, ClientRequest request) { return sync_wait(client.send(std::move(request))); }
};

TEST_F(ClientTest, GetsAnswersAndKeepsTheConnection) {
  start();
  auto client = make_client(*threads, {});
  ASSERT_TRUE(client);
  for (int i = 0; i < 3; ++i) {
    const auto got = send(**client, {.url = url("/bytes/1000")});
    ASSERT_TRUE(got) << got.error().text();
    EXPECT_EQ(got->status, 200);
    EXPECT_EQ(got->body, pattern(1000));
  }
  const auto sent = send(**client, {.method = "PUT", .url = url("/echo"), .headers = {{"X-Any", "1"}}, .body = "hello"});
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->body, "5:hello");
  EXPECT_EQ(server->stats().connections, 1U);
}

TEST_F(ClientTest, AConnectionTheServerClosedIsReplaced) {
  ServerOptions options;
  options.idle_timeout = 20ms;
  start(std::move(options));
  auto client = make_client(*threads, {});
  ASSERT_TRUE(client);
  ASSERT_TRUE(send(**client, {.url = url("/bytes/10")}));
  ASSERT_TRUE(eventually([&] { return server->stats().connections == 0; }));
  const auto again = send(**client, {.url = url("/bytes/10")});
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->body, pattern(10));
}

TEST_F(ClientTest, FailsClearly) {
  Completion<int> release;
  handler.hold = &release;
  start();
  auto client = make_client(*threads, {});
  ASSERT_TRUE(client);
  const auto late = send(**client, {.url = url("/hold"), .timeout = 100ms});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::ServiceUnavailable);
  release.set(1);
  EXPECT_FALSE(send(**client, {.url = url("/bytes/1000"), .max_response_bytes = 999}));
  EXPECT_FALSE(send(**client, {.url = "http://127.0.0.1:1/"}));
  const auto no_url = send(**client, {.url = "ftp://127.0.0.1/"});
  ASSERT_FALSE(no_url);
  EXPECT_EQ(no_url.error().code, ErrorCode::InvalidURI);
  EXPECT_TRUE(send(**client, {.url = url("/bytes/1")}));
}

TEST_F(ClientTest, BadTlsFilesAreRefused) {
  start();
  EXPECT_FALSE(make_client(*threads, {.ca_file = "/nowhere/ca.pem"}));
  EXPECT_FALSE(make_client(*threads, {.certificate_file = "/nowhere/client.pem"}));
}

class Recorder final : public Handler {
 public:
  struct Watcher final : ResponseWatcher {
    explicit Watcher(Recorder& to) : recorder(to) {}
    void sent(const Request& request, const Response& response, const Transfer& transfer) noexcept override {
      const std::lock_guard lock(recorder.mutex);
      recorder.path = request.path;
      recorder.status = response.status;
      recorder.transfer = transfer;
    }
    Recorder& recorder;
  };
  Task<Response> handle(const Request&, BodyStream& body) override {
    std::array<std::byte, 100> block;
    while (true) {
      const auto got = co_await body.read(block);
      if (!got || *got == 0) break;
    }
    Response response;
    response.body = "12345";
    response.watcher = std::make_unique<Watcher>(*this);
    co_return response;
  }
  Response handle_error(const Error&) override { return {}; }

  std::mutex mutex;
  std::string path;
  int status = 0;
  std::optional<Transfer> transfer;
};

TEST(WatcherTest, LearnsWhatWentOverTheWire) {
  Recorder recorder;
  IoThreads threads(1);
  ServerOptions options;
  options.host = "127.0.0.1";
  auto server = Server::listen(threads, std::move(options), recorder);
  ASSERT_TRUE(server);
  std::thread runner([&] { threads.run(); });
  const std::string base = "http://127.0.0.1:" + std::to_string((*server)->port());
  EXPECT_TRUE(fetch("PUT", base + "/a", {}, std::string(1234, 'x'), 5s, true));
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock(recorder.mutex);
    return recorder.transfer.has_value();
  }));
  (*server)->drain(std::chrono::steady_clock::now() + 1s);
  threads.stop();
  runner.join();
  EXPECT_EQ(recorder.path, "/a");
  EXPECT_EQ(recorder.status, 200);
  EXPECT_EQ(recorder.transfer->body_received, 1234U);
  EXPECT_EQ(recorder.transfer->body_sent, 5U);
  EXPECT_GT(recorder.transfer->head_sent, 40U);
  EXPECT_TRUE(recorder.transfer->complete);
  EXPECT_LE(recorder.transfer->first_byte, recorder.transfer->end);
}

}  // namespace
}  // namespace holdfast::http::testing
