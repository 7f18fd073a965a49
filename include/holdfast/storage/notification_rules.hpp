// Which changes of a bucket are told to whom: the bucket's "notification" configuration, kept as JSON.
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/storage/types.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::storage {

inline constexpr std::string_view kNotificationConfiguration = "notification";  // in BucketInfo::configuration

struct NotificationRule {
  std::string id;
  std::string arn;                  // arn:minio:sqs:REGION:ID:TYPE
  std::vector<std::string> events;  // s3:ObjectCreated:*, s3:ObjectRemoved:Delete, ...
  std::string prefix;               // of keys
  std::string suffix;
};
using NotificationRules = std::vector<NotificationRule>;

// Names that a rule may ask for, those with a star included.
bool is_notification_event(std::string_view name) noexcept;
// `pattern`: an event's name, or one that ends in a star.
bool event_matches(std::string_view pattern, std::string_view event) noexcept;
bool rule_matches(const NotificationRule& rule, std::string_view event, std::string_view key) noexcept;

std::string format_notification_rules(const NotificationRules& rules);
// InternalError for a text that isn't understood.
Result<NotificationRules> parse_notification_rules(std::string_view text);
Result<NotificationRules> notification_rules(const BucketInfo& bucket);  // empty: none

}  // namespace holdfast::storage
