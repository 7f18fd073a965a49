#include "rocks_index.hpp"

#include "batch.hpp"
#include "holdfast/base/log.hpp"
#include "listing.hpp"

#include <algorithm>

namespace holdfast::storage::local {

namespace {

constexpr std::string_view kFormat = "1";
constexpr std::string_view kFormatName = "format";
constexpr std::string_view kDeploymentName = "deployment_id";
constexpr std::string_view kCompleteName = "complete";
constexpr std::string_view kAppliedName = "applied_seq";
constexpr std::string_view kEpochName = "greatest_epoch";

using MaybeVersion = std::optional<VersionRecord>;

std::string number_row(std::uint64_t value) {
  std::string out;
  append_be64(out, value);
  return out;
}

std::string usage_row(const Usage& usage) {
  std::string out;
  for (const std::uint64_t each : {usage.objects, usage.versions, usage.delete_markers, usage.bytes}) append_be64(out, each);
  return out;
}

bool parse_usage_row(std::string_view row, Usage& usage) {
  constexpr std::size_t kBytes = 8;
  std::uint64_t* const fields[] = {&usage.objects, &usage.versions, &usage.delete_markers, &usage.bytes};
  if (row.size() != std::size(fields) * kBytes) return false;
  for (std::uint64_t* field : fields) {
    *field = *parse_be64(row.substr(0, kBytes));
    row.remove_prefix(kBytes);
  }
  return true;
}

void put_usage(rocksdb::WriteBatch& rows, const UsageChanges& changes) {
  for (const auto& [bucket_id, usage] : changes) {
    const std::string row_key = usage_key(bucket_id);
    if (usage.versions == 0 && usage.delete_markers == 0) {
      rows.Delete(to_slice(row_key));
    } else {
      rows.Put(to_slice(row_key), usage_row(usage));
    }
  }
}

template <class T>
Lookup<std::optional<T>> nothing() {
  return Result<std::optional<T>>(std::optional<T>());
}

template <class T>
Lookup<std::optional<T>> found(Result<T> record) {
  if (!record) return Result<std::optional<T>>(record.error());
  return Result<std::optional<T>>(std::optional<T>(std::move(*record)));
}

rocksdb::Status get(rocksdb::DB& db, const rocksdb::ReadOptions& options, const std::string& row_key, rocksdb::PinnableSlice& row) {
  row.Reset();
  return db.Get(options, db.DefaultColumnFamily(), to_slice(row_key), &row);
}

}  // namespace

void FailureListener::OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) {
  failed_.store(true, std::memory_order_release);
  log::error("The index failed in the background; it will be opened again.", {{"error", status->ToString()}});
}

RocksIndex::RocksIndex(std::unique_ptr<rocksdb::DB> db, std::shared_ptr<FailureListener> listener)
    : listener_(std::move(listener)), db_(std::move(db)) {}

// --- the index itself ---

Result<std::optional<std::string>> RocksIndex::meta(std::string_view name) const {
  std::string value;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), meta_key(name), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return to_error(status);
  return std::optional<std::string>(std::move(value));
}

Result<std::uint64_t> RocksIndex::meta_number(std::string_view name) const {
  HOLDFAST_TRY(value, meta(name));
  if (!value) return std::uint64_t{0};
  const auto number = parse_be64(*value);
  if (!number) return damaged_row(name);
  return *number;
}

Result<bool> RocksIndex::belongs_to(const std::string& deployment_id) const {
  HOLDFAST_TRY(format, meta(kFormatName));
  HOLDFAST_TRY(deployment, meta(kDeploymentName));
  return format == kFormat && deployment == deployment_id;
}

Result<bool> RocksIndex::fresh() const {
  Cursor rows(*db_, rocksdb::ReadOptions(), std::string());
  rows.seek_first();
  if (!rows.status().ok()) return to_error(rows.status());
  return !rows.valid();
}

Result<> RocksIndex::begin(const std::string& deployment_id) {
  rocksdb::WriteBatch rows;
  rows.Put(meta_key(kFormatName), to_slice(kFormat));
  rows.Put(meta_key(kDeploymentName), deployment_id);
  return write(rows);
}

Result<> RocksIndex::load() {
  HOLDFAST_TRY(complete, meta(kCompleteName));
  HOLDFAST_TRY(applied, meta_number(kAppliedName));
  HOLDFAST_TRY(epoch, meta_number(kEpochName));
  complete_ = complete.has_value();
  applied_seq_ = applied;
  greatest_epoch_ = epoch;
  return load_usage();
}

