// Usage counters in memory, and how many noncurrent rows a bucket has. Any thread; one writer.
#pragma once

#include "holdfast/storage/types.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace holdfast::storage::local {

using UsageChanges = std::map<std::uint64_t, Usage>;  // by bucket id: the new state

inline std::uint64_t noncurrent_rows(const Usage& usage) noexcept { return usage.versions - usage.objects + usage.delete_markers; }

class UsageTable {
 public:
  // Noncurrent rows of a bucket. `rows` is never less than what a reader can find, also while a batch is written; a
  // different `writes` means that they may have changed in between.
  struct Noncurrent {
    std::uint64_t rows = 0;
    std::uint64_t writes = 0;
    bool operator==(const Noncurrent&) const noexcept = default;
  };

  Usage usage(std::uint64_t bucket_id) const {
    const std::shared_lock lock(mutex_);
    const auto found = buckets_.find(bucket_id);
    return found == buckets_.end() ? Usage() : found->second.usage;
  }
  Noncurrent noncurrent(std::uint64_t bucket_id) const {
    const std::shared_lock lock(mutex_);
    const auto found = buckets_.find(bucket_id);
    return found == buckets_.end() ? Noncurrent() : found->second.noncurrent;
  }

  // Around the write of a batch that leads to `changes`.
  void before_write(const UsageChanges& changes) {
    const std::lock_guard lock(mutex_);
    for (const auto& [bucket_id, usage] : changes) {
      Bucket& bucket = buckets_[bucket_id];
      bucket.noncurrent.rows = std::max(bucket.noncurrent.rows, noncurrent_rows(usage));
      ++bucket.noncurrent.writes;
    }
  }
  void after_write(const UsageChanges& changes) {
    const std::lock_guard lock(mutex_);
    for (const auto& [bucket_id, usage] : changes) {
      Bucket& bucket = buckets_[bucket_id];
      bucket.usage = usage;
      bucket.noncurrent.rows = noncurrent_rows(usage);
    }
  }

 private:
  struct Bucket {
    Usage usage;
    Noncurrent noncurrent;
  };
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::uint64_t, Bucket> buckets_;
};

}  // namespace holdfast::storage::local
