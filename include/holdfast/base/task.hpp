// Task<T>: a lazy coroutine that one other coroutine awaits. Starts when awaited, resumes its awaiter by symmetric
// transfer. Cheap to compile (no asio), so that every layer can use it; http bridges asio's operations to it.
//
// Rules: take parameters by value unless the caller is a coroutine that outlives the call; never capture in a lambda
// that is itself a coroutine. An exception leaves through co_await (bugs only; failures are Result<T>).
#pragma once

#include "holdfast/base/executor.hpp"

#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace holdfast {

template <class T>
class Task;

namespace detail {

struct FinalAwaiter {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
    return self.promise().continuation ? self.promise().continuation : std::noop_coroutine();
  }
  void await_resume() const noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> continuation;
  std::exception_ptr exception;

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;

  Task<T> get_return_object() noexcept;
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() {
    if (exception) std::rethrow_exception(exception);
    return std::move(*value);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() const {
    if (exception) std::rethrow_exception(exception);
  }
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;

  explicit Task(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
    handle_.promise().continuation = awaiter;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  std::coroutine_handle<promise_type> handle_;
};

template <class T>
Task<T> detail::Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> detail::Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

// Starts `task` on this thread now and lets it run on by itself; an exception that leaves it ends the process.
void spawn(Task<void> task);

// A one-shot value that one coroutine awaits and any thread sets. Set before awaited is fine. The awaiter goes on at
// the executor that was current when it suspended. The Completion must outlive both sides.
template <class T>
class Completion {
 public:
  void set(T value) noexcept {
    std::coroutine_handle<> waiter;
    Executor* executor = nullptr;
    {
      const std::lock_guard lock(mutex_);
      value_.emplace(std::move(value));
      waiter = std::exchange(waiter_, nullptr);
      executor = executor_;
    }  // the awaiter may destroy *this as soon as it is resumed: nothing of it is touched from here on
    if (waiter) executor->post(waiter);
  }

  auto operator co_await() noexcept {
    struct Awaiter {
      Completion& self;
      bool await_ready() const noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> waiter) const noexcept {
        const std::lock_guard lock(self.mutex_);
        if (self.value_) return false;
        self.executor_ = Executor::current();
        self.waiter_ = waiter;
        return true;
      }
      T await_resume() const { return std::move(*self.value_); }
    };
    return Awaiter{*this};
  }

 private:
  std::mutex mutex_;
  std::optional<T> value_;
  std::coroutine_handle<> waiter_;
  Executor* executor_ = nullptr;
};

// An executor that a thread drains by hand: tests, command-line tools, start-up.
class LoopExecutor final : public Executor {
 public:
  void post(std::coroutine_handle<> work) noexcept override;
  // Runs what is posted until `done` says so (asked after each step, under no lock).
  template <class Done>
  void run_until(Done done) {
    const Scope scope(*this);
    while (!done()) next().resume();
  }

 private:
  std::coroutine_handle<> next();

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::coroutine_handle<>> queue_;
};

// Runs `task` to its end on the calling thread and returns what it returned.
template <class T>
T sync_wait(Task<T> task) {
  LoopExecutor loop;
  std::optional<T> value;
  std::exception_ptr exception;
  bool done = false;
  auto runner = [](Task<T> inner, std::optional<T>& result, std::exception_ptr& error, bool& finished) -> Task<void> {
    try {
      result.emplace(co_await std::move(inner));
    } catch (...) {
      error = std::current_exception();
    }
    finished = true;
  };
  const Executor::Scope scope(loop);
  spawn(runner(std::move(task), value, exception, done));
  loop.run_until([&] { return done; });
  if (exception) std::rethrow_exception(exception);
  return std::move(*value);
}
void sync_wait(Task<void> task);

}  // namespace holdfast
