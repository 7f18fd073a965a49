// Documents and buckets, all in memory. A bucket is the document "buckets/<name>". Any thread; apply by one at a time.
#pragma once

#include "records.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::storage::local {

inline constexpr std::string_view kBucketDocuments = "buckets/";
inline constexpr std::string_view kCursorDocuments = "feed/";

class Catalog {
 public:
  Catalog();

  // Takes PutDocument and RemoveDocument into account; other changes are none of its business. An error says that a
  // bucket's document can't be read.
  Result<> apply(const Change& change, std::uint64_t seq);

  // Becomes what `other` is (at start, before anybody else uses this).
  void take(Catalog& other);

  Result<BucketPtr> bucket(std::string_view name) const;
  std::vector<BucketPtr> buckets() const;
  std::string bucket_name(std::uint64_t bucket_id) const;  // empty if there is no such bucket (any more)
  bool has_bucket(std::uint64_t bucket_id) const;

  std::optional<std::string> document(std::string_view name) const;
  std::vector<std::string> documents(std::string_view prefix) const;
  std::uint64_t document_seq(std::string_view name) const;  // 0: no such document

  // Any follower of the change feed?
  bool followed() const noexcept { return followers_.load(std::memory_order_relaxed) > 0; }

 private:
  struct Document {
    std::string content;
    std::uint64_t seq = 0;
  };
  struct Buckets {
    std::map<std::string, BucketPtr, std::less<>> by_name;
    std::map<std::uint64_t, BucketPtr> by_id;
  };
  void put(const PutDocument& put, std::uint64_t seq, BucketPtr bucket);
  void remove(const RemoveDocument& remove);
  void set_bucket(std::string_view name, BucketPtr bucket);

  mutable std::mutex mutex_;
  std::map<std::string, Document, std::less<>> documents_;
  std::atomic<std::shared_ptr<const Buckets>> buckets_;
  std::atomic<int> followers_{0};
};

}  // namespace holdfast::storage::local
