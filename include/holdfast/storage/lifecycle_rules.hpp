// When a bucket's objects expire: its "lifecycle" configuration, kept as JSON, and what it says of a version.
// Source: AWS, "Lifecycle configuration elements" and "Lifecycle and other bucket configurations".
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/storage/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::storage {

inline constexpr std::string_view kLifecycleConfiguration = "lifecycle";  // in BucketInfo::configuration

struct LifecycleFilter {
  std::string prefix;
  Attributes tags;  // all of them
  std::optional<std::uint64_t> size_greater_than;
  std::optional<std::uint64_t> size_less_than;
  // How the client wrote it, so that it gets back what it sent.
  enum class Form : std::uint8_t { legacy_prefix, none, empty, single, all_of } form = Form::none;
};

struct LifecycleRule {
  std::string id;
  bool enabled = true;
  LifecycleFilter filter;
  std::optional<std::uint32_t> expiration_days;
  std::optional<TimePoint> expiration_date;  // midnight, UTC
  bool expired_delete_marker = false;
  std::optional<std::uint32_t> noncurrent_days;
  std::optional<std::uint32_t> newer_noncurrent_versions;
  std::optional<std::uint32_t> abort_upload_days;
};
using LifecycleRules = std::vector<LifecycleRule>;

std::string format_lifecycle_rules(const LifecycleRules& rules);
// InternalError for a text that isn't understood.
Result<LifecycleRules> parse_lifecycle_rules(std::string_view text);
Result<LifecycleRules> lifecycle_rules(const BucketInfo& bucket);  // empty: none

// Days, which tests make short. S3 counts from the next midnight; short days count from the time itself.
struct LifecycleDay {
  std::chrono::nanoseconds length = std::chrono::hours(24);
  TimePoint after(TimePoint from, std::uint32_t days) const noexcept;
};

bool filter_matches(const LifecycleFilter& filter, const ObjectInfo& version) noexcept;

// When a current version expires and by which rule; nullptr: never.
struct Expiry {
  const LifecycleRule* rule = nullptr;
  TimePoint at;
};
Expiry current_expiry(const LifecycleRules& rules, const ObjectInfo& version, const LifecycleDay& day) noexcept;
// A noncurrent version: since when it is noncurrent, and how many noncurrent versions are newer than it.
bool noncurrent_expired(const LifecycleRules& rules, const ObjectInfo& version, TimePoint noncurrent_since, std::uint32_t newer,
                        TimePoint now, const LifecycleDay& day) noexcept;
// A delete marker that is all that is left of its key.
bool lone_marker_expired(const LifecycleRules& rules, const ObjectInfo& marker, TimePoint now, const LifecycleDay& day) noexcept;
bool upload_expired(const LifecycleRules& rules, std::string_view key, TimePoint initiated, TimePoint now,
                    const LifecycleDay& day) noexcept;

}  // namespace holdfast::storage