Result<> RocksIndex::load_usage() {
  UsageChanges all;
  Cursor rows(*db_, rocksdb::ReadOptions(), kind_prefix(RowKind::usage));
  for (rows.seek_first(); rows.valid(); rows.next()) {
    const auto bucket_id = parse_be64(rows.key().substr(1));
    if (!bucket_id || !parse_usage_row(as_text(rows.value()), all[*bucket_id])) return damaged_row(rows.key());
  }
  if (!rows.status().ok()) return to_error(rows.status());
  usage_.after_write(all);
  return {};
}

// --- writing ---

Result<> RocksIndex::write(rocksdb::WriteBatch& rows) {
  if (listener_->failed()) return Error(ErrorCode::InternalError, "The index failed in the background and must be opened again.");
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  const rocksdb::Status status = db_->Write(options, &rows);
  if (!status.ok()) return to_error(status);
  return {};
}

Result<> RocksIndex::apply(std::span<const SequencedChange> changes) {
  Batch batch(*db_);
  ChangeApplier applier(batch, usage_);
  std::uint64_t applied = applied_seq_;
  for (const SequencedChange& each : changes) {
    HOLDFAST_TRY_VOID(applier.apply(*each.change));
    applied = std::max(applied, each.seq);
  }
  const std::uint64_t epoch = std::max(greatest_epoch_.load(), applier.greatest_epoch());
  rocksdb::WriteBatch& rows = batch.rows();
  put_usage(rows, applier.usage());
  rows.Put(meta_key(kAppliedName), number_row(applied));
  if (epoch != greatest_epoch_) rows.Put(meta_key(kEpochName), number_row(epoch));
  usage_.before_write(applier.usage());
  HOLDFAST_TRY_VOID(write(rows));
  usage_.after_write(applier.usage());
  applied_seq_ = applied;
  greatest_epoch_ = epoch;
  return {};
}

Result<> RocksIndex::flush() {
  const rocksdb::Status status = db_->Flush(rocksdb::FlushOptions());
  if (!status.ok()) return to_error(status);
  if (listener_->failed()) return Error(ErrorCode::InternalError, "The index failed in the background and must be opened again.");
  return {};
}

Result<> RocksIndex::mark_complete() {
  rocksdb::WriteBatch rows;
  rows.Put(meta_key(kCompleteName), "1");
  HOLDFAST_TRY_VOID(write(rows));
  HOLDFAST_TRY_VOID(flush());
  complete_ = true;
  return {};
}

// --- single rows ---

Lookup<MaybeVersion> RocksIndex::current(std::uint64_t bucket_id, std::string_view key, ReadTier tier) const {
  const UsageTable::Noncurrent before = usage_.noncurrent(bucket_id);
  const std::string row_key = current_key(bucket_id, key);
  rocksdb::PinnableSlice row;
  rocksdb::Status status = get(*db_, read_options(tier), row_key, row);
  if (status.ok()) return found(version_from_row(bucket_id, key, to_bytes(row), true));
  if (!status.IsNotFound()) return failed_lookup<MaybeVersion>(status);
  if (had_no_noncurrent_since(bucket_id, before)) return nothing<VersionRecord>();

  const SnapshotGuard snapshot(*db_);
  const rocksdb::ReadOptions options = read_options(tier, snapshot.get());
  status = get(*db_, options, row_key, row);
  if (status.ok()) return found(version_from_row(bucket_id, key, to_bytes(row), true));
  if (!status.IsNotFound()) return failed_lookup<MaybeVersion>(status);
  Cursor noncurrent(*db_, options, noncurrent_prefix(bucket_id, key));
  noncurrent.seek_first();
  if (!noncurrent.status().ok()) return failed_lookup<MaybeVersion>(noncurrent.status());
  if (!noncurrent.valid()) return nothing<VersionRecord>();
  return found(version_from_row(bucket_id, key, noncurrent.value(), true));
}

