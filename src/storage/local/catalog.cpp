#include "catalog.hpp"

namespace holdfast::storage::local {

Catalog::Catalog() : buckets_(std::make_shared<const Buckets>()) {}

Result<> Catalog::apply(const Change& change, std::uint64_t seq) {
  if (const auto* document = std::get_if<PutDocument>(&change)) {
    BucketPtr bucket;
    if (document->name.starts_with(kBucketDocuments)) {
      HOLDFAST_TRY(info, parse_bucket_document(document->content));
      bucket = std::make_shared<const BucketInfo>(std::move(info));
    }
    put(*document, seq, std::move(bucket));
  } else if (const auto* removal = std::get_if<RemoveDocument>(&change)) {
    remove(*removal);
  }
  return {};
}

void Catalog::take(Catalog& other) {
  const std::scoped_lock lock(mutex_, other.mutex_);
  documents_ = std::move(other.documents_);
  buckets_.store(other.buckets_.load());
  followers_ = other.followers_.load();
}

void Catalog::put(const PutDocument& put, std::uint64_t seq, BucketPtr bucket) {
  const std::lock_guard lock(mutex_);
  const auto [entry, added] = documents_.insert_or_assign(put.name, Document{put.content, seq});
  if (added && put.name.starts_with(kCursorDocuments)) ++followers_;
  if (bucket) set_bucket(bucket->name, bucket);
}

void Catalog::remove(const RemoveDocument& remove) {
  const std::lock_guard lock(mutex_);
  if (documents_.erase(remove.name) == 0) return;
  if (remove.name.starts_with(kCursorDocuments)) --followers_;
  if (remove.name.starts_with(kBucketDocuments)) set_bucket(std::string_view(remove.name).substr(kBucketDocuments.size()), nullptr);
}

void Catalog::set_bucket(std::string_view name, BucketPtr bucket) {
  auto next = std::make_shared<Buckets>(*buckets_.load());
  if (const auto old = next->by_name.find(name); old != next->by_name.end()) {
    next->by_id.erase(old->second->id);
    next->by_name.erase(old);
  }
  if (bucket) {
    next->by_id.emplace(bucket->id, bucket);
    next->by_name.emplace(std::string(name), std::move(bucket));
  }
  buckets_.store(std::move(next));
}

Result<BucketPtr> Catalog::bucket(std::string_view name) const {
  const auto buckets = buckets_.load();
  const auto found = buckets->by_name.find(name);
  if (found == buckets->by_name.end()) return ErrorCode::NoSuchBucket;
  return found->second;
}

std::vector<BucketPtr> Catalog::buckets() const {
  const auto buckets = buckets_.load();
  std::vector<BucketPtr> all;
  all.reserve(buckets->by_name.size());
  for (const auto& [name, bucket] : buckets->by_name) all.push_back(bucket);
  return all;
}

std::string Catalog::bucket_name(std::uint64_t bucket_id) const {
  const auto buckets = buckets_.load();
  const auto found = buckets->by_id.find(bucket_id);
  return found == buckets->by_id.end() ? std::string() : found->second->name;
}

bool Catalog::has_bucket(std::uint64_t bucket_id) const { return buckets_.load()->by_id.contains(bucket_id); }

std::optional<std::string> Catalog::document(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = documents_.find(name);
  if (found == documents_.end()) return std::nullopt;
  return found->second.content;
}

std::vector<std::string> Catalog::documents(std::string_view prefix) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (auto at = documents_.lower_bound(prefix); at != documents_.end() && at->first.starts_with(prefix); ++at) names.push_back(at->first);
  return names;
}

std::uint64_t Catalog::document_seq(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = documents_.find(name);
  return found == documents_.end() ? 0 : found->second.seq;
}

}  // namespace holdfast::storage::local
