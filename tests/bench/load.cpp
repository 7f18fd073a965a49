// A small load generator: sends prepared requests over keep-alive connections from one thread and prints what it saw as
// JSON. scripts/bench drives it; unlike wrk it knows HEAD, can stop after a count, and never sends a request twice unless told.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;
using Clock = std::chrono::steady_clock;

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  unsigned connections = 32;
  double seconds = 0;        // 0: until every request was sent once
  std::string request_file;  // a request a line: method, target, then headers as "Name: value", separated by tabs
  std::string body_file;
};

struct Request {
  std::string head;
  bool wants_no_body = false;  // HEAD
};

std::vector<Request> read_requests(const Options& options, std::size_t body_bytes) {
  std::ifstream file(options.request_file);
  std::vector<Request> requests;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> fields;
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t tab = std::min(line.find('\t', at), line.size());
      fields.push_back(line.substr(at, tab - at));
      at = tab + 1;
    }
    if (fields.size() < 2) throw std::runtime_error("not a request: " + line);
    Request request;
    request.wants_no_body = fields[0] == "HEAD";
    request.head = fields[0] + " " + fields[1] + " HTTP/1.1\r\nHost: " + options.host + ":" + std::to_string(options.port) + "\r\n";
    for (std::size_t i = 2; i < fields.size(); ++i) request.head += fields[i] + "\r\n";
    if (body_bytes > 0 || fields[0] == "PUT") request.head += "Content-Length: " + std::to_string(body_bytes) + "\r\n";
    request.head += "\r\n";
    requests.push_back(std::move(request));
  }
  if (requests.empty()) throw std::runtime_error("no requests in " + options.request_file);
  return requests;
}

std::string read_file(const std::string& path) {
  if (path.empty()) return {};
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("can't read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Load {
 public:
  explicit Load(const Options& options)
      : options_(options), body_(read_file(options.body_file)), requests_(read_requests(options, body_.size())) {}

  void run() {
    net::io_context context(1);
    started_ = Clock::now();
    for (unsigned i = 0; i < options_.connections; ++i) net::co_spawn(context, connection(), rethrow);
    context.run();
    seconds_ = std::chrono::duration<double>(Clock::now() - started_).count();
  }

  void print() {
    std::ranges::sort(microseconds_);
    std::cout << "{\"requests\": " << microseconds_.size() << ", \"failed\": " << failed_ << ", \"seconds\": " << seconds_
              << ", \"bytes\": " << bytes_ << ", \"p50_us\": " << percentile(50) << ", \"p99_us\": " << percentile(99) << "}\n";
  }

 private:
  static void rethrow(const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
  }

  // nullptr when there is nothing left to do. With a time limit the order is random, else each is sent once.
  const Request* next() {
    if (options_.seconds == 0) return sent_ < requests_.size() ? &requests_[sent_++] : nullptr;
    if (std::chrono::duration<double>(Clock::now() - started_).count() > options_.seconds) return nullptr;
    return &requests_[std::uniform_int_distribution<std::size_t>(0, requests_.size() - 1)(random_)];
  }

  net::awaitable<void> connection() {
    const tcp::endpoint server(net::ip::make_address(options_.host), options_.port);
    tcp::socket socket(co_await net::this_coro::executor);
    boost::beast::flat_buffer buffer;
    while (const Request* request = next()) {
      if (!socket.is_open()) {
        co_await socket.async_connect(server, net::use_awaitable);
        socket.set_option(tcp::no_delay(true));
      }
      const auto begun = Clock::now();
      const std::array<net::const_buffer, 2> parts{net::buffer(request->head), net::buffer(body_)};
      co_await net::async_write(socket, parts, net::use_awaitable);
      http::response_parser<http::string_body> response;
      response.body_limit(boost::none);
      response.skip(request->wants_no_body);
      co_await http::async_read(socket, buffer, response, net::use_awaitable);
      note(begun, response.get());
      if (!response.keep_alive()) socket.close();
    }
  }

  void note(Clock::time_point begun, const http::response<http::string_body>& response) {
    microseconds_.push_back(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun).count());
    bytes_ += response.body().size();
    if (response.result_int() / 100 == 2) return;
    if (failed_++ == 0) std::cerr << "the first failure: " << response << "\n";
  }

  std::int64_t percentile(std::size_t percent) const {
    return microseconds_.empty() ? 0 : microseconds_[(microseconds_.size() - 1) * percent / 100];
  }

  const Options options_;
  const std::string body_;
  const std::vector<Request> requests_;
  std::mt19937 random_{1};
  std::size_t sent_ = 0;
  Clock::time_point started_;
  double seconds_ = 0;
  std::vector<std::int64_t> microseconds_;
  std::uint64_t bytes_ = 0;
  std::uint64_t failed_ = 0;
};

int run(int argc, char** argv) {
  Options options;
  CLI::App app("Sends prepared HTTP requests and prints how long the answers took.");
  app.add_option("--host", options.host);
  app.add_option("--port", options.port)->required();
  app.add_option("--connections", options.connections);
  app.add_option("--seconds", options.seconds, "Send in random order for so long; without it, send each request once");
  app.add_option("--requests", options.request_file, "A request a line: method, target, headers, separated by tabs")->required();
  app.add_option("--body", options.body_file, "A file that each request carries");
  CLI11_PARSE(app, argc, argv);
  Load load(options);
  load.run();
  load.print();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& failure) {
    std::cerr << "load: " << failure.what() << "\n";
    return 1;
  }
}
