#include "bucket.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/base/random.hpp"
#include "holdfast/storage/default_retention.hpp"

#include <algorithm>
#include <mutex>

namespace holdfast::storage {
namespace memory {
namespace {

// Where a payload is put together before it is published.
class Payload {
 public:
  void write(ByteView bytes) { text_.append(as_text(bytes)); }
  std::uint64_t size_bytes() const noexcept { return text_.size(); }
  Bytes take() { return std::make_shared<const std::string>(std::move(text_)); }

 private:
  std::string text_;
};

ContentPtr content_of(Bytes bytes) {
  auto content = std::make_shared<Content>();
  if (!bytes->empty()) content->pieces.push_back(std::move(bytes));
  return content;
}

Result<> check_size(const hash::VerifiedDigests& digests, StoredSize stored_size, const Payload& payload) {
  const std::uint64_t size = digests.size_bytes();
  if ((stored_size == nullptr ? size : stored_size(size)) == payload.size_bytes()) return {};
  return Error(ErrorCode::InternalError, "The verified size is not the size that was written.");
}

class MemoryReader final : public Reader {
 public:
  MemoryReader(ObjectPtr info, ContentPtr content) : info_(std::move(info)), content_(std::move(content)) {}

  const ObjectInfo& info() const noexcept override { return *info_; }
  const std::vector<PartInfo>& parts() const noexcept override { return content_->parts; }

  Task<Result<Piece>> read(std::uint64_t offset, std::uint64_t length, bool) override {
    HOLDFAST_CO_TRY(bytes, co_await read_unchecked(offset, length));
    co_return Piece(bytes);
  }

  Task<Result<SharedBytes>> read_unchecked(std::uint64_t offset, std::uint64_t length) override {
    for (const Bytes& piece : content_->pieces) {
      if (offset >= piece->size()) {
        offset -= piece->size();
        continue;
      }
      const auto count = std::min({length, piece->size() - offset, std::uint64_t{limits::kBodyBufferBytes}});
      SharedBytes bytes{piece, as_bytes(std::string_view(*piece).substr(offset, count))};
      co_return std::move(bytes);
    }
    co_return Error(ErrorCode::InternalError, "A read beyond the object's end.");
  }

 private:
  ObjectPtr info_;
  ContentPtr content_;
};

// What an update in place is called in events.
std::string update_event(const ObjectAttributes& before, const ObjectAttributes& after) {
  if (before.tags != after.tags) return after.tags.empty() ? "s3:ObjectTagging:Delete" : "s3:ObjectTagging:Put";
  if (before.legal_hold != after.legal_hold) return "s3:ObjectCreated:PutLegalHold";
  if (before.properties != after.properties) return "s3:ObjectAcl:Put";
  return "s3:ObjectCreated:PutRetention";
}

bool valid_document_name(std::string_view name) {
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_/") == std::string_view::npos;
}

// The whole state, under one mutex. Every public function is one atomic step.
class Store {
 public:
  explicit Store(const Clock& clock) : clock_(clock), deployment_id_(random_uuid()) {}

  Result<BucketPtr> create_bucket(BucketInfo info) {
    const std::lock_guard lock(mutex_);
    if (buckets_.contains(info.name)) return ErrorCode::BucketAlreadyExists;
    info.id = next_seq();
    info.created = clock_.now();
    Bucket& bucket = buckets_[info.name];
    bucket.info = std::make_shared<const BucketInfo>(std::move(info));
    return bucket.info;
  }

  Result<> delete_bucket(const std::string& name) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(name));
    if (!bucket->keys.empty()) return ErrorCode::BucketNotEmpty;
    buckets_.erase(name);
    return {};
  }

  Result<BucketPtr> bucket(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = buckets_.find(name);
    if (found == buckets_.end()) return ErrorCode::NoSuchBucket;
    return found->second.info;
  }

  std::vector<BucketPtr> buckets() const {
    const std::lock_guard lock(mutex_);
    std::vector<BucketPtr> all;
    for (const auto& [name, bucket] : buckets_) all.push_back(bucket.info);
    return all;
  }

