#include "holdfast/storage/versioning.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/wildcard.hpp"

#include <algorithm>

namespace holdfast::storage {
namespace {

constexpr std::string_view kFolders = "folders";
constexpr std::string_view kPrefix = "prefix ";

}  // namespace

// One a line.
std::string format_versioning_exclusions(const VersioningExclusions& exclusions) {
  std::string text;
  if (exclusions.folders) text.append(kFolders).append("\n");
  for (const std::string& prefix : exclusions.prefixes) text.append(kPrefix).append(prefix).append("\n");
  return text;
}

VersioningExclusions versioning_exclusions(const BucketInfo& bucket) {
  VersioningExclusions exclusions;
  const auto stored = bucket.configuration.find(kVersioningExclusions);
  if (stored == bucket.configuration.end()) return exclusions;
  for (const auto line : split(stored->second, '\n')) {
    if (line == kFolders) exclusions.folders = true;
    if (line.starts_with(kPrefix)) exclusions.prefixes.emplace_back(line.substr(kPrefix.size()));
  }
  return exclusions;
}

Versioning versioning_of(const BucketInfo& bucket, std::string_view key) {
  if (bucket.versioning != Versioning::enabled || !bucket.configuration.contains(kVersioningExclusions)) return bucket.versioning;
  const auto exclusions = versioning_exclusions(bucket);
  if (exclusions.folders && key.ends_with('/')) return Versioning::suspended;
  const bool excluded =
      std::ranges::any_of(exclusions.prefixes, [key](const std::string& prefix) { return matches_wildcard(prefix + '*', key); });
  return excluded ? Versioning::suspended : Versioning::enabled;
}

}  // namespace holdfast::storage
