#include "holdfast/io/pool.hpp"

#include "holdfast/base/result.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace holdfast::io {
namespace {

// Lets a number of calls meet.
class Gate {
 public:
  void arrive_and_wait() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void wait_for(unsigned count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= count; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  unsigned arrived() {
    const std::lock_guard lock(mutex_);
    return arrived_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned arrived_ = 0;
  bool open_ = false;
};

TEST(BlockingPool, RunsACallAndComesBackToTheCaller) {
  BlockingPool pool(2);
  const auto here = std::this_thread::get_id();
  auto on_pool = [](BlockingPool& target) -> Task<std::pair<std::thread::id, std::thread::id>> {
    auto ask = [] { return std::this_thread::get_id(); };
    const std::thread::id there = co_await target.run(ask);
    co_return std::pair(there, std::this_thread::get_id());
  };
  const auto [there, back] = sync_wait(on_pool(pool));
  EXPECT_NE(there, here);
  EXPECT_EQ(back, here);
}

TEST(BlockingPool, StartsThreadsAsNeededUpToItsBound) {
  Gate gate;
  BlockingPool pool(3);
  for (int i = 0; i < 5; ++i) pool.submit([&] { gate.arrive_and_wait(); });
  gate.wait_for(3);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(gate.arrived(), 3U);
  gate.open();
}

TEST(BlockingPool, IdleThreadsAreUsedAgain) {
  BlockingPool pool(8);
  std::set<std::thread::id> seen;
  auto once = [](BlockingPool& target) -> Task<std::thread::id> {
    auto ask = [] { return std::this_thread::get_id(); };
    co_return co_await target.run(ask);
  };
  for (int i = 0; i < 50; ++i) {
    seen.insert(sync_wait(once(pool)));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_LT(seen.size(), 8U);
}

TEST(BlockingPool, DestructionRunsWhatIsQueuedAndWhatThatSubmits) {
  std::atomic<int> done = 0;
  {
    BlockingPool pool(2);
    for (int i = 0; i < 100; ++i) {
      pool.submit([&] {
        std::this_thread::sleep_for(std::chrono::microseconds(50));
        pool.submit([&] { ++done; });
        ++done;
      });
    }
  }
  EXPECT_EQ(done, 200);
}

TEST(BlockingPool, ManySubmitters) {
  std::atomic<int> done = 0;
  {
    BlockingPool pool(4);
    std::vector<std::thread> submitters;
    for (int t = 0; t < 4; ++t) {
      submitters.emplace_back([&] {
        for (int i = 0; i < 5'000; ++i) pool.submit([&] { done.fetch_add(1, std::memory_order_relaxed); });
      });
    }
    for (std::thread& thread : submitters) thread.join();
  }
  EXPECT_EQ(done, 20'000);
}

}  // namespace
}  // namespace holdfast::io
