// An index in a folder of its own, and short names for changes.
#pragma once

#include "../records/sample_records.hpp"
#include "storage/local/index/index.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace holdfast::storage {
inline bool operator==(const Usage& left, const Usage& right) {
  return left.objects == right.objects && left.versions == right.versions && left.delete_markers == right.delete_markers &&
         left.bytes == right.bytes;
}
inline void PrintTo(const Usage& usage, std::ostream* out) {
  *out << usage.objects << " objects, " << usage.versions << " versions, " << usage.delete_markers << " markers, " << usage.bytes
       << " bytes";
}
}  // namespace holdfast::storage

namespace holdfast::storage::local::test {

class TemporaryFolder {
 public:
  TemporaryFolder() : path_(testing::TempDir() + "holdfast-index-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp");
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline constexpr std::uint64_t kBucket = 7;

inline PutVersion put(std::string key, std::uint64_t seq, std::uint64_t size = 4096) {
  VersionRecord version = plain_version(std::move(key), seq);
  version.bucket_id = kBucket;
  version.null_version = false;
  version.info.size_bytes = size;
  version.info.version_id = version_id_of(version);
  return {version, false, 0, {}};
}
inline PutVersion put_null(std::string key, std::uint64_t seq) {
  PutVersion change = put(std::move(key), seq);
  change.version.null_version = true;
  change.version.info.version_id = "null";
  return change;
}
inline PutVersion marker(std::string key, std::uint64_t seq) {
  PutVersion change = put(std::move(key), seq, 0);
  change.version.info.delete_marker = true;
  change.version.info.etag.clear();
  change.version.extents.clear();
  return change;
}
inline RemoveVersion remove(std::string key, std::uint64_t seq) { return {kBucket, std::move(key), seq, 0, {}}; }
inline PutUpload put_upload(std::string key, std::uint64_t seq) {
  UploadRecord upload = full_upload();
  upload.bucket_id = kBucket;
  upload.key = std::move(key);
  upload.created_seq = seq;
  upload.tag = seq * 7;
  return {upload};
}
inline PutPart put_part(std::uint64_t upload_seq, std::uint32_t number, std::uint64_t seq) {
  PartRecord part = full_part();
  part.bucket_id = kBucket;
  part.upload_seq = upload_seq;
  part.changed_seq = seq;
  part.extent.file = (1ULL << kFileCounterBits) | seq;
  part.extent.part.number = number;
  return {part, 0};
}

inline ListQuery objects(std::string prefix, std::string delimiter, std::string start_after, std::uint32_t max = 1000) {
  return {"b", std::move(prefix), std::move(delimiter), std::move(start_after), max};
}
inline VersionQuery after(std::string key, std::string version_id, std::uint32_t max = 1000) {
  return {"b", "", "", std::move(key), std::move(version_id), max};
}
inline UploadQuery uploads_after(std::string key, std::string upload_id, std::uint32_t max = 1000) {
  return {"b", "", "", std::move(key), std::move(upload_id), max};
}

class IndexTest : public testing::Test {
 protected:
  IndexTest() { open(); }

  IndexOptions options() const { return {folder_.path() + "/index", deployment_, 1 << 20}; }
  void open() {
    index_.reset();
    auto opened = open_index(options());
    ASSERT_TRUE(opened) << opened.error().text();
    index_ = std::move(*opened);
  }
  void close() { index_.reset(); }

  // One group; the sequence number of each change is its own, or the next.
  void apply(std::vector<Change> changes) {
    std::vector<SequencedChange> group;
    for (const Change& change : changes) group.push_back({++seq_, &change});
    const auto applied = index_->apply(group);
    ASSERT_TRUE(applied) << applied.error().text();
  }

  std::string current_id(const std::string& key) const {
    const auto found = index_->current(kBucket, key, ReadTier::any);
    if (!found.value()) return std::string(found->error().text());
    return !**found ? "none" : describe(***found);
  }
  static std::string describe(const VersionRecord& record) {
    return record.info.key + "@" + std::to_string(record.info.created_seq) + (record.info.delete_marker ? "!" : "") +
           (record.info.is_latest ? "*" : "");
  }
  std::vector<std::string> versions(const VersionQuery& query = {}) const {
    const auto page = index_->list_versions(kBucket, query, ReadTier::any);
    EXPECT_TRUE(page.value()) << page->error().text();
    std::vector<std::string> out;
    for (const VersionRecord& record : (*page)->versions) out.push_back(describe(record));
    for (const std::string& group : (*page)->common_prefixes) out.push_back(group);
    return out;
  }
  ListPage list(const ListQuery& query) const {
    const auto page = index_->list(kBucket, query, ReadTier::any);
    EXPECT_TRUE(page.value()) << page->error().text();
    return **page;
  }
  std::vector<std::string> keys(const ListQuery& query = {}) const {
    std::vector<std::string> out;
    const ListPage page = list(query);
    for (const ListEntry& entry : page.objects) out.push_back(entry.key);
    for (const std::string& group : page.common_prefixes) out.push_back(group);
    return out;
  }

  TemporaryFolder folder_;
  std::string deployment_ = "deployment-1";
  std::unique_ptr<Index> index_;
  std::uint64_t seq_ = 0;
};

}  // namespace holdfast::storage::local::test
