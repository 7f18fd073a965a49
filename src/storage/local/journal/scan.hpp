// What the segments of a journal hold, found out at start: docs/on-disk-format.md, "Journal", "Reading".
#pragma once

#include "segment.hpp"

#include <optional>
#include <vector>

namespace holdfast::storage::local {

struct FoundFrame {
  FrameHeader header;
  std::size_t segment = 0;  // index in the list of segments
  std::uint64_t offset = 0;
  std::uint64_t last_seq = 0;
  bool unknown_records = false;
};

struct JournalScan {
  std::uint64_t epoch = 0;      // greatest found
  std::uint64_t live_from = 0;  // greatest found
  std::uint64_t last_seq = 0;   // greatest in any intact frame
  std::uint64_t last_number = 0;
  // The newest frame may be in the page cache only. The first frame of this run takes its place: it voids all from
  // `voids_from` on and repeats the live records of `carried`, which are the newest frame or, when that isn't much, its
  // whole segment, so that restarts don't use up segments.
  std::uint64_t voids_from = 0;
  std::vector<FoundFrame> carried;
  std::vector<bool> reusable;  // by segment: may that first frame overwrite it?
};

// Scans the segments and fills in what they hold, without what is carried. Damage is an error.
Result<JournalScan> scan_journal(const std::vector<SegmentPtr>& segments, std::uint64_t journal_id);

}  // namespace holdfast::storage::local
