#include "uploads.hpp"

#include "objects.hpp"
#include "payload_sink.hpp"
#include "store.hpp"
#include "versions.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/base/random.hpp"

#include <algorithm>

namespace holdfast::storage::local {
namespace {

UploadInfo info_of(const UploadRecord& upload, std::string bucket) {
  UploadInfo info;
  info.bucket = std::move(bucket);
  info.key = upload.key;
  info.upload_id = upload_id_of(upload);
  info.initiated = upload.initiated;
  info.attributes = upload.attributes;
  return info;
}

Task<Result<UploadRecord>> need_upload(Store& store, std::uint64_t bucket_id, const UploadName& name) {
  const auto id = parse_upload_id(name.upload_id);
  if (!id) co_return ErrorCode::NoSuchUpload;
  const std::uint64_t seq = id->created_seq;
  auto query = [bucket_id, &name, seq](const Index& index, ReadTier tier) { return index.upload(bucket_id, name.key, seq, tier); };
  HOLDFAST_CO_TRY(found, co_await look_up<std::optional<UploadRecord>>(store, query));
  if (!found || found->tag != id->tag) co_return ErrorCode::NoSuchUpload;
  co_return *std::move(found);
}

Task<Result<std::vector<PartRecord>>> parts_of(Store& store, std::uint64_t upload_seq, std::uint32_t after, std::uint32_t max) {
  auto query = [upload_seq, after, max](const Index& index, ReadTier tier) { return index.parts(upload_seq, after, max, tier); };
  co_return co_await look_up<std::vector<PartRecord>>(store, query);
}

RemovePart removal_of(const PartRecord& part, bool keep_payload) {
  return {part.bucket_id, part.upload_seq, part.extent.part.number, part.extent.file, keep_payload};
}

RemoveUpload removal_of(const UploadRecord& upload) { return {upload.bucket_id, upload.key, upload.created_seq, upload.file}; }

// For an upload that is completed already: the version that came of it, if it still exists.
Task<Result<ObjectPtr>> completed_already(Store& store, const BucketInfo& bucket, const UploadName& name) {
  VersionQuery query;
  query.prefix = name.key;
  while (true) {
    auto ask = [&bucket, &query](const Index& index, ReadTier tier) { return index.list_versions(bucket.id, query, tier); };
    HOLDFAST_CO_TRY(rows, co_await look_up<Index::VersionRows>(store, ask));
    for (VersionRecord& version : rows.versions) {
      if (version.info.key != name.key) co_return ErrorCode::NoSuchUpload;
      if (version.info.upload_id != name.upload_id) continue;
      version.info.version_id = version_id_of(version);
      co_return ObjectPtr(std::make_shared<const ObjectInfo>(std::move(version.info)));
    }
    if (!rows.truncated) co_return ErrorCode::NoSuchUpload;
    query.key_marker = rows.next_key;
    query.version_id_marker = rows.next_version_id;
  }
}

class LocalPartWriter final : public PartWriter {
 public:
  LocalPartWriter(Store& store, UploadName name, std::uint64_t bucket_id, std::uint32_t number, std::optional<std::uint64_t> size_bytes,
                  StoredSize stored_size, Admission::Reservation reservation)
      : store_(store),
        name_(std::move(name)),
        bucket_id_(bucket_id),
        number_(number),
        sink_(store, store.new_file_id(), size_bytes, stored_size, limits::kBlocksPerPart) {
    sink_.set_reservation(std::move(reservation));
  }

  Task<Result<>> write(ByteView bytes) override { return sink_.write(bytes); }

