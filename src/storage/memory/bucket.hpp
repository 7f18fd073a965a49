// One bucket of the memory engine: its keys' versions and its uploads, and the rules that need nothing else.
// Not thread-safe: the engine holds its mutex around every call.
#pragma once

#include "holdfast/storage/engine.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::storage::memory {

using Bytes = std::shared_ptr<const std::string>;

// What a version's readers share; it outlives the version for as long as one of them lives.
struct Content {
  std::vector<PartInfo> parts;  // of a multipart object, else empty
  std::vector<Bytes> pieces;    // in order; none is empty
};
using ContentPtr = std::shared_ptr<const Content>;

// `info.is_latest` is not kept: it follows from the version's place.
struct Version {
  ObjectInfo info;
  ContentPtr content;
};
using History = std::vector<Version>;  // never empty; in order of created_seq, the current version last

struct Part {
  PartInfo info;
  Bytes bytes;
};
struct Upload {
  UploadInfo info;
  std::map<std::uint32_t, Part> parts;
};
using UploadName = std::pair<std::string, std::string>;  // key, upload id: ids sort by time of creation

struct Bucket {
  BucketPtr info;
  std::map<std::string, History, std::less<>> keys;
  std::map<UploadName, Upload> uploads;
};

// Version and upload ids: 32 hex digits that sort by `seq` and can't be guessed.
std::string new_id(std::uint64_t seq);
// The sequence number in an id; 0 if it has not the form.
std::uint64_t seq_of_id(std::string_view id);

ObjectPtr snapshot(const Version& version, bool is_latest);
Usage usage_of(const Bucket& bucket);

// InvalidArgument for an empty key, KeyTooLongError for more than S3 allows.
Result<> check_key(std::string_view key);

// The version named, or NoSuchKey (no version id given) or NoSuchVersion.
Result<const Version*> find_version(const Bucket& bucket, const std::string& key, const std::string& version_id);
bool is_current(const Bucket& bucket, const Version& version);
// What a precondition sees of `version`: nullptr for none and for delete markers.
const ObjectInfo* visible(const Version* version);
// The key's current version or delete marker; nullptr if there is none.
const Version* current_version(const Bucket& bucket, const std::string& key);
// The version that a new null version would take the place of; nullptr if there is none.
const Version* null_version(const Bucket& bucket, const std::string& key);

// AccessDenied while a legal hold or a retention period protects the version.
Result<> check_removable(const ObjectInfo& version, bool bypass_governance, TimePoint now);
void remove_version(Bucket& bucket, const std::string& key, std::uint64_t created_seq);

ListPage list(const Bucket& bucket, const ListQuery& query);
VersionPage list_versions(const Bucket& bucket, const VersionQuery& query);
UploadPage list_uploads(const Bucket& bucket, const UploadQuery& query);

}  // namespace holdfast::storage::memory