  Result<BucketPtr> update_bucket(const std::string& name, const std::function<Result<>(BucketInfo&)>& change) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(name));
    auto changed = std::make_shared<BucketInfo>(*bucket->info);
    HOLDFAST_TRY_VOID(change(*changed));
    changed->name = name;
    changed->id = bucket->info->id;
    changed->created = bucket->info->created;
    bucket->info = std::move(changed);
    return bucket->info;
  }

  Result<Usage> usage(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = buckets_.find(name);
    if (found == buckets_.end()) return ErrorCode::NoSuchBucket;
    return usage_of(found->second);
  }

  Result<ObjectPtr> head(const ObjectName& name) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(name.bucket));
    HOLDFAST_TRY(version, find_version(*bucket, name.key, name.version_id));
    return snapshot(*version, is_current(*bucket, *version));
  }

  Result<std::unique_ptr<Reader>> open(const ObjectName& name) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(name.bucket));
    HOLDFAST_TRY(version, find_version(*bucket, name.key, name.version_id));
    return std::make_unique<MemoryReader>(snapshot(*version, is_current(*bucket, *version)), version->content);
  }

  // The bucket's id, which the writer keeps: it must not publish into another bucket of the same name.
  Result<std::uint64_t> admit(const PutSpec& spec) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(spec.bucket));
    HOLDFAST_TRY_VOID(check_key(spec.key));
    if (spec.size_bytes) HOLDFAST_TRY_VOID(check_quota(*bucket, spec.key, *spec.size_bytes));
    return bucket->info->id;
  }

  Result<ObjectPtr> put(const PutSpec& spec, std::uint64_t bucket_id, ObjectInfo info, ContentPtr content) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(spec.bucket));
    if (bucket->info->id != bucket_id) return ErrorCode::NoSuchBucket;
    HOLDFAST_TRY_VOID(check(spec.precondition, current_version(*bucket, spec.key)));
    return publish(*bucket, std::move(info), std::move(content), "s3:ObjectCreated:Put");
  }

  Result<ObjectPtr> copy(const CopySpec& spec) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(source_bucket, find_bucket(spec.source.bucket));
    HOLDFAST_TRY(bucket, find_bucket(spec.target.bucket));
    HOLDFAST_TRY_VOID(check_key(spec.target.key));
    HOLDFAST_TRY(source, find_version(*source_bucket, spec.source.key, spec.source.version_id));
    if (source->info.delete_marker) {
      if (spec.source.version_id.empty()) return ErrorCode::NoSuchKey;
      return Error(ErrorCode::InvalidRequest, "The source of a copy request may not specifically refer to a delete marker by version id.");
    }
    HOLDFAST_TRY_VOID(check(spec.source_precondition, source));
    HOLDFAST_TRY_VOID(check(spec.target.precondition, current_version(*bucket, spec.target.key)));
    ObjectInfo info = source->info;
    static_cast<ObjectAttributes&>(info) = spec.target.attributes;
    info.key = spec.target.key;
    info.upload_id.clear();
    return publish(*bucket, std::move(info), source->content, "s3:ObjectCreated:Copy");
  }

  Result<std::vector<Result<DeleteOutcome>>> remove(const std::string& name, const std::vector<DeleteSpec>& specs) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(name));
    std::vector<Result<DeleteOutcome>> outcomes;
    for (const DeleteSpec& spec : specs) outcomes.push_back(remove_one(*bucket, spec));
    return outcomes;
  }

  Result<ObjectPtr> update(const ObjectName& name, const std::function<Result<>(ObjectAttributes&)>& change) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(name.bucket));
    HOLDFAST_TRY(found, find_version(*bucket, name.key, name.version_id));
    if (found->info.delete_marker) return name.version_id.empty() ? ErrorCode::NoSuchKey : ErrorCode::MethodNotAllowed;
    ObjectAttributes changed = found->info;
    HOLDFAST_TRY_VOID(change(changed));
    const std::string event = update_event(found->info, changed);
    History& history = bucket->keys.find(name.key)->second;
    Version& version = history[static_cast<std::size_t>(found - history.data())];
    static_cast<ObjectAttributes&>(version.info) = std::move(changed);
    record_event(event, *bucket, version.info);
    return snapshot(version, is_current(*bucket, version));
  }

  Result<ListPage> list(const ListQuery& query) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(query.bucket));
    return memory::list(*bucket, query);
  }

  Result<VersionPage> list_versions(const VersionQuery& query) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(query.bucket));
    return memory::list_versions(*bucket, query);
  }

  Result<UploadInfo> create_upload(PutSpec spec) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(spec.bucket));
    HOLDFAST_TRY_VOID(check_key(spec.key));
    Upload upload;
    upload.info.bucket = spec.bucket;
    upload.info.key = spec.key;
    upload.info.upload_id = new_id(next_seq());
    upload.info.initiated = clock_.now();
    upload.info.attributes = std::move(spec.attributes);
    const UploadName name(upload.info.key, upload.info.upload_id);
    return bucket->uploads.emplace(name, std::move(upload)).first->second.info;
  }

  Result<UploadInfo> upload(const std::string& bucket_name, const UploadName& name) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(bucket_name));
    HOLDFAST_TRY(upload, find_upload(*bucket, name));
    return upload->info;
  }

  Result<> admit_part(const std::string& bucket_name, const UploadName& name, std::uint64_t size_bytes) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(bucket_name));
    HOLDFAST_TRY(upload, find_upload(*bucket, name));
    return check_quota(*bucket, upload->info.key, size_bytes);
  }

  Result<PartInfo> put_part(const std::string& bucket_name, const UploadName& name, Part part) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(bucket_name));
    HOLDFAST_TRY(upload, find_upload(*bucket, name));
    part.info.modified = clock_.now();
    PartInfo info = part.info;
    upload->parts.insert_or_assign(info.number, std::move(part));
    return info;
  }

  Result<ObjectPtr> complete_upload(const std::string& bucket_name, const UploadName& name, const CompletePlanner& planner,
                                    const Precondition& precondition) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(bucket_name));
    const auto upload = find_upload(*bucket, name);
    if (!upload) return completed_already(*bucket, name);
    HOLDFAST_TRY(plan, planner((*upload)->info, part_list(**upload)));
    HOLDFAST_TRY_VOID(check(precondition, current_version(*bucket, name.first)));
    HOLDFAST_TRY(content, assemble(**upload, plan));
    ObjectInfo info;
    static_cast<ObjectAttributes&>(info) = (*upload)->info.attributes;
    info.key = name.first;
    info.etag = plan.etag;
    info.checksum = plan.checksum;
    info.upload_id = name.second;
    info.part_count = static_cast<std::uint32_t>(content->parts.size());
    for (const PartInfo& part : content->parts) info.size_bytes += part.size_bytes;
    HOLDFAST_TRY(object, publish(*bucket, std::move(info), content, "s3:ObjectCreated:CompleteMultipartUpload"));
    bucket->uploads.erase(name);
    return object;
  }

  Result<> abort_upload(const std::string& bucket_name, const UploadName& name) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(bucket_name));
    if (bucket->uploads.erase(name) == 0) return ErrorCode::NoSuchUpload;
    return {};
  }

  Result<UploadPage> list_uploads(const UploadQuery& query) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(query.bucket));
    return memory::list_uploads(*bucket, query);
  }

  Result<PartPage> list_parts(const std::string& bucket_name, const UploadName& name, std::uint32_t marker, std::uint32_t max_parts) {
    const std::lock_guard lock(mutex_);
    HOLDFAST_TRY(bucket, find_bucket(bucket_name));
    HOLDFAST_TRY(upload, find_upload(*bucket, name));
    PartPage page;
    page.upload = upload->info;
    auto next = upload->parts.upper_bound(marker);
    for (; next != upload->parts.end() && page.parts.size() < max_parts; ++next) page.parts.push_back(next->second.info);
    page.truncated = max_parts > 0 && next != upload->parts.end();
    if (page.truncated) page.next_part_number = page.parts.back().number;
    return page;
  }

  Result<> put_document(std::string name, std::string content) {
    if (!valid_document_name(name)) return Error(ErrorCode::InvalidArgument, "Not a document's name: " + name);
    const std::lock_guard lock(mutex_);
    documents_.insert_or_assign(std::move(name), std::move(content));
    return {};
  }

  void delete_document(const std::string& name) {
    const std::lock_guard lock(mutex_);
    documents_.erase(name);
  }

  std::optional<std::string> document(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = documents_.find(name);
    if (found == documents_.end()) return std::nullopt;
    return found->second;
  }

  std::vector<std::string> documents(std::string_view prefix) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (auto at = documents_.lower_bound(prefix); at != documents_.end() && at->first.starts_with(prefix); ++at)
      names.push_back(at->first);
    return names;
  }

  void create_cursor(const std::string& follower) {
    const std::lock_guard lock(mutex_);
    cursors_.try_emplace(follower, seq_);
  }

  void delete_cursor(const std::string& follower) {
    const std::lock_guard lock(mutex_);
    cursors_.erase(follower);
    forget_delivered_events();
  }

  Result<std::vector<ChangeEvent>> changes(const std::string& follower, std::uint32_t max_events) const {
    const std::lock_guard lock(mutex_);
    const auto cursor = cursors_.find(follower);
    if (cursor == cursors_.end()) return no_such_cursor(follower);
    std::vector<ChangeEvent> events;
    for (auto at = events_.upper_bound(cursor->second); at != events_.end() && events.size() < max_events; ++at)
      events.push_back(at->second);
    return events;
  }

  Result<> advance_cursor(const std::string& follower, std::uint64_t seq) {
    const std::lock_guard lock(mutex_);
    const auto cursor = cursors_.find(follower);
    if (cursor == cursors_.end()) return no_such_cursor(follower);
    cursor->second = std::max(cursor->second, std::min(seq, seq_));
    forget_delivered_events();
    return {};
  }

  std::string deployment_id() const { return deployment_id_; }

 private:
  std::uint64_t next_seq() { return ++seq_; }

  Result<Bucket*> find_bucket(std::string_view name) {
    const auto found = buckets_.find(name);
    if (found == buckets_.end()) return ErrorCode::NoSuchBucket;
    return &found->second;
  }

  static Result<Upload*> find_upload(Bucket& bucket, const UploadName& name) {
    const auto found = bucket.uploads.find(name);
    if (found == bucket.uploads.end()) return ErrorCode::NoSuchUpload;
    return &found->second;
  }

  static Error no_such_cursor(const std::string& follower) {
    return Error(ErrorCode::InvalidArgument, "There is no change feed cursor of this name: " + follower);
  }

  static Result<> check(const Precondition& precondition, const Version* version) {
    if (!precondition) return {};
    return precondition(visible(version));
  }

  // What a write of `size_bytes` may take: versions that it replaces make room.
  static Result<> check_quota(const Bucket& bucket, const std::string& key, std::uint64_t size_bytes) {
    if (bucket.info->quota_bytes == 0) return {};
    const Version* replaced = bucket.info->versioning == Versioning::enabled ? nullptr : null_version(bucket, key);
    const std::uint64_t freed = replaced == nullptr ? 0 : replaced->info.size_bytes;
    if (usage_of(bucket).bytes - freed + size_bytes <= bucket.info->quota_bytes) return {};
    return ErrorCode::XMinioAdminBucketQuotaExceeded;
  }

  // Removes the null version that a new one takes the place of.
  Result<> replace_null_version(Bucket& bucket, const std::string& key) {
    const Version* replaced = null_version(bucket, key);
    if (replaced == nullptr) return {};
    HOLDFAST_TRY_VOID(check_removable(replaced->info, false, clock_.now()));
    remove_version(bucket, key, replaced->info.created_seq);
    return {};
  }

  Version& append(Bucket& bucket, ObjectInfo info, ContentPtr content) {
    info.created_seq = next_seq();
    info.version_id = bucket.info->versioning == Versioning::enabled ? new_id(info.created_seq) : "null";
    info.modified = clock_.now();
    History& history = bucket.keys[info.key];
    return history.emplace_back(Version{std::move(info), std::move(content)});
  }

  Result<ObjectPtr> publish(Bucket& bucket, ObjectInfo info, ContentPtr content, std::string_view event) {
    HOLDFAST_TRY_VOID(check_quota(bucket, info.key, info.size_bytes));
    HOLDFAST_TRY_VOID(apply_default_retention(*bucket.info, info, clock_.now()));
    if (bucket.info->versioning != Versioning::enabled) HOLDFAST_TRY_VOID(replace_null_version(bucket, info.key));
    const Version& version = append(bucket, std::move(info), std::move(content));
    record_event(event, bucket, version.info);
    return snapshot(version, true);
  }

  Result<DeleteOutcome> remove_one(Bucket& bucket, const DeleteSpec& spec) {
    const auto found = find_version(bucket, spec.key, spec.version_id);
    const Version* version = found ? *found : nullptr;
    HOLDFAST_TRY_VOID(check(spec.precondition, version));
    if (spec.version_id.empty() && bucket.info->versioning != Versioning::unversioned) return put_marker(bucket, spec.key);
    DeleteOutcome outcome;
    outcome.version_id = spec.version_id;
    if (version == nullptr) return outcome;
    HOLDFAST_TRY_VOID(check_removable(version->info, spec.bypass_governance, clock_.now()));
    outcome.existed = true;
    outcome.delete_marker = version->info.delete_marker;
    ObjectInfo removed = version->info;
    remove_version(bucket, spec.key, removed.created_seq);
    removed.created_seq = next_seq();
    record_event("s3:ObjectRemoved:Delete", bucket, removed);
    return outcome;
  }

  Result<DeleteOutcome> put_marker(Bucket& bucket, const std::string& key) {
    DeleteOutcome outcome;
    outcome.existed = visible(current_version(bucket, key)) != nullptr;
    outcome.delete_marker = true;
    if (bucket.info->versioning == Versioning::suspended) HOLDFAST_TRY_VOID(replace_null_version(bucket, key));
    ObjectInfo info;
    info.key = key;
    info.delete_marker = true;
    const Version& marker = append(bucket, std::move(info), std::make_shared<Content>());
    outcome.version_id = marker.info.version_id;
    record_event("s3:ObjectRemoved:DeleteMarkerCreated", bucket, marker.info);
    return outcome;
  }

  static std::vector<PartInfo> part_list(const Upload& upload) {
    std::vector<PartInfo> parts;
    for (const auto& [number, part] : upload.parts) parts.push_back(part.info);
    return parts;
  }

  static Result<ContentPtr> assemble(const Upload& upload, const CompletePlan& plan) {
    auto content = std::make_shared<Content>();
    for (const std::uint32_t number : plan.part_numbers) {
      const auto part = upload.parts.find(number);
      if (part == upload.parts.end()) return ErrorCode::InvalidPart;
      content->parts.push_back(part->second.info);
      if (!part->second.bytes->empty()) content->pieces.push_back(part->second.bytes);
    }
    return ContentPtr(std::move(content));
  }

  static Result<ObjectPtr> completed_already(const Bucket& bucket, const UploadName& name) {
    const auto found = bucket.keys.find(name.first);
    if (found == bucket.keys.end()) return ErrorCode::NoSuchUpload;
    for (const Version& version : found->second) {
      if (version.info.upload_id == name.second) return snapshot(version, is_current(bucket, version));
    }
    return ErrorCode::NoSuchUpload;
  }

  void record_event(std::string_view name, const Bucket& bucket, const ObjectInfo& info) {
    if (cursors_.empty()) return;
    ChangeEvent event;
    event.seq = next_seq();
    event.name = name;
    event.bucket = bucket.info->name;
    event.key = info.key;
    event.version_id = info.version_id;
    event.etag = info.etag;
    event.size_bytes = info.size_bytes;
    event.time = clock_.now();
    events_.emplace(event.seq, std::move(event));
  }

  void forget_delivered_events() {
    std::uint64_t oldest = seq_;
    for (const auto& [follower, seq] : cursors_) oldest = std::min(oldest, seq);
    events_.erase(events_.begin(), events_.upper_bound(oldest));
  }

  const Clock& clock_;
  const std::string deployment_id_;
  mutable std::mutex mutex_;
  std::uint64_t seq_ = 0;
  std::map<std::string, Bucket, std::less<>> buckets_;
  std::map<std::string, std::string, std::less<>> documents_;
  std::map<std::string, std::uint64_t> cursors_;
  std::map<std::uint64_t, ChangeEvent> events_;
};
using StorePtr = std::shared_ptr<Store>;

