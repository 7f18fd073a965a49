#include "payload_sink.hpp"

#include "store.hpp"

#include "holdfast/base/limits.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace holdfast::storage::local {
namespace {

constexpr std::uint64_t kWritebackBytes = 4 * limits::kMiB;
constexpr std::size_t kWriteThroughBytes = limits::kBodyBufferBytes / 2;  // such a block is not gathered first

std::uint64_t block_bytes_for(std::optional<std::uint64_t> size_bytes, std::uint32_t max_blocks) {
  if (!size_bytes) return limits::kBlockBytesMin;
  const std::uint64_t least = (*size_bytes + max_blocks - 1) / max_blocks;
  return std::max(limits::kBlockBytesMin, std::bit_ceil(std::max<std::uint64_t>(least, 1)));
}

hash::Digest to_digest(std::uint32_t crc) {
  const std::array<std::byte, 4> bytes{std::byte(crc >> 24), std::byte(crc >> 16), std::byte(crc >> 8), std::byte(crc)};
  return hash::Digest(bytes);
}

std::uint32_t combine(std::uint32_t first, std::uint32_t second, std::uint64_t second_bytes) {
  const hash::Digest both = hash::crc_combine(hash::Algorithm::crc32c, to_digest(first), to_digest(second), second_bytes);
  std::uint32_t crc = 0;
  for (const std::byte byte : both.bytes()) crc = crc << 8 | std::to_integer<std::uint32_t>(byte);
  return crc;
}

std::optional<std::uint64_t> stored_bytes(std::optional<std::uint64_t> size_bytes, StoredSize stored_size) {
  return size_bytes && stored_size != nullptr ? stored_size(*size_bytes) : size_bytes;
}

}  // namespace

BlockChecksums::BlockChecksums(std::optional<std::uint64_t> size_bytes, std::uint32_t max_blocks)
    : block_bytes_(block_bytes_for(size_bytes, max_blocks)), max_blocks_(max_blocks) {}

void BlockChecksums::update(ByteView bytes) {
  while (!bytes.empty()) {
    if (in_block_ == block_bytes_) close_block();
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), block_bytes_ - in_block_));
    crc_ = hash::crc32c(crc_, bytes.first(count));
    in_block_ += count;
    bytes = bytes.subspan(count);
  }
}

// Called when more bytes follow a full block.
void BlockChecksums::close_block() {
  blocks_.push_back(std::exchange(crc_, 0));
  in_block_ = 0;
  if (blocks_.size() < max_blocks_) return;
  for (std::size_t i = 0; i < blocks_.size() / 2; ++i) blocks_[i] = combine(blocks_[2 * i], blocks_[2 * i + 1], block_bytes_);
  blocks_.resize(blocks_.size() / 2);
  block_bytes_ *= 2;
}

std::vector<std::uint32_t> BlockChecksums::finish() {
  if (in_block_ > 0) blocks_.push_back(crc_);
  in_block_ = 0;
  return std::move(blocks_);
}

PayloadSink::PayloadSink(Store& store, FileId file, std::optional<std::uint64_t> size_bytes, StoredSize stored_size,
                         std::uint32_t max_blocks)
    : store_(store),
      file_(file),
      stored_size_(stored_size),
      declared_(stored_bytes(size_bytes, stored_size)),
      checksums_(declared_, max_blocks) {
  if (declared_ && *declared_ <= store.options.inline_payload_bytes) buffer_.reserve(*declared_);
}

PayloadSink::~PayloadSink() {
  if (!staged_ || kept_) return;
  io::FileSystem& files = store_.files;
  store_.pool.submit([&files, path = store_.layout.staged(file_)] { (void)files.remove(path); });
}

Task<Result<>> PayloadSink::write(ByteView bytes) {
  size_ += bytes.size();
  if (!staged_) {
    const bool small = size_ <= store_.options.inline_payload_bytes && declared_.value_or(0) <= store_.options.inline_payload_bytes;
    if (small) {
      buffer_.append(as_text(bytes));
      co_return Result<>();
    }
    HOLDFAST_CO_TRY_VOID(co_await stage());
  }
  if (buffer_.empty() && bytes.size() >= kWriteThroughBytes) {
    auto write_through = [this, bytes] { return write_block(bytes); };
    co_return co_await store_.pool.run(write_through);
  }
  buffer_.append(as_text(bytes));
  if (buffer_.size() < limits::kBodyBufferBytes) co_return Result<>();
  co_return co_await flush();
}

Task<Result<>> PayloadSink::stage() {
  auto create = [this] { return store_.files.open(store_.layout.staged(file_), io::OpenMode::create); };
  HOLDFAST_CO_TRY(file, co_await store_.pool.run(create));
  staged_ = std::move(file);
  co_return Result<>();
}

Task<Result<>> PayloadSink::flush() {
  auto write_buffer = [this] { return write_block(as_bytes(buffer_)); };
  const auto outcome = co_await store_.pool.run(write_buffer);
  buffer_.clear();
  co_return outcome;
}

Result<> PayloadSink::write_block(ByteView bytes) {
  checksums_.update(bytes);
  HOLDFAST_TRY_VOID(staged_->write_at(written_, bytes));
  written_ += bytes.size();
  reservation_.use(bytes.size());
  if (written_ - hinted_ >= kWritebackBytes) {
    staged_->start_writeback(hinted_, written_ - hinted_);
    hinted_ = written_;
  }
  if (written_ - clean_ >= limits::kDirtyBytes) {
    HOLDFAST_TRY_VOID(staged_->sync_data());
    clean_ = written_;
  }
  return {};
}

Task<Result<>> PayloadSink::finish(std::uint64_t size_bytes) {
  if (stored_bytes(size_bytes, stored_size_) != size_) {
    co_return Error(ErrorCode::InternalError, "The verified size is not the size that was written.");
  }
  if (!staged_) {
    checksums_.update(as_bytes(buffer_));
    co_return Result<>();
  }
  auto write_rest = [this]() -> Result<> {
    if (!buffer_.empty()) HOLDFAST_TRY_VOID(write_block(as_bytes(buffer_)));
    HOLDFAST_TRY_VOID(staged_->sync_data());
    return store_.staging_sync.sync();
  };
  const auto outcome = co_await store_.pool.run(write_rest);
  buffer_.clear();
  co_return outcome;
}

Extent PayloadSink::extent() {
  Extent extent;
  extent.file = file_;
  extent.length = size_;
  extent.file_bytes = size_;
  extent.block_bytes = checksums_.block_bytes();
  extent.block_crc32c = checksums_.finish();
  return extent;
}

}  // namespace holdfast::storage::local
