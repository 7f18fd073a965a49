// The journal: frames in preallocated, recycled segments. Format and rules: docs/on-disk-format.md.
//
// Threads: append, write_live_from and replay by one thread at a time (the committer); everything else by any.
#pragma once

#include "holdfast/io/file_system.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace holdfast::storage::local {

struct JournalOptions {
  std::string directory;
  std::size_t segment_bytes = 0;   // 0: limits::kJournalSegmentBytes. For new segments; those found keep their size.
  std::uint32_t max_segments = 8;  // at least 3. Failed writes and starts may go beyond it.
};

// Where bytes of a record lie. Valid until the segment is reused, so read under a pin.
struct JournalLocation {
  std::uint32_t segment = 0;  // 0: nowhere
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint32_t generation = 0;  // which use of the segment: what tells an overwritten location
};

// One record to append: its sequence number and its body, in up to two pieces (encoded change, inline payload).
struct JournalEntry {
  std::uint64_t seq = 0;
  ByteView change;
  ByteView payload;
};

struct JournalRecord {
  std::uint64_t seq = 0;
  ByteView change;  // valid during the visit
  ByteView payload;
  JournalLocation change_location;
  JournalLocation payload_location;  // segment 0 when there is no payload
};

class Journal {
 public:
  virtual ~Journal() = default;

  // What the scan at open found.
  virtual std::uint64_t epoch() const noexcept = 0;      // this run's: greater than any before it, already durable
  virtual std::uint64_t live_from() const noexcept = 0;  // greatest valid one on disk
  virtual std::uint64_t last_seq() const noexcept = 0;   // greatest sequence number in any valid frame; 0 if none
  // Visits every live record (seq >= live_from, frame not voided) in order; an error of the visit ends it. Also later:
  // then with what was appended and released since.
  virtual Result<> replay(const std::function<Result<>(const JournalRecord&)>& visit) = 0;

  // Appends one frame with all entries and syncs it. `locations` gets {change, payload} for each entry. On success the
  // frame is durable. On failure nothing of it will ever be replayed once writes succeed again: the next append first
  // syncs a frame in a new segment that voids this one. Sequence numbers must not be lower than the one before; no
  // entry may have more than limits::kRecordBytes, and all together must leave two blocks of a segment free
  // (InvalidRequest otherwise, nothing written). SlowDown: no segment is free (ask has_room first). No entries: nothing
  // happens. Takes a new segment when needed, which may mean to make one: some 50 ms.
  struct Locations {
    JournalLocation change;
    JournalLocation payload;
  };
  virtual Result<> append(std::span<const JournalEntry> entries, std::vector<Locations>& locations) = 0;
  // True if a frame of these entries' total size can be appended now without waiting for a segment to be released.
  // `reserved` appends (deletes) may use the segment that is kept back for them. False for ever if it fits no segment.
  virtual bool has_room(std::size_t body_bytes, std::size_t entries, bool reserved) const = 0;

  // Everything below `live_from` is settled, durable, and flushed in the index. Remembered; it goes to disk with the
  // next frame, or by write_live_from().
  virtual void release(std::uint64_t live_from) = 0;
  // Writes and syncs an empty frame that carries live_from; also seals the frame before it, so that damage to that one
  // can't look like a torn tail.
  virtual Result<> write_live_from() = 0;
  // Bytes that can't be reused yet (whole segments, but for the current one) / bytes of max_segments.
  virtual std::uint64_t live_bytes() const = 0;
  virtual std::uint64_t capacity_bytes() const = 0;
  // The last sequence number in the oldest busy segment: settle and flush past it, release, and that segment is free;
  // 0 if none is busy but the current one.
  virtual std::uint64_t oldest_segment_last_seq() const = 0;

  // Keeps the segment of a location from being reused while the returned token lives; null if the location's content
  // may already have been overwritten (the caller reads the row again).
  virtual std::shared_ptr<const void> pin(const JournalLocation& location) = 0;
  // The first out.size() bytes of the location's.
  virtual Result<> read(const JournalLocation& location, ByteSpan out) const = 0;
};

// What a frame of these entries takes on disk.
std::uint64_t journal_frame_bytes(std::uint64_t body_bytes, std::uint64_t entries) noexcept;

// Opens or creates the journal of a folder: scans the segments, finds damage (XHoldfastCorruptObject, with a message that
// names segment, offset and `holdfast check`), raises the epoch durably in a segment other than the last used one. The
// epoch is at least `min_epoch` (for a journal that is empty or lost: from sidecars and index). A journal that has lost its
// newest segment whole can't know it: compare last_seq() with what the index has applied.
Result<std::unique_ptr<Journal>> open_journal(io::FileSystem& files, const JournalOptions& options, std::uint64_t min_epoch);

}  // namespace holdfast::storage::local
