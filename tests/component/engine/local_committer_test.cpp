// The committer alone, over a journal and an index that fail when told to.
#include "storage/local/committer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace holdfast::storage::local {
namespace {

// Keeps what is appended; the disk is what tests make of it.
class FakeJournal final : public Journal {
 public:
  std::uint64_t epoch() const noexcept override { return 1; }
  std::uint64_t live_from() const noexcept override { return 0; }
  std::uint64_t last_seq() const noexcept override { return 0; }
  Result<> replay(const std::function<Result<>(const JournalRecord&)>&) override { return {}; }
  Result<> append(std::span<const JournalEntry> entries, std::vector<Locations>& locations) override {
    const std::lock_guard lock(mutex);
    while (blocked) std::this_thread::yield();
    if (failures > 0) {
      --failures;
      return Error(ErrorCode::XMinioStorageFull);
    }
    frames.push_back(entries.size());
    for (const JournalEntry& entry : entries) seqs.push_back(entry.seq);
    locations.assign(entries.size(), {});
    return {};
  }
  bool has_room(std::size_t, std::size_t, bool reserved) const override { return reserved ? !full_for_all : !full; }
  void release(std::uint64_t from) override {
    released = from;
    full = false;
  }
  Result<> write_live_from() override {
    ++seals;
    return {};
  }
  std::uint64_t live_bytes() const override { return live; }
  std::uint64_t capacity_bytes() const override { return 100; }
  std::uint64_t oldest_segment_last_seq() const override { return 0; }
  std::shared_ptr<const void> pin(const JournalLocation&) override { return nullptr; }
  Result<> read(const JournalLocation&, ByteSpan) const override { return {}; }

  std::mutex mutex;
  std::atomic<bool> blocked{false};
  std::atomic<int> failures{0};
  std::atomic<bool> full{false};
  std::atomic<bool> full_for_all{false};
  std::atomic<std::uint64_t> live{0};
  std::atomic<std::uint64_t> released{0};
  std::atomic<int> seals{0};
  std::vector<std::size_t> frames;
  std::vector<std::uint64_t> seqs;
};

class FakeIndex final : public Index {
 public:
  explicit FakeIndex(std::atomic<int>& failing) : failures(failing) {}
  bool complete() const override { return true; }
  std::uint64_t applied_seq() const override { return applied; }
  std::uint64_t greatest_epoch() const override { return 0; }
  Result<> apply(std::span<const SequencedChange> changes) override {
    if (failures > 0) {
      --failures;
      return Error(ErrorCode::InternalError, "the index is broken");
    }
    applied = changes.back().seq;
    return {};
  }
  Result<> flush() override { return {}; }
  Result<> mark_complete() override { return {}; }
  Lookup<std::optional<VersionRecord>> current(std::uint64_t, std::string_view, ReadTier) const override { return {}; }
  Lookup<std::optional<VersionRecord>> version(std::uint64_t, std::string_view, std::uint64_t, ReadTier) const override { return {}; }
  Lookup<std::optional<VersionRecord>> null_version(std::uint64_t, std::string_view, ReadTier) const override { return {}; }
  Lookup<ListPage> list(std::uint64_t, const ListQuery&, ReadTier) const override { return {}; }
  Lookup<VersionRows> list_versions(std::uint64_t, const VersionQuery&, ReadTier) const override { return {}; }
  Lookup<bool> bucket_empty(std::uint64_t, ReadTier) const override { return {}; }
  Lookup<std::optional<UploadRecord>> upload(std::uint64_t, std::string_view, std::uint64_t, ReadTier) const override { return {}; }
  Lookup<UploadRows> list_uploads(std::uint64_t, const UploadQuery&, ReadTier) const override { return {}; }
  Lookup<std::vector<PartRecord>> parts(std::uint64_t, std::uint32_t, std::uint32_t, ReadTier) const override { return {}; }
  Lookup<std::optional<PartRecord>> part(std::uint64_t, std::uint32_t, ReadTier) const override { return {}; }
  Usage usage(std::uint64_t) const override { return {}; }
  Result<> visit_versions(const std::function<Result<>(const VersionRecord&)>&) const override { return {}; }
  Result<> visit_uploads(const std::function<Result<>(const UploadRecord&)>&) const override { return {}; }
  Result<> visit_parts(const std::function<Result<>(const PartRecord&)>&) const override { return {}; }

