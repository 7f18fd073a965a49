// The little of RocksDB that the index uses. Private to this folder.
#pragma once

#include "index.hpp"
#include "row_keys.hpp"

#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <string_view>

namespace holdfast::storage::local {

inline rocksdb::Slice to_slice(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view to_view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }
inline ByteView to_bytes(const rocksdb::Slice& slice) { return as_bytes(to_view(slice)); }

// XHoldfastCorruptObject if the index is damaged, XMinioStorageFull if there is no room, else InternalError.
Error to_error(const rocksdb::Status& status);
Error damaged_row(std::string_view key);
rocksdb::ReadOptions read_options(ReadTier tier, const rocksdb::Snapshot* snapshot = nullptr);

// What a failed read means for a look-up: nullopt if it would have had to wait, else the error.
template <class T>
Lookup<T> failed_lookup(const rocksdb::Status& status) {
  if (status.IsIncomplete()) return std::nullopt;
  return Result<T>(to_error(status));
}

// Rows whose keys start with `prefix`, in order.
class Cursor {
 public:
  Cursor(rocksdb::DB& db, rocksdb::ReadOptions options, std::string prefix);
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  void seek(std::string_view row_key);  // not before the prefix
  void seek_first() { seek(prefix_); }
  void next() { iterator_->Next(); }
  bool valid() const { return iterator_->Valid(); }
  std::string_view key() const { return to_view(iterator_->key()); }
  ByteView value() const { return to_bytes(iterator_->value()); }
  rocksdb::Status status() const { return iterator_->status(); }

 private:
  std::string prefix_;
  std::string end_;
  rocksdb::Slice end_slice_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

// Both kinds of version rows at one instant: a version may move from one to the other between two reads.
class SnapshotGuard {
 public:
  explicit SnapshotGuard(rocksdb::DB& db) : db_(db), snapshot_(db.GetSnapshot()) {}
  ~SnapshotGuard() { db_.ReleaseSnapshot(snapshot_); }
  SnapshotGuard(const SnapshotGuard&) = delete;
  SnapshotGuard& operator=(const SnapshotGuard&) = delete;
  const rocksdb::Snapshot* get() const noexcept { return snapshot_; }

 private:
  rocksdb::DB& db_;
  const rocksdb::Snapshot* snapshot_;
};

// A record from its row, with what the row's key says.
Result<VersionRecord> version_from_row(std::uint64_t bucket_id, std::string_view key, ByteView row, bool is_latest);
Result<UploadRecord> upload_from_row(std::uint64_t bucket_id, std::string_view key, ByteView row);

}  // namespace holdfast::storage::local
