#include "holdfast/storage/notification_rules.hpp"

#include <algorithm>
#include <array>

namespace holdfast::storage {
namespace {

// AWS's names, and those that MinIO has beside them.
constexpr std::array<std::string_view, 29> kEvents = {
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectCreated:PutRetention",
    "s3:ObjectCreated:PutLegalHold",
    "s3:ObjectCreated:PutTagging",
    "s3:ObjectCreated:DeleteTagging",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRemoved:NoOP",
    "s3:ObjectRemoved:DeleteAllVersions",
    "s3:ObjectAccessed:*",
    "s3:ObjectAccessed:Get",
    "s3:ObjectAccessed:Head",
    "s3:ObjectAccessed:GetRetention",
    "s3:ObjectAccessed:GetLegalHold",
    "s3:ObjectAccessed:Attributes",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
    "s3:ObjectAcl:Put",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:BucketCreated:*",
    "s3:BucketRemoved:*",
};

}  // namespace

bool is_notification_event(std::string_view name) noexcept { return std::ranges::find(kEvents, name) != kEvents.end(); }

bool event_matches(std::string_view pattern, std::string_view event) noexcept {
  if (!pattern.ends_with('*')) return pattern == event;
  pattern.remove_suffix(1);
  return event.starts_with(pattern);
}

bool rule_matches(const NotificationRule& rule, std::string_view event, std::string_view key) noexcept {
  if (!key.starts_with(rule.prefix) || !key.ends_with(rule.suffix)) return false;
  return std::ranges::any_of(rule.events, [event](const std::string& pattern) { return event_matches(pattern, event); });
}

Result<NotificationRules> notification_rules(const BucketInfo& bucket) {
  const auto stored = bucket.configuration.find(kNotificationConfiguration);
  if (stored == bucket.configuration.end()) return NotificationRules();
  return parse_notification_rules(stored->second);
}

}  // namespace holdfast::storage
