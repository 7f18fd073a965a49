#include "buckets.hpp"
#include "objects.hpp"
#include "readers.hpp"
#include "recovery.hpp"
#include "scrub.hpp"
#include "store.hpp"
#include "uploads.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::storage {

LocalOptions::LocalOptions()
    : journal_segment_bytes(limits::kJournalSegmentBytes),
      inline_payload_bytes(limits::kInlinePayloadBytes),
      unsettled_bytes(limits::kUnsettledBytes),
      unsettled_age(limits::kUnsettledAge),
      reserve_bytes(limits::kReserveBytes) {}

namespace local {
namespace {

class LocalEngine final : public Engine, public Scrubbable {
 public:
  explicit LocalEngine(std::unique_ptr<Store> store) : store_(std::move(store)) {}

  Task<Result<BucketPtr>> create_bucket(BucketInfo bucket) override { return local::create_bucket(*store_, std::move(bucket)); }
  Task<Result<>> delete_bucket(std::string name) override { return local::delete_bucket(*store_, std::move(name)); }
  Result<BucketPtr> bucket(std::string_view name) const override { return store_->catalog.bucket(name); }
  std::vector<BucketPtr> buckets() const override { return store_->catalog.buckets(); }
  Task<Result<BucketPtr>> update_bucket(std::string name, std::function<Result<>(BucketInfo&)> change) override {
    return local::update_bucket(*store_, std::move(name), std::move(change));
  }
  Result<Usage> usage(std::string_view bucket) const override { return bucket_usage(*store_, bucket); }

  Task<Result<ObjectPtr>> head(ObjectName name) override { return head_object(*store_, std::move(name)); }
  Task<Result<std::unique_ptr<Reader>>> open(ObjectName name) override { return open_reader(*store_, std::move(name)); }
  Task<Result<std::unique_ptr<ObjectWriter>>> create(PutSpec spec) override { return create_object(*store_, std::move(spec)); }
  Task<Result<ObjectPtr>> copy(CopySpec spec) override { return copy_object(*store_, std::move(spec)); }
  Task<Result<std::vector<Result<DeleteOutcome>>>> remove(std::string bucket, std::vector<DeleteSpec> specs) override {
    return remove_objects(*store_, std::move(bucket), std::move(specs));
  }
  Task<Result<ObjectPtr>> update(ObjectName name, std::function<Result<>(ObjectAttributes&)> change) override {
    return update_object(*store_, std::move(name), std::move(change));
  }
  Task<Result<ListPage>> list(ListQuery query) override { return list_objects(*store_, std::move(query)); }
  Task<Result<VersionPage>> list_versions(VersionQuery query) override { return list_object_versions(*store_, std::move(query)); }

  Task<Result<UploadInfo>> create_upload(PutSpec spec) override { return local::create_upload(*store_, std::move(spec)); }
  Task<Result<UploadInfo>> upload(std::string bucket, std::string key, std::string upload_id) override {
    return get_upload(*store_, {std::move(bucket), std::move(key), std::move(upload_id)});
  }
  Task<Result<std::unique_ptr<PartWriter>>> create_part(std::string bucket, std::string key, std::string upload_id, std::uint32_t number,
                                                        std::optional<std::uint64_t> size_bytes, StoredSize stored_size) override {
    return local::create_part(*store_, {std::move(bucket), std::move(key), std::move(upload_id)}, number, size_bytes, stored_size);
  }
  Task<Result<ObjectPtr>> complete_upload(std::string bucket, std::string key, std::string upload_id, CompletePlanner planner,
                                          Precondition precondition) override {
    return local::complete_upload(*store_, {std::move(bucket), std::move(key), std::move(upload_id)}, std::move(planner),
                                  std::move(precondition));
  }
  Task<Result<>> abort_upload(std::string bucket, std::string key, std::string upload_id) override {
    return local::abort_upload(*store_, {std::move(bucket), std::move(key), std::move(upload_id)});
  }
  Task<Result<UploadPage>> list_uploads(UploadQuery query) override { return local::list_uploads(*store_, std::move(query)); }
  Task<Result<PartPage>> list_parts(std::string bucket, std::string key, std::string upload_id, std::uint32_t part_number_marker,
                                    std::uint32_t max_parts) override {
    return local::list_parts(*store_, {std::move(bucket), std::move(key), std::move(upload_id)}, part_number_marker, max_parts);
  }

  Task<Result<>> put_document(std::string name, std::string content) override {
    return local::put_document(*store_, std::move(name), std::move(content));
  }
  Task<Result<>> delete_document(std::string name) override { return local::delete_document(*store_, std::move(name)); }
  std::optional<std::string> document(std::string_view name) const override { return get_document(*store_, name); }
  std::vector<std::string> documents(std::string_view prefix) const override { return list_documents(*store_, prefix); }

  Task<Result<>> create_cursor(std::string follower) override { return local::create_cursor(*store_, std::move(follower)); }
  Task<Result<>> delete_cursor(std::string follower) override { return local::delete_cursor(*store_, std::move(follower)); }
  Task<Result<std::vector<ChangeEvent>>> changes(std::string follower, std::uint32_t max_events) override {
    return read_changes(*store_, std::move(follower), max_events);
  }
  Task<Result<>> advance_cursor(std::string follower, std::uint64_t seq) override {
    return local::advance_cursor(*store_, std::move(follower), seq);
  }

  Result<ScrubOutcome> scrub(const std::string& position, ScrubObserver& observer) override {
    return scrub_store(*store_, position, observer);
  }

  Health health() const override { return store_->health(); }
  std::string deployment_id() const override { return store_->deployment_id; }
  void close(std::chrono::steady_clock::time_point deadline) override { store_->close(deadline); }

 private:
  std::unique_ptr<Store> store_;
};

}  // namespace
}  // namespace local

Result<std::unique_ptr<Engine>> open_local_engine(const LocalOptions& options, io::FileSystem& files, io::BlockingPool& pool,
                                                  const Clock& clock, const Progress& progress) {
  HOLDFAST_TRY(store, local::open_store(options, files, pool, clock, progress));
  return std::unique_ptr<Engine>(std::make_unique<local::LocalEngine>(std::move(store)));
}

}  // namespace holdfast::storage
