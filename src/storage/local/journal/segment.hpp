// One segment of the journal: its file, and what the journal knows of it.
#pragma once

#include "frame.hpp"

#include "holdfast/io/file_system.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace holdfast::storage::local {

struct Segment {
  std::uint32_t number = 0;
  std::uint64_t size = 0;
  std::string path;
  std::unique_ptr<io::File> file;
  std::atomic<std::uint32_t> pins{0};

  // Guarded by the journal's mutex; a generation begins when the segment is used anew.
  std::uint32_t generation = 1;
  std::uint64_t first_frame = 0;          // the oldest good one; 0: none
  std::uint64_t last_frame = 0;           // the newest, failed ones too
  std::uint64_t last_seq = 0;             // of good frames
  std::uint64_t end = kFirstFrameOffset;  // behind the last good frame
  bool failed = false;                    // nothing more goes here until it is used anew
};
using SegmentPtr = std::shared_ptr<Segment>;

// An error that names the segment, the place, and what to do.
Error journal_damage(const std::string& path, std::uint64_t offset, const std::string& what);

// Opens the segments of a folder in order of their numbers, and removes what a crash left of ones being made.
// `journal_id` gets theirs (untouched if there is none).
Result<std::vector<SegmentPtr>> open_segments(io::FileSystem& files, const std::string& directory, std::uint64_t& journal_id);
// Makes a segment: when it returns it is on disk, full of zeros. On failure nothing is left.
Result<SegmentPtr> create_segment(io::FileSystem& files, const std::string& directory, const SegmentHeader& header);

}  // namespace holdfast::storage::local