  Task<Result<PartInfo>> commit(hash::VerifiedDigests digests, std::string etag, std::optional<Checksum> checksum) override {
    HOLDFAST_CO_TRY_VOID(co_await sink_.finish(digests.size_bytes()));
    HOLDFAST_CO_TRY_VOID(co_await store_.admission.room());
    const auto bucket_guard = co_await store_.bucket_locks.acquire(lock_id(name_.bucket), LockMode::shared);
    HOLDFAST_CO_TRY(bucket, same_bucket(store_, name_.bucket, bucket_id_));
    const auto upload_guard = co_await store_.upload_locks.acquire(lock_id(name_.upload_id), LockMode::shared);
    HOLDFAST_CO_TRY(upload, co_await need_upload(store_, bucket->id, name_));
    const auto part_guard = co_await store_.key_locks.acquire(lock_id(upload.created_seq, number_), LockMode::exclusive);
    const std::uint64_t upload_seq = upload.created_seq;
    const std::uint32_t number = number_;
    auto query = [upload_seq, number](const Index& index, ReadTier tier) { return index.part(upload_seq, number, tier); };
    HOLDFAST_CO_TRY(replaced, co_await look_up<std::optional<PartRecord>>(store_, query));

    PutPart put;
    put.part.bucket_id = bucket->id;
    put.part.upload_seq = upload_seq;
    put.part.extent = sink_.extent();
    put.part.extent.part = {number_, digests.size_bytes(), std::move(etag), store_.clock.now(), std::move(checksum)};
    put.staged = sink_.staged();
    const PartInfo info = put.part.extent.part;
    CommitGroup group;
    if (replaced) group.add(removal_of(*replaced, false));
    group.add(std::move(put), sink_.inline_payload());
    const auto outcome = co_await storage::local::commit(store_, group);
    if (group.appended) sink_.keep();
    if (!outcome) co_return outcome.error();
    co_return info;
  }

 private:
  Store& store_;
  const UploadName name_;
  const std::uint64_t bucket_id_;
  const std::uint32_t number_;
  PayloadSink sink_;
};

// The object's version, of the parts that the plan names.
Result<VersionRecord> assemble(const UploadRecord& upload, const std::vector<PartRecord>& parts, CompletePlan plan,
                               const UploadName& name) {
  VersionRecord version;
  static_cast<ObjectAttributes&>(version.info) = upload.attributes;
  version.info.key = name.key;
  version.info.etag = std::move(plan.etag);
  version.info.checksum = std::move(plan.checksum);
  version.info.upload_id = name.upload_id;
  version.info.part_count = static_cast<std::uint32_t>(plan.part_numbers.size());
  version.extents.reserve(plan.part_numbers.size());
  for (const std::uint32_t number : plan.part_numbers) {
    const auto part = std::lower_bound(parts.begin(), parts.end(), number,
                                       [](const PartRecord& record, std::uint32_t wanted) { return record.extent.part.number < wanted; });
    if (part == parts.end() || part->extent.part.number != number) return ErrorCode::InvalidPart;
    version.info.size_bytes += part->extent.part.size_bytes;
    version.extents.push_back(part->extent);
  }
  return version;
}

std::vector<PartInfo> infos_of(const std::vector<PartRecord>& parts) {
  std::vector<PartInfo> infos;
  infos.reserve(parts.size());
  for (const PartRecord& part : parts) infos.push_back(part.extent.part);
  return infos;
}

}  // namespace

Task<Result<UploadInfo>> create_upload(Store& store, PutSpec spec) {
  HOLDFAST_CO_TRY_VOID(check_key(spec.key));
  HOLDFAST_CO_TRY_VOID(store.admission.reserve(0));
  HOLDFAST_CO_TRY_VOID(co_await store.admission.room());
  const auto bucket_guard = co_await store.bucket_locks.acquire(lock_id(spec.bucket), LockMode::shared);
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(spec.bucket));
  PutUpload put;
  put.upload.bucket_id = bucket->id;
  put.upload.file = store.new_file_id();
  put.upload.tag = random_u64();
  put.upload.key = std::move(spec.key);
  put.upload.initiated = store.clock.now();
  put.upload.attributes = std::move(spec.attributes);
  CommitGroup group;
  group.add(std::move(put));
  HOLDFAST_CO_TRY_VOID(co_await commit(store, group));
  co_return info_of(std::get<PutUpload>(group.items.front()->change).upload, bucket->name);
}

Task<Result<UploadInfo>> get_upload(Store& store, UploadName name) {
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(name.bucket));
  HOLDFAST_CO_TRY(upload, co_await need_upload(store, bucket->id, name));
  co_return info_of(upload, bucket->name);
}

Task<Result<std::unique_ptr<PartWriter>>> create_part(Store& store, UploadName name, std::uint32_t number,
                                                      std::optional<std::uint64_t> size_bytes, StoredSize stored_size) {
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(name.bucket));
  HOLDFAST_CO_TRY(upload, co_await need_upload(store, bucket->id, name));
  HOLDFAST_CO_TRY_VOID(co_await check_quota(store, *bucket, upload.key, size_bytes.value_or(0)));
  HOLDFAST_CO_TRY(reservation, store.admission.reserve(size_bytes.value_or(0)));
  std::unique_ptr<PartWriter> writer =
      std::make_unique<LocalPartWriter>(store, std::move(name), bucket->id, number, size_bytes, stored_size, std::move(reservation));
  co_return std::move(writer);
}

