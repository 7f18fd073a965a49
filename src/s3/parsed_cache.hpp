// What a bucket's configuration documents say, parsed once for each state of the bucket.
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/storage/types.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace holdfast::s3 {

// A changed bucket is another BucketPtr, so that nothing here goes stale. Any thread.
template <class T>
class ParsedCache {
 public:
  using Parse = Result<T> (*)(std::string_view document, const storage::BucketInfo& bucket);
  ParsedCache(std::string_view name, Parse parse) : name_(name), parse_(parse) {}

  // nullptr: the bucket has no such document. An error: it has one that doesn't parse.
  Result<std::shared_ptr<const T>> find(const storage::BucketPtr& bucket) {
    const auto stored = bucket->configuration.find(name_);
    if (stored == bucket->configuration.end()) return std::shared_ptr<const T>();
    {
      const std::lock_guard lock(mutex_);
      const auto entry = entries_.find(bucket->id);
      if (entry != entries_.end() && entry->second.bucket == bucket) return entry->second.parsed;
    }
    HOLDFAST_TRY(value, parse_(stored->second, *bucket));
    auto parsed = std::make_shared<const T>(std::move(value));
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= kMaxEntries) entries_.clear();
    entries_[bucket->id] = {bucket, parsed};
    return parsed;
  }

 private:
  static constexpr std::size_t kMaxEntries = 10'000;
  struct Entry {
    storage::BucketPtr bucket;
    std::shared_ptr<const T> parsed;
  };
  std::string_view name_;
  Parse parse_;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Entry> entries_;  // by bucket id
};

}  // namespace holdfast::s3
