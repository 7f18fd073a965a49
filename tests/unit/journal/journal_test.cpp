#include "storage/local/journal/journal.hpp"

#include "storage/local/journal/frame.hpp"
#include "support/fault_file_system.hpp"
#include "support/journal_records.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/hash/digest.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::storage::local {
namespace {

using holdfast::testing::append_records;
using holdfast::testing::Crash;
using holdfast::testing::entries_of;
using holdfast::testing::FaultFileSystem;
using holdfast::testing::make_record;
using holdfast::testing::Op;
using holdfast::testing::read_place;
using holdfast::testing::replayed;
using holdfast::testing::Survival;
using holdfast::testing::TestRecord;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kSegmentBytes = 16 * kBlock;
constexpr Crash kSynced{Survival::synced, 0};
constexpr Crash kEverything{Survival::everything, 0};

class JournalTest : public ::testing::Test {
 protected:
  void open(std::uint64_t min_epoch = 0) {
    journal_.reset();
    auto opened = open_journal(files(), options_, min_epoch);
    ASSERT_TRUE(opened) << opened.error().text();
    journal_ = std::move(*opened);
  }
  Error open_error() {
    journal_.reset();
    const auto opened = open_journal(files(), options_, 0);
    EXPECT_FALSE(opened);
    return opened ? Error() : opened.error();
  }
  FaultFileSystem& files() { return *files_; }
  void crash(const Crash& how) {
    journal_.reset();
    files_->reboot(how);
  }

  // Appends one record of `bytes` payload with the next sequence number.
  Journal::Locations add(std::size_t bytes = 100) {
    const auto added = append_records(*journal_, {make_record(next_, 20, bytes)});
    EXPECT_TRUE(added) << added.error().text();
    ++next_;
    return added ? added->front() : Journal::Locations{};
  }
  Result<> try_add(std::size_t bytes = 100) {
    const auto added = append_records(*journal_, {make_record(next_, 20, bytes)});
    ++next_;
    return added ? Result<>() : Result<>(added.error());
  }
  std::vector<std::uint64_t> seqs() {
    std::vector<std::uint64_t> found;
    const auto records = replayed(*journal_);
    EXPECT_TRUE(records);
    for (const TestRecord& record : *records) {
      EXPECT_EQ(record, make_record(record.seq, record.change.size(), record.payload.size()));
      found.push_back(record.seq);
    }
    return found;
  }
  std::vector<std::string> segments() {
    std::vector<std::string> names;
    for (const std::string& path : files_->tree()) {
      if (path.ends_with(".log")) names.push_back(path);
    }
    return names;
  }
  // Fills the current segment up to its last block and returns the number of records that took.
  int fill_segment() {
    const std::uint32_t segment = add().change.segment;
    int added = 1;
    while (add().change.segment == segment) ++added;
    return added + 1;
  }

