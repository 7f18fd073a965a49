#include "http/io_thread.hpp"

#include "holdfast/base/clock.hpp"
#include "holdfast/base/log.hpp"

#include <pthread.h>
#include <algorithm>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <csignal>
#include <ctime>
#include <thread>

namespace holdfast::http {

Millis coarse_now() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return static_cast<Millis>(now.tv_sec) * 1000 + static_cast<Millis>(now.tv_nsec) / 1'000'000 + 1;
}

void IoExecutor::post(std::coroutine_handle<> work) noexcept {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(work);
    if (scheduled_) return;
    scheduled_ = true;
  }
  boost::asio::post(context_, [this] { drain(); });
}

void IoExecutor::drain() {
  {
    const std::lock_guard lock(mutex_);
    batch_.swap(queue_);
    scheduled_ = false;
  }
  for (const std::coroutine_handle<> work : batch_) work.resume();
  batch_.clear();
}

IoThread::IoThread() : context_(1), executor_(context_), work_(context_.get_executor()), timer_(context_) {}

void IoThread::run(unsigned index) {
  ::pthread_setname_np(::pthread_self(), ("io-" + std::to_string(index)).c_str());
  const Executor::Scope scope(executor_);
  context_.run();
}

void IoThread::add_ticker(Ticker& ticker, std::chrono::milliseconds interval) {
  tickers_.push_back(&ticker);
  const bool sooner = interval < interval_;
  interval_ = std::min(interval_, interval);
  if (!armed_ || sooner) arm();
}

void IoThread::remove_ticker(Ticker& ticker) { std::erase(tickers_, &ticker); }

void IoThread::arm() {
  armed_ = true;
  timer_.expires_after(interval_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;  // armed again, or the end
    armed_ = false;
    const std::vector<Ticker*> due = tickers_;  // a ticker may remove itself
    for (Ticker* ticker : due) ticker->tick(coarse_now());
    if (!tickers_.empty() && !armed_) arm();
  });
}

std::string_view IoThread::http_date() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec != date_second_) {
    date_second_ = now.tv_sec;
    date_ = format_http_date(TimePoint(std::chrono::seconds(now.tv_sec)));
  }
  return date_;
}

void IoThreads::State::run_on(unsigned index, const std::function<void()>& call) {
  struct Rendezvous {
    std::mutex mutex;
    std::condition_variable condition;
    bool done = false;
  };
  if (!running) return call();
  const auto rendezvous = std::make_shared<Rendezvous>();
  boost::asio::post(threads[index]->context(), [call, rendezvous] {
    call();
    const std::lock_guard lock(rendezvous->mutex);
    rendezvous->done = true;
    rendezvous->condition.notify_all();
  });
  std::unique_lock lock(rendezvous->mutex);
  while (!rendezvous->done && running) rendezvous->condition.wait_for(lock, std::chrono::milliseconds(50));
}

IoThreads::IoThreads(unsigned count) : state_(std::make_unique<State>()) {
  // sendfile(2) and OpenSSL's sockets have no MSG_NOSIGNAL.
  std::signal(SIGPIPE, SIG_IGN);
  for (unsigned i = 0; i < std::max(count, 1U); ++i) state_->threads.push_back(std::make_unique<IoThread>());
}

IoThreads::~IoThreads() = default;

unsigned IoThreads::count() const noexcept { return static_cast<unsigned>(state_->threads.size()); }

Executor& IoThreads::executor(unsigned index) noexcept { return state_->threads[index]->executor(); }

namespace {

void wait_for_signal(boost::asio::signal_set& signals, std::function<void(int)> wake) {
  signals.async_wait([&signals, wake = std::move(wake)](const boost::system::error_code& error, int signal) {
    if (error) return;
    wake(signal);
    wait_for_signal(signals, wake);
  });
}

}  // namespace

void IoThreads::on_signals(std::vector<int> signals, std::function<void(int)> wake) {
  auto set = std::make_unique<boost::asio::signal_set>(state_->threads.front()->context());
  for (const int signal : signals) set->add(signal);
  wait_for_signal(*set, std::move(wake));
  state_->signals.push_back(std::move(set));
}

void IoThreads::run() {
  state_->running = true;
  std::vector<std::thread> others;
  for (unsigned i = 1; i < count(); ++i) others.emplace_back([this, i] { state_->threads[i]->run(i); });
  state_->threads.front()->run(0);
  for (std::thread& thread : others) thread.join();
  state_->running = false;
}

void IoThreads::stop() noexcept {
  for (const auto& thread : state_->threads) thread->context().stop();
}

}  // namespace holdfast::http
