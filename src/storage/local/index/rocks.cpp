#include "rocks.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>

namespace holdfast::storage::local {

namespace {

// Rights, space, descriptors and locks are somebody's to mend, and the rows may be all right; here nothing else helps
// than to begin anew.
bool is_damage(const rocksdb::Status& status) {
  return status.IsCorruption() || status.IsNotFound() || status.IsPathNotFound() || status.IsInvalidArgument() || status.IsNotSupported();
}

ErrorCode code_of(const rocksdb::Status& status) {
  if (status.IsNoSpace()) return ErrorCode::XMinioStorageFull;
  return is_damage(status) ? ErrorCode::XHoldfastCorruptObject : ErrorCode::InternalError;
}

}  // namespace

Error to_error(const rocksdb::Status& status) { return {code_of(status), "The index failed: " + status.ToString()}; }

Error damaged_row(std::string_view key) {
  return {ErrorCode::XHoldfastCorruptObject,
          "The index has a damaged row, " + hex_encode(as_bytes(key)) + ". Run 'holdfast rebuild-index'."};
}

rocksdb::ReadOptions read_options(ReadTier tier, const rocksdb::Snapshot* snapshot) {
  rocksdb::ReadOptions options;
  options.read_tier = tier == ReadTier::cached ? rocksdb::kBlockCacheTier : rocksdb::kReadAllTier;
  options.snapshot = snapshot;
  return options;
}

Cursor::Cursor(rocksdb::DB& db, rocksdb::ReadOptions options, std::string prefix)
    : prefix_(std::move(prefix)), end_(successor(prefix_)), end_slice_(end_) {
  if (!end_.empty()) options.iterate_upper_bound = &end_slice_;
  iterator_.reset(db.NewIterator(options));
}

void Cursor::seek(std::string_view row_key) { iterator_->Seek(to_slice(std::max<std::string_view>(row_key, prefix_))); }

Result<VersionRecord> version_from_row(std::uint64_t bucket_id, std::string_view key, ByteView row, bool is_latest) {
  auto record = decode_version_row(row);
  if (!record) return damaged_row(key);
  record->bucket_id = bucket_id;
  record->info.key = key;
  record->info.is_latest = is_latest;
  return record;
}

Result<UploadRecord> upload_from_row(std::uint64_t bucket_id, std::string_view key, ByteView row) {
  auto record = decode_upload_row(row);
  if (!record) return damaged_row(key);
  record->bucket_id = bucket_id;
  record->key = key;
  return record;
}

}  // namespace holdfast::storage::local
