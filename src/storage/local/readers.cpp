#include "readers.hpp"

#include "store.hpp"
#include "versions.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/base/log.hpp"

#include <algorithm>

namespace holdfast::storage::local {
namespace {

constexpr std::uint64_t kWholeBytes = 256 * limits::kKiB;   // up to this a payload is read at once, and checked
constexpr std::uint64_t kBlockInMemory = 4 * limits::kMiB;  // larger checksum blocks are checked in passing first
constexpr std::uint64_t kCheckStep = limits::kMiB;
constexpr int kAttempts = 100;

Error corrupt(const VersionRecord& version, FileId file, std::string_view what) {
  log::error(
      "An object is damaged. Run 'holdfast check' on the data folder.",
      {{"key", version.info.key}, {"version", version.info.version_id}, {"payload", file_id_text(file)}, {"what", std::string(what)}});
  return ErrorCode::XHoldfastCorruptObject;
}

bool has_bytes(const Extent& extent) { return extent.length > 0; }

Result<Block> copy_from_journal(Store& store, const JournalLocation& location) {
  const auto pin = store.journal->pin(location);
  if (!pin) return Block();
  const std::shared_ptr<std::byte[]> bytes = std::make_shared_for_overwrite<std::byte[]>(location.length);
  HOLDFAST_TRY_VOID(store.journal->read(location, {bytes.get(), location.length}));
  return Block(bytes);
}

Result<OpenPayload> open_file(Store& store, const std::string& path, ReadTier tier) {
  auto opened = tier == ReadTier::cached ? store.files.open_cached(path) : store.files.open(path, io::OpenMode::read);
  HOLDFAST_TRY(file, std::move(opened));
  return OpenPayload{nullptr, std::shared_ptr<io::File>(std::move(file))};
}

bool same_state(const VersionRecord& left, const VersionRecord& right) {
  return left.file == right.file && left.info.created_seq == right.info.created_seq;
}

class LocalReader final : public Reader {
 public:
  LocalReader(Store& store, OpenVersion opened)
      : store_(store), version_(std::move(opened.version)), pin_(std::move(opened.pin)), current_(std::move(opened.first)) {
    std::uint64_t start = 0;
    for (const Extent& extent : version_.extents) {
      starts_.push_back(start);
      start += extent.length;
      if (extent.part.number != 0) parts_.push_back(extent.part);
    }
    stored_bytes_ = start;
    extent_ = first_with_bytes();
  }

  const ObjectInfo& info() const noexcept override { return version_.info; }
  const std::vector<PartInfo>& parts() const noexcept override { return parts_; }

  Task<Result<Piece>> read(std::uint64_t offset, std::uint64_t length, bool allow_file_range) override {
    const std::size_t wanted = extent_at(offset);
    if (wanted >= version_.extents.size()) co_return Error(ErrorCode::InternalError, "A read beyond the object's end.");
    if (wanted != extent_) HOLDFAST_CO_TRY_VOID(co_await go_to(wanted));
    const Extent& extent = version_.extents[extent_];
    const std::uint64_t inside = offset - starts_[extent_];
    const std::uint64_t at = extent.offset + inside;
    const std::uint64_t count = std::min(length, extent.length - inside);
    if (current_.bytes) {
      if (!checked_whole_ && !blocks_match(extent, 0, {current_.bytes.get(), extent.file_bytes})) {
        co_return corrupt(version_, extent.file, "checksum");
      }
      checked_whole_ = true;
      co_return Piece(SharedBytes{current_.bytes, ByteView(current_.bytes.get() + at, count)});
    }
    if (allow_file_range && extent.file_bytes > kWholeBytes && current_.file->descriptor() >= 0) {
      co_return Piece(FileRange{current_.file, current_.file->descriptor(), at, count});
    }
    if (extent.block_bytes > kBlockInMemory && extent.file_bytes > kBlockInMemory) co_return co_await read_checked_in_passing(at, count);
    co_return co_await read_block(at, count);
  }

