// MinIO's format on disk, as far as a folder of one drive has it: xl.meta (versions of one key) and .metadata.bin (a bucket).
// Source: files that MinIO wrote (tests/fixtures/minio), and the field names of its public format.
#pragma once

#include "holdfast/storage/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::server::import {

struct SourcePart {
  std::uint32_t number = 1;
  std::string etag;
  std::uint64_t size_bytes = 0;
};

// One version as the source has it.
struct SourceVersion {
  std::string version_id;  // "null", or as MinIO shows it
  TimePoint modified;
  bool delete_marker = false;
  storage::ObjectAttributes attributes;
  std::string etag;
  std::optional<storage::Checksum> checksum;
  std::uint64_t size_bytes = 0;
  std::vector<SourcePart> parts;  // of a plain object: one
  bool multipart = false;
  std::string data_folder;                 // beside xl.meta; holds part.N
  std::optional<std::string> inline_data;  // blocks with their checksums, as in a part file
  std::uint64_t block_bytes = 0;
  std::string obstacle;  // why it can't be brought; empty: it can
};

// The versions in xl.meta, newest first. XHoldfastCorruptObject for what isn't understood.
Result<std::vector<SourceVersion>> parse_versions(std::string_view xl_meta);

struct SourceBucket {
  TimePoint created;
  storage::Versioning versioning = storage::Versioning::unversioned;
  bool object_lock = false;
  std::uint64_t quota_bytes = 0;
  std::string policy;  // documents as clients sent them; empty: none
  std::string lifecycle;
  std::string lock;
  std::string tagging;
  std::string notification;
  std::string encryption;
  std::string replication;
};
Result<SourceBucket> parse_bucket(std::string_view metadata_bin);

}  // namespace holdfast::server::import
