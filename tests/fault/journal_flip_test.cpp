// One flipped byte anywhere in a journal: found at start, or of no consequence; never another record, never a lost one.
#include "support/fault_file_system.hpp"
#include "support/journal_records.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

namespace holdfast::testing {
namespace {

constexpr std::size_t kBlockBytes = 4096;
constexpr std::size_t kSegmentBytes = 12 * kBlockBytes;
const storage::local::JournalOptions kOptions{"/j", kSegmentBytes, 4};

struct Frames {
  std::unique_ptr<FaultFileSystem> files = std::make_unique<FaultFileSystem>();
  std::vector<TestRecord> records;
  std::vector<std::pair<std::string, std::uint64_t>> blocks;  // of frames with live records
};

// Several segments full of frames of one, two and three blocks; recycled once, so that old frames lie behind new ones.
Frames make_frames() {
  Frames frames;
  frames.files->keep_log(false);
  const auto journal = storage::local::open_journal(*frames.files, kOptions, 0).value();
  std::uint64_t seq = 1;
  for (; seq < 30; ++seq) {
    EXPECT_TRUE(append_records(*journal, {make_record(seq, 20, seq * 997 % 9000)}));
    journal->release(seq > 5 ? seq - 5 : 0);
  }
  journal->release(seq);
  for (; journal->has_room(9000, 1, false); ++seq) {
    const TestRecord record = make_record(seq, 20, seq * 1009 % 9000);
    const auto place = append_records(*journal, {record}).value().front();
    frames.records.push_back(record);
    const std::string path = "/j/000" + std::to_string(place.change.segment) + ".log";
    const std::uint64_t first = place.change.offset / kBlockBytes * kBlockBytes;
    const std::uint64_t bytes = storage::local::journal_frame_bytes(record.change.size() + record.payload.size(), 1);
    for (std::uint64_t offset = first; offset < first + bytes; offset += kBlockBytes) frames.blocks.emplace_back(path, offset);
  }
  EXPECT_TRUE(journal->write_live_from());
  return frames;
}

TEST(JournalFlip, AnyByteOfAFrameThatHasALaterOneStopsTheStart) {
  const Frames frames = make_frames();
  ASSERT_GT(frames.blocks.size(), 20U);
  // Every byte of every frame when asked for; else of some, and of all frames' headers.
  const bool all = std::getenv("HOLDFAST_FAULT_SEEDS") != nullptr;
  std::uint64_t flips = 0;
  std::size_t number = 0;
  for (const auto& [path, block] : frames.blocks) {
    const bool each = all || number++ % 16 == 1;
    for (std::uint64_t i = 0; i < kBlockBytes; i += each || i < 128 ? 1 : 61) {
      frames.files->flip(path, block + i, static_cast<std::uint8_t>(1U << (i % 8)));
      const auto opened = storage::local::open_journal(*frames.files, kOptions, 0);
      ASSERT_FALSE(opened) << path << " " << block + i;
      ASSERT_EQ(opened.error().code, ErrorCode::XHoldfastCorruptObject);
      ASSERT_THAT(std::string(opened.error().text()),
                  ::testing::AllOf(::testing::HasSubstr("/j/000"), ::testing::HasSubstr("offset"), ::testing::HasSubstr("holdfast check")));
      if (block % kBlockBytes == 0 && i >= 128) {
        ASSERT_THAT(std::string(opened.error().text()), ::testing::HasSubstr(path)) << block + i;
      }
      frames.files->flip(path, block + i, static_cast<std::uint8_t>(1U << (i % 8)));
      ++flips;
    }
  }
  EXPECT_GT(flips, 3'000U);
  const auto opened = storage::local::open_journal(*frames.files, kOptions, 0);
  ASSERT_TRUE(opened);
  EXPECT_EQ(replayed(**opened).value(), frames.records);
}

TEST(JournalFlip, AnyOtherByteStopsItOrDoesNothing) {
  const Frames frames = make_frames();
  for (const io::DirectoryEntry& entry : frames.files->list("/j").value()) {
    const std::string path = "/j/" + entry.name;
    for (std::uint64_t offset = 0; offset < kSegmentBytes; offset += 509) {
      const auto copy = frames.files->image({Survival::everything, 0});
      copy->keep_log(false);
      copy->flip(path, offset);
      const auto opened = storage::local::open_journal(*copy, kOptions, 0);
      if (!opened) {
        ASSERT_EQ(opened.error().code, ErrorCode::XHoldfastCorruptObject);
      } else {
        ASSERT_EQ(replayed(**opened).value(), frames.records) << path << " " << offset;
      }
    }
  }
}

}  // namespace
}  // namespace holdfast::testing
