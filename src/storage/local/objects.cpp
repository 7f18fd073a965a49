#include "objects.hpp"

#include "payload_sink.hpp"
#include "store.hpp"

#include "holdfast/base/limits.hpp"

#include <set>

namespace holdfast::storage::local {
namespace {

class LocalObjectWriter final : public ObjectWriter {
 public:
  LocalObjectWriter(Store& store, PutSpec spec, std::uint64_t bucket_id, Admission::Reservation reservation)
      : store_(store),
        spec_(std::move(spec)),
        bucket_id_(bucket_id),
        sink_(store, store.new_file_id(), spec_.size_bytes, spec_.stored_size, limits::kBlocksPerFile) {
    sink_.set_reservation(std::move(reservation));
  }

  Task<Result<>> write(ByteView bytes) override { return sink_.write(bytes); }

  Task<Result<ObjectPtr>> commit(hash::VerifiedDigests digests, std::string etag, std::optional<Checksum> checksum) override {
    HOLDFAST_CO_TRY_VOID(co_await sink_.finish(digests.size_bytes()));
    Publication publication;
    publication.bucket = std::move(spec_.bucket);
    publication.bucket_id = bucket_id_;
    publication.precondition = std::move(spec_.precondition);
    VersionRecord& version = publication.put.version;
    version.file = sink_.file();
    static_cast<ObjectAttributes&>(version.info) = std::move(spec_.attributes);
    version.info.key = std::move(spec_.key);
    version.info.size_bytes = digests.size_bytes();
    version.info.etag = std::move(etag);
    version.info.checksum = std::move(checksum);
    if (sink_.size_bytes() > 0) version.extents.push_back(sink_.extent());
    publication.put.staged = sink_.staged();
    publication.put.payload = sink_.inline_payload();
    publication.put.event = "s3:ObjectCreated:Put";
    bool appended = false;
    auto object = co_await publish(store_, std::move(publication), appended);
    if (appended) sink_.keep();
    co_return std::move(object);
  }

 private:
  Store& store_;
  PutSpec spec_;
  const std::uint64_t bucket_id_;
  PayloadSink sink_;
};

// What an update in place is called in events.
std::string_view update_event(const ObjectAttributes& before, const ObjectAttributes& after) {
  if (before.tags != after.tags) return after.tags.empty() ? "s3:ObjectTagging:Delete" : "s3:ObjectTagging:Put";
  if (before.legal_hold != after.legal_hold) return "s3:ObjectCreated:PutLegalHold";
  if (before.properties != after.properties) return "s3:ObjectAcl:Put";
  return "s3:ObjectCreated:PutRetention";
}

// Plans deletes as one group.
class Removal {
 public:
  Removal(Store& store, BucketPtr bucket) : store_(store), bucket_(std::move(bucket)) { group.reserved = true; }

  CommitGroup group;

  // False if the group changes that key already: a spec sees what those before it did, so that commit comes first.
  bool takes(const std::string& key) const { return !keys_.contains(key) && group.bytes < store_.options.journal_segment_bytes / 2; }

  Task<Result<DeleteOutcome>> plan(const DeleteSpec& spec, std::size_t index) {
    const std::size_t before = group.items.size();
    const bool marker = spec.version_id.empty() && bucket_->versioning != Versioning::unversioned;
    Result<DeleteOutcome> outcome = DeleteOutcome();
    if (marker) {
      outcome = co_await put_marker(spec, index);
    } else {
      outcome = co_await remove_version(spec);
    }
    if (group.items.size() > before) keys_.insert(spec.key);
    co_return std::move(outcome);
  }

  // Version ids of markers are known once they are committed.
  void name_markers(std::vector<Result<DeleteOutcome>>& outcomes) const {
    for (const auto& [index, marker] : markers_) outcomes[index]->version_id = object_of(marker)->version_id;
  }