  Task<Result<SharedBytes>> read_unchecked(std::uint64_t offset, std::uint64_t length) override {
    const std::size_t wanted = extent_at(offset);
    if (wanted >= version_.extents.size()) co_return Error(ErrorCode::InternalError, "A read beyond the object's end.");
    if (wanted != extent_) HOLDFAST_CO_TRY_VOID(co_await go_to(wanted));
    const Extent& extent = version_.extents[extent_];
    const std::uint64_t inside = offset - starts_[extent_];
    const std::uint64_t at = extent.offset + inside;
    const auto count = static_cast<std::size_t>(std::min(length, extent.length - inside));
    if (current_.bytes) co_return SharedBytes{current_.bytes, ByteView(current_.bytes.get() + at, count)};
    const std::shared_ptr<std::byte[]> bytes = std::make_shared_for_overwrite<std::byte[]>(count);
    const ByteSpan span(bytes.get(), count);
    const auto cached = current_.file->read_cached_at(at, span);
    if (!cached || *cached != count) {
      auto read = [this, at, span] { return current_.file->read_at(at, span); };
      HOLDFAST_CO_TRY(got, co_await store_.pool.run(read));
      if (got != count) co_return corrupt(version_, extent.file, "length");
    }
    co_return SharedBytes{bytes, span};
  }

 private:
  std::size_t first_with_bytes() const {
    const auto found = std::find_if(version_.extents.begin(), version_.extents.end(), has_bytes);
    return static_cast<std::size_t>(found - version_.extents.begin());
  }

  std::size_t extent_at(std::uint64_t offset) const {
    if (offset >= stored_bytes_) return version_.extents.size();
    // The last that starts at or before the offset; of empty ones at the same place the last isn't empty.
    return static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), offset) - starts_.begin()) - 1;
  }

  Task<Result<>> go_to(std::size_t extent) {
    auto open = [this, extent] { return open_payload(store_, version_.bucket_id, version_.extents[extent], ReadTier::any); };
    auto opened = co_await store_.pool.run(open);
    if (!opened) {
      if (io::missing(opened.error())) co_return corrupt(version_, version_.extents[extent].file, "missing");
      co_return std::move(opened).error();
    }
    current_ = std::move(*opened);
    extent_ = extent;
    block_.reset();
    checked_whole_ = false;
    checked_block_ = UINT64_MAX;
    co_return Result<>();
  }

  // The whole checksum block is read and checked, and kept for the reads that follow.
  Task<Result<Piece>> read_block(std::uint64_t at, std::uint64_t count) {
    const Extent& extent = version_.extents[extent_];
    const std::uint64_t start = at / extent.block_bytes * extent.block_bytes;
    const auto size = static_cast<std::size_t>(std::min(extent.block_bytes, extent.file_bytes - start));
    if (!block_ || block_start_ != start) {
      const std::shared_ptr<std::byte[]> bytes = std::make_shared_for_overwrite<std::byte[]>(size);
      const ByteSpan span(bytes.get(), size);
      const auto cached = current_.file->read_cached_at(start, span);
      bool good = cached && *cached == size && blocks_match(extent, start / extent.block_bytes, span);
      if (!good) {
        auto read = [this, &extent, start, span]() -> Result<bool> {
          HOLDFAST_TRY(got, current_.file->read_at(start, span));
          return got == span.size() && blocks_match(extent, start / extent.block_bytes, span);
        };
        HOLDFAST_CO_TRY(read_well, co_await store_.pool.run(read));
        good = read_well;
      }
      if (!good) co_return corrupt(version_, extent.file, "checksum or length");
      block_ = bytes;
      block_start_ = start;
      if (size == extent.file_bytes) {  // all there is: the file isn't needed any more
        current_.bytes = block_;
        current_.file.reset();
        checked_whole_ = true;
      }
    }
    co_return Piece(SharedBytes{block_, ByteView(block_.get() + (at - start), std::min(count, start + size - at))});
  }

  // A block too large to hold: read once to check it, then again to hand it out.
  Task<Result<Piece>> read_checked_in_passing(std::uint64_t at, std::uint64_t count) {
    const Extent& extent = version_.extents[extent_];
    const std::uint64_t block = at / extent.block_bytes;
    const std::uint64_t block_end = std::min((block + 1) * extent.block_bytes, extent.file_bytes);
    if (checked_block_ != block) {
      auto check = [this, &extent, block, block_end] { return block_is_good(extent, block, block_end); };
      HOLDFAST_CO_TRY(good, co_await store_.pool.run(check));
      if (!good) co_return corrupt(version_, extent.file, "checksum or length");
      checked_block_ = block;
    }
    const auto size = static_cast<std::size_t>(std::min({count, block_end - at, kWholeBytes}));
    const std::shared_ptr<std::byte[]> bytes = std::make_shared_for_overwrite<std::byte[]>(size);
    const ByteSpan span(bytes.get(), size);
    auto read = [this, at, span] { return current_.file->read_at(at, span); };
    HOLDFAST_CO_TRY(got, co_await store_.pool.run(read));
    if (got != size) co_return corrupt(version_, extent.file, "length");
    co_return Piece(SharedBytes{bytes, span});
  }

  Result<bool> block_is_good(const Extent& extent, std::uint64_t block, std::uint64_t end) const {
    std::vector<std::byte> buffer(kCheckStep);
    std::uint32_t crc = 0;
    for (std::uint64_t at = block * extent.block_bytes; at < end;) {
      const ByteSpan span(buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(kCheckStep, end - at)));
      HOLDFAST_TRY(got, current_.file->read_at(at, span));
      if (got != span.size()) return false;
      crc = hash::crc32c(crc, span);
      at += got;
    }
    return block < extent.block_crc32c.size() && extent.block_crc32c[block] == crc;
  }

  Store& store_;
  VersionRecord version_;
  PinTable::Pin pin_;
  std::vector<std::uint64_t> starts_;  // of extents, in the object
  std::uint64_t stored_bytes_ = 0;
  std::vector<PartInfo> parts_;

  std::size_t extent_ = 0;  // the one that is open
  OpenPayload current_;
  bool checked_whole_ = false;
  Block block_;
  std::uint64_t block_start_ = 0;
  std::uint64_t checked_block_ = UINT64_MAX;
};

}  // namespace

