#include "journal.hpp"

#include "scan.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/base/random.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <mutex>
#include <new>

namespace holdfast::storage::local {
namespace {

constexpr std::size_t kSegmentsAtStart = 3;
constexpr std::size_t kLeastSegments = 3;
constexpr std::size_t kSpareSegments = 4;  // beyond max_segments, for frames that void failed ones
constexpr std::uint64_t kLeastSegmentBytes = 8 * kBlock;
constexpr std::size_t kBufferLeast = 64 * limits::kKiB;
constexpr std::size_t kBufferKept = limits::kMiB;
constexpr std::uint64_t kLastBlock = kBlock;  // of a segment: kept for the frame that frees another one

Error changed(const Segment& segment, std::uint64_t offset) {
  return journal_damage(segment.path, offset, "the frame there isn't what it was a moment ago");
}

// One buffer for all frames, aligned to blocks; grows as needed and gives back what one great frame took.
class FrameBuffer {
 public:
  ByteSpan take(std::size_t bytes) {
    const bool too_great = capacity_ > kBufferKept && bytes <= kBufferKept;
    if (bytes > capacity_ || too_great) grow(std::max(bytes, kBufferLeast));
    return {memory_.get(), bytes};
  }

 private:
  struct Free {
    void operator()(std::byte* memory) const noexcept { std::free(memory); }
  };
  void grow(std::size_t bytes) {
    memory_.reset();
    memory_.reset(static_cast<std::byte*>(std::aligned_alloc(kBlock, bytes)));
    if (!memory_) throw std::bad_alloc();
    capacity_ = bytes;
  }

  std::unique_ptr<std::byte, Free> memory_;
  std::size_t capacity_ = 0;
};

class SegmentedJournal final : public Journal {
 public:
  SegmentedJournal(io::FileSystem& files, JournalOptions options) : files_(files), options_(std::move(options)) {}

  Result<> open(std::uint64_t min_epoch);

  std::uint64_t epoch() const noexcept override { return epoch_; }
  std::uint64_t live_from() const noexcept override { return found_live_from_; }
  std::uint64_t last_seq() const noexcept override { return found_last_seq_; }
  Result<> replay(const std::function<Result<>(const JournalRecord&)>& visit) override;
  Result<> append(std::span<const JournalEntry> entries, std::vector<Locations>& locations) override;
  bool has_room(std::size_t body_bytes, std::size_t entries, bool reserved) const override;
  void release(std::uint64_t live_from) override;
  Result<> write_live_from() override;
  std::uint64_t live_bytes() const override;
  std::uint64_t capacity_bytes() const override { return std::uint64_t{options_.max_segments} * options_.segment_bytes; }
  std::uint64_t oldest_segment_last_seq() const override;
  std::shared_ptr<const void> pin(const JournalLocation& location) override;
  Result<> read(const JournalLocation& location, ByteSpan out) const override;

 private:
  // Where the next segment may come from.
  enum class Growth : std::uint8_t { ordinary, spare };

  Result<> begin_run(const JournalScan& found, std::uint64_t min_epoch);
  void remove_small_segments();
  Result<SegmentPtr> first_segment(const JournalScan& found, std::uint64_t frame_bytes);
  Result<> read_live_records(const std::vector<FoundFrame>& frames, std::vector<std::byte>& bytes,
                             std::vector<JournalEntry>& entries) const;

  Result<> check(std::span<const JournalEntry> entries) const;
  Result<> make_ready(std::uint64_t frame_bytes);
  Result<> void_failed_frames();
  Result<> begin_segment(std::uint64_t frame_bytes, Growth growth);
  Result<SegmentPtr> next_segment(std::uint64_t frame_bytes, Growth growth);
  Result<> say_what_is_free();
  bool use(const SegmentPtr& segment);
  Result<SegmentPtr> grow(std::uint64_t frame_bytes);

  ByteSpan build(std::span<const JournalEntry> entries, std::uint64_t frame_bytes);
  void locate(std::span<const JournalEntry> entries, std::vector<Locations>& locations) const;
  Result<> write_frame(ByteSpan frame, std::size_t records, std::uint64_t last_seq, std::uint64_t voids_from);
  Result<> write_empty_frame() { return write_frame(build({}, kBlock), 0, 0, failed_from_); }
  Result<> replay_segment(const Segment& segment, std::uint64_t live_from, const std::function<Result<>(const JournalRecord&)>& visit);