  std::atomic<int>& failures;
  std::uint64_t applied = 0;
};

class FakeSink final : public CommitSink {
 public:
  void appended(std::span<const ItemPtr> items) override { count_appended += items.size(); }
  void applied(std::vector<ItemPtr> items) override { count_applied += items.size(); }
  void journal_pressure(JournalPressure now) override { pressure = now; }
  void append_outcome(const Result<>& outcome) override { last_append_failed = !outcome; }
  std::optional<Error> why_no_room() const override { return stuck ? std::optional<Error>(ErrorCode::XMinioStorageFull) : std::nullopt; }

  std::atomic<std::size_t> count_appended{0};
  std::atomic<std::size_t> count_applied{0};
  std::atomic<JournalPressure> pressure{JournalPressure::none};
  std::atomic<bool> last_append_failed{false};
  std::atomic<bool> stuck{false};
};

class CommitterTest : public ::testing::Test {
 protected:
  CommitterTest() { slot.set(std::make_shared<FakeIndex>(index_failures)); }

  void start() { committer.start(10); }

  // A group of document changes; they need nothing else.
  static void fill(CommitGroup& group, int changes = 1, bool reserved = false) {
    for (int i = 0; i < changes; ++i) group.add(PutDocument{"d" + std::to_string(i), "x"});
    group.reserved = reserved;
  }
  static Task<Result<>> answer(CommitGroup& group) { co_return co_await group.done; }
  std::string code(CommitGroup& group) {
    const auto result = sync_wait(answer(group));
    return result ? "ok" : std::string(result.error().name());
  }
  std::string commit(bool reserved = false) {
    CommitGroup group;
    fill(group, 1, reserved);
    committer.enqueue(group);
    return code(group);
  }

