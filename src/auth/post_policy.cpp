// POST policies from JSON, and whether a form keeps to them.
#include "holdfast/auth/post_policy.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

namespace holdfast::auth {
namespace {

using Json = nlohmann::json;

constexpr int kNesting = 4;  // document, condition list, condition

Error invalid(std::string_view what) {
  std::string text = "Invalid Policy: ";
  return {ErrorCode::InvalidPolicyDocument, text.append(what)};
}

Error refused(std::string_view what) {
  std::string text = "Invalid according to Policy: ";
  return {ErrorCode::AccessDenied, text.append(what)};
}

// Json converts to anything, which a Result can't bear.
struct ParsedJson {
  Json value;
};

Result<ParsedJson> parse_json(std::string_view text) {
  bool too_deep = false;
  const Json::parser_callback_t watch = [&too_deep](int depth, Json::parse_event_t /*event*/, Json& /*parsed*/) {
    too_deep = too_deep || depth > kNesting;
    return !too_deep;
  };
  Json document = Json::parse(text, watch, false);
  // The parser takes a zero byte for the end.
  const bool whole = text.find('\0') == std::string_view::npos;
  if (too_deep || !whole || document.is_discarded() || !document.is_object()) return invalid("Invalid JSON.");
  return ParsedJson{std::move(document)};
}

// A string, or a number as its text.
std::optional<std::string> text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_unsigned()) return std::to_string(value.get<std::uint64_t>());
  return std::nullopt;
}

std::optional<std::uint64_t> number_of(const Json& value) {
  const auto text = text_of(value);
  if (!text) return std::nullopt;
  return parse_u64(*text);
}

// Fields that need no condition: those that carry the proof itself, the file, and what the form's author marks so.
bool needs_condition(std::string_view field) noexcept {
  constexpr std::array<std::string_view, 5> kFree{"x-amz-signature", "awsaccesskeyid", "signature", "policy", "file"};
  return std::ranges::find(kFree, field) == kFree.end() && !field.starts_with("x-ignore-");
}

std::string_view value_of(std::span<const HeaderView> fields, std::string_view name) noexcept {
  const auto found = std::ranges::find(fields, name, &HeaderView::first);
  return found == fields.end() ? std::string_view{} : found->second;
}

}  // namespace

struct PostPolicyReader {
  PostPolicy policy;

  Result<> read_expiration(const Json& document) {
    const auto found = document.find("expiration");
    if (found == document.end()) return invalid("Policy missing expiration.");
    const auto time = found->is_string() ? parse_iso8601(found->get_ref<const std::string&>()) : std::nullopt;
    if (!time) return invalid("Invalid 'expiration' value.");
    policy.expiration_ = *time;
    return {};
  }

  Result<> read_conditions(const Json& document) {
    const auto found = document.find("conditions");
    if (found == document.end()) return invalid("Policy missing conditions.");
    if (!found->is_array()) return invalid("Invalid 'conditions' value: must be a list.");
    for (const Json& condition : *found) {
      if (condition.is_object()) {
        HOLDFAST_TRY_VOID(read_simple(condition));
      } else if (condition.is_array()) {
        HOLDFAST_TRY_VOID(read_listed(condition));
      } else {
        return invalid("Invalid condition: must be an object or a list.");
      }
    }
    return {};
  }

  Result<> read_simple(const Json& condition) {
    if (condition.size() != 1) return invalid("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
    const auto value = text_of(condition.begin().value());
    if (!value) return invalid("Invalid Simple-Condition: value must be a string.");
    policy.conditions_.push_back({false, ascii_lower(condition.begin().key()), *value});
    return {};
  }

  Result<> read_listed(const Json& condition) {
    if (condition.size() != 3 || !condition[0].is_string()) return invalid("Invalid condition: wrong number of arguments.");
    const auto operation = ascii_lower(condition[0].get<std::string>());
    if (operation == "content-length-range") return read_range(condition);
    if (operation != "eq" && operation != "starts-with") return invalid("Unknown operation '" + operation + "'.");
    const auto field = text_of(condition[1]);
    const auto value = text_of(condition[2]);
    if (!field || !value || !field->starts_with('$') || field->size() == 1)
      return invalid("Invalid condition: a field's name begins with '$'.");
    policy.conditions_.push_back({operation == "starts-with", ascii_lower(field->substr(1)), *value});
    return {};
  }

  Result<> read_range(const Json& condition) {
    const auto min = number_of(condition[1]);
    const auto max = number_of(condition[2]);
    if (!min || !max || *min > *max) return invalid("Invalid content-length-range.");
    policy.min_bytes_ = std::max(policy.min_bytes_, *min);
    policy.max_bytes_ = std::min(policy.max_bytes_, *max);
    return {};
  }
};

Result<PostPolicy> PostPolicy::parse(std::string_view base64) {
  const auto bytes = base64_decode(base64);
  if (!bytes) return invalid("Invalid Base64 encoding.");
  HOLDFAST_TRY(document, parse_json(as_text(*bytes)));
  PostPolicyReader reader;
  HOLDFAST_TRY_VOID(reader.read_expiration(document.value));
  HOLDFAST_TRY_VOID(reader.read_conditions(document.value));
  return std::move(reader.policy);
}

// Of a list of content types each must begin so.
bool PostPolicy::holds(const Condition& condition, std::span<const HeaderView> fields) const {
  const auto value = value_of(fields, condition.field);
  if (!condition.prefix) return value == condition.value;
  if (condition.field != "content-type") return value.starts_with(condition.value);
  const auto types = split(value, ',');
  return std::ranges::all_of(types, [&](std::string_view type) { return trim(type).starts_with(condition.value); });
}

Result<> PostPolicy::check(std::span<const HeaderView> fields, TimePoint now) const {
  if (now >= expiration_) return refused("Policy expired.");
  for (const Condition& condition : conditions_) {
    if (holds(condition, fields)) continue;
    const char* operation = condition.prefix ? "starts-with" : "eq";
    return refused("Policy Condition failed: [\"" + std::string(operation) + "\", \"$" + condition.field + "\", \"" + condition.value +
                   "\"]");
  }
  for (const auto& [name, value] : fields) {
    const bool spoken_of = std::ranges::find(conditions_, name, &Condition::field) != conditions_.end();
    if (!spoken_of && needs_condition(name)) return refused("Extra input fields: " + std::string(name));
  }
  return {};
}

}  // namespace holdfast::auth
