// Receives one payload: a small one stays in memory and goes into the journal record, a large one becomes a file in
// staging/, written back as it comes. Computes the block checksums on the way.
#pragma once

#include "records.hpp"

#include "holdfast/base/task.hpp"
#include "holdfast/io/file_system.hpp"

#include "admission.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::storage::local {

class Store;

// Checksums of a payload's blocks. Blocks grow (by putting neighbours together) when there would be too many.
class BlockChecksums {
 public:
  BlockChecksums(std::optional<std::uint64_t> size_bytes, std::uint32_t max_blocks);
  void update(ByteView bytes);
  std::vector<std::uint32_t> finish();
  std::uint64_t block_bytes() const noexcept { return block_bytes_; }

 private:
  void close_block();

  std::uint64_t block_bytes_;
  std::uint32_t max_blocks_;
  std::uint64_t in_block_ = 0;
  std::uint32_t crc_ = 0;
  std::vector<std::uint32_t> blocks_;
};

class PayloadSink {
 public:
  // `file` is the id under which it will be known.
  PayloadSink(Store& store, FileId file, std::optional<std::uint64_t> size_bytes, StoredSize stored_size, std::uint32_t max_blocks);
  ~PayloadSink();  // removes what was staged, unless kept
  PayloadSink(const PayloadSink&) = delete;
  PayloadSink& operator=(const PayloadSink&) = delete;

  void set_reservation(Admission::Reservation reservation) { reservation_ = std::move(reservation); }
  Task<Result<>> write(ByteView bytes);
  // All of it is written and, if staged, durable. InternalError if that isn't what a body of `size_bytes` makes.
  Task<Result<>> finish(std::uint64_t size_bytes);

  std::uint64_t size_bytes() const noexcept { return size_; }
  FileId file() const noexcept { return file_; }
  FileId staged() const noexcept { return staged_ ? file_ : 0; }
  ByteView inline_payload() const noexcept { return staged_ ? ByteView() : as_bytes(buffer_); }
  Extent extent();                        // after finish
  void keep() noexcept { kept_ = true; }  // the journal knows the staged file now

 private:
  Task<Result<>> stage();
  Task<Result<>> flush();
  Result<> write_block(ByteView bytes);

  Store& store_;
  const FileId file_;
  const StoredSize stored_size_;
  const std::optional<std::uint64_t> declared_;
  BlockChecksums checksums_;
  std::string buffer_;
  std::unique_ptr<io::File> staged_;
  bool kept_ = false;
  std::uint64_t size_ = 0;     // received
  std::uint64_t written_ = 0;  // to the staged file
  std::uint64_t hinted_ = 0;   // write-back asked for
  std::uint64_t clean_ = 0;    // synced
  Admission::Reservation reservation_;
};

}  // namespace holdfast::storage::local
