#include "frame.hpp"

#include "journal.hpp"

#include "holdfast/hash/digest.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>

namespace holdfast::storage::local {
namespace {

static_assert(std::endian::native == std::endian::little, "the journal is little-endian");

constexpr std::string_view kSegmentMagic = "HFJSEGMT";
constexpr std::string_view kFrameMagic = "HFJFRAME";
constexpr std::size_t kChecksumAt = 8;
constexpr std::size_t kCheckedFrom = 12;
constexpr std::size_t kJournalIdAt = 16;

template <class T>
T load(ByteView bytes, std::size_t offset) noexcept {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

template <class T>
void store(std::byte* bytes, std::size_t offset, T value) noexcept {
  std::memcpy(bytes + offset, &value, sizeof(value));
}

bool has_magic(ByteView bytes, std::string_view magic) noexcept { return std::memcmp(bytes.data(), magic.data(), magic.size()) == 0; }

std::uint32_t checksum(ByteView bytes) noexcept { return hash::crc32c(0, bytes.subspan(kCheckedFrom)); }

FrameHeader decode_frame_header(ByteView bytes) noexcept {
  FrameHeader header;
  header.journal_id = load<std::uint64_t>(bytes, kJournalIdAt);
  header.number = load<std::uint64_t>(bytes, 24);
  header.epoch = load<std::uint64_t>(bytes, 32);
  header.live_from = load<std::uint64_t>(bytes, 40);
  header.first_needed = load<std::uint64_t>(bytes, 48);
  header.voids_from = load<std::uint64_t>(bytes, 56);
  header.bytes = load<std::uint32_t>(bytes, 64);
  header.records = load<std::uint32_t>(bytes, 68);
  header.segment = load<std::uint32_t>(bytes, 72);
  return header;
}

bool sane(const FrameHeader& header) noexcept {
  return header.number != 0 && header.first_needed != 0 && header.first_needed <= header.number && header.voids_from < header.number;
}

}  // namespace

std::uint64_t journal_frame_bytes(std::uint64_t body_bytes, std::uint64_t entries) noexcept {
  const std::uint64_t bytes = kFrameHeaderBytes + entries * kRecordHeaderBytes + body_bytes;
  return (bytes + kBlock - 1) / kBlock * kBlock;
}

void encode_segment_header(const SegmentHeader& header, ByteSpan block) noexcept {
  std::memset(block.data(), 0, kBlock);
  std::memcpy(block.data(), kSegmentMagic.data(), kSegmentMagic.size());
  store(block.data(), 12, kJournalFormat);
  store(block.data(), kJournalIdAt, header.journal_id);
  store(block.data(), 24, header.segment_bytes);
  store(block.data(), 32, header.segment);
  store(block.data(), kChecksumAt, checksum(block.first(kBlock)));
}

Result<SegmentHeader> decode_segment_header(ByteView block) {
  if (block.size() < kBlock) return Error(ErrorCode::InternalError, "it is too short");
  block = block.first(kBlock);
  if (!has_magic(block, kSegmentMagic)) return Error(ErrorCode::InternalError, "its header is not one of a journal segment");
  if (load<std::uint32_t>(block, kChecksumAt) != checksum(block)) return Error(ErrorCode::InternalError, "its header fails its checksum");
  if (load<std::uint32_t>(block, 12) != kJournalFormat) {
    return Error(ErrorCode::InternalError, "its format is not known to this release");
  }
  SegmentHeader header;
  header.journal_id = load<std::uint64_t>(block, kJournalIdAt);
  header.segment_bytes = load<std::uint64_t>(block, 24);
  header.segment = load<std::uint32_t>(block, 32);
  return header;
}

void seal_frame(const FrameHeader& header, ByteSpan frame) noexcept {
  std::byte* const out = frame.data();
  std::memcpy(out, kFrameMagic.data(), kFrameMagic.size());
  store(out, 12, kJournalFormat);
  store(out, kJournalIdAt, header.journal_id);
  store(out, 24, header.number);
  store(out, 32, header.epoch);
  store(out, 40, header.live_from);
  store(out, 48, header.first_needed);
  store(out, 56, header.voids_from);
  store(out, 64, header.bytes);
  store(out, 68, header.records);
  store(out, 72, header.segment);
  store(out, 76, std::uint32_t{0});
  store(out, kChecksumAt, checksum(frame));
}

FrameProbe probe_frame(ByteView bytes, std::uint64_t journal_id, std::uint32_t segment) noexcept {
  FrameProbe probe;
  if (bytes.size() < kBlock) return probe;
  const bool magic = has_magic(bytes, kFrameMagic);
  const bool own = load<std::uint64_t>(bytes, kJournalIdAt) == journal_id;
  if (!magic && !own) return probe;
  probe.header = decode_frame_header(bytes);
  probe.state = FrameState::broken;
  const std::uint32_t length = probe.header.bytes;
  if (!magic || !own || probe.header.segment != segment || length == 0 || length % kBlock != 0 || length > bytes.size()) return probe;
  if (load<std::uint32_t>(bytes, kChecksumAt) != checksum(bytes.first(length))) return probe;
  if (load<std::uint32_t>(bytes, 12) != kJournalFormat) {
    probe.state = FrameState::unknown_format;
  } else if (sane(probe.header)) {
    probe.state = FrameState::intact;
  }
  return probe;
}

std::uint32_t frame_length(ByteView header) noexcept { return decode_frame_header(header).bytes; }

void encode_record_header(std::uint64_t seq, std::size_t change_bytes, std::size_t payload_bytes, std::byte* out) noexcept {
  store(out, 0, seq);
  store(out, 8, kChangeRecord);
  store(out, 12, static_cast<std::uint32_t>(change_bytes));
  store(out, 16, static_cast<std::uint32_t>(payload_bytes));
  store(out, 20, std::uint32_t{0});
}

Result<std::optional<RecordView>> RecordReader::next() {
  if (left_ == 0) return std::optional<RecordView>();
  const auto contradiction = [] { return Error(ErrorCode::XHoldfastCorruptObject, "a journal frame contradicts itself"); };
  if (frame_.size() - offset_ < kRecordHeaderBytes) return contradiction();
  const ByteView header = frame_.subspan(offset_, kRecordHeaderBytes);
  const std::uint64_t change_bytes = load<std::uint32_t>(header, 12);
  const std::uint64_t payload_bytes = load<std::uint32_t>(header, 16);
  offset_ += kRecordHeaderBytes;
  if (frame_.size() - offset_ < change_bytes + payload_bytes) return contradiction();
  RecordView record;
  record.seq = load<std::uint64_t>(header, 0);
  record.kind = load<std::uint32_t>(header, 8);
  record.offset = offset_;
  record.change = frame_.subspan(offset_, change_bytes);
  record.payload = frame_.subspan(offset_ + change_bytes, payload_bytes);
  offset_ += change_bytes + payload_bytes;
  --left_;
  return std::optional(record);
}

}  // namespace holdfast::storage::local
