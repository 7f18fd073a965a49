#include "batch.hpp"

#include <algorithm>

namespace holdfast::storage::local {

namespace {

// The extents of a multipart object, or of one with many blocks, are only in its sidecar.
bool row_holds_extents(const VersionRecord& version) {
  if (version.info.part_count != 0 || version.extents.size() > 1) return false;
  return version.extents.empty() || version.extents.front().block_crc32c.size() <= kRowBlocks;
}

std::string row_of(const VersionRecord& version) {
  std::string row;
  encode_row(version, row_holds_extents(version), row);
  return row;
}

}  // namespace

Result<std::optional<std::string>> Batch::get(const std::string& row_key) const {
  if (const auto own = own_.find(row_key); own != own_.end()) return own->second;
  std::string value;
  const rocksdb::Status status = db_.Get(rocksdb::ReadOptions(), to_slice(row_key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return to_error(status);
  return std::optional<std::string>(std::move(value));
}

Result<std::optional<Batch::Row>> Batch::first(const std::string& prefix) const {
  Cursor stored(db_, rocksdb::ReadOptions(), prefix);
  for (stored.seek_first(); stored.valid() && own_.contains(stored.key());) stored.next();
  if (!stored.status().ok()) return to_error(stored.status());
  auto own = own_.lower_bound(prefix);
  while (own != own_.end() && own->first.starts_with(prefix) && !own->second) ++own;
  const bool has_own = own != own_.end() && own->first.starts_with(prefix);
  if (has_own && (!stored.valid() || own->first < stored.key())) return std::optional<Row>({own->first, *own->second});
  if (!stored.valid()) return std::optional<Row>();
  return std::optional<Row>({std::string(stored.key()), std::string(as_text(stored.value()))});
}

Result<std::vector<std::string>> Batch::keys(const std::string& prefix) const {
  std::vector<std::string> out;
  Cursor stored(db_, rocksdb::ReadOptions(), prefix);
  for (stored.seek_first(); stored.valid(); stored.next()) {
    if (!own_.contains(stored.key())) out.emplace_back(stored.key());
  }
  if (!stored.status().ok()) return to_error(stored.status());
  for (auto own = own_.lower_bound(prefix); own != own_.end() && own->first.starts_with(prefix); ++own) {
    if (own->second) out.push_back(own->first);
  }
  return out;
}

void Batch::put(std::string row_key, std::string value) {
  rows_.Put(to_slice(row_key), to_slice(value));
  own_.insert_or_assign(std::move(row_key), std::move(value));
}

void Batch::erase(std::string row_key) {
  rows_.Delete(to_slice(row_key));
  own_.insert_or_assign(std::move(row_key), std::nullopt);
}

Usage& ChangeApplier::usage_of(std::uint64_t bucket_id) {
  const auto found = usage_.find(bucket_id);
  return found != usage_.end() ? found->second : usage_.emplace(bucket_id, table_.usage(bucket_id)).first->second;
}

void ChangeApplier::count_in(std::uint64_t bucket_id, const VersionRecord& version) {
  Usage& usage = usage_of(bucket_id);
  ++(version.info.delete_marker ? usage.delete_markers : usage.versions);
  usage.bytes += version.info.size_bytes;
}

Result<std::optional<ChangeApplier::Found>> ChangeApplier::find(std::string row_key) const {
  HOLDFAST_TRY(row, batch_.get(row_key));
  if (!row) return std::optional<Found>();
  const auto head = decode_row_head(as_bytes(*row));
  if (!head) return damaged_row(row_key);
  return std::optional<Found>(Found{*head, std::move(*row), std::move(row_key)});
}

Result<std::optional<ChangeApplier::Found>> ChangeApplier::newest_noncurrent(std::uint64_t bucket_id, std::string_view key) {
  if (noncurrent_rows(usage_of(bucket_id)) == 0) return std::optional<Found>();
  HOLDFAST_TRY(row, batch_.first(noncurrent_prefix(bucket_id, key)));
  if (!row) return std::optional<Found>();
  const auto head = decode_row_head(as_bytes(row->value));
  if (!head) return damaged_row(row->key);
  return std::optional<Found>(Found{*head, std::move(row->value), std::move(row->key)});
}

void ChangeApplier::replace(const VersionRecord& version, const Found& old) {
  if (version.changed_seq < old.head.changed_seq) return;
  Usage& usage = usage_of(version.bucket_id);
  usage.bytes += version.info.size_bytes - old.head.size_bytes;
  batch_.put(old.row_key, row_of(version));
}

void ChangeApplier::remove(std::uint64_t bucket_id, const Found& row) {
  Usage& usage = usage_of(bucket_id);
  --(row.head.delete_marker ? usage.delete_markers : usage.versions);
  usage.bytes -= row.head.size_bytes;
  batch_.erase(row.row_key);
}

// The newest of the key's versions, now that `version` is among them?
Result<bool> ChangeApplier::belongs_to_current(const VersionRecord& version, const std::optional<Found>& current) {
  if (current) return version.info.created_seq > current->head.created_seq;
  HOLDFAST_TRY(newest, newest_noncurrent(version.bucket_id, version.info.key));
  return !newest || version.info.created_seq > newest->head.created_seq;
}

void ChangeApplier::demote(const VersionRecord& by, const Found& current) {
  batch_.put(noncurrent_key(by.bucket_id, by.info.key, current.head.created_seq), current.row);
  --usage_of(by.bucket_id).objects;
}

Result<> ChangeApplier::put_current(const VersionRecord& version, const std::optional<Found>& current) {
  if (current) demote(version, *current);
  count_in(version.bucket_id, version);
  ++usage_of(version.bucket_id).objects;
  batch_.put(current_key(version.bucket_id, version.info.key), row_of(version));
  return {};
}

Result<> ChangeApplier::put_noncurrent(const VersionRecord& version) {
  std::string row_key = noncurrent_key(version.bucket_id, version.info.key, version.info.created_seq);
  if (noncurrent_rows(usage_of(version.bucket_id)) > 0) {
    HOLDFAST_TRY(old, find(row_key));
    if (old) {
      replace(version, *old);
      return {};
    }
  }
  count_in(version.bucket_id, version);
  batch_.put(std::move(row_key), row_of(version));
  return {};
}

Result<> ChangeApplier::apply_one(const PutVersion& change) {
  const VersionRecord& version = change.version;
  saw(version.file);
  for (const Extent& extent : version.extents) saw(extent.file);
  HOLDFAST_TRY(current, find(current_key(version.bucket_id, version.info.key)));
  if (current && current->head.created_seq == version.info.created_seq) {
    replace(version, *current);
    return {};
  }
  HOLDFAST_TRY(newest, belongs_to_current(version, current));
  if (newest && !version.info.delete_marker) return put_current(version, current);
  if (newest && current) {
    demote(version, *current);
    batch_.erase(current->row_key);
  }
  return put_noncurrent(version);
}

Result<> ChangeApplier::promote(std::uint64_t bucket_id, const std::string& key) {
  HOLDFAST_TRY(newest, newest_noncurrent(bucket_id, key));
  if (!newest || newest->head.delete_marker) return {};
  batch_.erase(newest->row_key);
  batch_.put(current_key(bucket_id, key), std::move(newest->row));
  ++usage_of(bucket_id).objects;
  return {};
}

Result<> ChangeApplier::apply_one(const RemoveVersion& change) {
  HOLDFAST_TRY(current, find(current_key(change.bucket_id, change.key)));
  if (current && current->head.created_seq == change.created_seq) {
    remove(change.bucket_id, *current);
    --usage_of(change.bucket_id).objects;
    return promote(change.bucket_id, change.key);
  }
  if (noncurrent_rows(usage_of(change.bucket_id)) == 0) return {};
  HOLDFAST_TRY(noncurrent, find(noncurrent_key(change.bucket_id, change.key, change.created_seq)));
  if (!noncurrent) return {};
  remove(change.bucket_id, *noncurrent);
  if (current) return {};
  return promote(change.bucket_id, change.key);
}

Result<> ChangeApplier::apply_one(const PutUpload& change) {
  const UploadRecord& upload = change.upload;
  saw(upload.file);
  std::string row;
  encode_row(upload, row);
  batch_.put(upload_key(upload.bucket_id, upload.key, upload.created_seq), std::move(row));
  return {};
}

Result<> ChangeApplier::apply_one(const RemoveUpload& change) {
  batch_.erase(upload_key(change.bucket_id, change.key, change.created_seq));
  return {};
}

Result<> ChangeApplier::apply_one(const PutPart& change) {
  const PartRecord& part = change.part;
  saw(part.extent.file);
  std::string row_key = part_key(part.upload_seq, part.extent.part.number);
  HOLDFAST_TRY(old_row, batch_.get(row_key));
  if (old_row) {
    const auto old = decode_part_row(as_bytes(*old_row));
    if (!old) return damaged_row(row_key);
    if (old->changed_seq > part.changed_seq) return {};
  }
  std::string row;
  encode_row(part, row);
  batch_.put(std::move(row_key), std::move(row));
  return {};
}

Result<> ChangeApplier::apply_one(const RemovePart& change) {
  std::string row_key = part_key(change.upload_seq, change.number);
  HOLDFAST_TRY(row, batch_.get(row_key));
  if (!row) return {};
  const auto part = decode_part_row(as_bytes(*row));
  if (!part) return damaged_row(row_key);
  if (part->extent.file == change.file) batch_.erase(std::move(row_key));
  return {};
}

Result<> ChangeApplier::apply_one(const RemoveDocument& change) {
  if (change.bucket_id == 0) return {};
  const Usage usage = usage_of(change.bucket_id);
  std::vector<std::string> prefixes;
  // A bucket that has just been emptied is all tombstones, which a search would have to pass: the counters know.
  if (usage.versions + usage.delete_markers > 0) {
    prefixes.push_back(bucket_prefix(RowKind::current, change.bucket_id));
    prefixes.push_back(bucket_prefix(RowKind::noncurrent, change.bucket_id));
  }
  HOLDFAST_TRY(uploads, batch_.keys(bucket_prefix(RowKind::upload, change.bucket_id)));
  for (std::string& row_key : uploads) {
    ParsedKey parsed;
    if (!parse_upload_key(row_key, parsed)) return damaged_row(row_key);
    prefixes.push_back(part_prefix(parsed.created_seq));
    batch_.erase(std::move(row_key));
  }
  for (const std::string& prefix : prefixes) {
    HOLDFAST_TRY(keys, batch_.keys(prefix));
    for (std::string& row_key : keys) batch_.erase(std::move(row_key));
  }
  usage_of(change.bucket_id) = Usage();
  return {};
}

}  // namespace holdfast::storage::local
