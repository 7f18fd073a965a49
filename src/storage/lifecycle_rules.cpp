#include "holdfast/storage/lifecycle_rules.hpp"

#include <algorithm>

namespace holdfast::storage {
namespace {

bool sizes_match(const LifecycleFilter& filter, std::uint64_t size) noexcept {
  if (filter.size_greater_than && size <= *filter.size_greater_than) return false;
  return !filter.size_less_than || size < *filter.size_less_than;
}

}  // namespace

Result<LifecycleRules> lifecycle_rules(const BucketInfo& bucket) {
  const auto stored = bucket.configuration.find(kLifecycleConfiguration);
  if (stored == bucket.configuration.end()) return LifecycleRules();
  return parse_lifecycle_rules(stored->second);
}

TimePoint LifecycleDay::after(TimePoint from, std::uint32_t days) const noexcept {
  const TimePoint exact = from + length * static_cast<std::int64_t>(days);
  if (length != std::chrono::hours(24)) return exact;
  return std::chrono::ceil<std::chrono::days>(exact);
}

bool filter_matches(const LifecycleFilter& filter, const ObjectInfo& version) noexcept {
  if (!version.key.starts_with(filter.prefix)) return false;
  if (!version.delete_marker && !sizes_match(filter, version.size_bytes)) return false;
  return std::ranges::all_of(filter.tags, [&](const auto& tag) {
    const std::string* value = find_attribute(version.tags, tag.first);
    return value != nullptr && *value == tag.second;
  });
}

Expiry current_expiry(const LifecycleRules& rules, const ObjectInfo& version, const LifecycleDay& day) noexcept {
  Expiry soonest;
  for (const LifecycleRule& rule : rules) {
    if (!rule.enabled || (!rule.expiration_days && !rule.expiration_date) || !filter_matches(rule.filter, version)) continue;
    const TimePoint at = rule.expiration_days ? day.after(version.modified, *rule.expiration_days) : *rule.expiration_date;
    if (soonest.rule == nullptr || at < soonest.at) soonest = {&rule, at};
  }
  return soonest;
}

bool noncurrent_expired(const LifecycleRules& rules, const ObjectInfo& version, TimePoint noncurrent_since, std::uint32_t newer,
                        TimePoint now, const LifecycleDay& day) noexcept {
  return std::ranges::any_of(rules, [&](const LifecycleRule& rule) {
    if (!rule.enabled || (!rule.noncurrent_days && !rule.newer_noncurrent_versions) || !filter_matches(rule.filter, version)) return false;
    if (rule.newer_noncurrent_versions && newer < *rule.newer_noncurrent_versions) return false;
    return !rule.noncurrent_days || day.after(noncurrent_since, *rule.noncurrent_days) <= now;
  });
}

bool lone_marker_expired(const LifecycleRules& rules, const ObjectInfo& marker, TimePoint now, const LifecycleDay& day) noexcept {
  return std::ranges::any_of(rules, [&](const LifecycleRule& rule) {
    if (!rule.enabled || !filter_matches(rule.filter, marker)) return false;
    if (rule.expired_delete_marker) return true;
    if (rule.expiration_days) return day.after(marker.modified, *rule.expiration_days) <= now;
    return rule.expiration_date && *rule.expiration_date <= now;
  });
}

bool upload_expired(const LifecycleRules& rules, std::string_view key, TimePoint initiated, TimePoint now,
                    const LifecycleDay& day) noexcept {
  return std::ranges::any_of(rules, [&](const LifecycleRule& rule) {
    return rule.enabled && rule.abort_upload_days && key.starts_with(rule.filter.prefix) &&
           day.after(initiated, *rule.abort_upload_days) <= now;
  });
}

}  // namespace holdfast::storage
