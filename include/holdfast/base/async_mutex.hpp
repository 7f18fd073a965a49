// A mutex that suspends coroutines, never threads. First come, first served.
#pragma once

#include "holdfast/base/executor.hpp"

#include <coroutine>
#include <deque>
#include <mutex>
#include <utility>

namespace holdfast {

class AsyncMutex {
 public:
  // Holds the mutex until destroyed. The mutex outlives it.
  class [[nodiscard]] Guard {
   public:
    explicit Guard(AsyncMutex& mutex) noexcept : mutex_(&mutex) {}
    Guard(Guard&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
    Guard& operator=(Guard&&) = delete;
    ~Guard() {
      if (mutex_ != nullptr) mutex_->unlock();
    }

   private:
    AsyncMutex* mutex_;
  };

  // co_await lock() gives the Guard.
  auto lock() noexcept {
    struct Awaiter {
      AsyncMutex& mutex;
      bool await_ready() const noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> waiter) const { return mutex.enqueue(waiter); }
      Guard await_resume() const noexcept { return Guard(mutex); }
    };
    return Awaiter{*this};
  }

 private:
  struct Waiter {
    std::coroutine_handle<> handle;
    Executor* executor;
  };

  // False: the mutex was free and is the caller's now.
  bool enqueue(std::coroutine_handle<> handle) {
    const std::lock_guard lock(state_);
    if (!std::exchange(locked_, true)) return false;
    waiters_.push_back({handle, Executor::current()});
    return true;
  }

  void unlock() noexcept {
    Waiter next{};
    {
      const std::lock_guard lock(state_);
      if (waiters_.empty()) {
        locked_ = false;
        return;
      }
      next = waiters_.front();
      waiters_.pop_front();
    }
    next.executor->post(next.handle);
  }

  std::mutex state_;
  bool locked_ = false;
  std::deque<Waiter> waiters_;
};

}  // namespace holdfast