namespace {

// Looks among all versions of a key, at one instant, for the first that `wanted` accepts.
template <class Wanted>
Lookup<MaybeVersion> find_version(rocksdb::DB& db, std::uint64_t bucket_id, std::string_view key, ReadTier tier,
                                  const std::string& first_noncurrent, Wanted&& wanted) {
  const SnapshotGuard snapshot(db);
  const rocksdb::ReadOptions options = read_options(tier, snapshot.get());
  rocksdb::PinnableSlice row;
  const rocksdb::Status status = get(db, options, current_key(bucket_id, key), row);
  if (!status.ok() && !status.IsNotFound()) return failed_lookup<MaybeVersion>(status);
  if (status.ok()) {
    const auto head = decode_row_head(to_bytes(row));
    if (!head) return Result<MaybeVersion>(damaged_row(key));
    if (wanted(*head)) return found(version_from_row(bucket_id, key, to_bytes(row), true));
  }
  Cursor noncurrent(db, options, noncurrent_prefix(bucket_id, key));
  noncurrent.seek_first();
  const std::string newest(noncurrent.valid() ? noncurrent.key() : std::string_view());
  if (!first_noncurrent.empty()) noncurrent.seek(first_noncurrent);
  for (; noncurrent.valid(); noncurrent.next()) {
    const auto head = decode_row_head(noncurrent.value());
    if (!head) return Result<MaybeVersion>(damaged_row(key));
    const bool is_latest = status.IsNotFound() && noncurrent.key() == newest;
    if (wanted(*head)) return found(version_from_row(bucket_id, key, noncurrent.value(), is_latest));
    if (!first_noncurrent.empty()) break;
  }
  if (!noncurrent.status().ok()) return failed_lookup<MaybeVersion>(noncurrent.status());
  return nothing<VersionRecord>();
}

}  // namespace

Lookup<MaybeVersion> RocksIndex::version(std::uint64_t bucket_id, std::string_view key, std::uint64_t created_seq, ReadTier tier) const {
  const auto wanted = [created_seq](const RowHead& head) { return head.created_seq == created_seq; };
  return find_version(*db_, bucket_id, key, tier, noncurrent_key(bucket_id, key, created_seq), wanted);
}

Lookup<MaybeVersion> RocksIndex::null_version(std::uint64_t bucket_id, std::string_view key, ReadTier tier) const {
  const UsageTable::Noncurrent before = usage_.noncurrent(bucket_id);
  rocksdb::PinnableSlice row;
  const rocksdb::Status status = get(*db_, read_options(tier), current_key(bucket_id, key), row);
  if (!status.ok() && !status.IsNotFound()) return failed_lookup<MaybeVersion>(status);
  if (status.ok()) {
    const auto head = decode_row_head(to_bytes(row));
    if (!head) return Result<MaybeVersion>(damaged_row(key));
    if (head->null_version) return found(version_from_row(bucket_id, key, to_bytes(row), true));
  }
  if (had_no_noncurrent_since(bucket_id, before)) return nothing<VersionRecord>();
  return find_version(*db_, bucket_id, key, tier, std::string(), [](const RowHead& head) { return head.null_version; });
}

Lookup<bool> RocksIndex::bucket_empty(std::uint64_t bucket_id, ReadTier tier) const {
  const Usage usage = usage_.usage(bucket_id);
  if (usage.versions + usage.delete_markers > 0) return Result<bool>(false);
  for (const RowKind kind : {RowKind::current, RowKind::noncurrent}) {
    Cursor rows(*db_, read_options(tier), bucket_prefix(kind, bucket_id));
    rows.seek_first();
    if (!rows.status().ok()) return failed_lookup<bool>(rows.status());
    if (rows.valid()) return Result<bool>(false);
  }
  return Result<bool>(true);
}

Lookup<std::optional<UploadRecord>> RocksIndex::upload(std::uint64_t bucket_id, std::string_view key, std::uint64_t created_seq,
                                                       ReadTier tier) const {
  rocksdb::PinnableSlice row;
  const rocksdb::Status status = get(*db_, read_options(tier), upload_key(bucket_id, key, created_seq), row);
  if (status.IsNotFound()) return nothing<UploadRecord>();
  if (!status.ok()) return failed_lookup<std::optional<UploadRecord>>(status);
  return found(upload_from_row(bucket_id, key, to_bytes(row)));
}

Lookup<std::optional<PartRecord>> RocksIndex::part(std::uint64_t upload_seq, std::uint32_t number, ReadTier tier) const {
  rocksdb::PinnableSlice row;
  const rocksdb::Status status = get(*db_, read_options(tier), part_key(upload_seq, number), row);
  if (status.IsNotFound()) return nothing<PartRecord>();
  if (!status.ok()) return failed_lookup<std::optional<PartRecord>>(status);
  return found(decode_part_row(to_bytes(row)));
}

