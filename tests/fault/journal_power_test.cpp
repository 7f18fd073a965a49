// The journal alone: power cuts after every step of seeded workloads, failing calls, and proof that the test would notice.
#include "journal_workload.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>

namespace holdfast::testing {
namespace {

// HOLDFAST_FAULT_SEEDS makes a longer run.
std::uint64_t seeds() {
  const char* const text = std::getenv("HOLDFAST_FAULT_SEEDS");
  return text == nullptr ? 3 : std::strtoull(text, nullptr, 10);
}

TEST(JournalPowerCut, AfterEveryStepNothingAcknowledgedIsLost) {
  std::uint64_t cuts = 0;
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    JournalWorkload workload(seed);
    workload.check_each_step();
    workload.run(60);
    workload.check_end();
    ASSERT_FALSE(workload.violation()) << *workload.violation();
    cuts += workload.cuts();
    acknowledged += workload.acknowledged();
  }
  EXPECT_GT(cuts, 500 * seeds());
  EXPECT_GT(acknowledged, 60 * seeds());
}

TEST(JournalPowerCut, AlsoWhenCallsFailNowAndThen) {
  std::size_t failures = 0;
  for (std::uint64_t seed = 101; seed <= 100 + seeds(); ++seed) {
    JournalWorkload workload(seed);
    for (std::uint64_t i = 0; i < 12; ++i) {
      const Op op = std::array{Op::sync_data, Op::write, Op::sync_data, Op::sync}[i % 4];
      workload.files().fail({.op = op,
                             .error = i % 3 == 0 ? ENOSPC : EIO,
                             .path_contains = ".log",
                             .skip = 5 + i * 9 + seed % 7,
                             .times = 1 + i % 3,
                             .partial_bytes = i % 2 == 0 ? 4096U : 0U});
    }
    workload.check_each_step();
    workload.run(70);
    workload.check_end();
    ASSERT_FALSE(workload.violation()) << *workload.violation();
    failures += workload.failures();
  }
  EXPECT_GT(failures, 4 * seeds());
}

TEST(JournalErrors, EachCallFailsInTurn) {
  constexpr std::uint64_t kSeed = 7;
  constexpr int kOperations = 45;
  JournalWorkload whole(kSeed);
  whole.run(kOperations);
  const std::uint64_t steps = whole.files().steps();
  ASSERT_GT(steps, 100U);
  for (const int error : {EIO, ENOSPC}) {
    for (std::uint64_t step = 1; step <= steps; ++step) {
      JournalWorkload workload(kSeed);
      workload.files().fail_step(step, error);
      workload.run(kOperations);
      workload.check_end();
      ASSERT_FALSE(workload.violation()) << "step " << step << " fails with " << error << ": " << *workload.violation();
      // Only what tidies up after a failure, or sets the reserve aside, may fail unseen.
      if (step > 3 && workload.failures() == 0) {
        EXPECT_LT(step, steps);
      }
    }
  }
}

TEST(JournalErrors, ADeadDiskIsAnErrorEachTimeAndReadsGoOn) {
  FaultFileSystem files;
  const auto journal = storage::local::open_journal(files, {"/j", 12 * 4096, 4}, 0).value();
  const auto place = append_records(*journal, {make_record(1, 10, 100)}).value().front();
  files.fail({.op = {}, .error = EIO, .times = 1'000'000});
  for (std::uint64_t seq = 2; seq < 50; ++seq) EXPECT_FALSE(append_records(*journal, {make_record(seq, 10, 100)}));
  EXPECT_FALSE(journal->write_live_from());
  EXPECT_EQ(read_place(*journal, place.payload).value(), make_record(1, 10, 100).payload);
  files.clear_faults();
  EXPECT_TRUE(append_records(*journal, {make_record(50, 10, 100)}));
  EXPECT_EQ(replayed(*journal).value().size(), 2U);
}

// A test that stays green without the sync it is there for proves nothing.
class JournalMutation : public ::testing::TestWithParam<std::pair<Op, std::string>> {};

TEST_P(JournalMutation, AMissingSyncIsNoticed) {
  const auto& [sync, path] = GetParam();
  bool noticed = false;
  for (std::uint64_t seed = 1; seed <= 8 && !noticed; ++seed) {
    JournalWorkload workload(seed);
    workload.files().ignore(sync, path);
    workload.check_each_step();
    workload.run(70);
    noticed = workload.violation().has_value();
  }
  EXPECT_TRUE(noticed);
}

INSTANTIATE_TEST_SUITE_P(Syncs, JournalMutation,
                         ::testing::Values(std::pair(Op::sync_data, ".log"), std::pair(Op::sync, ".log.new"),
                                           std::pair(Op::sync_directory, "/data/journal"), std::pair(Op::sync_directory, "/data")),
                         [](const auto& parameter) {
                           return std::string(op_name(parameter.param.first)) + std::to_string(parameter.index);
                         });

}  // namespace
}  // namespace holdfast::testing
