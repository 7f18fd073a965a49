#include "holdfast/base/task.hpp"

namespace holdfast {

namespace {

// Runs at once and frees its own frame at the end: nobody holds it.
struct Detached {
  struct promise_type {  // NOLINT(readability-identifier-naming): the language's name
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

Detached run_detached(Task<void> task) { co_await std::move(task); }

struct Nothing {};

Task<Nothing> with_value(Task<void> task) {
  co_await std::move(task);
  co_return Nothing{};
}

}  // namespace

void spawn(Task<void> task) { run_detached(std::move(task)); }

void LoopExecutor::post(std::coroutine_handle<> work) noexcept {
  const std::lock_guard lock(mutex_);
  queue_.push_back(work);
  // Under the lock: `work` may end the loop, whose owner then destroys *this.
  ready_.notify_one();
}

std::coroutine_handle<> LoopExecutor::next() {
  std::unique_lock lock(mutex_);
  ready_.wait(lock, [this] { return !queue_.empty(); });
  const auto work = queue_.front();
  queue_.pop_front();
  return work;
}

void sync_wait(Task<void> task) { sync_wait(with_value(std::move(task))); }

}  // namespace holdfast