// --- pages ---

Lookup<ListPage> RocksIndex::list(std::uint64_t bucket_id, const ListQuery& query, ReadTier tier) const {
  return list_objects(*db_, bucket_id, query, tier);
}
Lookup<Index::VersionRows> RocksIndex::list_versions(std::uint64_t bucket_id, const VersionQuery& query, ReadTier tier) const {
  return local::list_versions(*db_, bucket_id, query, tier);
}
Lookup<Index::UploadRows> RocksIndex::list_uploads(std::uint64_t bucket_id, const UploadQuery& query, ReadTier tier) const {
  return local::list_uploads(*db_, bucket_id, query, tier);
}

Lookup<std::vector<PartRecord>> RocksIndex::parts(std::uint64_t upload_seq, std::uint32_t after_number, std::uint32_t max,
                                                  ReadTier tier) const {
  using Parts = std::vector<PartRecord>;
  Parts out;
  Cursor rows(*db_, read_options(tier), part_prefix(upload_seq));
  rows.seek(after_number == 0 ? part_prefix(upload_seq) : part_key(upload_seq, after_number).append(1, '\0'));
  for (; rows.valid() && out.size() < max; rows.next()) {
    auto part = decode_part_row(rows.value());
    if (!part) return Result<Parts>(damaged_row(rows.key()));
    out.push_back(std::move(*part));
  }
  if (!rows.status().ok()) return failed_lookup<Parts>(rows.status());
  return Result<Parts>(std::move(out));
}

// --- everything ---

namespace {

rocksdb::ReadOptions scan_options() {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  return options;
}

Result<> outcome(const rocksdb::Status& status) {
  if (!status.ok()) return to_error(status);
  return {};
}

}  // namespace

Result<> RocksIndex::visit_versions(const std::function<Result<>(const VersionRecord&)>& visit) const {
  HOLDFAST_TRY_VOID(visit_current(visit));
  return visit_noncurrent(visit);
}

Result<> RocksIndex::visit_current(const std::function<Result<>(const VersionRecord&)>& visit) const {
  Cursor rows(*db_, scan_options(), kind_prefix(RowKind::current));
  ParsedKey key;
  for (rows.seek_first(); rows.valid(); rows.next()) {
    if (!parse_current_key(rows.key(), key)) return damaged_row(rows.key());
    HOLDFAST_TRY(record, version_from_row(key.bucket_id, key.key, rows.value(), true));
    HOLDFAST_TRY_VOID(visit(record));
  }
  return outcome(rows.status());
}

Result<> RocksIndex::visit_noncurrent(const std::function<Result<>(const VersionRecord&)>& visit) const {
  Cursor rows(*db_, scan_options(), kind_prefix(RowKind::noncurrent));
  ParsedKey key;
  for (rows.seek_first(); rows.valid(); rows.next()) {
    if (!parse_noncurrent_key(rows.key(), key)) return damaged_row(rows.key());
    HOLDFAST_TRY(record, version_from_row(key.bucket_id, key.key, rows.value(), false));
    HOLDFAST_TRY_VOID(visit(record));
  }
  return outcome(rows.status());
}

Result<> RocksIndex::visit_uploads(const std::function<Result<>(const UploadRecord&)>& visit) const {
  Cursor rows(*db_, scan_options(), kind_prefix(RowKind::upload));
  ParsedKey key;
  for (rows.seek_first(); rows.valid(); rows.next()) {
    if (!parse_upload_key(rows.key(), key)) return damaged_row(rows.key());
    HOLDFAST_TRY(record, upload_from_row(key.bucket_id, key.key, rows.value()));
    HOLDFAST_TRY_VOID(visit(record));
  }
  return outcome(rows.status());
}

Result<> RocksIndex::visit_parts(const std::function<Result<>(const PartRecord&)>& visit) const {
  Cursor rows(*db_, scan_options(), kind_prefix(RowKind::part));
  for (rows.seek_first(); rows.valid(); rows.next()) {
    const auto record = decode_part_row(rows.value());
    if (!record) return damaged_row(rows.key());
    HOLDFAST_TRY_VOID(visit(*record));
  }
  return outcome(rows.status());
}

}  // namespace holdfast::storage::local
