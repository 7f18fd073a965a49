// The index on RocksDB. Private to this folder.
#pragma once

#include "rocks.hpp"
#include "usage_table.hpp"

#include <rocksdb/listener.h>

#include <atomic>
#include <memory>

namespace holdfast::storage::local {

// After a failure in the background RocksDB may lose what its memory tables held: from then on nothing may be written.
class FailureListener final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) override;
  bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> failed_ = false;
};

class RocksIndex final : public Index {
 public:
  RocksIndex(std::unique_ptr<rocksdb::DB> db, std::shared_ptr<FailureListener> listener);

  // What the stored rows say about the index itself.
  Result<bool> belongs_to(const std::string& deployment_id) const;  // false: another's, or of another format
  Result<bool> fresh() const;                                       // no row at all
  Result<> begin(const std::string& deployment_id);
  Result<> load();

  bool complete() const override { return complete_.load(); }
  std::uint64_t applied_seq() const override { return applied_seq_.load(); }
  std::uint64_t greatest_epoch() const override { return greatest_epoch_.load(); }
  Result<> apply(std::span<const SequencedChange> changes) override;
  Result<> flush() override;
  Result<> mark_complete() override;

  Lookup<std::optional<VersionRecord>> current(std::uint64_t bucket_id, std::string_view key, ReadTier tier) const override;
  Lookup<std::optional<VersionRecord>> version(std::uint64_t bucket_id, std::string_view key, std::uint64_t created_seq,
                                               ReadTier tier) const override;
  Lookup<std::optional<VersionRecord>> null_version(std::uint64_t bucket_id, std::string_view key, ReadTier tier) const override;
  Lookup<ListPage> list(std::uint64_t bucket_id, const ListQuery& query, ReadTier tier) const override;
  Lookup<VersionRows> list_versions(std::uint64_t bucket_id, const VersionQuery& query, ReadTier tier) const override;
  Lookup<bool> bucket_empty(std::uint64_t bucket_id, ReadTier tier) const override;
  Lookup<std::optional<UploadRecord>> upload(std::uint64_t bucket_id, std::string_view key, std::uint64_t created_seq,
                                             ReadTier tier) const override;
  Lookup<UploadRows> list_uploads(std::uint64_t bucket_id, const UploadQuery& query, ReadTier tier) const override;
  Lookup<std::vector<PartRecord>> parts(std::uint64_t upload_seq, std::uint32_t after_number, std::uint32_t max,
                                        ReadTier tier) const override;
  Lookup<std::optional<PartRecord>> part(std::uint64_t upload_seq, std::uint32_t number, ReadTier tier) const override;
  Usage usage(std::uint64_t bucket_id) const override { return usage_.usage(bucket_id); }

  Result<> visit_versions(const std::function<Result<>(const VersionRecord&)>& visit) const override;
  Result<> visit_uploads(const std::function<Result<>(const UploadRecord&)>& visit) const override;
  Result<> visit_parts(const std::function<Result<>(const PartRecord&)>& visit) const override;

 private:
  Result<std::optional<std::string>> meta(std::string_view name) const;
  Result<std::uint64_t> meta_number(std::string_view name) const;
  Result<> load_usage();
  // True if the bucket had no noncurrent row from `before` until now: nothing can have moved there.
  bool had_no_noncurrent_since(std::uint64_t bucket_id, const UsageTable::Noncurrent& before) const {
    return before.rows == 0 && usage_.noncurrent(bucket_id) == before;
  }
  Result<> write(rocksdb::WriteBatch& rows);
  Result<> visit_current(const std::function<Result<>(const VersionRecord&)>& visit) const;
  Result<> visit_noncurrent(const std::function<Result<>(const VersionRecord&)>& visit) const;

  std::shared_ptr<FailureListener> listener_;
  std::unique_ptr<rocksdb::DB> db_;
  UsageTable usage_;
  std::atomic<bool> complete_ = false;
  std::atomic<std::uint64_t> applied_seq_ = 0;
  std::atomic<std::uint64_t> greatest_epoch_ = 0;
};

}  // namespace holdfast::storage::local
