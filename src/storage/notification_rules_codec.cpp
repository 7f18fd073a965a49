#include "holdfast/storage/notification_rules.hpp"

#include <nlohmann/json.hpp>

namespace holdfast::storage {

using Json = nlohmann::json;

std::string format_notification_rules(const NotificationRules& rules) {
  Json list = Json::array();
  for (const NotificationRule& rule : rules) {
    list.push_back({{"id", rule.id}, {"arn", rule.arn}, {"events", rule.events}, {"prefix", rule.prefix}, {"suffix", rule.suffix}});
  }
  return list.dump();
}

Result<NotificationRules> parse_notification_rules(std::string_view text) {
  try {
    NotificationRules rules;
    for (const Json& item : Json::parse(text)) {
      NotificationRule rule;
      item.at("id").get_to(rule.id);
      item.at("arn").get_to(rule.arn);
      item.at("events").get_to(rule.events);
      item.at("prefix").get_to(rule.prefix);
      item.at("suffix").get_to(rule.suffix);
      rules.push_back(std::move(rule));
    }
    return rules;
  } catch (const Json::exception& failure) {
    return Error(ErrorCode::InternalError, "A bucket's notification rules can't be read: " + std::string(failure.what()));
  }
}

}  // namespace holdfast::storage
