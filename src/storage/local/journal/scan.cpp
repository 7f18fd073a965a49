#include "scan.hpp"

#include <algorithm>

namespace holdfast::storage::local {
namespace {

struct BrokenFrame {
  std::size_t segment = 0;
  std::uint64_t offset = 0;
  std::uint64_t number = 0;  // as it says
};
constexpr std::size_t kBrokenKept = 1024;

struct Scan {
  std::vector<FoundFrame> frames;
  std::vector<BrokenFrame> broken;  // only to say where damage is
};

Result<FoundFrame> describe_frame(const FrameHeader& header, ByteView bytes, std::size_t segment, std::uint64_t offset) {
  FoundFrame found;
  found.header = header;
  found.segment = segment;
  found.offset = offset;
  RecordReader reader(header, bytes.first(header.bytes));
  while (true) {
    HOLDFAST_TRY(record, reader.next());
    if (!record) return found;
    found.last_seq = std::max(found.last_seq, record->seq);
    found.unknown_records = found.unknown_records || record->kind != kChangeRecord;
  }
}

Result<> scan_segment(const Segment& segment, std::size_t index, std::uint64_t journal_id, ByteSpan memory, Scan& scan) {
  const ByteSpan bytes = memory.first(segment.size);
  HOLDFAST_TRY(got, segment.file->read_at(0, bytes));
  if (got != segment.size) return journal_damage(segment.path, got, "it ends there");
  for (std::uint64_t offset = kFirstFrameOffset; offset < segment.size;) {
    const ByteView rest = bytes.subspan(offset);
    const FrameProbe probe = probe_frame(rest, journal_id, segment.number);
    if (probe.state == FrameState::unknown_format) {
      return journal_damage(segment.path, offset, "the frame there has a format that this release doesn't know");
    }
    if (probe.state == FrameState::broken && scan.broken.size() < kBrokenKept) scan.broken.push_back({index, offset, probe.header.number});
    if (probe.state != FrameState::intact) {
      offset += kBlock;
      continue;
    }
    auto frame = describe_frame(probe.header, rest, index, offset);
    if (!frame) return journal_damage(segment.path, offset, std::string(frame.error().text()));
    scan.frames.push_back(*frame);
    offset += probe.header.bytes;
  }
  return {};
}

class Analysis {
 public:
  Analysis(const std::vector<SegmentPtr>& segments, Scan scan) : segments_(segments), scan_(std::move(scan)) {}

  Result<JournalScan> run() {
    result_.reusable.assign(segments_.size(), true);
    if (scan_.frames.empty()) return result_;
    std::sort(scan_.frames.begin(), scan_.frames.end(),
              [](const FoundFrame& a, const FoundFrame& b) { return a.header.number < b.header.number; });
    for (const FoundFrame& frame : scan_.frames) {
      result_.epoch = std::max(result_.epoch, frame.header.epoch);
      result_.live_from = std::max(result_.live_from, frame.header.live_from);
      result_.last_seq = std::max(result_.last_seq, frame.last_seq);
    }
    result_.last_number = scan_.frames.back().header.number;
    HOLDFAST_TRY_VOID(find_good_frames());
    choose_carried();
    HOLDFAST_TRY_VOID(place_frames());
    find_reusable();
    return result_;
  }

 private:
  enum class Standing : std::uint8_t { past, good, voided, voided_by_newest };

  // From the newest down: every number must be there, but for those that a good frame voids.
  Result<> find_good_frames() {
    const auto& frames = scan_.frames;
    const std::uint64_t newest = frames.back().header.number;
    const std::uint64_t first_needed = frames.back().header.first_needed;
    standing_.assign(frames.size(), Standing::past);
    std::uint64_t expected = newest;
    std::uint64_t voids_from = newest + 1;  // [voids_from, voids_until) is void
    std::uint64_t voids_until = newest + 1;
    bool by_newest = false;
    for (std::size_t i = frames.size(); i-- > 0 && frames[i].header.number >= first_needed;) {
      const FrameHeader& frame = frames[i].header;
      if (i > 0 && frames[i - 1].header.number == frame.number)
        return damage_at(frames[i], "frame " + std::to_string(frame.number) + " is there twice");
      if (frame.number >= voids_from && frame.number < voids_until) {
        standing_[i] = by_newest ? Standing::voided_by_newest : Standing::voided;
        continue;
      }
      if (frame.number != expected) return missing(expected, i + 1);
      if (frames[i].unknown_records && frames[i].last_seq >= result_.live_from) {
        return damage_at(frames[i], "a record there is of a kind that this release doesn't know");
      }
      standing_[i] = Standing::good;
      expected = frame.number - 1;
      if (frame.voids_from == 0) continue;
      voids_from = frame.voids_from;
      voids_until = frame.number;
      by_newest = frame.number == newest;
      expected = voids_from - 1;
    }
    if (expected >= first_needed) return missing(expected, first_index_from(first_needed));
    return {};
  }

  std::size_t first_index_from(std::uint64_t number) const {
    const auto found =
        std::find_if(scan_.frames.begin(), scan_.frames.end(), [&](const FoundFrame& f) { return f.header.number >= number; });
    return static_cast<std::size_t>(found - scan_.frames.begin());
  }

