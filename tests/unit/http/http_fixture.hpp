// A running server and a raw client, for tests that look at every byte on the wire.
#pragma once

#include "holdfast/base/log.hpp"
#include "holdfast/http/client.hpp"
#include "holdfast/http/server.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace holdfast::http::testing {

using namespace std::chrono_literals;

// Answers by path. Every path is an operation of its own on what the wire can carry.
class TestHandler final : public Handler {
 public:
  Task<Response> handle(const Request& request, BodyStream& body) override;
  Response handle_error(const Error& error) override {
    Response response;
    response.status = error.http_status();
    response.body = std::string(error.name());
    return response;
  }

  std::atomic<int> started{0};
  std::atomic<int> finished{0};
  std::mutex mutex;
  std::string last_body_error;      // under mutex
  Completion<int>* hold = nullptr;  // /hold waits for it
};

class Client {
 public:
  explicit Client(std::uint16_t port, bool ipv6 = false);
  ~Client() { close(); }
  Client(Client&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  Client& operator=(Client&&) = delete;

  int descriptor() const { return descriptor_; }
  void send(std::string_view bytes) const;
  bool try_send(std::string_view bytes) const;
  void finish_sending() const { ::shutdown(descriptor_, SHUT_WR); }
  void close();
  // What arrives until the peer closes or `timeout` passes without a byte.
  std::string receive_all(std::chrono::milliseconds timeout = 5s);
  // At least one byte, or empty at the end, at a reset or after `timeout`.
  std::string receive_some(std::chrono::milliseconds timeout = 5s);
  // One response: header and as much of a body as Content-Length says.
  std::string receive_response(bool head = false);
  bool closed_within(std::chrono::milliseconds timeout);
  bool was_reset() const { return reset_; }

 private:
  int descriptor_ = -1;
  std::string pending_;
  bool reset_ = false;
};

class ServerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { log::configure(log::Level::off, log::Format::text); }
  void start(ServerOptions options, unsigned thread_count = 1) {
    threads = std::make_unique<IoThreads>(thread_count);
    if (options.host.empty()) options.host = "127.0.0.1";
    auto listening = Server::listen(*threads, std::move(options), handler);
    ASSERT_TRUE(listening) << listening.error().text();
    server = std::move(*listening);
    runner = std::thread([this] { threads->run(); });
  }
  void start() { start(ServerOptions()); }
  void TearDown() override {
    if (server) server->drain(std::chrono::steady_clock::now() + 2s);
    server.reset();
    if (threads) threads->stop();
    if (runner.joinable()) runner.join();
  }
  Client connect() { return Client(server->port()); }
  std::string exchange(std::string_view request) {
    Client client = connect();
    client.send(request);
    client.finish_sending();
    return client.receive_all();
  }

  TestHandler handler;
  std::unique_ptr<IoThreads> threads;
  std::unique_ptr<Server> server;
  std::thread runner;
};

inline bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds within = 5s) {
  const auto end = std::chrono::steady_clock::now() + within;
  while (std::chrono::steady_clock::now() < end) {
    if (holds()) return true;
    std::this_thread::sleep_for(2ms);
  }
  return holds();
}

inline std::string body_of(const std::string& response) {
  const std::size_t end = response.find("\r\n\r\n");
  return end == std::string::npos ? std::string() : response.substr(end + 4);
}

inline int status_of(const std::string& response) { return response.size() < 12 ? 0 : std::atoi(response.c_str() + 9); }

// The content of /bytes/N and /file/N.
std::string pattern(std::size_t size, std::size_t from = 0);

}  // namespace holdfast::http::testing
