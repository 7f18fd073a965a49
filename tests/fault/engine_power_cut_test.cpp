// The power is cut after every step of a small workload, and what wasn't synced is lost: every acknowledged change is there
// and whole, the one under way has happened whole or not at all, and `holdfast check` finds nothing wrong.
#include "fault/engine_fixture.hpp"
#include "fault/moved_file_system.hpp"

#include <atomic>
#include <filesystem>
#include <mutex>

namespace holdfast::testing {
namespace {

namespace fs = std::filesystem;

enum class KeptIndex { as_flushed, none };

// What RocksDB has on the disk at this moment: whatever isn't flushed is lost with the power.
void copy_index(const std::string& from, const std::string& to) {
  fs::remove_all(to);
  std::error_code ignored;
  if (!fs::exists(from, ignored)) return;
  fs::create_directories(to);
  for (const char* first : {"CURRENT"}) fs::copy(from + "/" + first, to, fs::copy_options::overwrite_existing, ignored);
  for (const auto& entry : fs::directory_iterator(from, ignored)) {
    if (entry.path().filename() != "LOCK") fs::copy(entry.path(), to, fs::copy_options::skip_existing, ignored);
  }
}

class PowerCut : public ::testing::Test {
 protected:
  void SetUp() override {
    auto memory = storage::make_memory_engine(clock_);
    states_.push_back(dump(*memory));
    for (const Operation& operation : operations_) {
      operation(*memory);
      states_.push_back(dump(*memory));
    }
  }

  // Opens what a cut now would leave, and compares it with what was acknowledged.
  void check_cut(const FaultFileSystem& disk, const Crash& crash, KeptIndex kept, const std::string& step) {
    const std::size_t acknowledged = acknowledged_;
    const auto survivors = disk.image(crash);
    const std::size_t started = acknowledged_ + 1;
    RealFolder folder;
    if (kept == KeptIndex::as_flushed) copy_index(home_.index(), folder.index());
    MovedFileSystem files(*survivors, folder.path(), home_.path());
    SCOPED_TRACE(step + (kept == KeptIndex::none ? ", no index" : ", index kept") + ", seed " + std::to_string(crash.seed));
    const storage::LocalOptions options = small_options(folder.path());
    {
      io::BlockingPool pool(2);
      auto engine = storage::open_local_engine(options, files, pool, clock_, {});
      ASSERT_TRUE(engine) << engine.error().text();
      const std::string found = dump(**engine);
      bool expected = false;
      for (std::size_t i = acknowledged; i <= started && i < states_.size(); ++i) expected = expected || found == states_[i];
      EXPECT_TRUE(expected) << "found:\n" << found << "acknowledged (" << acknowledged << "):\n" << states_[acknowledged];
      (*engine)->close(std::chrono::steady_clock::now() + std::chrono::seconds(20));
    }
    const auto report = storage::check_local(options, files, true, false, {});
    ASSERT_TRUE(report) << report.error().text();
    for (const std::string& problem : report->problems) ADD_FAILURE() << problem;
    ++cuts_;
  }

  void run(const std::function<void(FaultFileSystem&)>& prepare,
           const std::function<void(const FaultFileSystem&, const Step&)>& at_each_step) {
    FaultFileSystem disk;
    disk.make_directory(home_.path());
    disk.put(home_.path() + "/.keep", "");
    prepare(disk);
    io::BlockingPool pool(2);
    std::mutex one_at_a_time;
    std::atomic<bool> watching = true;
    disk.on_step([&](const Step& step) {
      const std::lock_guard lock(one_at_a_time);
      if (watching && !HasFatalFailure() && !HasNonfatalFailure()) at_each_step(disk, step);
    });
    auto engine = storage::open_local_engine(small_options(home_.path()), disk, pool, clock_, {});
    ASSERT_TRUE(engine) << engine.error().text();
    for (const Operation& operation : operations_) {
      operation(**engine);
      ++acknowledged_;
    }
    EXPECT_EQ(dump(**engine), states_.back());
    (*engine)->close(std::chrono::steady_clock::now() + std::chrono::seconds(20));
    watching = false;
    EXPECT_GT(cuts_, operations_.size());
  }

  ManualClock clock_{TimePoint(std::chrono::seconds(1'700'000'000))};
  const std::vector<Operation> operations_ = workload();
  std::vector<std::string> states_;  // after so many operations
  RealFolder home_;
  std::atomic<std::size_t> acknowledged_{0};
  std::size_t cuts_ = 0;
};

TEST_F(PowerCut, AnyStep_unsyncedLost_acknowledgedIsWhole) {
  run([](FaultFileSystem&) {},
      [&](const FaultFileSystem& disk, const Step& step) {
        check_cut(disk, {Survival::synced, 0}, KeptIndex::none, describe(step));
        check_cut(disk, {Survival::synced, 0}, KeptIndex::as_flushed, describe(step));
      });
}

TEST_F(PowerCut, AnyStep_someUnsyncedSurvives_acknowledgedIsWhole) {
  run([](FaultFileSystem&) {},
      [&](const FaultFileSystem& disk, const Step& step) {
        const Crash crash{Survival::random, step.number};
        check_cut(disk, crash, step.number % 2 == 0 ? KeptIndex::none : KeptIndex::as_flushed, describe(step));
      });
}

TEST_F(PowerCut, AnyStep_withoutSyncfs_acknowledgedIsWhole) {
  run([](FaultFileSystem& disk) { disk.set_sync_all_reliable(false); },
      [&](const FaultFileSystem& disk, const Step& step) {
        check_cut(disk, {Survival::synced, 0}, step.number % 2 == 0 ? KeptIndex::none : KeptIndex::as_flushed, describe(step));
      });
}

// The test itself must notice a sync that isn't done.
TEST_F(PowerCut, JournalNotSynced_isNoticed) {
  FaultFileSystem disk;
  disk.put(home_.path() + "/.keep", "");
  io::BlockingPool pool(2);
  auto engine = storage::open_local_engine(small_options(home_.path()), disk, pool, clock_, {});
  ASSERT_TRUE(engine) << engine.error().text();
  disk.ignore(Op::sync_data, "/journal/");
  disk.ignore(Op::sync, "/journal/");
  disk.ignore(Op::sync_all, "");
  make_bucket(**engine, "b", storage::Versioning::unversioned);
  const auto survivors = disk.image({Survival::synced, 0});
  engine->reset();
  RealFolder folder;
  MovedFileSystem files(*survivors, folder.path(), home_.path());
  auto again = storage::open_local_engine(small_options(folder.path()), files, pool, clock_, {});
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_TRUE((*again)->buckets().empty());
}

}  // namespace
}  // namespace holdfast::testing
