// What the connections of one listener share.
#pragma once

#include "holdfast/http/server.hpp"
#include "http/io_thread.hpp"
#include "http/tls.hpp"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace holdfast::http {

class Connection;

// Written by one thread, read by any.
class Counter {
 public:
  void add(std::uint64_t amount) noexcept { value_.store(get() + amount, std::memory_order_relaxed); }
  void subtract(std::uint64_t amount) noexcept { value_.store(get() - amount, std::memory_order_relaxed); }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// One listener's share of one I/O thread. Only the counters are for other threads.
class Lane final : public Ticker {
 public:
  Lane(IoThread& thread, std::chrono::milliseconds tick) : thread_(thread), tick_(tick) {}

  IoThread& thread() noexcept { return thread_; }
  void add(Connection& connection);
  void remove(Connection& connection);
  void close_idle();
  void cut_all();
  void tick(Millis now) override;

  Counter requests_in_flight;
  Counter requests_total;
  Counter bytes_received;
  Counter bytes_sent;

 private:
  IoThread& thread_;
  std::chrono::milliseconds tick_;
  std::vector<Connection*> connections_;
};

struct ServerCore {
  ServerCore(ServerOptions given, Handler& answers, IoThreads::State& io);

  std::shared_ptr<TlsContext> tls() const;
  void set_tls(std::shared_ptr<TlsContext> context);
  void connection_started();
  void connection_ended();
  // False when connections are left at the deadline.
  bool wait_for_no_connections(std::chrono::steady_clock::time_point deadline);

  const ServerOptions options;
  Handler& handler;
  IoThreads::State& threads;
  std::vector<std::unique_ptr<Lane>> lanes;
  std::uint16_t port = 0;
  std::atomic<bool> draining{false};
  std::atomic<std::size_t> connections{0};
  std::function<void()> on_room;  // called on any thread when a connection ends while accepting is paused
  std::atomic<bool> accept_paused{false};

 private:
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::shared_ptr<TlsContext> tls_;
};

}  // namespace holdfast::http
