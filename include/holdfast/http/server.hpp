// The listener: accepts connections, plain or TLS, and runs one coroutine for each on a fixed set of I/O threads.
#pragma once

#include "holdfast/base/executor.hpp"
#include "holdfast/http/message.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace holdfast::http {

// The threads that run connections. One io_context and one Executor each. Makes the process ignore SIGPIPE. Must
// outlive whatever posts to its executors.
class IoThreads {
 public:
  explicit IoThreads(unsigned count);
  ~IoThreads();
  IoThreads(const IoThreads&) = delete;
  IoThreads& operator=(const IoThreads&) = delete;
  unsigned count() const noexcept;
  Executor& executor(unsigned index) noexcept;
  // Calls `wake` on an I/O thread when one of the signals arrives (SIGTERM, SIGINT, SIGHUP...), each time.
  void on_signals(std::vector<int> signals, std::function<void(int)> wake);
  void run();  // the calling thread is one of them; returns after stop()
  void stop() noexcept;

  struct State;
  State& state() noexcept { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

struct TlsOptions {
  std::string certificate_file;  // PEM chain
  std::string private_key_file;
  std::string private_key_password;
};

struct ServerOptions {
  std::string host;        // empty: every address, IPv4 and IPv6
  std::uint16_t port = 0;  // 0: any free one
  std::unique_ptr<TlsOptions> tls;
  std::size_t max_connections;  // default: limits::kConnections
  std::chrono::milliseconds header_timeout;
  std::chrono::milliseconds body_timeout;
  std::chrono::milliseconds idle_timeout;
  ServerOptions();
};

struct ServerStats {
  std::uint64_t connections = 0;  // open now
  std::uint64_t requests_in_flight = 0;
  std::uint64_t requests_total = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
};

class Server {
 public:
  // Binds and listens; starts accepting at once. The error names the address.
  static Result<std::unique_ptr<Server>> listen(IoThreads& threads, ServerOptions options, Handler& handler);
  virtual ~Server() = default;  // drain(now): the I/O threads should still run
  virtual std::uint16_t port() const noexcept = 0;
  virtual ServerStats stats() const noexcept = 0;
  // Stops accepting, lets requests under way end until the deadline, closes idle connections at once, then the rest.
  // Blocks the calling thread (not an I/O thread).
  virtual void drain(std::chrono::steady_clock::time_point deadline) = 0;
  // New connections use this certificate; the old one stays when it can't be read. Any thread.
  virtual Result<> reload_tls(const TlsOptions& options) = 0;
};

}  // namespace holdfast::http
