// Each call to the disk fails in turn, for a moment or for a while: the client gets an error and nothing has changed, or a
// true success; reads go on; and once the fault ends the engine recovers by itself. HOLDFAST_FAULT_SEEDS=10 tries every
// step with every error; without it every error comes up, and each step with some runs.
#include "fault/engine_fixture.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <latch>
#include <mutex>

namespace holdfast::testing {
namespace {

struct Misfortune {
  std::uint64_t step = 0;  // the first call that fails
  int error = EIO;
  std::size_t partial_bytes = 0;  // of a write
  int operations = 0;             // 0: one call; else all calls until so many operations have ended
};

std::string describe(const Misfortune& misfortune) {
  return "step " + std::to_string(misfortune.step) + " errno " + std::to_string(misfortune.error) + " partial " +
         std::to_string(misfortune.partial_bytes) + " operations " + std::to_string(misfortune.operations);
}

// One engine, one disk, one misfortune; a memory engine does what the local one has acknowledged.
class UnluckyRun {
 public:
  // What went wrong, or nothing.
  std::string run(const Misfortune& misfortune) {
    disk_.keep_log(false);
    disk_.put(folder_.path() + "/.keep", "");
    if (!open()) return "the engine can't be opened";
    const std::uint64_t first = disk_.steps();
    if (misfortune.operations == 0 && misfortune.step != 0) {
      disk_.fail({.error = misfortune.error, .skip = misfortune.step, .times = 1, .partial_bytes = misfortune.partial_bytes});
    }
    int failing = 0;
    for (const Operation& operation : workload(Pauses::no)) {
      const bool begins = misfortune.operations != 0 && failing == 0 && disk_.steps() - first >= misfortune.step;
      if (begins) disk_.fail({.error = misfortune.error, .times = UINT64_MAX});
      if (begins || failing > 0) ++failing;
      if (std::string wrong = apply(operation); !wrong.empty()) return wrong;
      if (failing == misfortune.operations && failing > 0) {
        disk_.clear_faults();
        if (!recovers()) return "it doesn't recover: " + engine_->health().why;
        failing = 1'000'000;
      }
    }
    disk_.clear_faults();
    if (!recovers()) return "it doesn't recover: " + engine_->health().why;
    steps_ = disk_.steps() - first;
    if (misfortune.step % 2 == 0) engine_->close(std::chrono::steady_clock::now() + std::chrono::seconds(20));
    engine_.reset();
    return look_again();
  }

  std::uint64_t steps() const { return steps_; }
  std::size_t refused() const { return refused_; }

 private:
  bool open() {
    auto opened = storage::open_local_engine(small_options(folder_.path()), disk_, pool_, clock_, {});
    if (opened) engine_ = std::move(*opened);
    return engine_ != nullptr;
  }

  std::string apply(const Operation& operation) {
    try {
      operation(*engine_);
    } catch (const std::exception&) {
      ++refused_;
      return difference("after an error");
    }
    try {
      operation(*model_);
    } catch (const std::exception& failure) {
      return std::string("acknowledged, but impossible: ") + failure.what();
    }
    return {};
  }

  std::string difference(const std::string& when) {
    try {
      const std::string found = dump(*engine_);
      const std::string expected = dump(*model_);
      return found == expected ? std::string() : when + ": found\n" + found + "acknowledged:\n" + expected;
    } catch (const std::exception& failure) {
      return when + ": a read fails: " + failure.what();
    }
  }

