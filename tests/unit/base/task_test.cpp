#include "holdfast/base/task.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace holdfast {
namespace {

Task<int> answer() { co_return 42; }
Task<int> sum(int depth) {
  if (depth == 0) co_return 0;
  const int below = co_await sum(depth - 1);
  co_return below + 1;
}
Task<> mark(bool& flag) {
  flag = true;
  co_return;
}
Task<int> fail() {
  throw std::runtime_error("bug");
  co_return 0;
}
Task<> fail_void() {
  throw std::runtime_error("bug");
  co_return;
}
Task<std::string> catch_inside() {
  try {
    co_await fail();
  } catch (const std::runtime_error& error) {
    co_return std::string("caught ") + error.what();
  }
  co_return "not thrown";
}
Task<std::unique_ptr<int>> move_only(std::unique_ptr<int> value) { co_return std::move(value); }

template <class T>
Task<T> wait_for(Completion<T>& completion) {
  co_return co_await completion;
}

TEST(Task, ReturnsItsValue) {
  EXPECT_EQ(sync_wait(answer()), 42);
  EXPECT_EQ(sync_wait(sum(1000)), 1000);
  EXPECT_EQ(*sync_wait(move_only(std::make_unique<int>(7))), 7);
}

TEST(Task, IsLazy) {
  bool ran = false;
  {
    const Task<> task = mark(ran);
    EXPECT_FALSE(ran);
  }
  EXPECT_FALSE(ran);
  sync_wait(mark(ran));
  EXPECT_TRUE(ran);
}

TEST(Task, ExceptionsLeaveThroughAwait) {
  EXPECT_THROW(sync_wait(fail()), std::runtime_error);
  EXPECT_THROW(sync_wait(fail_void()), std::runtime_error);
  EXPECT_EQ(sync_wait(catch_inside()), "caught bug");
}

Task<> set_at_end(std::shared_ptr<int> kept, Completion<int>& gate, bool& done) {
  *kept = co_await gate;
  done = true;
}

TEST(Task, SpawnRunsOnAndFreesItself) {
  LoopExecutor loop;
  Completion<int> gate;
  bool done = false;
  const auto kept = std::make_shared<int>(0);
  {
    const Executor::Scope scope(loop);
    spawn(set_at_end(kept, gate, done));
  }
  EXPECT_EQ(kept.use_count(), 2);
  gate.set(5);
  EXPECT_FALSE(done) << "post never runs inline";
  loop.run_until([&] { return done; });
  EXPECT_EQ(*kept, 5);
  EXPECT_EQ(kept.use_count(), 1) << "the frame is gone";
}

Task<> spawn_failure() {
  throw std::runtime_error("bug");
  co_return;
}

TEST(TaskDeathTest, SpawnedExceptionEndsTheProcess) { EXPECT_DEATH(spawn(spawn_failure()), ""); }

TEST(Completion, SetBeforeAwaited) {
  Completion<std::string> completion;
  completion.set("early");
  EXPECT_EQ(sync_wait(wait_for(completion)), "early");
}

TEST(Completion, SetByAnotherThread) {
  Completion<int> completion;
  std::thread setter([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    completion.set(9);
  });
  EXPECT_EQ(sync_wait(wait_for(completion)), 9);
  setter.join();
}

Task<bool> resumes_here(Completion<int>& completion) {
  const auto thread = std::this_thread::get_id();
  Executor* const executor = Executor::current();
  co_await completion;
  co_return std::this_thread::get_id() == thread&& Executor::current() == executor;
}

TEST(Completion, GoesOnAtTheExecutorThatSuspended) {
  Completion<int> completion;
  std::thread setter([&] { completion.set(1); });
  EXPECT_TRUE(sync_wait(resumes_here(completion)));
  setter.join();
}

Task<int> sum_of(std::vector<std::unique_ptr<Completion<int>>>& parts) {
  int total = 0;
  for (auto& part : parts) total += co_await *part;
  co_return total;
}

TEST(Completion, RacesOfManyThreadsLoseNothing) {
  for (int round = 0; round < 50; ++round) {
    std::vector<std::unique_ptr<Completion<int>>> parts;
    for (int i = 0; i < 64; ++i) parts.push_back(std::make_unique<Completion<int>>());
    std::vector<std::thread> threads;
    for (int worker = 0; worker < 4; ++worker) {
      threads.emplace_back([&parts, worker] {
        for (std::size_t i = static_cast<std::size_t>(worker); i < parts.size(); i += 4) parts[i]->set(static_cast<int>(i));
      });
    }
    EXPECT_EQ(sync_wait(sum_of(parts)), 64 * 63 / 2);
    for (auto& thread : threads) thread.join();
  }
}

// The Completion and the loop die right after the resume, while the setter may still be returning.
TEST(Completion, MayDieAsSoonAsItsAwaiterResumed) {
  for (int round = 0; round < 500; ++round) {
    std::thread setter;
    {
      Completion<int> completion;
      setter = std::thread([&completion] { completion.set(3); });
      EXPECT_EQ(sync_wait(wait_for(completion)), 3);
    }
    setter.join();
  }
}

TEST(Executor, ScopesNest) {
  LoopExecutor outer;
  LoopExecutor inner;
  EXPECT_EQ(Executor::current(), nullptr);
  {
    const Executor::Scope first(outer);
    EXPECT_EQ(Executor::current(), &outer);
    {
      const Executor::Scope second(inner);
      EXPECT_EQ(Executor::current(), &inner);
    }
    EXPECT_EQ(Executor::current(), &outer);
  }
  EXPECT_EQ(Executor::current(), nullptr);
}

TEST(Executor, CurrentIsPerThread) {
  LoopExecutor loop;
  const Executor::Scope scope(loop);
  Executor* seen = &loop;
  std::thread([&] { seen = Executor::current(); }).join();
  EXPECT_EQ(seen, nullptr);
}

Task<int> one() { co_return 1; }
Task<int> many_ready_awaits(int count) {
  int total = 0;
  for (int i = 0; i < count; ++i) total += co_await one();
  co_return total;
}

// Sanitizers turn tail calls off, so there the stack does grow.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kReadyAwaits = 2'000;
#else
constexpr int kReadyAwaits = 500'000;
#endif

TEST(Task, ReadyAwaitsInALoopNeedNoStack) { EXPECT_EQ(sync_wait(many_ready_awaits(kReadyAwaits)), kReadyAwaits); }

}  // namespace
}  // namespace holdfast
