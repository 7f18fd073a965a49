#include "versions.hpp"

#include "store.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/base/log.hpp"
#include "holdfast/base/random.hpp"
#include "holdfast/storage/default_retention.hpp"
#include "holdfast/storage/versioning.hpp"

#include <algorithm>

namespace holdfast::storage::local {
namespace {

constexpr std::uint64_t kSidecarBytes = 64 * limits::kMiB;

using Found = std::optional<VersionRecord>;

void derive(Found& version, bool is_latest) {
  if (!version) return;
  version->info.version_id = version_id_of(*version);
  version->info.is_latest = is_latest;
}

bool lacks_extents(const VersionRecord& version) {
  return version.extents.empty() && !version.info.delete_marker && (version.info.size_bytes > 0 || version.info.part_count > 0);
}

Result<> take_extents(VersionRecord& version, VersionRecord from) {
  if (from.file != version.file || from.info.key != version.info.key || from.info.created_seq != version.info.created_seq) {
    return Error(ErrorCode::XHoldfastCorruptObject, "The sidecar belongs to another version.");
  }
  version.extents = std::move(from.extents);
  if (version.unknown.empty()) version.unknown = std::move(from.unknown);
  return {};
}

// The files of a version that is to be removed. A sidecar that can't be read must not keep an object from being removed:
// its payloads are left for `holdfast check`.
Task<Result<std::vector<FileId>>> payloads_of(Store& store, VersionRecord version) {
  std::vector<FileId> payloads;
  if (version.info.delete_marker || (version.info.size_bytes == 0 && version.info.part_count == 0)) co_return std::move(payloads);
  if (version.info.part_count == 0 && version.extents.empty()) {
    payloads.push_back(version.file);  // a plain object's payload has the sidecar's id
    co_return std::move(payloads);
  }
  if (const auto loaded = co_await load_extents(store, version); !loaded) {
    log::error("The sidecar of an object that is removed can't be read; its payload files stay. Run 'holdfast check'.",
               {{"key", version.info.key}, {"file", store.layout.sidecar(version.bucket_id, version.file)}});
    co_return std::move(payloads);
  }
  for (const Extent& extent : version.extents) {
    if (extent.file != 0 && (payloads.empty() || payloads.back() != extent.file)) payloads.push_back(extent.file);
  }
  co_return std::move(payloads);
}

// The version whose place a new one takes.
Task<Result<Found>> find_replaced(Store& store, const BucketInfo& bucket, std::string_view key, const Found& current) {
  Found none;
  if (versioning_of(bucket, key) == Versioning::enabled) co_return std::move(none);
  if (current && current->null_version) co_return Found(*current);
  // A bucket that never had versions has nothing but the current one.
  if (!current) co_return std::move(none);
  co_return co_await find_null(store, bucket.id, key);
}

Result<> check_quota_with(const Store& store, const BucketInfo& bucket, std::uint64_t size_bytes, std::uint64_t freed) {
  if (bucket.quota_bytes == 0) return {};
  const auto index = store.index.get();
  const std::uint64_t used = index ? index->usage(bucket.id).bytes : 0;
  if (used - std::min(used, freed) + size_bytes <= bucket.quota_bytes) return {};
  return ErrorCode::XMinioAdminBucketQuotaExceeded;
}

}  // namespace

Task<Result<Found>> find_current(Store& store, std::uint64_t bucket_id, std::string_view key) {
  auto query = [bucket_id, key](const Index& index, ReadTier tier) { return index.current(bucket_id, key, tier); };
  auto found = co_await look_up<Found>(store, query);
  if (found) derive(*found, true);
  co_return std::move(found);
}

Task<Result<Found>> find_null(Store& store, std::uint64_t bucket_id, std::string_view key) {
  auto query = [bucket_id, key](const Index& index, ReadTier tier) { return index.null_version(bucket_id, key, tier); };
  auto found = co_await look_up<Found>(store, query);
  if (found) derive(*found, false);
  co_return std::move(found);
}

Task<Result<Found>> find_version(Store& store, std::uint64_t bucket_id, std::string_view key, std::string_view version_id) {
  if (version_id.empty()) co_return co_await find_current(store, bucket_id, key);
  const auto id = parse_version_id(version_id);
  if (!id) co_return Found();
  HOLDFAST_CO_TRY(current, co_await find_current(store, bucket_id, key));
  const auto named = [&](const VersionRecord& version) {
    if (id->null_version) return version.null_version;
    return !version.null_version && version.info.created_seq == id->created_seq && version.version_tag == id->tag;
  };
  if (current && named(*current)) co_return std::move(current);
  if (id->null_version) co_return co_await find_null(store, bucket_id, key);
  const std::uint64_t seq = id->created_seq;
  auto query = [bucket_id, key, seq](const Index& index, ReadTier tier) { return index.version(bucket_id, key, seq, tier); };
  HOLDFAST_CO_TRY(found, co_await look_up<Found>(store, query));
  if (found && !named(*found)) found.reset();
  derive(found, false);
  co_return std::move(found);
}

Task<Result<VersionRecord>> need_version(Store& store, std::uint64_t bucket_id, std::string_view key, std::string_view version_id) {
  HOLDFAST_CO_TRY(found, co_await find_version(store, bucket_id, key, version_id));
  if (!found) co_return version_id.empty() ? ErrorCode::NoSuchKey : ErrorCode::NoSuchVersion;
  co_return *std::move(found);
}

Task<Result<>> load_extents(Store& store, VersionRecord& version) {
  if (!lacks_extents(version)) co_return Result<>();
  if (const ItemPtr item = store.unsettled.find(version.file)) {
    if (const auto* put = std::get_if<PutVersion>(&item->change)) co_return take_extents(version, put->version);
  }
  auto read = [&store, path = store.layout.sidecar(version.bucket_id, version.file)] {
    return io::read_whole_file(store.files, path, kSidecarBytes);
  };
  HOLDFAST_CO_TRY(text, co_await store.pool.run(read));
  HOLDFAST_CO_TRY(sidecar, parse_sidecar(text));
  auto* full = std::get_if<VersionRecord>(&sidecar);
  if (full == nullptr) co_return Error(ErrorCode::XHoldfastCorruptObject, "The sidecar isn't an object's.");
  co_return take_extents(version, std::move(*full));
}

const ObjectInfo* visible(const Found& version) noexcept { return version && !version->info.delete_marker ? &version->info : nullptr; }

Result<> check(const Precondition& precondition, const Found& version) {
  if (!precondition) return {};
  return precondition(visible(version));
}

Result<> check_removable(const ObjectInfo& version, bool bypass_governance, TimePoint now) {
  if (version.legal_hold) return Error(ErrorCode::AccessDenied, "The object is under a legal hold.");
  if (version.retention.mode == RetentionMode::none || version.retention.until <= now) return {};
  if (version.retention.mode == RetentionMode::governance && bypass_governance) return {};
  return Error(ErrorCode::AccessDenied, "The object is protected by its retention period.");
}

Task<Result<>> plan_put(Store& store, const BucketInfo& bucket, NewVersion put, const Precondition& precondition, CommitGroup& group) {
  HOLDFAST_CO_TRY(current, co_await find_current(store, bucket.id, put.version.info.key));
  HOLDFAST_CO_TRY_VOID(check(precondition, current));
  HOLDFAST_CO_TRY(replaced, co_await find_replaced(store, bucket, put.version.info.key, current));
  if (!put.version.info.delete_marker) {
    HOLDFAST_CO_TRY_VOID(check_quota_with(store, bucket, put.version.info.size_bytes, replaced ? replaced->info.size_bytes : 0));
    HOLDFAST_CO_TRY_VOID(apply_default_retention(bucket, put.version.info, store.clock.now()));
  }
  if (replaced) {
    HOLDFAST_CO_TRY_VOID(check_removable(replaced->info, false, store.clock.now()));
    HOLDFAST_CO_TRY_VOID(co_await plan_removal(store, bucket, *replaced, {}, group));
  }
  put.version.bucket_id = bucket.id;
  put.version.null_version = versioning_of(bucket, put.version.info.key) != Versioning::enabled;
  put.version.version_tag = put.version.null_version ? 0 : random_u64();
  put.version.info.modified = store.clock.now();
  put.version.info.created_seq = 0;
  PutVersion change;
  change.version = std::move(put.version);
  change.staged = put.staged;
  change.linked = std::move(put.linked);
  const Item& item = group.add(std::move(change), put.payload);
  ObjectInfo info;
  if (store.catalog.followed()) {
    info = std::get<PutVersion>(item.change).version.info;
    info.version_id.clear();  // made of the sequence number: the committer fills it in
    plan_event(store, put.event, bucket, info, group);
  }
  co_return Result<>();
}

Task<Result<>> plan_removal(Store& store, const BucketInfo& bucket, const VersionRecord& version, std::string_view event,
                            CommitGroup& group) {
  HOLDFAST_CO_TRY(payloads, co_await payloads_of(store, version));
  RemoveVersion removal;
  removal.bucket_id = version.bucket_id;
  removal.key = version.info.key;
  removal.created_seq = version.info.created_seq;
  removal.sidecar = version.file;
  removal.payloads = std::move(payloads);
  group.add(std::move(removal));
  if (!event.empty()) plan_event(store, event, bucket, version.info, group);
  co_return Result<>();
}

void plan_event(Store& store, std::string_view name, const BucketInfo& bucket, const ObjectInfo& info, CommitGroup& group) {
  if (!store.catalog.followed()) return;
  Event change;
  change.event.name = name;
  change.event.bucket = bucket.name;
  change.event.key = info.key;
  change.event.version_id = info.version_id;
  change.event.etag = info.etag;
  change.event.size_bytes = info.size_bytes;
  change.event.time = store.clock.now();
  group.add(std::move(change));
}

Task<Result<>> check_quota(Store& store, const BucketInfo& bucket, std::string_view key, std::uint64_t size_bytes) {
  if (bucket.quota_bytes == 0) co_return Result<>();
  HOLDFAST_CO_TRY(current, co_await find_current(store, bucket.id, key));
  HOLDFAST_CO_TRY(replaced, co_await find_replaced(store, bucket, key, current));
  co_return check_quota_with(store, bucket, size_bytes, replaced ? replaced->info.size_bytes : 0);
}

ItemPtr put_of(const CommitGroup& group) {
  const auto found = std::find_if(group.items.rbegin(), group.items.rend(),
                                  [](const ItemPtr& item) { return std::holds_alternative<PutVersion>(item->change); });
  return *found;
}

ObjectPtr object_of(const ItemPtr& put) { return {put, &std::get<PutVersion>(put->change).version.info}; }

Task<Result<>> commit(Store& store, CommitGroup& group) {
  if (group.items.empty()) co_return Result<>();
  store.committer.enqueue(group);
  co_return co_await group.done;
}

Result<BucketPtr> same_bucket(const Store& store, std::string_view name, std::uint64_t bucket_id) {
  HOLDFAST_TRY(bucket, store.catalog.bucket(name));
  if (bucket->id != bucket_id) return ErrorCode::NoSuchBucket;
  return bucket;
}

}  // namespace holdfast::storage::local
