// The notification configuration of a bucket in S3's XML.
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/s3/events.hpp"
#include "holdfast/storage/notification_rules.hpp"

#include <string>
#include <string_view>

namespace holdfast::s3 {

// MalformedXML; InvalidArgument for an event, a filter or a destination that there isn't. `events` may be null: then
// there is no destination.
Result<storage::NotificationRules> parse_notification_configuration(std::string_view document, const EventSource* events);
std::string render_notification_configuration(const storage::NotificationRules& rules);

}  // namespace holdfast::s3