Task<Result<ObjectPtr>> complete_upload(Store& store, UploadName name, CompletePlanner planner, Precondition precondition) {
  HOLDFAST_CO_TRY_VOID(co_await store.admission.room());
  const auto bucket_guard = co_await store.bucket_locks.acquire(lock_id(name.bucket), LockMode::shared);
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(name.bucket));
  const auto upload_guard = co_await store.upload_locks.acquire(lock_id(name.upload_id), LockMode::exclusive);
  const auto key_guard = co_await store.key_locks.acquire(lock_id(bucket->id, name.key), LockMode::exclusive);
  auto upload = co_await need_upload(store, bucket->id, name);
  if (!upload && upload.error().code == ErrorCode::NoSuchUpload) co_return co_await completed_already(store, *bucket, name);
  if (!upload) co_return std::move(upload).error();
  HOLDFAST_CO_TRY(parts, co_await parts_of(store, upload->created_seq, 0, limits::kParts));
  HOLDFAST_CO_TRY(plan, planner(info_of(*upload, bucket->name), infos_of(parts)));
  const std::vector<std::uint32_t> used = plan.part_numbers;
  HOLDFAST_CO_TRY(version, assemble(*upload, parts, std::move(plan), name));
  NewVersion put;
  put.version = std::move(version);
  put.version.file = store.new_file_id();
  put.event = "s3:ObjectCreated:CompleteMultipartUpload";
  CommitGroup group;
  HOLDFAST_CO_TRY_VOID(co_await plan_put(store, *bucket, std::move(put), precondition, group));
  for (const PartRecord& part : parts) {
    group.add(removal_of(part, std::find(used.begin(), used.end(), part.extent.part.number) != used.end()));
  }
  group.add(removal_of(*upload));
  HOLDFAST_CO_TRY_VOID(co_await commit(store, group));
  co_return object_of(put_of(group));
}

Task<Result<>> abort_upload(Store& store, UploadName name) {
  const auto bucket_guard = co_await store.bucket_locks.acquire(lock_id(name.bucket), LockMode::shared);
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(name.bucket));
  const auto upload_guard = co_await store.upload_locks.acquire(lock_id(name.upload_id), LockMode::exclusive);
  HOLDFAST_CO_TRY(upload, co_await need_upload(store, bucket->id, name));
  HOLDFAST_CO_TRY(parts, co_await parts_of(store, upload.created_seq, 0, limits::kParts));
  CommitGroup group;
  group.reserved = true;
  for (const PartRecord& part : parts) group.add(removal_of(part, false));
  group.add(removal_of(upload));
  co_return co_await commit(store, group);
}

Task<Result<UploadPage>> list_uploads(Store& store, UploadQuery query) {
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(query.bucket));
  const std::uint64_t id = bucket->id;
  auto ask = [id, &query](const Index& index, ReadTier tier) { return index.list_uploads(id, query, tier); };
  HOLDFAST_CO_TRY(rows, co_await look_up<Index::UploadRows>(store, ask));
  UploadPage page;
  page.uploads.reserve(rows.uploads.size());
  for (const UploadRecord& upload : rows.uploads) page.uploads.push_back(info_of(upload, bucket->name));
  page.common_prefixes = std::move(rows.common_prefixes);
  page.truncated = rows.truncated;
  page.next_key = std::move(rows.next_key);
  page.next_upload_id = std::move(rows.next_upload_id);
  co_return std::move(page);
}

Task<Result<PartPage>> list_parts(Store& store, UploadName name, std::uint32_t part_number_marker, std::uint32_t max_parts) {
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(name.bucket));
  HOLDFAST_CO_TRY(upload, co_await need_upload(store, bucket->id, name));
  PartPage page;
  page.upload = info_of(upload, bucket->name);
  if (max_parts == 0) co_return std::move(page);
  HOLDFAST_CO_TRY(parts, co_await parts_of(store, upload.created_seq, part_number_marker, max_parts + 1));
  page.truncated = parts.size() > max_parts;
  if (page.truncated) parts.resize(max_parts);
  page.parts = infos_of(parts);
  if (page.truncated) page.next_part_number = page.parts.back().number;
  co_return std::move(page);
}

}  // namespace holdfast::storage::local