  Error damage_at(const FoundFrame& frame, const std::string& what) const {
    return journal_damage(segments_[frame.segment]->path, frame.offset, what);
  }

  // Frame `number` isn't there, though the one at index `next` is. Where it should be is a guess unless its header can
  // still be read.
  Error missing(std::uint64_t number, std::size_t next) const {
    const std::string what = "frame " + std::to_string(number) + " is missing or broken, and later ones are there";
    for (const BrokenFrame& broken : scan_.broken) {
      if (broken.number == number) return journal_damage(segments_[broken.segment]->path, broken.offset, what);
    }
    const FoundFrame& after = scan_.frames[next];
    if (after.offset != kFirstFrameOffset) return journal_damage(segments_[after.segment]->path, end_before(after), what);
    if (next > 0 && number > scan_.frames.back().header.first_needed && scan_.frames[next - 1].header.number + 1 == number) {
      const FoundFrame& before = scan_.frames[next - 1];
      return journal_damage(segments_[before.segment]->path, before.offset + before.header.bytes, what);
    }
    for (const BrokenFrame& broken : scan_.broken) {
      if (broken.offset == kFirstFrameOffset) return journal_damage(segments_[broken.segment]->path, broken.offset, what);
    }
    return journal_damage(segments_[after.segment]->path, after.offset, what + "; its segment is gone");
  }

  std::uint64_t end_before(const FoundFrame& after) const {
    std::uint64_t end = kFirstFrameOffset;
    for (const FoundFrame& frame : scan_.frames) {
      const std::uint64_t frame_end = frame.offset + frame.header.bytes;
      const bool same_use = frame.header.number >= scan_.frames.back().header.first_needed;
      if (same_use && frame.segment == after.segment && frame_end <= after.offset) end = std::max(end, frame_end);
    }
    return end;
  }

  void choose_carried() {
    const FoundFrame& newest = scan_.frames.back();
    std::uint64_t bytes = 0;
    std::vector<FoundFrame> together;
    for (std::size_t i = 0; i < scan_.frames.size(); ++i) {
      if (standing_[i] != Standing::good || scan_.frames[i].segment != newest.segment) continue;
      together.push_back(scan_.frames[i]);
      bytes += scan_.frames[i].header.bytes;
    }
    const bool little = bytes <= segments_[newest.segment]->size / 2;
    result_.carried = little ? std::move(together) : std::vector<FoundFrame>{newest};
    const FrameHeader& oldest = result_.carried.front().header;
    result_.voids_from = oldest.voids_from == 0 ? oldest.number : oldest.voids_from;
    if (newest.header.voids_from != 0) result_.voids_from = std::min(result_.voids_from, newest.header.voids_from);
  }

  Result<> place_frames() {
    for (std::size_t i = 0; i < scan_.frames.size(); ++i) {
      const FoundFrame& frame = scan_.frames[i];
      Segment& segment = *segments_[frame.segment];
      segment.last_frame = std::max(segment.last_frame, frame.header.number);
      if (standing_[i] != Standing::good || frame.header.number >= result_.carried.front().header.number) continue;
      if (frame.offset != segment.end) return damage_at(frame, "frame " + std::to_string(frame.header.number) + " isn't where it belongs");
      if (segment.first_frame == 0) segment.first_frame = frame.header.number;
      segment.last_seq = std::max(segment.last_seq, frame.last_seq);
      segment.end = frame.offset + frame.header.bytes;
    }
    return {};
  }

  // Only what a frame that is surely on the disk says is dead: the newest that came before the unsure ones.
  void find_reusable() {
    const auto& frames = scan_.frames;
    const FrameHeader& newest = frames.back().header;
    const std::uint64_t unsure_from = newest.voids_from == 0 ? newest.number : newest.voids_from;
    std::uint64_t sure_number = 0;
    std::uint64_t sure_first_needed = 0;
    for (const FoundFrame& frame : frames) {
      if (frame.header.number >= unsure_from) break;
      sure_number = frame.header.number;
      sure_first_needed = frame.header.first_needed;
    }
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const std::uint64_t number = frames[i].header.number;
      const bool dead = number < sure_first_needed || (number < sure_number && standing_[i] == Standing::voided);
      if (!dead) result_.reusable[frames[i].segment] = false;
    }
  }

  const std::vector<SegmentPtr>& segments_;
  Scan scan_;
  std::vector<Standing> standing_;
  JournalScan result_;
};

}  // namespace

Result<JournalScan> scan_journal(const std::vector<SegmentPtr>& segments, std::uint64_t journal_id) {
  Scan scan;
  std::uint64_t largest = 0;
  for (const SegmentPtr& segment : segments) largest = std::max(largest, segment->size);
  const auto memory = std::make_unique_for_overwrite<std::byte[]>(largest);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    HOLDFAST_TRY_VOID(scan_segment(*segments[i], i, journal_id, ByteSpan(memory.get(), largest), scan));
  }
  return Analysis(segments, std::move(scan)).run();
}

}  // namespace holdfast::storage::local