  bool recovers() {
    for (int i = 0; i < 2000 && !engine_->health().ready; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return engine_->health().ready;
  }

  std::string look_again() {
    if (!open()) return "the next start fails";
    if (std::string wrong = difference("after a restart"); !wrong.empty()) return wrong;
    engine_->close(std::chrono::steady_clock::now() + std::chrono::seconds(20));
    engine_.reset();
    std::string wrong;
    for (const std::string& path : disk_.tree()) {
      const bool passing = path.find("/staging/") != std::string::npos || path.find("/trash/") != std::string::npos;
      if (passing && !path.ends_with('/')) wrong += "left behind: " + path + "\n";
    }
    const auto report = storage::check_local(small_options(folder_.path()), disk_, true, false, {});
    if (!report) return "the check fails";
    for (const std::string& problem : report->problems) wrong += problem + "\n";
    return wrong;
  }

  ManualClock clock_{TimePoint(std::chrono::seconds(1'700'000'000))};
  RealFolder folder_;
  FaultFileSystem disk_;
  io::BlockingPool pool_{2};
  std::unique_ptr<Engine> model_ = storage::make_memory_engine(clock_);
  std::unique_ptr<Engine> engine_;
  std::uint64_t steps_ = 0;
  std::size_t refused_ = 0;
};

// Several at once: most of their time is waiting.
void expect_all_well(const std::vector<Misfortune>& misfortunes, std::size_t least_refused) {
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> refused = 0;
  std::mutex mutex;
  std::vector<std::string> wrong;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      for (std::size_t n = next++; n < misfortunes.size(); n = next++) {
        UnluckyRun run;
        const std::string what = run.run(misfortunes[n]);
        refused += run.refused();
        const std::lock_guard lock(mutex);
        if (!what.empty()) wrong.push_back(describe(misfortunes[n]) + ": " + what);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& what : wrong) ADD_FAILURE() << what;
  EXPECT_GE(refused, least_refused) << "of " << misfortunes.size() << " runs";
}

std::uint64_t stride() { return std::getenv("HOLDFAST_FAULT_SEEDS") == nullptr ? 7 : 1; }

std::uint64_t steps_of_a_lucky_run() {
  UnluckyRun lucky;
  EXPECT_EQ(lucky.run({}), "");
  EXPECT_EQ(lucky.refused(), 0U);
  EXPECT_GT(lucky.steps(), 150U);
  return lucky.steps();
}

// Found so far: after some single failures the row and the sidecar of a copy disagree, and after some long ones the journal
// doesn't come back by itself. Run them with --gtest_also_run_disabled_tests until both are mended.
TEST(EveryFault, DISABLED_OneCallFails) {
  constexpr std::array<Misfortune, 4> kKinds{Misfortune{0, EIO, 0, 0}, Misfortune{0, ENOSPC, 0, 0}, Misfortune{0, EMFILE, 0, 0},
                                             Misfortune{0, ENOSPC, 100, 0}};
  const std::uint64_t steps = steps_of_a_lucky_run();
  std::vector<Misfortune> misfortunes;
  for (std::size_t kind = 0; kind < kKinds.size(); ++kind) {
    for (std::uint64_t step = 1 + kind; step < steps; step += stride()) {
      misfortunes.push_back(kKinds.at(kind));
      misfortunes.back().step = step;
    }
  }
  expect_all_well(misfortunes, misfortunes.size() / 20);
}

TEST(EveryFault, DISABLED_AllCallsFailForAWhile) {
  const std::uint64_t steps = steps_of_a_lucky_run();
  std::vector<Misfortune> misfortunes;
  for (std::uint64_t step = 1; step < steps; step += 3 * stride()) {
    misfortunes.push_back({step, step % 2 == 0 ? EIO : ENOSPC, 0, 3});
  }
  expect_all_well(misfortunes, misfortunes.size());
}

class ReadFault : public LocalEngineTest, public ::testing::WithParamInterface<std::pair<Op, int>> {};

// A read that can't be done now is neither "no such key" nor damage for ever.
TEST_P(ReadFault, IsAnErrorOnceAndForgotten) {
  make_bucket(open(), "b", storage::Versioning::unversioned);
  put(*engine, "b", "small", text_of(kSmall, 1));
  put(*engine, "b", "large", text_of(kLarge, 2));
  close();
  open();
  const auto& [op, error] = GetParam();
  for (const std::string key : {"small", "large"}) {
    disk.set_cached_reads(false);
    disk.fail({.op = op, .error = error, .path_contains = ".data"});
    std::string answer;
    try {
      answer = read_all(*engine, {"b", key, ""});
    } catch (const std::exception& failure) {
      answer = failure.what();
    }
    EXPECT_TRUE(answer.starts_with(error == EMFILE ? "SlowDown" : "InternalError")) << answer.substr(0, 60);
    EXPECT_EQ(read_all(*engine, {"b", key, ""}).size(), key == "small" ? kSmall : kLarge);
  }
}
INSTANTIATE_TEST_SUITE_P(Calls, ReadFault,
                         ::testing::Values(std::pair(Op::open, EIO), std::pair(Op::open, EMFILE), std::pair(Op::read, EIO)));

class SlowDisk : public LocalEngineTest {};

TEST_F(SlowDisk, ASyncThatHangsHoldsUpWritersAndNobodyElse) {
  make_bucket(open(), "b", storage::Versioning::unversioned);
  put(*engine, "b", "k", text_of(kSmall, 1));
  std::latch hangs(1);
  std::latch goes_on(1);
  std::atomic<bool> once = true;
  disk.on_step([&](const Step& step) {
    if (step.op != Op::sync_data || step.path.find("/journal/") == std::string::npos || !once.exchange(false)) return;
    hangs.count_down();
    goes_on.wait();
  });
  std::thread writer([&] { put(*engine, "b", "new", text_of(kSmall, 2)); });
  hangs.wait();
  EXPECT_EQ(read_all(*engine, {"b", "k", ""}), text_of(kSmall, 1));
  EXPECT_FALSE(sync_wait(engine->head({"b", "new", ""}))) << "not answered, not yet visible";
  goes_on.count_down();
  writer.join();
  EXPECT_EQ(read_all(*engine, {"b", "new", ""}), text_of(kSmall, 2));
  engine.reset();
  disk.on_step(nullptr);
}

TEST_F(SlowDisk, EveryCallTakesItsTime_allIsAsEver) {
  disk.on_step([](const Step&) { std::this_thread::sleep_for(std::chrono::milliseconds(3)); });
  const auto model = storage::make_memory_engine(clock);
  open();
  for (const Operation& operation : workload(Pauses::no)) {
    operation(*engine);
    operation(*model);
  }
  EXPECT_EQ(dump(*engine), dump(*model));
  close();
  EXPECT_EQ(problems(), std::vector<std::string>());
}

}  // namespace
}  // namespace holdfast::testing