class MemoryObjectWriter final : public ObjectWriter {
 public:
  MemoryObjectWriter(StorePtr store, PutSpec spec, std::uint64_t bucket_id)
      : store_(std::move(store)), spec_(std::move(spec)), bucket_id_(bucket_id) {}

  Task<Result<>> write(ByteView bytes) override {
    payload_.write(bytes);
    co_return Result<>();
  }

  Task<Result<ObjectPtr>> commit(hash::VerifiedDigests digests, std::string etag, std::optional<Checksum> checksum) override {
    HOLDFAST_CO_TRY_VOID(check_size(digests, spec_.stored_size, payload_));
    ObjectInfo info;
    static_cast<ObjectAttributes&>(info) = spec_.attributes;
    info.key = spec_.key;
    info.size_bytes = digests.size_bytes();
    info.etag = std::move(etag);
    info.checksum = std::move(checksum);
    co_return store_->put(spec_, bucket_id_, std::move(info), content_of(payload_.take()));
  }

 private:
  StorePtr store_;
  PutSpec spec_;
  std::uint64_t bucket_id_;
  Payload payload_;
};

class MemoryPartWriter final : public PartWriter {
 public:
  MemoryPartWriter(StorePtr store, std::string bucket, UploadName upload, std::uint32_t number, StoredSize stored_size)
      : store_(std::move(store)), bucket_(std::move(bucket)), upload_(std::move(upload)), number_(number), stored_size_(stored_size) {}

