// What the engine keeps, in S3's words.
#pragma once

#include "holdfast/base/clock.hpp"
#include "holdfast/hash/digest.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::storage {

using Attributes = std::vector<std::pair<std::string, std::string>>;  // in the order given
const std::string* find_attribute(const Attributes& attributes, std::string_view name) noexcept;
void set_attribute(Attributes& attributes, std::string_view name, std::string value);
void remove_attribute(Attributes& attributes, std::string_view name);

enum class Versioning : std::uint8_t { unversioned, enabled, suspended };

// A bucket. Its configuration documents are opaque text here, by name: "policy", "cors", "lifecycle", "tagging", ...
struct BucketInfo {
  std::string name;
  std::uint64_t id = 0;  // unique for ever: a bucket made again under the same name is another bucket
  TimePoint created;
  std::string owner;   // account id
  std::string region;  // as asked for at creation; may be empty
  Versioning versioning = Versioning::unversioned;
  bool object_lock = false;
  std::uint64_t quota_bytes = 0;  // 0: none
  std::map<std::string, std::string, std::less<>> configuration;
};
using BucketPtr = std::shared_ptr<const BucketInfo>;

enum class ChecksumType : std::uint8_t { full_object, composite };
struct Checksum {
  hash::Algorithm algorithm = hash::Algorithm::crc32;
  ChecksumType type = ChecksumType::full_object;
  std::string value;  // base64, with -N for a composite
};

enum class RetentionMode : std::uint8_t { none, governance, compliance };
struct Retention {
  RetentionMode mode = RetentionMode::none;
  TimePoint until;
};

// One part of a multipart upload, or of the object that came of it.
struct PartInfo {
  std::uint32_t number = 0;
  std::uint64_t size_bytes = 0;  // plaintext, as the client sees it
  std::string etag;              // without quotes
  TimePoint modified;
  std::optional<Checksum> checksum;
};

// What the writer of an object says about it; kept as given.
struct ObjectAttributes {
  Attributes headers;        // lower-case names: content-type, cache-control, content-encoding, expires, ...
  Attributes user_metadata;  // lower-case names without x-amz-meta-
  Attributes tags;
  Attributes properties;  // not interpreted by the engine: acl, owner, storage-class, website-redirect, encryption
  Retention retention;
  bool legal_hold = false;
};

// One version of one key.
struct ObjectInfo : ObjectAttributes {
  std::string key;
  std::string version_id;  // "null" for the null version
  bool is_latest = true;
  bool delete_marker = false;
  std::uint64_t size_bytes = 0;
  std::string etag;  // without quotes: MD5 hex, or MD5-of-MD5s-N
  TimePoint modified;
  std::optional<Checksum> checksum;
  std::uint32_t part_count = 0;   // 0: not a multipart object
  std::string upload_id;          // of the upload that made it, else empty
  std::uint64_t created_seq = 0;  // orders versions of a key
};
using ObjectPtr = std::shared_ptr<const ObjectInfo>;

// Names one version: empty version_id is the current one.
struct ObjectName {
  std::string bucket;
  std::string key;
  std::string version_id;
};

// Decides, under the key's lock, whether a write may go on; gets the current version, or nullptr if there is none or it
// is a delete marker. Pure and quick.
using Precondition = std::function<Result<>(const ObjectInfo* current)>;

// The length in which a body of so many bytes is kept, where whoever writes it keeps it in another form (encrypted).
// Sizes that the engine shows and counts are always the body's.
using StoredSize = std::uint64_t (*)(std::uint64_t size_bytes) noexcept;

struct PutSpec {
  std::string bucket;
  std::string key;
  ObjectAttributes attributes;
  std::optional<std::uint64_t> size_bytes;  // when known before the body: decides where the payload goes, and 507
  Precondition precondition;                // may be empty
  StoredSize stored_size = nullptr;         // null: the body is kept as it is
};

struct UploadInfo {
  std::string bucket;
  std::string key;
  std::string upload_id;
  TimePoint initiated;
  ObjectAttributes attributes;
};

// What Complete decides, given all the upload's parts in order of number: which parts, in order, and what the object is.
struct CompletePlan {
  std::vector<std::uint32_t> part_numbers;
  std::string etag;
  std::optional<Checksum> checksum;
};
using CompletePlanner = std::function<Result<CompletePlan>(const UploadInfo& upload, const std::vector<PartInfo>& parts)>;

struct ListQuery {
  std::string bucket;
  std::string prefix;
  std::string delimiter;          // any length; empty: none
  std::string start_after;        // keys and common prefixes <= this are not returned
  std::uint32_t max_keys = 1000;  // objects and common prefixes together; 0 gives an empty page
};
// One object of a listing: what ListObjects shows, and no more.
struct ListEntry {
  std::string key;
  std::string etag;
  std::uint64_t size_bytes = 0;
  TimePoint modified;
  std::string storage_class;  // empty: STANDARD
  std::string owner;          // empty: the bucket's
  std::optional<Checksum> checksum;
};
struct ListPage {
  std::vector<ListEntry> objects;  // in byte order of keys
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string next;  // start_after of the next page: the greatest key or prefix returned
};

struct VersionQuery {
  std::string bucket;
  std::string prefix;
  std::string delimiter;
  std::string key_marker;         // start after this key, or ...
  std::string version_id_marker;  // ... after this version of key_marker
  std::uint32_t max_keys = 1000;
};
struct VersionPage {
  std::vector<ObjectInfo> versions;  // by key, newest first; delete markers among them
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string next_key;
  std::string next_version_id;
};

struct UploadQuery {
  std::string bucket;
  std::string prefix;
  std::string delimiter;
  std::string key_marker;
  std::string upload_id_marker;  // only with key_marker
  std::uint32_t max_uploads = 1000;
};
struct UploadPage {
  std::vector<UploadInfo> uploads;  // by key, then by time of creation
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string next_key;
  std::string next_upload_id;
};

struct PartPage {
  UploadInfo upload;
  std::vector<PartInfo> parts;
  bool truncated = false;
  std::uint32_t next_part_number = 0;
};

struct DeleteSpec {
  std::string key;
  std::string version_id;     // empty: delete the key (a marker where the bucket is versioned)
  Precondition precondition;  // may be empty; sees the named version, or the current one
  bool bypass_governance = false;
};
struct DeleteOutcome {
  std::string version_id;      // of the version removed or of the marker made; empty on an unversioned bucket
  bool delete_marker = false;  // a marker was made, or the removed version was one
  bool existed = false;        // something was there to remove
};

struct Usage {
  std::uint64_t objects = 0;   // current ones, without delete markers
  std::uint64_t versions = 0;  // all, without delete markers
  std::uint64_t delete_markers = 0;
  std::uint64_t bytes = 0;  // of all versions
};

// One change, for services that follow the engine.
struct ChangeEvent {
  std::uint64_t seq = 0;
  std::string name;  // S3's: s3:ObjectCreated:Put, s3:ObjectRemoved:Delete, ...
  std::string bucket;
  std::string key;
  std::string version_id;
  std::string etag;
  std::uint64_t size_bytes = 0;
  TimePoint time;
};

struct Health {
  bool ready = false;  // recovered, and the disk takes writes
  std::string why;     // when not ready
};

}  // namespace holdfast::storage
