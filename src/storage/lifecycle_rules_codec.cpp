#include "holdfast/storage/lifecycle_rules.hpp"

#include <nlohmann/json.hpp>

namespace holdfast::storage {
namespace {

using Json = nlohmann::json;

template <class T>
void write(Json& json, const char* name, const std::optional<T>& value) {
  if (value) json[name] = *value;
}

template <class T>
void read(const Json& json, const char* name, std::optional<T>& value) {
  if (json.contains(name)) value = json.at(name).get<T>();
}

Json to_json(const LifecycleFilter& filter) {
  Json json = {{"form", static_cast<int>(filter.form)}, {"prefix", filter.prefix}, {"tags", filter.tags}};
  write(json, "greater", filter.size_greater_than);
  write(json, "less", filter.size_less_than);
  return json;
}

LifecycleFilter filter_from(const Json& json) {
  LifecycleFilter filter;
  filter.form = static_cast<LifecycleFilter::Form>(json.at("form").get<int>());
  json.at("prefix").get_to(filter.prefix);
  json.at("tags").get_to(filter.tags);
  read(json, "greater", filter.size_greater_than);
  read(json, "less", filter.size_less_than);
  return filter;
}

Json to_json(const LifecycleRule& rule) {
  Json json = {{"id", rule.id}, {"enabled", rule.enabled}, {"filter", to_json(rule.filter)}};
  write(json, "days", rule.expiration_days);
  if (rule.expiration_date) json["date"] = rule.expiration_date->time_since_epoch().count();
  if (rule.expired_delete_marker) json["marker"] = true;
  write(json, "noncurrent_days", rule.noncurrent_days);
  write(json, "newer_noncurrent", rule.newer_noncurrent_versions);
  write(json, "abort_days", rule.abort_upload_days);
  return json;
}

LifecycleRule rule_from(const Json& json) {
  LifecycleRule rule;
  json.at("id").get_to(rule.id);
  json.at("enabled").get_to(rule.enabled);
  rule.filter = filter_from(json.at("filter"));
  read(json, "days", rule.expiration_days);
  if (json.contains("date")) rule.expiration_date = TimePoint(std::chrono::nanoseconds(json.at("date").get<std::int64_t>()));
  rule.expired_delete_marker = json.value("marker", false);
  read(json, "noncurrent_days", rule.noncurrent_days);
  read(json, "newer_noncurrent", rule.newer_noncurrent_versions);
  read(json, "abort_days", rule.abort_upload_days);
  return rule;
}

}  // namespace

std::string format_lifecycle_rules(const LifecycleRules& rules) {
  Json list = Json::array();
  for (const LifecycleRule& rule : rules) list.push_back(to_json(rule));
  return list.dump();
}

Result<LifecycleRules> parse_lifecycle_rules(std::string_view text) {
  try {
    LifecycleRules rules;
    for (const Json& json : Json::parse(text)) rules.push_back(rule_from(json));
    return rules;
  } catch (const Json::exception& failure) {
    return Error(ErrorCode::InternalError, "A bucket's lifecycle rules can't be read: " + std::string(failure.what()));
  }
}

}  // namespace holdfast::storage
