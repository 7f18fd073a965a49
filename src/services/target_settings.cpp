#include "holdfast/base/encoding.hpp"
#include "holdfast/services/notifications.hpp"

#include <algorithm>
#include <array>

namespace holdfast::services {
namespace {

constexpr std::array<std::string_view, 2> kPrefixes = {"MINIO_NOTIFY_", "HOLDFAST_NOTIFY_"};
constexpr std::uint64_t kMaxQueueLimit = 10'000'000;

struct Type {
  std::string_view name;  // in variables; in lower case the type
  std::vector<std::string_view> values;
};

const std::vector<Type>& types() {
  static const std::vector<Type> all = {
      {"WEBHOOK", {"ENDPOINT", "AUTH_TOKEN", "CLIENT_CERT", "CLIENT_KEY"}},
  };
  return all;
}

constexpr std::array<std::string_view, 4> kCommonValues = {"ENABLE", "QUEUE_DIR", "QUEUE_LIMIT", "COMMENT"};

struct Variable {
  const Type* type;
  std::string_view name;
  std::string_view id;
};

std::optional<Variable> read_name(std::string_view text, const Type& type) {
  if (!text.starts_with(type.name) || text.size() <= type.name.size() || text[type.name.size()] != '_') return std::nullopt;
  text.remove_prefix(type.name.size() + 1);
  std::vector<std::string_view> names(kCommonValues.begin(), kCommonValues.end());
  names.insert(names.end(), type.values.begin(), type.values.end());
  std::ranges::sort(names, std::greater{}, &std::string_view::size);  // the longest that fits: an ID follows the name
  for (const std::string_view name : names) {
    if (text == name) return Variable{&type, name, "_"};
    if (text.starts_with(name) && text.size() > name.size() + 1 && text[name.size()] == '_')
      return Variable{&type, name, text.substr(name.size() + 1)};
  }
  return std::nullopt;
}

std::optional<Variable> read_variable(std::string_view text) {
  for (const std::string_view prefix : kPrefixes) {
    if (!text.starts_with(prefix)) continue;
    for (const Type& type : types()) {
      if (const auto variable = read_name(text.substr(prefix.size()), type)) return variable;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string TargetSettings::arn(std::string_view region) const { return "arn:minio:sqs:" + std::string(region) + ":" + id + ":" + type; }

std::string TargetSettings::value(std::string_view name) const {
  const auto found = values.find(name);
  return found == values.end() ? std::string() : found->second;
}

bool TargetSettings::is_on(std::string_view name) const {
  const std::string text = ascii_lower(value(name));
  return text == "on" || text == "true" || text == "1" || text == "yes";
}

bool is_target_variable(std::string_view name) { return read_variable(name).has_value(); }

Result<std::vector<TargetSettings>> parse_targets(const Variables& environment) {
  std::map<std::pair<std::string, std::string>, TargetSettings> found;
  for (const auto& [name, value] : environment) {
    const auto variable = read_variable(name);
    if (!variable) continue;
    const std::string type = ascii_lower(variable->type->name);
    TargetSettings& target = found[{type, std::string(variable->id)}];
    target.type = type;
    target.id = variable->id;
    target.values.insert_or_assign(std::string(variable->name), value);
  }
  std::vector<TargetSettings> targets;
  for (auto& [key, target] : found) {
    if (!target.is_on("ENABLE")) continue;
    if (const std::string limit = target.value("QUEUE_LIMIT"); !limit.empty() && limit != "0") {
      const auto number = parse_u64(limit);
      if (!number || *number > kMaxQueueLimit) {
        return Error(ErrorCode::InvalidArgument, "MINIO_NOTIFY_" + key.first + "_QUEUE_LIMIT_" + key.second + ": not a number of events");
      }
      target.queue_limit = *number;
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace holdfast::services
