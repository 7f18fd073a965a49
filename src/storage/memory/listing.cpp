#include "bucket.hpp"

namespace holdfast::storage::memory {
namespace {

// The common prefix that `key` is rolled up into; empty if it stands for itself.
std::string common_prefix(const std::string& key, const std::string& prefix, const std::string& delimiter) {
  if (delimiter.empty()) return {};
  const auto at = key.find(delimiter, prefix.size());
  return at == std::string::npos ? std::string() : key.substr(0, at + delimiter.size());
}

// Counts what a page holds. A common prefix counts once, however many keys it stands for.
class PageCounter {
 public:
  explicit PageCounter(std::uint32_t max) : left_(max) {}
  bool take() {
    if (left_ == 0) return false;
    --left_;
    return true;
  }

 private:
  std::uint32_t left_;
};

ListEntry entry_of(const ObjectInfo& info) {
  ListEntry entry;
  entry.key = info.key;
  entry.etag = info.etag;
  entry.size_bytes = info.size_bytes;
  entry.modified = info.modified;
  if (const auto* storage_class = find_attribute(info.properties, "storage-class")) entry.storage_class = *storage_class;
  if (const auto* owner = find_attribute(info.properties, "owner")) entry.owner = *owner;
  entry.checksum = info.checksum;
  return entry;
}

// Whether a version of the marker's own key comes after the marker, newest first.
bool after_version_marker(const Bucket& bucket, const Version& version, const std::string& version_id_marker) {
  if (version_id_marker.empty()) return false;
  const auto marker = find_version(bucket, version.info.key, version_id_marker);
  const std::uint64_t marker_seq = marker ? (*marker)->info.created_seq : seq_of_id(version_id_marker);
  return version.info.created_seq < marker_seq;
}

}  // namespace

ListPage list(const Bucket& bucket, const ListQuery& query) {
  ListPage page;
  if (query.max_keys == 0) return page;
  PageCounter counter(query.max_keys);
  for (auto at = bucket.keys.lower_bound(query.prefix); at != bucket.keys.end() && at->first.starts_with(query.prefix); ++at) {
    const auto& [key, history] = *at;
    if (history.back().info.delete_marker) continue;
    const std::string group = common_prefix(key, query.prefix, query.delimiter);
    const std::string& item = group.empty() ? key : group;
    if (item <= query.start_after && !query.start_after.empty()) continue;
    if (!group.empty() && !page.common_prefixes.empty() && page.common_prefixes.back() == group) continue;
    if (!counter.take()) {
      page.truncated = true;
      return page;
    }
    page.next = item;
    if (group.empty()) {
      page.objects.push_back(entry_of(history.back().info));
    } else {
      page.common_prefixes.push_back(group);
    }
  }
  page.next.clear();
  return page;
}

VersionPage list_versions(const Bucket& bucket, const VersionQuery& query) {
  VersionPage page;
  if (query.max_keys == 0) return page;
  PageCounter counter(query.max_keys);
  for (auto at = bucket.keys.lower_bound(query.prefix); at != bucket.keys.end() && at->first.starts_with(query.prefix); ++at) {
    const auto& [key, history] = *at;
    const std::string group = common_prefix(key, query.prefix, query.delimiter);
    const bool after_marker = query.key_marker.empty() || (group.empty() ? key : group) > query.key_marker;
    if (!group.empty()) {
      if (!after_marker || (!page.common_prefixes.empty() && page.common_prefixes.back() == group)) continue;
      if (!counter.take()) {
        page.truncated = true;
        return page;
      }
      page.common_prefixes.push_back(group);
      page.next_key = group;
      page.next_version_id.clear();
      continue;
    }
    if (!after_marker && key != query.key_marker) continue;
    for (auto version = history.rbegin(); version != history.rend(); ++version) {
      if (!after_marker && !after_version_marker(bucket, *version, query.version_id_marker)) continue;
      if (!counter.take()) {
        page.truncated = true;
        return page;
      }
      page.versions.push_back(version->info);
      page.versions.back().is_latest = version == history.rbegin();
      page.next_key = key;
      page.next_version_id = version->info.version_id;
    }
  }
  page.next_key.clear();
  page.next_version_id.clear();
  return page;
}

UploadPage list_uploads(const Bucket& bucket, const UploadQuery& query) {
  UploadPage page;
  if (query.max_uploads == 0) return page;
  PageCounter counter(query.max_uploads);
  const UploadName first(query.prefix, "");
  for (auto at = bucket.uploads.lower_bound(first); at != bucket.uploads.end() && at->first.first.starts_with(query.prefix); ++at) {
    const auto& [key, id] = at->first;
    const std::string group = common_prefix(key, query.prefix, query.delimiter);
    const std::string& item = group.empty() ? key : group;
    const bool of_marker = group.empty() && key == query.key_marker && !query.upload_id_marker.empty() && id > query.upload_id_marker;
    if (!query.key_marker.empty() && item <= query.key_marker && !of_marker) continue;
    if (!group.empty() && !page.common_prefixes.empty() && page.common_prefixes.back() == group) continue;
    if (!counter.take()) {
      page.truncated = true;
      return page;
    }
    page.next_key = item;
    if (group.empty()) {
      page.uploads.push_back(at->second.info);
      page.next_upload_id = id;
    } else {
      page.common_prefixes.push_back(group);
      page.next_upload_id.clear();
    }
  }
  page.next_key.clear();
  page.next_upload_id.clear();
  return page;
}

}  // namespace holdfast::storage::memory