  Task<Result<>> write(ByteView bytes) override {
    payload_.write(bytes);
    co_return Result<>();
  }

  Task<Result<PartInfo>> commit(hash::VerifiedDigests digests, std::string etag, std::optional<Checksum> checksum) override {
    HOLDFAST_CO_TRY_VOID(check_size(digests, stored_size_, payload_));
    Part part;
    part.info.number = number_;
    part.info.size_bytes = digests.size_bytes();
    part.info.etag = std::move(etag);
    part.info.checksum = std::move(checksum);
    part.bytes = payload_.take();
    co_return store_->put_part(bucket_, upload_, std::move(part));
  }

 private:
  StorePtr store_;
  std::string bucket_;
  UploadName upload_;
  std::uint32_t number_;
  StoredSize stored_size_;
  Payload payload_;
};

class MemoryEngine final : public Engine {
 public:
  explicit MemoryEngine(const Clock& clock) : store_(std::make_shared<Store>(clock)) {}

  Task<Result<BucketPtr>> create_bucket(BucketInfo bucket) override { co_return store_->create_bucket(std::move(bucket)); }
  Task<Result<>> delete_bucket(std::string name) override { co_return store_->delete_bucket(name); }
  Result<BucketPtr> bucket(std::string_view name) const override { return store_->bucket(name); }
  std::vector<BucketPtr> buckets() const override { return store_->buckets(); }
  Task<Result<BucketPtr>> update_bucket(std::string name, std::function<Result<>(BucketInfo&)> change) override {
    co_return store_->update_bucket(name, change);
  }
  Result<Usage> usage(std::string_view bucket) const override { return store_->usage(bucket); }