  // The rest needs the mutex.
  std::uint64_t first_needed() const;
  std::vector<Segment*> in_order() const;
  bool whole(const Segment& segment) const { return segment.size >= options_.segment_bytes; }
  bool dead(const Segment& segment, std::uint64_t needed) const;
  bool free_in_memory(const Segment& segment, std::uint64_t needed) const;
  bool free_on_disk(const Segment& segment) const;
  SegmentPtr pick_free(std::uint64_t frame_bytes, bool failed_too) const;
  std::size_t count_free() const;
  std::size_t count_whole() const;
  std::size_t growable() const;
  bool fits_current(std::uint64_t frame_bytes) const;
  SegmentPtr segment_of(std::uint32_t number) const;

  io::FileSystem& files_;
  JournalOptions options_;
  std::uint64_t journal_id_ = 0;
  std::uint64_t epoch_ = 0;
  std::uint64_t found_live_from_ = 0;
  std::uint64_t found_last_seq_ = 0;

  // The appending thread's own.
  FrameBuffer buffer_;
  std::uint64_t next_number_ = 1;
  std::uint64_t last_good_seq_ = 0;
  SegmentPtr last_failed_;

  mutable std::mutex mutex_;
  std::vector<SegmentPtr> segments_;
  SegmentPtr current_;
  std::uint64_t live_from_ = 0;
  std::uint64_t synced_first_needed_ = 0;  // what the last synced frame says
  std::uint64_t failed_from_ = 0;          // the oldest failed frame that isn't voided on disk yet; 0: none
  bool growth_failed_ = false;
};

// --- start ---

Result<> SegmentedJournal::open(std::uint64_t min_epoch) {
  if (options_.segment_bytes == 0) options_.segment_bytes = limits::kJournalSegmentBytes;
  options_.segment_bytes = std::max<std::size_t>(options_.segment_bytes / kBlock * kBlock, kLeastSegmentBytes);
  options_.max_segments = std::max<std::uint32_t>(options_.max_segments, kLeastSegments);
  HOLDFAST_TRY_VOID(io::make_directories_durably(files_, options_.directory));
  HOLDFAST_TRY(segments, open_segments(files_, options_.directory, journal_id_));
  // A crash may have come between the renaming of a new segment and the sync of its name.
  HOLDFAST_TRY_VOID(files_.sync_directory(options_.directory));
  segments_ = std::move(segments);
  while (journal_id_ == 0) journal_id_ = random_u64();
  HOLDFAST_TRY(found, scan_journal(segments_, journal_id_));
  return begin_run(found, min_epoch);
}

// The second frame proves that the first is on the disk: the next start can rely on it.
Result<> SegmentedJournal::begin_run(const JournalScan& found, std::uint64_t min_epoch) {
  epoch_ = std::max({found.epoch + 1, min_epoch, std::uint64_t{1}});
  live_from_ = found_live_from_ = found.live_from;
  found_last_seq_ = found.last_seq;
  std::vector<std::byte> bytes;
  std::vector<JournalEntry> entries;
  next_number_ = found.last_number + 1;
  HOLDFAST_TRY_VOID(read_live_records(found.carried, bytes, entries));
  std::uint64_t body = 0;
  for (const JournalEntry& entry : entries) body += entry.change.size() + entry.payload.size();
  const std::uint64_t frame_bytes = journal_frame_bytes(body, entries.size());
  HOLDFAST_TRY(first, first_segment(found, frame_bytes));
  (void)use(first);
  for (const SegmentPtr& segment : segments_) last_good_seq_ = std::max(last_good_seq_, segment->last_seq);
  const std::uint64_t last_seq = entries.empty() ? 0 : entries.back().seq;
  HOLDFAST_TRY_VOID(write_frame(build(entries, frame_bytes), entries.size(), last_seq, found.voids_from));
  HOLDFAST_TRY_VOID(write_empty_frame());
  remove_small_segments();
  while (count_whole() < kSegmentsAtStart && grow(0)) {
  }
  return {};
}

// A release with greater segments replaces the old ones as they become free.
void SegmentedJournal::remove_small_segments() {
  std::erase_if(segments_, [&](const SegmentPtr& segment) {
    return !whole(*segment) && dead(*segment, synced_first_needed_) && files_.remove(segment->path);
  });
}

Result<SegmentPtr> SegmentedJournal::first_segment(const JournalScan& found, std::uint64_t frame_bytes) {
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    if (found.reusable[i] && segments_[i]->size >= kFirstFrameOffset + frame_bytes + kBlock + kLastBlock) return segments_[i];
  }
  return grow(frame_bytes + kBlock);
}

Result<> SegmentedJournal::read_live_records(const std::vector<FoundFrame>& frames, std::vector<std::byte>& bytes,
                                             std::vector<JournalEntry>& entries) const {
  std::size_t total = 0;
  for (const FoundFrame& frame : frames) total += frame.header.bytes;
  bytes.resize(total);
  std::size_t start = 0;
  for (const FoundFrame& frame : frames) {
    const Segment& segment = *segments_[frame.segment];
    const ByteSpan content = ByteSpan(bytes).subspan(start, frame.header.bytes);
    start += content.size();
    HOLDFAST_TRY(got, segment.file->read_at(frame.offset, content));
    const FrameProbe probe = probe_frame(content, journal_id_, segment.number);
    if (got != content.size() || probe.state != FrameState::intact) return changed(segment, frame.offset);
    RecordReader reader(probe.header, content);
    while (true) {
      HOLDFAST_TRY(record, reader.next());
      if (!record) break;
      if (record->seq >= live_from_) entries.push_back({record->seq, record->change, record->payload});
    }
  }
  return {};
}

// --- writing ---

Result<> SegmentedJournal::check(std::span<const JournalEntry> entries) const {
  std::uint64_t seq = last_good_seq_;
  for (const JournalEntry& entry : entries) {
    if (entry.change.size() + entry.payload.size() > limits::kRecordBytes) {
      return Error(ErrorCode::InvalidRequest, "A change of " + std::to_string(entry.change.size() + entry.payload.size()) +
                                                  " bytes is more than the journal takes in one record.");
    }
    if (entry.seq < seq) return Error(ErrorCode::InvalidRequest, "A change's sequence number goes back.");
    seq = entry.seq;
  }
  return {};
}

Result<> SegmentedJournal::append(std::span<const JournalEntry> entries, std::vector<Locations>& locations) {
  locations.clear();
  if (entries.empty()) return {};
  HOLDFAST_TRY_VOID(check(entries));
  std::uint64_t body = 0;
  for (const JournalEntry& entry : entries) body += entry.change.size() + entry.payload.size();
  const std::uint64_t frame_bytes = journal_frame_bytes(body, entries.size());
  if (kFirstFrameOffset + frame_bytes + kLastBlock > options_.segment_bytes) {
    return Error(ErrorCode::InvalidRequest, "The changes of one commit don't fit a journal segment.");
  }
  HOLDFAST_TRY_VOID(make_ready(frame_bytes));
  locate(entries, locations);
  const auto written = write_frame(build(entries, frame_bytes), entries.size(), entries.back().seq, 0);
  if (!written) locations.clear();
  return written;
}

Result<> SegmentedJournal::write_live_from() {
  if (failed_from_ != 0) return void_failed_frames();
  HOLDFAST_TRY_VOID(make_ready(kBlock));
  return write_empty_frame();
}

Result<> SegmentedJournal::make_ready(std::uint64_t frame_bytes) {
  if (failed_from_ != 0) HOLDFAST_TRY_VOID(void_failed_frames());
  {
    const std::lock_guard lock(mutex_);
    if (fits_current(frame_bytes)) return {};
  }
  return begin_segment(frame_bytes, Growth::ordinary);
}

Result<> SegmentedJournal::void_failed_frames() {
  HOLDFAST_TRY_VOID(begin_segment(kBlock, Growth::spare));
  return write_empty_frame();
}

Result<> SegmentedJournal::begin_segment(std::uint64_t frame_bytes, Growth growth) {
  if (failed_from_ == 0) HOLDFAST_TRY_VOID(say_what_is_free());
  SegmentPtr next;
  do {
    HOLDFAST_TRY(found, next_segment(frame_bytes, growth));
    next = found;
  } while (!use(next));
  return {};
}

Result<SegmentPtr> SegmentedJournal::next_segment(std::uint64_t frame_bytes, Growth growth) {
  SegmentPtr next;
  bool grow_first = false;
  {
    const std::lock_guard lock(mutex_);
    next = pick_free(frame_bytes, false);
    // The reserve must be on the disk before the disk is full: one is made before the last one is taken.
    const bool last_one = count_free() <= 1 && growth == Growth::ordinary;
    const std::size_t bound = options_.max_segments + (growth == Growth::ordinary ? 0 : kSpareSegments);
    grow_first = (!next || last_one) && count_whole() < bound;
  }
  if (grow_first) {
    auto grown = grow(frame_bytes);
    if (grown || !next) next = grown ? *grown : nullptr;
    if (!next && growth == Growth::ordinary) return grown;
  }
  if (!next && growth == Growth::spare) {
    const std::lock_guard lock(mutex_);
    next = pick_free(frame_bytes, true);
  }
  if (!next) return Error(ErrorCode::SlowDown, "The journal is full until more of it has been written out.");
  return next;
}

// When a segment is free, but no frame on disk says so, the current segment's last block is for that frame.
Result<> SegmentedJournal::say_what_is_free() {
  {
    const std::lock_guard lock(mutex_);
    const bool unsaid = count_free() > 0 && !pick_free(0, false);
    if (!unsaid || current_->end + kLastBlock > current_->size) return {};
  }
  return write_empty_frame();
}

// False if a reader was quicker and has pinned it.
bool SegmentedJournal::use(const SegmentPtr& segment) {
  const std::lock_guard lock(mutex_);
  if (segment->pins.load(std::memory_order_acquire) != 0) return false;
  ++segment->generation;
  segment->first_frame = 0;
  segment->last_frame = 0;
  segment->last_seq = 0;
  segment->end = kFirstFrameOffset;
  segment->failed = false;
  current_ = segment;
  return true;
}

Result<SegmentPtr> SegmentedJournal::grow(std::uint64_t frame_bytes) {
  SegmentHeader header;
  header.journal_id = journal_id_;
  header.segment = segments_.empty() ? 1 : segments_.back()->number + 1;
  header.segment_bytes = std::max<std::uint64_t>(options_.segment_bytes, kFirstFrameOffset + frame_bytes + kLastBlock);
  auto made = create_segment(files_, options_.directory, header);
  const std::lock_guard lock(mutex_);
  growth_failed_ = !made;
  if (made) segments_.push_back(*made);
  return made;
}

ByteSpan SegmentedJournal::build(std::span<const JournalEntry> entries, std::uint64_t frame_bytes) {
  const ByteSpan frame = buffer_.take(frame_bytes);
  std::byte* out = frame.data() + kFrameHeaderBytes;
  const auto put = [&out](ByteView bytes) {
    if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
    out += bytes.size();
  };
  for (const JournalEntry& entry : entries) {
    encode_record_header(entry.seq, entry.change.size(), entry.payload.size(), out);
    out += kRecordHeaderBytes;
    put(entry.change);
    put(entry.payload);
  }
  std::memset(out, 0, static_cast<std::size_t>(frame.data() + frame.size() - out));
  return frame;
}

void SegmentedJournal::locate(std::span<const JournalEntry> entries, std::vector<Locations>& locations) const {
  const std::uint32_t segment = current_->number;
  const std::uint32_t generation = current_->generation;
  std::uint64_t offset = current_->end + kFrameHeaderBytes;
  locations.reserve(entries.size());
  for (const JournalEntry& entry : entries) {
    offset += kRecordHeaderBytes;
    Locations& place = locations.emplace_back();
    place.change = {segment, offset, entry.change.size(), generation};
    offset += entry.change.size();
    if (!entry.payload.empty()) place.payload = {segment, offset, entry.payload.size(), generation};
    offset += entry.payload.size();
  }
}

Result<> SegmentedJournal::write_frame(ByteSpan frame, std::size_t records, std::uint64_t last_seq, std::uint64_t voids_from) {
  FrameHeader header;
  header.journal_id = journal_id_;
  header.number = next_number_++;
  header.epoch = epoch_;
  header.voids_from = voids_from;
  header.bytes = static_cast<std::uint32_t>(frame.size());
  header.records = static_cast<std::uint32_t>(records);
  header.segment = current_->number;
  {
    const std::lock_guard lock(mutex_);
    header.live_from = live_from_;
    header.first_needed = std::min(first_needed(), header.number);
  }
  seal_frame(header, frame);
  auto written = current_->file->write_at(current_->end, frame);
  if (written) written = current_->file->sync_data();

  const std::lock_guard lock(mutex_);
  current_->last_frame = header.number;
  if (!written) {
    current_->failed = true;
    last_failed_ = current_;
    if (failed_from_ == 0) failed_from_ = voids_from == 0 ? header.number : voids_from;
    return written;
  }
  if (current_->first_frame == 0) current_->first_frame = header.number;
  current_->last_seq = std::max(current_->last_seq, last_seq);
  current_->end += frame.size();
  last_good_seq_ = std::max(last_good_seq_, last_seq);
  synced_first_needed_ = header.first_needed;
  failed_from_ = 0;
  return {};
}

// --- room ---

std::vector<Segment*> SegmentedJournal::in_order() const {
  std::vector<Segment*> used;
  for (const SegmentPtr& segment : segments_) {
    if (segment->first_frame != 0) used.push_back(segment.get());
  }
  std::sort(used.begin(), used.end(), [](const Segment* a, const Segment* b) { return a->first_frame < b->first_frame; });
  return used;
}

// The first frame of the oldest segment that must be kept. When the current one is still empty there may be none: then
// it is beyond all numbers.
std::uint64_t SegmentedJournal::first_needed() const {
  for (const Segment* segment : in_order()) {
    if (segment == current_.get() || segment->last_seq >= std::max<std::uint64_t>(live_from_, 1)) return segment->first_frame;
  }
  return std::numeric_limits<std::uint64_t>::max();
}

bool SegmentedJournal::dead(const Segment& segment, std::uint64_t needed) const {
  return &segment != current_.get() && (segment.first_frame == 0 || segment.last_frame < needed);
}

bool SegmentedJournal::free_in_memory(const Segment& segment, std::uint64_t needed) const {
  return dead(segment, needed) && whole(segment) && segment.pins.load(std::memory_order_acquire) == 0;
}

bool SegmentedJournal::free_on_disk(const Segment& segment) const { return free_in_memory(segment, synced_first_needed_); }

// While a failed frame isn't voided yet, a segment that only holds failed ones is the last resort.
SegmentPtr SegmentedJournal::pick_free(std::uint64_t frame_bytes, bool failed_too) const {
  for (const SegmentPtr& segment : segments_) {
    if (failed_from_ != 0 && segment->failed && (!failed_too || segment == last_failed_)) continue;
    if (free_on_disk(*segment) && kFirstFrameOffset + frame_bytes + kLastBlock <= segment->size) return segment;
  }
  return nullptr;
}

std::size_t SegmentedJournal::count_free() const {
  const std::uint64_t needed = first_needed();
  return static_cast<std::size_t>(
      std::count_if(segments_.begin(), segments_.end(), [&](const SegmentPtr& segment) { return free_in_memory(*segment, needed); }));
}

std::size_t SegmentedJournal::count_whole() const {
  return static_cast<std::size_t>(std::count_if(segments_.begin(), segments_.end(), [&](const SegmentPtr& s) { return whole(*s); }));
}

std::size_t SegmentedJournal::growable() const {
  const std::size_t count = count_whole();
  return growth_failed_ || count >= options_.max_segments ? 0 : options_.max_segments - count;
}

bool SegmentedJournal::fits_current(std::uint64_t frame_bytes) const {
  return !current_->failed && current_->end + frame_bytes + kLastBlock <= current_->size;
}

bool SegmentedJournal::has_room(std::size_t body_bytes, std::size_t entries, bool reserved) const {
  const std::uint64_t frame_bytes = journal_frame_bytes(body_bytes, entries);
  if (kFirstFrameOffset + frame_bytes + kLastBlock > options_.segment_bytes) return false;
  const std::lock_guard lock(mutex_);
  const std::size_t wanted = (fits_current(frame_bytes) ? 0 : 1) + (reserved ? 0 : 1);
  return wanted == 0 || count_free() + growable() >= wanted;
}

void SegmentedJournal::release(std::uint64_t live_from) {
  const std::lock_guard lock(mutex_);
  live_from_ = std::max(live_from_, live_from);
  growth_failed_ = false;
}

std::uint64_t SegmentedJournal::live_bytes() const {
  const std::lock_guard lock(mutex_);
  const std::uint64_t needed = first_needed();
  std::uint64_t bytes = current_->end;
  for (const SegmentPtr& segment : segments_) {
    if (segment != current_ && !dead(*segment, needed)) bytes += segment->size;
  }
  return bytes;
}

std::uint64_t SegmentedJournal::oldest_segment_last_seq() const {
  const std::lock_guard lock(mutex_);
  const std::uint64_t needed = first_needed();
  for (const Segment* segment : in_order()) {
    if (segment == current_.get()) return 0;
    if (segment->last_frame >= needed) return segment->last_seq;
  }
  return 0;
}

// --- reading ---

SegmentPtr SegmentedJournal::segment_of(std::uint32_t number) const {
  const auto found = std::find_if(segments_.begin(), segments_.end(), [&](const SegmentPtr& segment) { return segment->number == number; });
  return found == segments_.end() ? nullptr : *found;
}

std::shared_ptr<const void> SegmentedJournal::pin(const JournalLocation& location) {
  const std::lock_guard lock(mutex_);
  SegmentPtr segment = segment_of(location.segment);
  if (!segment || segment->generation != location.generation) return nullptr;
  segment->pins.fetch_add(1, std::memory_order_acq_rel);
  const Segment* const content = segment.get();
  return {content, [kept = std::move(segment)](const void*) { kept->pins.fetch_sub(1, std::memory_order_acq_rel); }};
}

Result<> SegmentedJournal::read(const JournalLocation& location, ByteSpan out) const {
  SegmentPtr segment;
  {
    const std::lock_guard lock(mutex_);
    segment = segment_of(location.segment);
  }
  if (!segment || out.size() > location.length) return Error(ErrorCode::InternalError, "There is no such place in the journal.");
  HOLDFAST_TRY(got, segment->file->read_at(location.offset, out));
  if (got != out.size()) return journal_damage(segment->path, location.offset + got, "it ends there");
  return {};
}

Result<> SegmentedJournal::replay(const std::function<Result<>(const JournalRecord&)>& visit) {
  std::vector<Segment*> used;
  std::uint64_t live_from = 0;
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t needed = first_needed();
    used = in_order();
    std::erase_if(used, [&](const Segment* segment) { return segment->last_frame < needed; });
    live_from = live_from_;
  }
  for (const Segment* segment : used) HOLDFAST_TRY_VOID(replay_segment(*segment, live_from, visit));
  return {};
}

