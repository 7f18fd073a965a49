// The bytes of the journal: segment headers, frames, records (docs/on-disk-format.md, "Journal"). No files here.
#pragma once

#include "holdfast/base/bytes.hpp"
#include "holdfast/base/limits.hpp"
#include "holdfast/base/result.hpp"

#include <cstdint>
#include <optional>

namespace holdfast::storage::local {

inline constexpr std::size_t kBlock = limits::kJournalBlockBytes;
inline constexpr std::uint64_t kFirstFrameOffset = kBlock;
inline constexpr std::size_t kFrameHeaderBytes = 80;
inline constexpr std::size_t kRecordHeaderBytes = 24;
inline constexpr std::uint32_t kJournalFormat = 1;

struct SegmentHeader {
  std::uint64_t journal_id = 0;
  std::uint64_t segment_bytes = 0;
  std::uint32_t segment = 0;
};

// Fills a segment's first block.
void encode_segment_header(const SegmentHeader& header, ByteSpan block) noexcept;
// InternalError with the reason, for the caller to put the file's name to.
Result<SegmentHeader> decode_segment_header(ByteView block);

struct FrameHeader {
  std::uint64_t journal_id = 0;
  std::uint64_t number = 0;
  std::uint64_t epoch = 0;
  std::uint64_t live_from = 0;
  std::uint64_t first_needed = 0;
  std::uint64_t voids_from = 0;  // 0: voids none
  std::uint32_t bytes = 0;
  std::uint32_t records = 0;
  std::uint32_t segment = 0;
};

// Writes the header into a frame whose records and padding are in place, and its checksum.
void seal_frame(const FrameHeader& header, ByteSpan frame) noexcept;

enum class FrameState : std::uint8_t {
  none,    // nothing that looks like a frame
  broken,  // looks like one, and isn't intact
  intact,
  unknown_format,  // intact, but a later release's
};
struct FrameProbe {
  FrameState state = FrameState::none;
  FrameHeader header;  // of a broken frame: what it says, true or not
};
// What lies at the beginning of `bytes`, which go on to the end of the segment.
FrameProbe probe_frame(ByteView bytes, std::uint64_t journal_id, std::uint32_t segment) noexcept;
// The length in the header of a frame that is known to be intact.
std::uint32_t frame_length(ByteView header) noexcept;

inline constexpr std::uint32_t kChangeRecord = 1;
struct RecordView {
  std::uint64_t seq = 0;
  std::uint32_t kind = 0;
  std::uint64_t offset = 0;  // of the change, in the frame; the payload follows
  ByteView change;
  ByteView payload;
};

void encode_record_header(std::uint64_t seq, std::size_t change_bytes, std::size_t payload_bytes, std::byte* out) noexcept;

// Walks the records of an intact frame.
class RecordReader {
 public:
  RecordReader(const FrameHeader& header, ByteView frame) noexcept : frame_(frame), left_(header.records) {}
  // nullopt at the end. An error means that the frame contradicts itself.
  Result<std::optional<RecordView>> next();

 private:
  ByteView frame_;
  std::uint32_t left_;
  std::size_t offset_ = kFrameHeaderBytes;
};

}  // namespace holdfast::storage::local
