// Versioning of a bucket as one key sees it: MinIO lets prefixes and folders be excluded from it.
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/storage/types.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::storage {

inline constexpr std::string_view kVersioningExclusions = "versioning-exclusions";  // in BucketInfo::configuration

struct VersioningExclusions {
  std::vector<std::string> prefixes;  // '*' stands for anything
  bool folders = false;               // keys that end in '/'
  bool empty() const noexcept { return prefixes.empty() && !folders; }
};

std::string format_versioning_exclusions(const VersioningExclusions& exclusions);
VersioningExclusions versioning_exclusions(const BucketInfo& bucket);

// What holds for this key: where versioning is enabled but not for the key, it is as if suspended.
Versioning versioning_of(const BucketInfo& bucket, std::string_view key);

}  // namespace holdfast::storage