  Task<Result<ObjectPtr>> head(ObjectName name) override { co_return store_->head(name); }
  Task<Result<std::unique_ptr<Reader>>> open(ObjectName name) override { co_return store_->open(name); }
  Task<Result<std::unique_ptr<ObjectWriter>>> create(PutSpec spec) override {
    HOLDFAST_CO_TRY(bucket_id, store_->admit(spec));
    std::unique_ptr<ObjectWriter> writer = std::make_unique<MemoryObjectWriter>(store_, std::move(spec), bucket_id);
    co_return std::move(writer);
  }
  Task<Result<ObjectPtr>> copy(CopySpec spec) override { co_return store_->copy(spec); }
  Task<Result<std::vector<Result<DeleteOutcome>>>> remove(std::string bucket, std::vector<DeleteSpec> specs) override {
    co_return store_->remove(bucket, specs);
  }
  Task<Result<ObjectPtr>> update(ObjectName name, std::function<Result<>(ObjectAttributes&)> change) override {
    co_return store_->update(name, change);
  }
  Task<Result<ListPage>> list(ListQuery query) override { co_return store_->list(query); }
  Task<Result<VersionPage>> list_versions(VersionQuery query) override { co_return store_->list_versions(query); }

  Task<Result<UploadInfo>> create_upload(PutSpec spec) override { co_return store_->create_upload(std::move(spec)); }
  Task<Result<UploadInfo>> upload(std::string bucket, std::string key, std::string upload_id) override {
    const UploadName name(std::move(key), std::move(upload_id));
    co_return store_->upload(bucket, name);
  }
  Task<Result<std::unique_ptr<PartWriter>>> create_part(std::string bucket, std::string key, std::string upload_id, std::uint32_t number,
                                                        std::optional<std::uint64_t> size_bytes, StoredSize stored_size) override {
    const UploadName name(std::move(key), std::move(upload_id));
    HOLDFAST_CO_TRY_VOID(store_->admit_part(bucket, name, size_bytes.value_or(0)));
    std::unique_ptr<PartWriter> writer = std::make_unique<MemoryPartWriter>(store_, std::move(bucket), name, number, stored_size);
    co_return std::move(writer);
  }
  Task<Result<ObjectPtr>> complete_upload(std::string bucket, std::string key, std::string upload_id, CompletePlanner planner,
                                          Precondition precondition) override {
    const UploadName name(std::move(key), std::move(upload_id));
    co_return store_->complete_upload(bucket, name, planner, precondition);
  }
  Task<Result<>> abort_upload(std::string bucket, std::string key, std::string upload_id) override {
    const UploadName name(std::move(key), std::move(upload_id));
    co_return store_->abort_upload(bucket, name);
  }
  Task<Result<UploadPage>> list_uploads(UploadQuery query) override { co_return store_->list_uploads(query); }
  Task<Result<PartPage>> list_parts(std::string bucket, std::string key, std::string upload_id, std::uint32_t part_number_marker,
                                    std::uint32_t max_parts) override {
    const UploadName name(std::move(key), std::move(upload_id));
    co_return store_->list_parts(bucket, name, part_number_marker, max_parts);
  }

