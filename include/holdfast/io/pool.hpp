// A bounded pool of threads for calls that may block.
#pragma once

#include "holdfast/base/task.hpp"

#include <functional>
#include <memory>
#include <type_traits>

namespace holdfast::io {

class BlockingPool {
 public:
  explicit BlockingPool(unsigned max_threads);  // started as needed
  ~BlockingPool();                              // runs what is queued, then joins
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  // Runs `call` on a pool thread; the awaiting coroutine goes on at its own executor. `call` must not throw.
  template <class Call>
  Task<std::invoke_result_t<Call>> run(Call call) {
    Completion<std::invoke_result_t<Call>> done;
    submit([&] { done.set(call()); });
    co_return co_await done;
  }

  void submit(std::function<void()> work);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace holdfast::io