  FakeJournal journal;
  std::atomic<int> index_failures{0};
  std::atomic<int> reopened{0};
  std::atomic<int> reopen_failures{0};
  IndexSlot slot;
  FakeSink sink;
  Committer committer{journal, 1 << 20, slot,
                      [this]() -> Result<std::shared_ptr<Index>> {
                        ++reopened;
                        if (reopen_failures > 0) {
                          --reopen_failures;
                          return Error(ErrorCode::InternalError, "still broken");
                        }
                        return std::shared_ptr<Index>(std::make_shared<FakeIndex>(index_failures));
                      },
                      sink};
};

TEST_F(CommitterTest, Groups_areNumberedInOrder) {
  start();
  CommitGroup group;
  fill(group, 3);
  committer.enqueue(group);
  EXPECT_EQ(code(group), "ok");
  EXPECT_EQ(commit(), "ok");
  EXPECT_EQ(journal.seqs, (std::vector<std::uint64_t>{10, 11, 12, 13}));
  EXPECT_EQ(committer.last_seq(), 13U);
  EXPECT_EQ(sink.count_applied, 4U);
}

TEST_F(CommitterTest, GroupsThatWait_shareOneFrame) {
  CommitGroup first;
  CommitGroup second;
  CommitGroup third;
  for (CommitGroup* group : {&first, &second, &third}) {
    fill(*group);
    committer.enqueue(*group);
  }
  start();
  EXPECT_EQ(code(first), "ok");
  EXPECT_EQ(code(second), "ok");
  EXPECT_EQ(code(third), "ok");
  EXPECT_EQ(journal.frames, std::vector<std::size_t>{3});
}

TEST_F(CommitterTest, AppendFails_answeredWithTheErrorAndNeverApplied) {
  start();
  journal.failures = 1;
  CommitGroup group;
  fill(group);
  committer.enqueue(group);
  EXPECT_EQ(code(group), "XMinioStorageFull");
  EXPECT_FALSE(group.appended);
  EXPECT_TRUE(sink.last_append_failed);
  EXPECT_EQ(sink.count_appended, 0U);
  EXPECT_EQ(commit(), "ok");
  EXPECT_EQ(journal.seqs, std::vector<std::uint64_t>{11}) << "a number is never used twice";
}

TEST_F(CommitterTest, IndexFailsAfterTheSync_isOpenedAgainAndAnsweredWell) {
  start();
  index_failures = 1;
  reopen_failures = 1;
  EXPECT_EQ(commit(), "ok");
  EXPECT_EQ(reopened, 2);
  EXPECT_EQ(sink.count_applied, 1U);
}

TEST_F(CommitterTest, IndexStaysBrokenAtStop_answeredAsKept) {
  start();
  index_failures = 1'000;
  reopen_failures = 1'000;
  CommitGroup group;
  fill(group);
  committer.enqueue(group);
  while (reopened == 0) std::this_thread::yield();
  committer.give_up_index();
  EXPECT_EQ(code(group), "ServiceUnavailable");
  EXPECT_TRUE(group.appended);
}

TEST_F(CommitterTest, JournalFull_deletesGoAheadAndOthersWaitForTheRelease) {
  start();
  journal.full = true;
  CommitGroup put;
  fill(put);
  committer.enqueue(put);
  EXPECT_EQ(commit(true), "ok");
  while (sink.pressure != JournalPressure::full) std::this_thread::yield();
  committer.release(11, true);
  EXPECT_EQ(code(put), "ok");
  EXPECT_EQ(journal.released, 11U);
  EXPECT_EQ(journal.seals, 1);
  EXPECT_EQ(sink.pressure, JournalPressure::none);
}

TEST_F(CommitterTest, JournalFullAndStuck_othersAreRefused) {
  start();
  journal.full = true;
  sink.stuck = true;
  EXPECT_EQ(commit(), "XMinioStorageFull");
  EXPECT_EQ(commit(true), "ok");
}

TEST_F(CommitterTest, MoreThanASegment_isRefused) {
  start();
  CommitGroup group;
  const std::string payload(2 << 20, 'x');
  group.add(PutDocument{"d", ""}, as_bytes(payload));
  committer.enqueue(group);
  EXPECT_EQ(code(group), "InternalError");
  EXPECT_EQ(commit(), "ok");
}

TEST_F(CommitterTest, HalfFullJournal_asksForARelease) {
  start();
  journal.live = 60;
  EXPECT_EQ(commit(), "ok");
  while (sink.pressure != JournalPressure::release) std::this_thread::yield();
  journal.live = 10;
  committer.release(5, false);
  EXPECT_EQ(sink.pressure, JournalPressure::none);
  EXPECT_EQ(journal.seals, 0);
}

TEST_F(CommitterTest, VersionIds_areMadeOfTheSequenceNumber) {
  start();
  CommitGroup group;
  PutVersion put;
  put.version.null_version = false;
  put.version.version_tag = 7;
  put.version.info.key = "k";
  group.add(std::move(put));
  Event event;
  event.event.key = "k";
  group.add(std::move(event));
  committer.enqueue(group);
  EXPECT_EQ(code(group), "ok");
  const auto& version = std::get<PutVersion>(group.items[0]->change).version;
  EXPECT_EQ(version.info.created_seq, 10U);
  EXPECT_EQ(version.info.version_id, "000000000000000a0000000000000007");
  EXPECT_EQ(std::get<Event>(group.items[1]->change).event.version_id, version.info.version_id);
  EXPECT_EQ(std::get<Event>(group.items[1]->change).event.seq, 11U);
}

TEST_F(CommitterTest, ManyThreads_everyGroupIsAnsweredOnce) {
  start();
  std::vector<std::thread> threads;
  std::atomic<int> answered{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) answered += commit(i % 3 == 0) == "ok" ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, 800);
  EXPECT_EQ(std::set<std::uint64_t>(journal.seqs.begin(), journal.seqs.end()).size(), 800U);
}

}  // namespace
}  // namespace holdfast::storage::local