  JournalOptions options_{"/j", kSegmentBytes, 4};
  std::unique_ptr<FaultFileSystem> files_ = std::make_unique<FaultFileSystem>();
  std::unique_ptr<Journal> journal_;
  std::uint64_t next_ = 1;
};

TEST_F(JournalTest, AFreshOneIsEmptyAndHasItsSegments) {
  open(7);
  EXPECT_EQ(journal_->epoch(), 7U);
  EXPECT_EQ(journal_->live_from(), 0U);
  EXPECT_EQ(journal_->last_seq(), 0U);
  EXPECT_EQ(journal_->oldest_segment_last_seq(), 0U);
  EXPECT_EQ(journal_->capacity_bytes(), 4 * kSegmentBytes);
  EXPECT_THAT(seqs(), IsEmpty());
  EXPECT_THAT(segments(), ElementsAre("/j/0001.log", "/j/0002.log", "/j/0003.log"));
  open();
  EXPECT_EQ(journal_->epoch(), 8U);
  open(5);
  EXPECT_EQ(journal_->epoch(), 9U);
  EXPECT_EQ(segments().size(), 3U);
}

TEST_F(JournalTest, AppendedRecordsCanBeReadAndReplayed) {
  open();
  const std::vector<TestRecord> records{make_record(1, 10, 0), make_record(2, 300, 9000), make_record(3, 0, 1)};
  const auto places = append_records(*journal_, records).value();
  ASSERT_EQ(places.size(), 3U);
  EXPECT_EQ(read_place(*journal_, places[1].change).value(), records[1].change);
  EXPECT_EQ(read_place(*journal_, places[1].payload).value(), records[1].payload);
  EXPECT_EQ(places[0].payload.segment, 0U);
  std::string start(5, '\0');
  ASSERT_TRUE(journal_->read(places[1].payload, std::as_writable_bytes(std::span(start))));
  EXPECT_EQ(start, records[1].payload.substr(0, 5));
  EXPECT_EQ(replayed(*journal_).value(), records);

  crash(kSynced);
  open();
  EXPECT_EQ(replayed(*journal_).value(), records);
  EXPECT_EQ(journal_->last_seq(), 3U);
  open();
  EXPECT_EQ(replayed(*journal_).value(), records);
}

TEST_F(JournalTest, AnErrorOfTheVisitEndsTheReplay) {
  open();
  add();
  add();
  int visits = 0;
  const auto outcome = journal_->replay([&](const JournalRecord&) -> Result<> {
    ++visits;
    return ErrorCode::BadRequest;
  });
  EXPECT_EQ(outcome.error().code, ErrorCode::BadRequest);
  EXPECT_EQ(visits, 1);
}

TEST_F(JournalTest, NoEntriesNoFrame) {
  open();
  const std::uint64_t steps = files().steps();
  EXPECT_THAT(append_records(*journal_, {}).value(), IsEmpty());
  EXPECT_EQ(files().steps(), steps);
}

TEST_F(JournalTest, AnAppendIsOneWriteAndOneSync) {
  open();
  add();
  const std::uint64_t steps = files().steps();
  add(5000);
  const auto log = files().log();
  ASSERT_EQ(files().steps(), steps + 2);
  EXPECT_EQ(log[steps].op, Op::write);
  EXPECT_EQ(log[steps].offset % kBlock, 0U);
  EXPECT_EQ(log[steps].length, 2 * kBlock);
  EXPECT_EQ(log[steps + 1].op, Op::sync_data);
}

TEST_F(JournalTest, ReleasedRecordsAreNotReplayed) {
  open();
  for (int i = 0; i < 5; ++i) add();
  journal_->release(3);
  EXPECT_THAT(seqs(), ElementsAre(3, 4, 5));
  crash(kSynced);
  open();
  EXPECT_EQ(journal_->live_from(), 0U);
  EXPECT_THAT(seqs(), ElementsAre(1, 2, 3, 4, 5));

  journal_->release(4);
  ASSERT_TRUE(journal_->write_live_from());
  crash(kSynced);
  open();
  EXPECT_EQ(journal_->live_from(), 4U);
  EXPECT_THAT(seqs(), ElementsAre(4, 5));
  journal_->release(2);
  add();
  EXPECT_THAT(seqs(), ElementsAre(4, 5, 6));
}

TEST_F(JournalTest, ReplayAtRunTimeFollowsAppendsAndReleases) {
  open();
  for (int round = 0; round < 200; ++round) {
    add(3000);
    if (next_ > 5) journal_->release(next_ - 5);
    const std::vector<std::uint64_t> found = seqs();
    ASSERT_EQ(found.size(), std::min<std::uint64_t>(next_ - 1, 5)) << round;
    ASSERT_EQ(found.back(), next_ - 1);
  }
}

TEST_F(JournalTest, SegmentsAreRecycledInPlaceOverManyRounds) {
  open();
  for (int round = 0; round < 2'000; ++round) {
    ASSERT_TRUE(journal_->has_room(3000, 1, false)) << round;
    add(static_cast<std::size_t>(round * 37 % 9000));
    if (next_ > 4) journal_->release(next_ - 4);
    if (round % 97 == 0) {
      const std::vector<std::uint64_t> before = seqs();
      open();
      EXPECT_THAT(seqs(), ::testing::IsSupersetOf(before));
      EXPECT_EQ(journal_->last_seq(), next_ - 1);
    }
  }
  EXPECT_LE(segments().size(), 4U);
  for (const std::string& path : segments()) EXPECT_EQ(files().stat(path).value().size_bytes, kSegmentBytes);
  std::uint64_t made = 0;
  for (const auto& step : files().log()) made += step.op == Op::create ? 1 : 0;
  EXPECT_EQ(made, segments().size());
}

TEST_F(JournalTest, GrowsToItsBoundAndNoFurther) {
  open();
  while (journal_->has_room(100, 1, true)) add();
  EXPECT_EQ(segments().size(), 4U);
  EXPECT_EQ(try_add().error().code, ErrorCode::SlowDown);
  crash(kSynced);
  open();
  EXPECT_EQ(seqs().size(), next_ - 2);
  EXPECT_LE(segments().size(), 5U);
}

TEST_F(JournalTest, OneSegmentIsKeptForReservedAppends) {
  open();
  while (journal_->has_room(100, 1, false)) add();
  const std::uint64_t ordinary = next_;
  EXPECT_TRUE(journal_->has_room(100, 1, true));
  while (journal_->has_room(100, 1, true)) add();
  EXPECT_GE(next_ - ordinary, kSegmentBytes / kBlock - 2);
  EXPECT_FALSE(journal_->has_room(100, 1, false));

  journal_->release(journal_->oldest_segment_last_seq() + 1);
  EXPECT_TRUE(journal_->has_room(100, 1, true));
  EXPECT_FALSE(journal_->has_room(100, 1, false));
  journal_->release(journal_->oldest_segment_last_seq() + 1);
  EXPECT_TRUE(journal_->has_room(100, 1, false));
  const std::uint64_t oldest = seqs().front();
  add();
  EXPECT_EQ(seqs().front(), oldest);
  crash(kSynced);
  open();
  EXPECT_EQ(seqs().front(), oldest);
}

TEST_F(JournalTest, TheReserveIsOnDiskBeforeTheDiskIsFull) {
  open();
  files().set_capacity(3 * kSegmentBytes + kBlock);
  while (journal_->has_room(100, 1, false)) add();
  EXPECT_EQ(segments().size(), 3U);
  int deletes = 0;
  for (; journal_->has_room(100, 1, true); ++deletes) add();
  EXPECT_GE(deletes, 10);
  EXPECT_EQ(files().tree().size(), 4U);
  files().set_capacity(0);
  journal_->release(2);
  EXPECT_TRUE(journal_->has_room(100, 1, true));
  add();
  EXPECT_EQ(segments().size(), 4U);
}

TEST_F(JournalTest, AFullDiskDoesntKeepItFromOpening) {
  open();
  fill_segment();
  files().set_capacity(3 * kSegmentBytes);
  for (int i = 0; i < 10; ++i) {
    open();
    EXPECT_EQ(seqs().size(), next_ - 1);
  }
}

TEST_F(JournalTest, RecordsAndFramesHaveLimits) {
  options_.segment_bytes = limits::kJournalSegmentBytes;
  open();
  const std::string big(limits::kRecordBytes, 'x');
  const std::vector<JournalEntry> fits{{1, as_bytes("cc"), as_bytes(big).first(big.size() - 2)}};
  const std::vector<JournalEntry> too_large{{1, as_bytes("cc"), as_bytes(big).first(big.size() - 1)}};
  std::vector<Journal::Locations> places;
  const std::uint64_t steps = files().steps();
  EXPECT_EQ(journal_->append(too_large, places).error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(files().steps(), steps);
  ASSERT_TRUE(journal_->append(fits, places));
  EXPECT_TRUE(journal_->has_room(limits::kRecordBytes, 1, false));

  const std::vector<JournalEntry> two{{2, as_bytes(big), {}}, {3, as_bytes(big), {}}};
  EXPECT_FALSE(journal_->has_room(2 * big.size(), 2, true));
  EXPECT_EQ(journal_->append(two, places).error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(places, IsEmpty());
  const std::vector<JournalEntry> backwards{{0, as_bytes("c"), {}}};
  EXPECT_EQ(journal_->append(backwards, places).error().code, ErrorCode::InvalidRequest);
  const std::vector<JournalEntry> unordered{{9, as_bytes("c"), {}}, {8, as_bytes("c"), {}}};
  EXPECT_EQ(journal_->append(unordered, places).error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(replayed(*journal_).value().size(), 1U);
}

TEST_F(JournalTest, TheLargestFrameFitsExactly) {
  open();
  const std::size_t body = kSegmentBytes - 2 * kBlock - kFrameHeaderBytes - kRecordHeaderBytes - 20;
  EXPECT_TRUE(journal_->has_room(20 + body, 1, false));
  EXPECT_FALSE(journal_->has_room(21 + body, 1, false));
  EXPECT_EQ(journal_frame_bytes(20 + body, 1), kSegmentBytes - 2 * kBlock);
  add(body);
  open();
  EXPECT_THAT(seqs(), ElementsAre(1));
  EXPECT_EQ(try_add(body + 1).error().code, ErrorCode::InvalidRequest);
}

TEST_F(JournalTest, APinnedSegmentIsNotReused) {
  open();
  const auto place = add(500);
  const std::string content = read_place(*journal_, place.payload).value();
  auto pin = journal_->pin(place.payload);
  ASSERT_TRUE(pin);
  for (int i = 0; i < 500; ++i) {
    add();
    journal_->release(next_);
  }
  EXPECT_EQ(read_place(*journal_, place.payload).value(), content);
  auto second = journal_->pin(place.change);
  EXPECT_TRUE(second);
  pin.reset();
  for (int i = 0; i < 100; ++i) {
    add();
    journal_->release(next_);
  }
  EXPECT_EQ(read_place(*journal_, place.payload).value(), content);
  second.reset();
  for (int i = 0; i < 100; ++i) {
    add();
    journal_->release(next_);
  }
  EXPECT_FALSE(journal_->pin(place.payload));
  EXPECT_FALSE(journal_->pin(JournalLocation{}));
  EXPECT_FALSE(journal_->read(JournalLocation{99, 0, 1, 1}, ByteSpan()));
}

TEST_F(JournalTest, PinsOutliveTheJournal) {
  open();
  const auto pin = journal_->pin(add().change);
  journal_.reset();
  EXPECT_TRUE(pin);
}

TEST_F(JournalTest, AllSegmentsPinnedMeansFull) {
  open();
  std::vector<std::shared_ptr<const void>> pins;
  while (true) {
    if (!journal_->has_room(100, 1, true)) break;
    pins.push_back(journal_->pin(add().change));
    journal_->release(next_);
    ASSERT_LT(pins.size(), 200U);
  }
  EXPECT_EQ(try_add().error().code, ErrorCode::SlowDown);
  pins.clear();
  EXPECT_TRUE(journal_->has_room(100, 1, true));
  add();
}

TEST_F(JournalTest, SaysHowMuchIsInUseAndWhatWouldFreeIt) {
  open();
  const std::uint64_t start = journal_->live_bytes();
  EXPECT_LT(start, kSegmentBytes);
  add();
  EXPECT_EQ(journal_->live_bytes(), start + kBlock);
  EXPECT_EQ(journal_->oldest_segment_last_seq(), 0U);
  fill_segment();
  EXPECT_GT(journal_->live_bytes(), kSegmentBytes);
  const std::uint64_t last = journal_->oldest_segment_last_seq();
  EXPECT_EQ(last, next_ - 2);
  journal_->release(last);
  EXPECT_EQ(journal_->oldest_segment_last_seq(), last);
  journal_->release(last + 1);
  EXPECT_EQ(journal_->oldest_segment_last_seq(), 0U);
  EXPECT_LT(journal_->live_bytes(), kSegmentBytes);
}

// --- failed writes ---

TEST_F(JournalTest, AFailedFrameIsVoidedAndNeverComesBack) {
  for (const Op op : {Op::write, Op::sync_data}) {
    for (const Crash& how : {kSynced, kEverything, Crash{Survival::random, 3}}) {
      files_ = std::make_unique<FaultFileSystem>();
      next_ = 1;
      open();
      const std::uint32_t first_segment = add().change.segment;
      files().fail({.op = op, .error = EIO, .partial_bytes = kBlock});
      EXPECT_EQ(try_add(6000).error().os_error, EIO);
      EXPECT_THAT(seqs(), ElementsAre(1));
      const std::uint64_t steps = files().steps();
      EXPECT_NE(add().change.segment, first_segment);
      for (const auto& step : files().log()) {
        if (step.number > steps && step.op == Op::sync_data) {
          EXPECT_THAT(step.path, ::testing::Not(HasSubstr("000" + std::to_string(first_segment))));
        }
      }
      add();
      EXPECT_THAT(seqs(), ElementsAre(1, 3, 4));
      crash(how);
      open();
      EXPECT_THAT(seqs(), ElementsAre(1, 3, 4));
      open();
      EXPECT_THAT(seqs(), ElementsAre(1, 3, 4));
    }
  }
}

TEST_F(JournalTest, EachFailureTakesAnotherSegmentUntilOneWorks) {
  open();
  add();
  files().fail({.op = Op::sync_data, .error = EIO, .times = 20});
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(try_add());
  EXPECT_LE(segments().size(), 8U);
  add();
  EXPECT_THAT(seqs(), ElementsAre(1, 22));
  crash(kEverything);
  open();
  EXPECT_THAT(seqs(), ElementsAre(1, 22));
  for (int i = 0; i < 300; ++i) {
    add();
    journal_->release(next_);
  }
  open();
  EXPECT_LE(segments().size(), 8U);
}

TEST_F(JournalTest, WriteLiveFromVoidsToo) {
  open();
  add();
  files().fail({.op = Op::sync_data, .error = EIO});
  EXPECT_FALSE(try_add());
  ASSERT_TRUE(journal_->write_live_from());
  crash(kEverything);
  open();
  EXPECT_THAT(seqs(), ElementsAre(1));
}

// After a failed sync the frame may be in the page cache and not on the disk. A restart reads it there.
TEST_F(JournalTest, WhatIsOnlyInThePageCacheAtStartIsWrittenAgain) {
  open();
  add();
  files().fail({.op = Op::sync_data, .error = EIO});
  EXPECT_FALSE(try_add(9000));
  open();
  const std::vector<std::uint64_t> seen = seqs();
  EXPECT_THAT(seen, ElementsAre(1, 2));
  crash(kSynced);
  open();
  EXPECT_EQ(seqs(), seen);
}

TEST_F(JournalTest, RestartsDontEatSegments) {
  open();
  fill_segment();
  for (int i = 0; i < 50; ++i) {
    crash(i % 2 == 0 ? kSynced : kEverything);
    open();
    ASSERT_EQ(seqs().size(), next_ - 1);
    if (i % 10 == 0) add();
  }
  EXPECT_LE(segments().size(), 5U);
}

TEST_F(JournalTest, AFullJournalWithAFailedFrameGoesOn) {
  open();
  while (journal_->has_room(100, 1, true)) add();
  const std::size_t kept = seqs().size();
  journal_->release(journal_->oldest_segment_last_seq() + 1);
  files().fail({.op = Op::sync_data, .error = EIO, .times = 2});
  EXPECT_FALSE(try_add());
  EXPECT_FALSE(try_add());
  EXPECT_TRUE(journal_->has_room(100, 1, true));
  add();
  EXPECT_LT(seqs().size(), kept);
  crash(kSynced);
  open();
  EXPECT_EQ(seqs().back(), next_ - 1);
}

TEST_F(JournalTest, AFailingCreationLeavesNothingAndIsTriedAgain) {
  for (const Op op : {Op::create, Op::allocate, Op::write, Op::sync, Op::rename, Op::sync_directory}) {
    files_ = std::make_unique<FaultFileSystem>();
    next_ = 1;
    open();
    // A third segment is filled: the fourth is made before it is left.
    files().fail({.op = op, .error = ENOSPC, .path_contains = op == Op::sync_directory ? "/j" : "0004.log"});
    while (journal_->has_room(100, 1, false)) add();
    EXPECT_FALSE(files().exists("/j/0004.log")) << holdfast::testing::op_name(op);
    EXPECT_FALSE(files().exists("/j/0004.log.new")) << holdfast::testing::op_name(op);
    journal_->release(2);
    EXPECT_TRUE(journal_->has_room(100, 1, false));
    while (journal_->has_room(100, 1, true)) add();
    EXPECT_TRUE(files().exists("/j/0004.log"));
    const std::size_t count = seqs().size();
    crash(kSynced);
    open();
    EXPECT_EQ(seqs().size(), count);
  }
}

// --- start ---

TEST_F(JournalTest, LeftoversOfNewSegmentsAreRemovedAndOtherFilesLeftAlone) {
  open();
  files().put("/j/0009.log.new", "half");
  files().put("/j/notes.txt", "mine");
  files().put("/j/x0009.log", "mine");
  open();
  EXPECT_FALSE(files().exists("/j/0009.log.new"));
  EXPECT_TRUE(files().exists("/j/notes.txt"));
}

TEST_F(JournalTest, GreaterSegmentsReplaceSmallOnesAsTheyBecomeFree) {
  open();
  fill_segment();
  const std::size_t count = seqs().size();
  options_.segment_bytes = 2 * kSegmentBytes;
  open();
  EXPECT_EQ(seqs().size(), count);
  add(kSegmentBytes);
  journal_->release(next_);
  ASSERT_TRUE(journal_->write_live_from());
  open();
  open();
  for (int i = 0; i < 100; ++i) {
    add(kSegmentBytes);
    journal_->release(next_);
  }
  for (const std::string& path : segments()) EXPECT_EQ(files().stat(path).value().size_bytes, 2 * kSegmentBytes) << path;
}

class JournalDamageTest : public JournalTest {
 protected:
  void expect_damage(const std::string& segment) {
    const Error error = open_error();
    EXPECT_EQ(error.code, ErrorCode::XHoldfastCorruptObject);
    EXPECT_THAT(std::string(error.text()), AllOf(HasSubstr(segment), HasSubstr("offset"), HasSubstr("holdfast check")));
  }
  static std::string path_of(const JournalLocation& place) { return "/j/000" + std::to_string(place.segment) + ".log"; }
  static std::uint64_t frame_of(const JournalLocation& place) { return place.offset / kBlock * kBlock; }
};

TEST_F(JournalDamageTest, ABrokenFrameWithALaterOneStopsTheStart) {
  open();
  add();
  const auto place = add();
  add();
  journal_.reset();
  files().flip(path_of(place.change), place.payload.offset + 3);
  expect_damage(path_of(place.change) + " at offset " + std::to_string(frame_of(place.change)));
}

TEST_F(JournalDamageTest, ABrokenLastFrameIsATornTailUnlessSealed) {
  open();
  add();
  const auto place = add();
  const auto torn = files().image(kEverything);
  torn->flip(path_of(place.change), place.payload.offset);
  const auto survivor = open_journal(*torn, options_, 0);
  ASSERT_TRUE(survivor);
  EXPECT_EQ(replayed(**survivor).value().size(), 1U);

  ASSERT_TRUE(journal_->write_live_from());
  journal_.reset();
  files().flip(path_of(place.change), place.payload.offset);
  expect_damage(path_of(place.change) + " at offset " + std::to_string(frame_of(place.change)));
}

TEST_F(JournalDamageTest, ABrokenFirstFrameOfASegmentIsFound) {
  open();
  fill_segment();
  const auto first = journal_->oldest_segment_last_seq();
  ASSERT_NE(first, 0U);
  fill_segment();
  ASSERT_TRUE(journal_->write_live_from());
  std::vector<JournalLocation> places;
  ASSERT_TRUE(journal_->replay([&](const JournalRecord& record) -> Result<> {
    places.push_back(record.change_location);
    return {};
  }));
  journal_.reset();
  for (const JournalLocation& place : places) {
    if (frame_of(place) != kFirstFrameOffset) continue;
    files().flip(path_of(place), frame_of(place), 1);
    expect_damage(path_of(place) + " at offset 4096");
    files().flip(path_of(place), frame_of(place), 1);
  }
}

// But for the newest one: nothing in the journal can tell that it has been there.
TEST_F(JournalDamageTest, ALostSegmentStopsTheStart) {
  open();
  fill_segment();
  fill_segment();
  const std::string newest = path_of(add().change);
  std::set<std::string> used;
  ASSERT_TRUE(journal_->replay([&](const JournalRecord& record) -> Result<> {
    used.insert(path_of(record.change_location));
    return {};
  }));
  ASSERT_EQ(used.size(), 3U);
  journal_.reset();
  for (const std::string& path : segments()) {
    const auto copy = files().image(kEverything);
    ASSERT_TRUE(copy->remove(path));
    const auto opened = open_journal(*copy, options_, 0);
    EXPECT_NE(opened.has_value(), used.contains(path) && path != newest) << path;
    if (!opened) {
      EXPECT_EQ(opened.error().code, ErrorCode::XHoldfastCorruptObject);
    }
  }
}

TEST_F(JournalDamageTest, SegmentHeadersAreChecked) {
  open();
  add();
  journal_.reset();
  for (std::uint64_t offset = 0; offset < kBlock; offset += 31) {
    files().flip("/j/0002.log", offset);
    expect_damage("/j/0002.log at offset 0");
    files().flip("/j/0002.log", offset);
  }
  const std::string good = files().content("/j/0002.log");
  files().put("/j/0002.log", good.substr(0, kBlock * 3));
  expect_damage("/j/0002.log");
  files().put("/j/0002.log", "");
  expect_damage("/j/0002.log");
  files().put("/j/0002.log", good);
  files().put("/j/0005.log", good);
  expect_damage("/j/0005.log");
  ASSERT_TRUE(files().remove("/j/0005.log"));

  FaultFileSystem other;
  ASSERT_TRUE(open_journal(other, options_, 0));
  files().put("/j/0003.log", other.content("/j/0003.log"));
  expect_damage("/j/0003.log");
  EXPECT_THAT(std::string(open_error().text()), HasSubstr("another journal"));
}

TEST_F(JournalDamageTest, ReadErrorsStopTheStart) {
  open();
  add();
  files().fail({.op = Op::read, .error = EIO, .skip = 4});
  EXPECT_EQ(open_error().os_error, EIO);
  files().clear_faults();
  open();
  EXPECT_THAT(seqs(), ElementsAre(1));
}

// Rewrites a frame in place with a change to its bytes and a right checksum.
void forge(FaultFileSystem& files, const std::string& path, std::uint64_t offset, std::size_t field, std::uint32_t value) {
  std::string text = files.content(path);
  const ByteSpan rest = std::as_writable_bytes(std::span(text)).subspan(offset);
  FrameHeader header;
  std::memcpy(&header.journal_id, rest.data() + 16, 8);
  std::memcpy(&header.number, rest.data() + 24, 8);
  std::memcpy(&header.epoch, rest.data() + 32, 8);
  std::memcpy(&header.live_from, rest.data() + 40, 8);
  std::memcpy(&header.first_needed, rest.data() + 48, 8);
  std::memcpy(&header.voids_from, rest.data() + 56, 8);
  std::memcpy(&header.bytes, rest.data() + 64, 4);
  std::memcpy(&header.records, rest.data() + 68, 4);
  std::memcpy(&header.segment, rest.data() + 72, 4);
  const ByteSpan frame = rest.first(header.bytes);
  if (field >= kFrameHeaderBytes) std::memcpy(frame.data() + field, &value, 4);
  seal_frame(header, frame);
  if (field < kFrameHeaderBytes) {
    // What seal_frame wrote itself must be changed afterwards; the checksum follows.
    std::memcpy(frame.data() + field, &value, 4);
    const std::uint32_t crc = hash::crc32c(0, frame.subspan(12));
    std::memcpy(frame.data() + 8, &crc, 4);
  }
  files.put(path, text);
}

TEST_F(JournalDamageTest, UnknownFormatsAndRecordKindsAreRefused) {
  open();
  const auto place = add();
  add();
  journal_.reset();
  const std::string path = path_of(place.change);
  const std::string good = files().content(path);
  forge(files(), path, frame_of(place.change), 12, 2);
  expect_damage(path);
  EXPECT_THAT(std::string(open_error().text()), HasSubstr("format"));
  files().put(path, good);
  forge(files(), path, frame_of(place.change), kFrameHeaderBytes + 8, 7);
  expect_damage(path);
  EXPECT_THAT(std::string(open_error().text()), HasSubstr("kind"));
  files().put(path, good);
  forge(files(), path, frame_of(place.change), 68, 100);
  expect_damage(path);
  files().put(path, good);
  open();
  EXPECT_THAT(seqs(), ElementsAre(1, 2));
}

TEST_F(JournalDamageTest, AFrameThatIsThereTwiceStopsTheStart) {
  open();
  const auto place = add();
  add();
  journal_.reset();
  const std::string path = path_of(place.change);
  std::string text = files().content(path);
  // The bytes of one frame, once more, far behind.
  text.replace(kSegmentBytes - kBlock, kBlock, text.substr(frame_of(place.change), kBlock));
  files().put(path, text);
  expect_damage(path);
}

// A payload may hold anything, also what looks like a frame.
TEST_F(JournalDamageTest, FramesInsidePayloadsAreNotTakenForFrames) {
  FaultFileSystem other;
  std::string image;
  {
    const auto journal = open_journal(other, options_, 0).value();
    for (std::uint64_t seq = 1; seq < 9; ++seq) ASSERT_TRUE(append_records(*journal, {make_record(seq, 20, 50)}));
    image = other.content("/j/0001.log").substr(kBlock);
  }
  open();
  const std::size_t to_block = kBlock - kFrameHeaderBytes - kRecordHeaderBytes - 1;
  const std::string payload = std::string(to_block, 'x') + image.substr(0, 8 * kBlock);
  std::vector<Journal::Locations> places;
  ASSERT_TRUE(journal_->append(std::vector<JournalEntry>{{1, as_bytes("c"), as_bytes(payload)}}, places));
  ASSERT_EQ((places[0].payload.offset + to_block) % kBlock, 0U);
  journal_.reset();
  files().flip(path_of(places[0].change), frame_of(places[0].change));
  open();
  EXPECT_THAT(replayed(*journal_).value(), IsEmpty());
}

TEST_F(JournalDamageTest, ReplayChecksWhatItReads) {
  open();
  add();
  const auto place = add();
  add();
  files().flip(path_of(place.change), place.change.offset);
  const auto outcome = journal_->replay([](const JournalRecord&) -> Result<> { return {}; });
  EXPECT_EQ(outcome.error().code, ErrorCode::XHoldfastCorruptObject);
}

TEST(JournalThreads, ReadersPinWhileTheWriterRecycles) {
  FaultFileSystem files;
  files.keep_log(false);
  const auto journal = open_journal(files, {"/j", kSegmentBytes, 4}, 0).value();
  std::mutex mutex;
  std::pair<JournalLocation, std::string> latest;
  std::atomic<bool> done = false;
  std::atomic<int> reads = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        std::unique_lock lock(mutex);
        const auto [place, content] = latest;
        lock.unlock();
        const auto pin = journal->pin(place);
        if (!pin) continue;
        EXPECT_EQ(read_place(*journal, place).value(), content);
        (void)journal->live_bytes();
        ++reads;
      }
    });
  }
  for (std::uint64_t seq = 1; seq < 2'000 || reads < 100; ++seq) {
    while (!journal->has_room(2000, 1, false)) std::this_thread::yield();
    const auto places = append_records(*journal, {make_record(seq, 20, 1500)});
    if (!places) continue;  // pinned everywhere
    journal->release(seq);
    const std::lock_guard lock(mutex);
    latest = {places->front().payload, make_record(seq, 20, 1500).payload};
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
}

TEST(JournalOnDisk, WorksOnRealFiles) {
  std::string pattern = (std::filesystem::temp_directory_path() / "holdfast-journal-XXXXXX").string();
  const std::string root = ::mkdtemp(pattern.data());
  const auto files = io::make_posix_file_system();
  const JournalOptions options{root + "/a/journal", 256 * 1024, 4};
  std::uint64_t next = 1;
  for (int run = 0; run < 3; ++run) {
    const auto journal = open_journal(*files, options, 0).value();
    EXPECT_EQ(journal->last_seq(), next - 1);
    EXPECT_EQ(replayed(*journal).value().size(), run == 0 ? 0U : 10U);
    for (int i = 0; i < 80; ++i, ++next) {
      const auto places = append_records(*journal, {make_record(next, 100, 4096)}).value();
      EXPECT_EQ(read_place(*journal, places[0].payload).value(), make_record(next, 100, 4096).payload);
      if (next > 10) journal->release(next - 9);
    }
    ASSERT_TRUE(journal->write_live_from());
  }
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace holdfast::storage::local
