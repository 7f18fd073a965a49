#include "s3/notification_config.hpp"

#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"
#include "holdfast/base/random.hpp"

#include <algorithm>

namespace holdfast::s3 {
namespace {

constexpr std::size_t kMaxRules = 100;
constexpr std::size_t kMaxIdBytes = 255;

Error invalid(std::string text) { return {ErrorCode::InvalidArgument, std::move(text)}; }

Result<> add_filter_rule(storage::NotificationRule& rule, XmlElement element) {
  const std::string name = ascii_lower(trim(element.child("Name").text()));
  const std::string_view value = element.child("Value").text();
  if (name != "prefix" && name != "suffix") return invalid("filter rule name must be either prefix or suffix");
  if (value.size() > limits::kKeyBytes) return invalid("Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation");
  std::string& part = name == "prefix" ? rule.prefix : rule.suffix;
  if (!part.empty()) return invalid("Cannot specify more than one " + name + " rule in a filter.");
  part = value;
  return {};
}

Result<> read_filter(storage::NotificationRule& rule, XmlElement filter) {
  for (auto key = filter.first_child(); key; key = key.next_sibling()) {
    if (key.name() != "S3Key") return Error(ErrorCode::MalformedXML);
    for (auto item = key.first_child(); item; item = item.next_sibling()) {
      if (item.name() != "FilterRule") return Error(ErrorCode::MalformedXML);
      HOLDFAST_TRY_VOID(add_filter_rule(rule, item));
    }
  }
  return {};
}

Result<> read_element(storage::NotificationRule& rule, XmlElement child) {
  const std::string_view name = child.name();
  const std::string_view text = trim(child.text());
  if (name == "Id") {
    if (text.size() > kMaxIdBytes) return invalid("ID length should not exceed allowed limit of 255");
    rule.id = text;
    return {};
  }
  if (name == "Queue") {
    rule.arn = text;
    return {};
  }
  if (name == "Event") {
    if (!storage::is_notification_event(text)) return invalid("A specified event is not supported for notifications.");
    if (std::ranges::find(rule.events, text) != rule.events.end()) return invalid("An event is named twice in one configuration.");
    rule.events.emplace_back(text);
    return {};
  }
  if (name == "Filter") return read_filter(rule, child);
  return Error(ErrorCode::MalformedXML);
}

Result<storage::NotificationRule> parse_queue(XmlElement element, const EventSource* events) {
  storage::NotificationRule rule;
  for (auto child = element.first_child(); child; child = child.next_sibling()) HOLDFAST_TRY_VOID(read_element(rule, child));
  if (rule.arn.empty() || rule.events.empty()) return Error(ErrorCode::MalformedXML);
  if (events == nullptr || !events->has_target(rule.arn)) {
    return invalid("A specified destination ARN does not exist or is not well-formed. Verify the destination ARN: " + rule.arn);
  }
  if (rule.id.empty()) rule.id = new_request_id();
  return rule;
}

bool same_but_id(const storage::NotificationRule& left, const storage::NotificationRule& right) {
  const auto shared = [&](const std::string& event) {
    return std::ranges::any_of(right.events, [&](const std::string& other) {
      return storage::event_matches(event, other) || storage::event_matches(other, event);
    });
  };
  return left.arn == right.arn && left.prefix == right.prefix && left.suffix == right.suffix && std::ranges::any_of(left.events, shared);
}

Result<> check_overlap(const storage::NotificationRules& rules, const storage::NotificationRule& rule) {
  for (const storage::NotificationRule& other : rules) {
    if (other.id == rule.id) return invalid("Two configurations have the same ID: " + rule.id);
    if (same_but_id(other, rule)) {
      return invalid("Configurations overlap. Configurations on the same bucket cannot share a common event type.");
    }
  }
  return {};
}

}  // namespace

Result<storage::NotificationRules> parse_notification_configuration(std::string_view document, const EventSource* events) {
  HOLDFAST_TRY(xml, XmlDocument::parse(document, "NotificationConfiguration"));
  storage::NotificationRules rules;
  for (auto element = xml.root().first_child(); element; element = element.next_sibling()) {
    const std::string_view name = element.name();
    if (name == "TopicConfiguration" || name == "CloudFunctionConfiguration" || name == "EventBridgeConfiguration") {
      return invalid(std::string(name) + " is not served: use a QueueConfiguration with an ARN of arn:minio:sqs");
    }
    if (name != "QueueConfiguration") return Error(ErrorCode::MalformedXML);
    if (rules.size() == kMaxRules) return invalid("A bucket can have 100 notification configurations.");
    HOLDFAST_TRY(rule, parse_queue(element, events));
    HOLDFAST_TRY_VOID(check_overlap(rules, rule));
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::string render_notification_configuration(const storage::NotificationRules& rules) {
  XmlWriter xml("NotificationConfiguration");
  for (const storage::NotificationRule& rule : rules) {
    xml.open("QueueConfiguration").element("Id", rule.id).element("Queue", rule.arn);
    for (const std::string& event : rule.events) xml.element("Event", event);
    if (!rule.prefix.empty() || !rule.suffix.empty()) {
      xml.open("Filter").open("S3Key");
      if (!rule.prefix.empty()) xml.open("FilterRule").element("Name", "prefix").element("Value", rule.prefix).close();
      if (!rule.suffix.empty()) xml.open("FilterRule").element("Name", "suffix").element("Value", rule.suffix).close();
      xml.close().close();
    }
    xml.close();
  }
  return xml.finish();
}

}  // namespace holdfast::s3