 private:
  Task<Result<DeleteOutcome>> remove_version(const DeleteSpec& spec) {
    HOLDFAST_CO_TRY(version, co_await find_version(store_, bucket_->id, spec.key, spec.version_id));
    HOLDFAST_CO_TRY_VOID(check(spec.precondition, version));
    DeleteOutcome outcome;
    outcome.version_id = spec.version_id;
    if (!version) co_return std::move(outcome);
    HOLDFAST_CO_TRY_VOID(check_removable(version->info, spec.bypass_governance, store_.clock.now()));
    outcome.existed = true;
    outcome.delete_marker = version->info.delete_marker;
    HOLDFAST_CO_TRY_VOID(co_await plan_removal(store_, *bucket_, *version, "s3:ObjectRemoved:Delete", group));
    co_return std::move(outcome);
  }

  Task<Result<DeleteOutcome>> put_marker(const DeleteSpec& spec, std::size_t index) {
    DeleteOutcome outcome;
    outcome.delete_marker = true;
    HOLDFAST_CO_TRY(current, co_await find_current(store_, bucket_->id, spec.key));
    outcome.existed = visible(current) != nullptr;
    NewVersion marker;
    marker.version.file = store_.new_file_id();
    marker.version.info.key = spec.key;
    marker.version.info.delete_marker = true;
    marker.event = "s3:ObjectRemoved:DeleteMarkerCreated";
    HOLDFAST_CO_TRY_VOID(co_await plan_put(store_, *bucket_, std::move(marker), spec.precondition, group));
    markers_.emplace_back(index, put_of(group));
    co_return std::move(outcome);
  }

  Store& store_;
  BucketPtr bucket_;
  std::set<std::string> keys_;
  std::vector<std::pair<std::size_t, ItemPtr>> markers_;
};

std::vector<std::uint64_t> key_locks(std::uint64_t bucket_id, const std::vector<DeleteSpec>& specs) {
  std::vector<std::uint64_t> ids;
  ids.reserve(specs.size());
  for (const DeleteSpec& spec : specs) ids.push_back(lock_id(bucket_id, spec.key));
  return ids;
}

}  // namespace

Result<> check_key(std::string_view key) {
  if (key.empty()) return Error(ErrorCode::InvalidArgument, "An object's key can't be empty.");
  if (key.size() > limits::kKeyBytes) return ErrorCode::KeyTooLongError;
  return {};
}

Task<Result<ObjectPtr>> publish(Store& store, Publication publication, bool& appended) {
  HOLDFAST_CO_TRY_VOID(co_await store.admission.room());
  const auto bucket_guard = co_await store.bucket_locks.acquire(lock_id(publication.bucket), LockMode::shared);
  HOLDFAST_CO_TRY(bucket, same_bucket(store, publication.bucket, publication.bucket_id));
  const auto key_guard = co_await store.key_locks.acquire(lock_id(bucket->id, publication.put.version.info.key), LockMode::exclusive);
  CommitGroup group;
  HOLDFAST_CO_TRY_VOID(co_await plan_put(store, *bucket, std::move(publication.put), publication.precondition, group));
  const auto outcome = co_await commit(store, group);
  appended = group.appended;
  if (!outcome) co_return outcome.error();
  co_return object_of(put_of(group));
}

Task<Result<ObjectPtr>> head_object(Store& store, ObjectName name) {
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(name.bucket));
  HOLDFAST_CO_TRY(version, co_await need_version(store, bucket->id, name.key, name.version_id));
  co_return ObjectPtr(std::make_shared<const ObjectInfo>(std::move(version.info)));
}

Task<Result<std::unique_ptr<ObjectWriter>>> create_object(Store& store, PutSpec spec) {
  HOLDFAST_CO_TRY_VOID(check_key(spec.key));
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(spec.bucket));
  if (spec.size_bytes) HOLDFAST_CO_TRY_VOID(co_await check_quota(store, *bucket, spec.key, *spec.size_bytes));
  HOLDFAST_CO_TRY(reservation, store.admission.reserve(spec.size_bytes.value_or(0)));
  std::unique_ptr<ObjectWriter> writer = std::make_unique<LocalObjectWriter>(store, std::move(spec), bucket->id, std::move(reservation));
  co_return std::move(writer);
}

