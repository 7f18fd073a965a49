#include "storage/local/locks.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace holdfast::storage::local {
namespace {

// Runs coroutines that take locks and write down what they got, on one thread.
class Locks : public ::testing::Test {
 protected:
  using Guard = LockTable::Guard;

  static Task<void> take(Locks& test, std::string name, std::uint64_t id, LockMode mode) {
    Guard guard = co_await test.table_.acquire(id, mode);
    test.log_ += name + " ";
    test.held_.emplace(name, std::move(guard));
  }
  static Task<void> take_all(Locks& test, std::string name, std::vector<std::uint64_t> ids) {
    auto guards = co_await test.table_.acquire_all(std::move(ids));
    test.log_ += name + " ";
    test.groups_.emplace(name, std::move(guards));
  }

  void take(const std::string& name, std::uint64_t id, LockMode mode) { spawn(take(*this, name, id, mode)); }
  void take_all(const std::string& name, std::vector<std::uint64_t> ids) { spawn(take_all(*this, name, std::move(ids))); }
  void release(const std::string& name) {
    held_.erase(name);
    groups_.erase(name);
    settle();
  }
  void settle() {
    // Whatever a release has posted runs before this step does.
    bool reached = false;
    spawn(mark(loop_, reached));
    loop_.run_until([&] { return reached; });
  }
  static Task<void> mark(Executor& executor, bool& reached) {
    struct Post {
      Executor& executor;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> self) const noexcept { executor.post(self); }
      void await_resume() const noexcept {}
    };
    co_await Post{executor};
    reached = true;
  }

  LoopExecutor loop_;
  Executor::Scope scope_{loop_};
  LockTable table_;
  std::map<std::string, Guard> held_;
  std::map<std::string, std::vector<Guard>> groups_;
  std::string log_;
};

TEST_F(Locks, Exclusive_secondWaitsForTheFirst) {
  take("a", 1, LockMode::exclusive);
  take("b", 1, LockMode::exclusive);
  take("other", 2, LockMode::exclusive);
  EXPECT_EQ(log_, "a other ");
  release("a");
  EXPECT_EQ(log_, "a other b ");
}

TEST_F(Locks, Shared_manyTogetherAndNoneBesideExclusive) {
  take("r1", 1, LockMode::shared);
  take("r2", 1, LockMode::shared);
  take("w", 1, LockMode::exclusive);
  EXPECT_EQ(log_, "r1 r2 ");
  release("r1");
  EXPECT_EQ(log_, "r1 r2 ");
  release("r2");
  EXPECT_EQ(log_, "r1 r2 w ");
}

TEST_F(Locks, FirstComeFirstServed_aReaderDoesNotOvertakeAWriter) {
  take("r1", 1, LockMode::shared);
  take("w", 1, LockMode::exclusive);
  take("r2", 1, LockMode::shared);
  take("r3", 1, LockMode::shared);
  EXPECT_EQ(log_, "r1 ");
  release("r1");
  EXPECT_EQ(log_, "r1 w ");
  release("w");
  EXPECT_EQ(log_, "r1 w r2 r3 ");
}

TEST_F(Locks, Release_resumesNothingInline) {
  take("a", 1, LockMode::exclusive);
  take("b", 1, LockMode::exclusive);
  held_.erase("a");
  EXPECT_EQ(log_, "a ");
  settle();
  EXPECT_EQ(log_, "a b ");
}

TEST_F(Locks, All_duplicatesAreTakenOnce) {
  take_all("all", {3, 1, 3, 2, 1});
  EXPECT_EQ(log_, "all ");
  EXPECT_EQ(groups_.at("all").size(), 3U);
}

TEST_F(Locks, All_crossingOrders_bothGetThrough) {
  take("holder", 2, LockMode::exclusive);
  take_all("ab", {1, 2});
  take_all("ba", {2, 1});
  EXPECT_EQ(log_, "holder ");
  release("holder");
  EXPECT_EQ(log_, "holder ab ");
  release("ab");
  EXPECT_EQ(log_, "holder ab ba ");
}

TEST_F(Locks, Guard_movedFrom_holdsNothing) {
  take("a", 1, LockMode::exclusive);
  Guard moved = std::move(held_.at("a"));
  held_.erase("a");
  take("b", 1, LockMode::exclusive);
  settle();
  EXPECT_EQ(log_, "a ");
  moved.release();
  settle();
  EXPECT_EQ(log_, "a b ");
}

TEST(LockIds, NamesAndScopesDiffer) {
  EXPECT_EQ(lock_id(1, "k"), lock_id(1, "k"));
  EXPECT_NE(lock_id(1, "k"), lock_id(2, "k"));
  EXPECT_NE(lock_id(1, "k"), lock_id(1, "l"));
  EXPECT_NE(lock_id(1, std::uint64_t{5}), lock_id(1, std::uint64_t{6}));
}

}  // namespace
}  // namespace holdfast::storage::local