Result<> SegmentedJournal::replay_segment(const Segment& segment, std::uint64_t live_from,
                                          const std::function<Result<>(const JournalRecord&)>& visit) {
  for (std::uint64_t offset = kFirstFrameOffset; offset < segment.end;) {
    std::vector<std::byte> frame(kBlock);
    HOLDFAST_TRY(header_bytes, segment.file->read_at(offset, frame));
    const std::uint64_t length = header_bytes == kBlock ? frame_length(frame) : 0;
    if (length < kBlock || length > segment.end - offset) return changed(segment, offset);
    frame.resize(length);
    HOLDFAST_TRY(got, segment.file->read_at(offset + kBlock, ByteSpan(frame).subspan(kBlock)));
    const FrameProbe probe = probe_frame(frame, journal_id_, segment.number);
    if (got != length - kBlock || probe.state != FrameState::intact) {
      return changed(segment, offset);
    }
    RecordReader reader(probe.header, frame);
    while (true) {
      HOLDFAST_TRY(found, reader.next());
      if (!found) break;
      if (found->seq < live_from) continue;
      JournalRecord record;
      record.seq = found->seq;
      record.change = found->change;
      record.payload = found->payload;
      record.change_location = {segment.number, offset + found->offset, found->change.size(), segment.generation};
      if (!found->payload.empty()) {
        record.payload_location = {segment.number, offset + found->offset + found->change.size(), found->payload.size(),
                                   segment.generation};
      }
      HOLDFAST_TRY_VOID(visit(record));
    }
    offset += length;
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Journal>> open_journal(io::FileSystem& files, const JournalOptions& options, std::uint64_t min_epoch) {
  auto journal = std::make_unique<SegmentedJournal>(files, options);
  HOLDFAST_TRY_VOID(journal->open(min_epoch));
  return std::unique_ptr<Journal>(std::move(journal));
}

}  // namespace holdfast::storage::local
