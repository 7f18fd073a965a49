// Where a suspended coroutine goes on. Each thread that runs coroutines has one current executor; whatever suspends
// (a lock, the pool, a commit) remembers Executor::current() and posts the coroutine back to it.
#pragma once

#include <coroutine>

namespace holdfast {

class Executor {
 public:
  virtual ~Executor() = default;
  // Resumes `work` later on a thread of this executor. Any thread may call it. Never throws, never runs inline.
  virtual void post(std::coroutine_handle<> work) noexcept = 0;

  // The executor whose thread this is; nullptr elsewhere.
  static Executor* current() noexcept;

  // Makes `executor` the current one of this thread for the scope's life.
  class Scope {
   public:
    explicit Scope(Executor& executor) noexcept;
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Executor* previous_;
  };
};

}  // namespace holdfast