  Task<Result<>> put_document(std::string name, std::string content) override {
    co_return store_->put_document(std::move(name), std::move(content));
  }
  Task<Result<>> delete_document(std::string name) override {
    store_->delete_document(name);
    co_return Result<>();
  }
  std::optional<std::string> document(std::string_view name) const override { return store_->document(name); }
  std::vector<std::string> documents(std::string_view prefix) const override { return store_->documents(prefix); }

  Task<Result<>> create_cursor(std::string follower) override {
    store_->create_cursor(follower);
    co_return Result<>();
  }
  Task<Result<>> delete_cursor(std::string follower) override {
    store_->delete_cursor(follower);
    co_return Result<>();
  }
  Task<Result<std::vector<ChangeEvent>>> changes(std::string follower, std::uint32_t max_events) override {
    co_return store_->changes(follower, max_events);
  }
  Task<Result<>> advance_cursor(std::string follower, std::uint64_t seq) override { co_return store_->advance_cursor(follower, seq); }

  Health health() const override { return Health{true, {}}; }
  std::string deployment_id() const override { return store_->deployment_id(); }
  void close(std::chrono::steady_clock::time_point) override {}

 private:
  StorePtr store_;
};

}  // namespace
}  // namespace memory

std::unique_ptr<Engine> make_memory_engine(const Clock& clock) { return std::make_unique<memory::MemoryEngine>(clock); }

}  // namespace holdfast::storage
