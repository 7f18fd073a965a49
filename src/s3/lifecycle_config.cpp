#include "s3/lifecycle_config.hpp"

#include "s3/context.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/random.hpp"

#include <algorithm>
#include <limits>

namespace holdfast::s3 {
namespace {

using storage::LifecycleFilter;
using storage::LifecycleRule;
using Form = LifecycleFilter::Form;

constexpr std::size_t kMaxRules = 1000;
constexpr std::size_t kMaxIdBytes = 255;
constexpr std::uint32_t kMaxNewerVersions = 100;

Error invalid_argument(std::string text) { return {ErrorCode::InvalidArgument, std::move(text)}; }
Error invalid_request(std::string text) { return {ErrorCode::InvalidRequest, std::move(text)}; }

Result<std::uint32_t> positive(XmlElement element, std::string_view what) {
  const auto value = parse_u64(trim(element.text()));
  if (!value || *value == 0 || *value > std::numeric_limits<std::int32_t>::max()) {
    return invalid_argument("'" + std::string(element.name()) + "' for " + std::string(what) + " action must be a positive integer");
  }
  return static_cast<std::uint32_t>(*value);
}

Result<> read_tag(LifecycleFilter& filter, XmlElement element) {
  std::string key(element.child("Key").text());
  if (key.empty()) return Error(ErrorCode::MalformedXML);
  if (storage::find_attribute(filter.tags, key) != nullptr) return invalid_request("Duplicate Tag Keys are not allowed.");
  filter.tags.emplace_back(std::move(key), element.child("Value").text());
  return {};
}

Result<> read_condition(LifecycleFilter& filter, XmlElement element) {
  const std::string_view name = element.name();
  if (name == "Prefix") {
    filter.prefix = element.text();
    return {};
  }
  if (name == "Tag") return read_tag(filter, element);
  if (name != "ObjectSizeGreaterThan" && name != "ObjectSizeLessThan") return Error(ErrorCode::MalformedXML);
  const auto size = parse_u64(trim(element.text()));
  if (!size) return Error(ErrorCode::MalformedXML);
  (name == "ObjectSizeGreaterThan" ? filter.size_greater_than : filter.size_less_than) = *size;
  return {};
}

Result<> read_all_of(LifecycleFilter& filter, XmlElement element) {
  std::size_t conditions = 0;
  for (auto child = element.first_child(); child; child = child.next_sibling(), ++conditions) {
    HOLDFAST_TRY_VOID(read_condition(filter, child));
  }
  return conditions < 2 ? Result<>(ErrorCode::MalformedXML) : Result<>();
}

Result<> read_filter(LifecycleFilter& filter, XmlElement element) {
  const auto condition = element.first_child();
  filter.form = Form::empty;
  if (!condition) return {};
  if (condition.next_sibling()) return Error(ErrorCode::MalformedXML);
  const bool all_of = condition.name() == "And";
  filter.form = all_of ? Form::all_of : Form::single;
  HOLDFAST_TRY_VOID(all_of ? read_all_of(filter, condition) : read_condition(filter, condition));
  if (filter.size_greater_than && filter.size_less_than && *filter.size_greater_than + 1 >= *filter.size_less_than) {
    return invalid_request("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.");
  }
  return {};
}

Result<> read_expiration(LifecycleRule& rule, XmlElement element) {
  for (auto child = element.first_child(); child; child = child.next_sibling()) {
    if (child.name() == "Days") {
      HOLDFAST_TRY(days, positive(child, "Expiration"));
      rule.expiration_days = days;
    } else if (child.name() == "Date") {
      const auto date = parse_iso8601(trim(child.text()));
      if (!date) return Error(ErrorCode::MalformedXML);
      if (*date != std::chrono::floor<std::chrono::days>(*date)) return invalid_argument("'Date' must be at midnight GMT");
      rule.expiration_date = *date;
    } else if (child.name() == "ExpiredObjectDeleteMarker") {
      rule.expired_delete_marker = trim(child.text()) == "true";
    } else if (child.name() != "ExpiredObjectAllVersions") {
      return Error(ErrorCode::MalformedXML);
    } else if (trim(child.text()) == "true") {
      return Error(ErrorCode::NotImplemented, "ExpiredObjectAllVersions is not served.");
    }
  }
  const int ways = int{rule.expiration_days.has_value()} + int{rule.expiration_date.has_value()} + int{rule.expired_delete_marker};
  return ways > 1 || !element.first_child() ? Result<>(ErrorCode::MalformedXML) : Result<>();
}

Result<> read_noncurrent(LifecycleRule& rule, XmlElement element) {
  for (auto child = element.first_child(); child; child = child.next_sibling()) {
    HOLDFAST_TRY(value, positive(child, "NoncurrentVersionExpiration"));
    if (child.name() == "NoncurrentDays") {
      rule.noncurrent_days = value;
    } else if (child.name() == "NewerNoncurrentVersions") {
      if (value > kMaxNewerVersions) return invalid_argument("'NewerNoncurrentVersions' must be at most 100");
      rule.newer_noncurrent_versions = value;
    } else {
      return Error(ErrorCode::MalformedXML);
    }
  }
  return rule.noncurrent_days || rule.newer_noncurrent_versions ? Result<>() : Result<>(ErrorCode::MalformedXML);
}

Result<> read_abort(LifecycleRule& rule, XmlElement element) {
  const auto days = element.child("DaysAfterInitiation");
  if (!days) return Error(ErrorCode::MalformedXML);
  HOLDFAST_TRY(value, positive(days, "AbortIncompleteMultipartUpload"));
  rule.abort_upload_days = value;
  return {};
}

Result<> read_element(LifecycleRule& rule, XmlElement child) {
  const std::string_view name = child.name();
  if (name == "ID") {
    rule.id = trim(child.text());
    if (rule.id.size() > kMaxIdBytes) return invalid_argument("ID length should not exceed allowed limit of 255");
    return {};
  }
  if (name == "Status") {
    const std::string_view status = trim(child.text());
    rule.enabled = status == "Enabled";
    return rule.enabled || status == "Disabled" ? Result<>() : Result<>(ErrorCode::MalformedXML);
  }
  if (name == "Prefix") {
    rule.filter.form = Form::legacy_prefix;
    rule.filter.prefix = child.text();
    return {};
  }
  if (name == "Filter") return read_filter(rule.filter, child);
  if (name == "Expiration") return read_expiration(rule, child);
  if (name == "NoncurrentVersionExpiration") return read_noncurrent(rule, child);
  if (name == "AbortIncompleteMultipartUpload") return read_abort(rule, child);
  if (name == "Transition" || name == "NoncurrentVersionTransition") {
    return Error(ErrorCode::InvalidStorageClass, "Transitions need a tier, and this server has none: objects can expire, but not move.");
  }
  return Error(ErrorCode::MalformedXML);
}

Result<> check_rule(const LifecycleRule& rule) {
  const bool expires = rule.expiration_days || rule.expiration_date || rule.expired_delete_marker;
  if (!expires && !rule.noncurrent_days && !rule.newer_noncurrent_versions && !rule.abort_upload_days) {
    return invalid_request("At least one action needs to be specified in a rule");
  }
  const bool by_size = rule.filter.size_greater_than || rule.filter.size_less_than;
  if (rule.abort_upload_days && (by_size || !rule.filter.tags.empty())) {
    return invalid_request("AbortIncompleteMultipartUpload cannot be specified with " + std::string(by_size ? "Object Size" : "Tags"));
  }
  if (rule.expired_delete_marker && (by_size || !rule.filter.tags.empty())) {
    return invalid_request("ExpiredObjectDeleteMarker cannot be specified with " + std::string(by_size ? "Object Size" : "Tags"));
  }
  return {};
}

Result<LifecycleRule> parse_rule(XmlElement element) {
  if (!element.child("Status")) return Error(ErrorCode::MalformedXML);
  const bool filtered = static_cast<bool>(element.child("Filter"));
  if (filtered == static_cast<bool>(element.child("Prefix"))) return Error(ErrorCode::MalformedXML);  // one of them, not both
  LifecycleRule rule;
  for (auto child = element.first_child(); child; child = child.next_sibling()) HOLDFAST_TRY_VOID(read_element(rule, child));
  HOLDFAST_TRY_VOID(check_rule(rule));
  if (rule.id.empty()) rule.id = new_request_id();
  return rule;
}

void render_conditions(XmlWriter& xml, const LifecycleFilter& filter) {
  if (!filter.prefix.empty() || (filter.form == Form::single && filter.tags.empty() && !filter.size_greater_than && !filter.size_less_than))
    xml.element("Prefix", filter.prefix);
  for (const auto& [key, value] : filter.tags) xml.open("Tag").element("Key", key).element("Value", value).close();
  if (filter.size_greater_than) xml.number("ObjectSizeGreaterThan", *filter.size_greater_than);
  if (filter.size_less_than) xml.number("ObjectSizeLessThan", *filter.size_less_than);
}

void render_filter(XmlWriter& xml, const LifecycleFilter& filter) {
  if (filter.form == Form::none) return;
  if (filter.form == Form::legacy_prefix) {
    xml.element("Prefix", filter.prefix);
    return;
  }
  xml.open("Filter");
  if (filter.form == Form::all_of) xml.open("And");
  if (filter.form != Form::empty) render_conditions(xml, filter);
  if (filter.form == Form::all_of) xml.close();
  xml.close();
}

void render_actions(XmlWriter& xml, const LifecycleRule& rule) {
  if (rule.expiration_days || rule.expiration_date || rule.expired_delete_marker) {
    xml.open("Expiration");
    if (rule.expiration_days) xml.number("Days", *rule.expiration_days);
    if (rule.expiration_date) xml.time("Date", *rule.expiration_date);
    if (rule.expired_delete_marker) xml.boolean("ExpiredObjectDeleteMarker", true);
    xml.close();
  }
  if (rule.noncurrent_days || rule.newer_noncurrent_versions) {
    xml.open("NoncurrentVersionExpiration");
    if (rule.noncurrent_days) xml.number("NoncurrentDays", *rule.noncurrent_days);
    if (rule.newer_noncurrent_versions) xml.number("NewerNoncurrentVersions", *rule.newer_noncurrent_versions);
    xml.close();
  }
  if (rule.abort_upload_days) {
    xml.open("AbortIncompleteMultipartUpload").number("DaysAfterInitiation", *rule.abort_upload_days).close();
  }
}

}  // namespace

Result<storage::LifecycleRules> parse_lifecycle_configuration(std::string_view document) {
  HOLDFAST_TRY(xml, XmlDocument::parse(document, "LifecycleConfiguration"));
  storage::LifecycleRules rules;
  for (auto element = xml.root().first_child(); element; element = element.next_sibling()) {
    if (element.name() == "ExpiryUpdatedAt") continue;  // what MinIO's clients send back of what it answers
    if (element.name() != "Rule") return Error(ErrorCode::MalformedXML);
    if (rules.size() == kMaxRules)
      return invalid_argument("The number of lifecycle rules must not exceed the allowed limit of 1000 rules.");
    HOLDFAST_TRY(rule, parse_rule(element));
    if (std::ranges::find(rules, rule.id, &LifecycleRule::id) != rules.end()) {
      return invalid_argument("Rule ID must be unique. Found same ID for more than one rule");
    }
    rules.push_back(std::move(rule));
  }
  if (rules.empty()) return Error(ErrorCode::MalformedXML);
  return rules;
}

std::string render_lifecycle_configuration(const storage::LifecycleRules& rules) {
  XmlWriter xml("LifecycleConfiguration");
  for (const LifecycleRule& rule : rules) {
    xml.open("Rule").element("ID", rule.id);
    render_filter(xml, rule.filter);
    xml.element("Status", rule.enabled ? "Enabled" : "Disabled");
    render_actions(xml, rule);
    xml.close();
  }
  return xml.finish();
}

void set_expiration_header(const Context& context, const storage::BucketPtr& bucket, const storage::ObjectInfo& object,
                           http::Response& response) {
  if (context.lifecycle == nullptr || object.delete_marker || !object.is_latest) return;
  const auto rules = context.lifecycle->find(bucket);
  if (!rules || *rules == nullptr) return;
  const storage::LifecycleDay day{context.options.lifecycle_day};
  const storage::Expiry expiry = storage::current_expiry(**rules, object, day);
  if (expiry.rule == nullptr) return;
  response.set("x-amz-expiration",
               "expiry-date=\"" + format_http_date(expiry.at) + "\", rule-id=\"" + uri_encode(expiry.rule->id, false) + "\"");
}

}  // namespace holdfast::s3