Task<Result<std::vector<Result<DeleteOutcome>>>> remove_objects(Store& store, std::string bucket_name, std::vector<DeleteSpec> specs) {
  const auto bucket_guard = co_await store.bucket_locks.acquire(lock_id(bucket_name), LockMode::shared);
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(bucket_name));
  std::vector<std::uint64_t> locks = key_locks(bucket->id, specs);
  const auto key_guards = co_await store.key_locks.acquire_all(std::move(locks));
  std::vector<Result<DeleteOutcome>> outcomes;
  outcomes.reserve(specs.size());
  for (std::size_t next = 0; next < specs.size();) {
    Removal removal(store, bucket);
    const std::size_t first = next;
    for (; next < specs.size() && removal.takes(specs[next].key); ++next) outcomes.push_back(co_await removal.plan(specs[next], next));
    const auto outcome = co_await commit(store, removal.group);
    if (outcome) {
      removal.name_markers(outcomes);
      continue;
    }
    for (std::size_t i = first; i < next; ++i) {
      if (outcomes[i]) outcomes[i] = outcome.error();
    }
  }
  co_return std::move(outcomes);
}

Task<Result<ObjectPtr>> update_object(Store& store, ObjectName name, std::function<Result<>(ObjectAttributes&)> change) {
  HOLDFAST_CO_TRY_VOID(co_await store.admission.room());
  const auto bucket_guard = co_await store.bucket_locks.acquire(lock_id(name.bucket), LockMode::shared);
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(name.bucket));
  const auto key_guard = co_await store.key_locks.acquire(lock_id(bucket->id, name.key), LockMode::exclusive);
  HOLDFAST_CO_TRY(version, co_await need_version(store, bucket->id, name.key, name.version_id));
  if (version.info.delete_marker) co_return name.version_id.empty() ? ErrorCode::NoSuchKey : ErrorCode::MethodNotAllowed;
  if (const auto loaded = co_await load_extents(store, version); !loaded) {
    co_return io::missing(loaded.error()) ? Error(ErrorCode::XHoldfastCorruptObject) : loaded.error();
  }
  const ObjectAttributes before = version.info;
  HOLDFAST_CO_TRY_VOID(change(version.info));
  const std::string_view event = update_event(before, version.info);
  const bool is_latest = version.info.is_latest;
  CommitGroup group;
  const ObjectInfo info = version.info;
  PutVersion put;
  put.version = std::move(version);
  put.version.changed_seq = 0;
  put.update = true;
  group.add(std::move(put));
  plan_event(store, event, *bucket, info, group);
  HOLDFAST_CO_TRY_VOID(co_await commit(store, group));
  auto object = std::make_shared<ObjectInfo>(*object_of(group.items.front()));
  object->is_latest = is_latest;
  co_return ObjectPtr(std::move(object));
}

Task<Result<ListPage>> list_objects(Store& store, ListQuery query) {
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(query.bucket));
  const std::uint64_t id = bucket->id;
  auto ask = [id, &query](const Index& index, ReadTier tier) { return index.list(id, query, tier); };
  co_return co_await look_up<ListPage>(store, ask);
}

Task<Result<VersionPage>> list_object_versions(Store& store, VersionQuery query) {
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(query.bucket));
  const std::uint64_t id = bucket->id;
  auto ask = [id, &query](const Index& index, ReadTier tier) { return index.list_versions(id, query, tier); };
  HOLDFAST_CO_TRY(rows, co_await look_up<Index::VersionRows>(store, ask));
  VersionPage page;
  page.versions.reserve(rows.versions.size());
  for (VersionRecord& version : rows.versions) {
    version.info.version_id = version_id_of(version);
    page.versions.push_back(std::move(version.info));
  }
  page.common_prefixes = std::move(rows.common_prefixes);
  page.truncated = rows.truncated;
  page.next_key = std::move(rows.next_key);
  page.next_version_id = std::move(rows.next_version_id);
  co_return std::move(page);
}

}  // namespace holdfast::storage::local