bool blocks_match(const Extent& extent, std::uint64_t first_block, ByteView bytes) {
  for (std::uint64_t block = first_block; !bytes.empty(); ++block) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(extent.block_bytes, bytes.size()));
    if (block >= extent.block_crc32c.size() || extent.block_crc32c[block] != hash::crc32c(0, bytes.first(count))) return false;
    bytes = bytes.subspan(count);
  }
  return true;
}

Result<OpenPayload> open_payload(Store& store, std::uint64_t bucket_id, const Extent& extent, ReadTier tier) {
  if (const ItemPtr item = store.unsettled.find(extent.file)) {
    if (item->payload.segment != 0) {
      HOLDFAST_TRY(bytes, copy_from_journal(store, item->payload));
      if (bytes) return OpenPayload{bytes, nullptr};
    } else {
      auto staged = open_file(store, store.layout.staged(extent.file), tier);
      if (staged || !io::missing(staged.error())) return staged;
    }
  }
  auto settled = open_file(store, store.layout.data(bucket_id, extent.file), tier);
  if (settled || !io::missing(settled.error())) return settled;
  auto trashed = open_file(store, store.layout.trashed(extent.file), tier);  // removed under a reader that has it pinned
  if (trashed || !io::missing(trashed.error())) return trashed;
  return settled;
}

Task<Result<OpenVersion>> open_version(Store& store, std::uint64_t bucket_id, std::string key, std::string version_id) {
  std::optional<VersionRecord> before;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    HOLDFAST_CO_TRY(row, co_await need_version(store, bucket_id, key, version_id));
    OpenVersion opened;
    opened.version = std::move(row);
    VersionRecord& version = opened.version;
    if (version.info.delete_marker) co_return std::move(opened);
    if (version.info.part_count > 0 || version.extents.size() > 1) {
      opened.pin = store.pins.pin(version.file);
      if (!opened.pin) continue;  // its removal is under way
    }
    auto outcome = co_await load_extents(store, version);
    const auto first = std::find_if(version.extents.begin(), version.extents.end(), has_bytes);
    if (outcome && first != version.extents.end()) {
      auto payload = open_payload(store, bucket_id, *first, ReadTier::cached);
      if (!payload && io::would_wait(payload.error())) {
        auto open = [&store, bucket_id, first] { return open_payload(store, bucket_id, *first, ReadTier::any); };
        payload = co_await store.pool.run(open);
      }
      if (payload) {
        opened.first = std::move(*payload);
        co_return std::move(opened);
      }
      outcome = std::move(payload).error();
    } else if (outcome) {
      co_return std::move(opened);
    }
    if (!io::missing(outcome.error())) co_return std::move(outcome).error();
    // The row is read again: changed, start over; the same twice, and it is damage.
    if (before && same_state(*before, version) && !store.unsettled.find(version.file)) {
      co_return corrupt(version, version.file, "missing");
    }
    before = version;
  }
  co_return Error(ErrorCode::SlowDown, "The object changes too often to be read.");
}

Task<Result<std::unique_ptr<Reader>>> open_reader(Store& store, ObjectName name) {
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(name.bucket));
  HOLDFAST_CO_TRY(opened, co_await open_version(store, bucket->id, std::move(name.key), std::move(name.version_id)));
  std::unique_ptr<Reader> reader = std::make_unique<LocalReader>(store, std::move(opened));
  co_return std::move(reader);
}

}  // namespace holdfast::storage::local
