// One I/O thread: an io_context that a single thread runs, its executor for coroutines and its coarse timer.
#pragma once

#include "holdfast/http/server.hpp"

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::http {

using Millis = std::uint64_t;  // CLOCK_MONOTONIC_COARSE; 0 stands for "never" where a deadline is meant

Millis coarse_now() noexcept;

// Resumes coroutines on the thread of one io_context. A burst of posts costs one wake-up.
class IoExecutor final : public Executor {
 public:
  explicit IoExecutor(boost::asio::io_context& context) : context_(context) {}
  void post(std::coroutine_handle<> work) noexcept override;

 private:
  void drain();

  boost::asio::io_context& context_;
  std::mutex mutex_;
  std::vector<std::coroutine_handle<>> queue_;  // under mutex_
  bool scheduled_ = false;                      // under mutex_
  std::vector<std::coroutine_handle<>> batch_;  // the thread's own
};

// Whoever wants to look at its deadlines now and then.
class Ticker {
 public:
  virtual ~Ticker() = default;
  virtual void tick(Millis now) = 0;
};

class IoThread {
 public:
  IoThread();

  boost::asio::io_context& context() noexcept { return context_; }
  IoExecutor& executor() noexcept { return executor_; }
  void run(unsigned index);

  // On this thread only. A ticker is called about every `interval` until it is removed.
  void add_ticker(Ticker& ticker, std::chrono::milliseconds interval);
  void remove_ticker(Ticker& ticker);
  // The Date header's value; rendered once a second. On this thread only.
  std::string_view http_date();

 private:
  void arm();

  boost::asio::io_context context_;
  IoExecutor executor_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_;
  std::vector<Ticker*> tickers_;
  std::chrono::milliseconds interval_{1000};
  bool armed_ = false;
  std::int64_t date_second_ = -1;
  std::string date_;
};

struct IoThreads::State {
  std::vector<std::unique_ptr<IoThread>> threads;
  std::vector<std::unique_ptr<boost::asio::signal_set>> signals;
  std::atomic<bool> running{false};

  // Runs `call` on that thread and waits for it; at once and here when no thread runs.
  void run_on(unsigned index, const std::function<void()>& call);
};

}  // namespace holdfast::http
