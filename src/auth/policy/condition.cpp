#include "policy/condition.hpp"

#include "policy/ip_network.hpp"

#include "holdfast/base/clock.hpp"
#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <memory>

namespace holdfast::auth {
namespace {

Error malformed(std::string_view what, std::string_view text) {
  std::string message(what);
  return {ErrorCode::MalformedPolicy, message.append(": ").append(text)};
}

Match to_match(bool matches) noexcept { return matches ? Match::yes : Match::no; }

// shared_ptr, since std::function wants what it holds to be copyable and a copy of a pattern costs.
template <class Matcher>
ConditionValue from_pattern(Matcher pattern) {
  ConditionValue value;
  value.is_fixed = pattern.is_fixed();
  pattern.add_variable_keys(value.variable_keys);
  const auto shared = std::make_shared<const Matcher>(std::move(pattern));
  value.test = [shared](std::string_view subject, const AccessRequest& request) { return shared->match(subject, request); };
  return value;
}

Result<ConditionValue> make_text(std::string_view text, PatternSyntax syntax) {
  HOLDFAST_TRY(pattern, Pattern::compile(text, syntax));
  return from_pattern(std::move(pattern));
}

Result<ConditionValue> make_equals(std::string_view text, bool variables) {
  return make_text(text, {.wildcards = false, .variables = variables, .ignore_case = false});
}
Result<ConditionValue> make_equals_ignoring_case(std::string_view text, bool variables) {
  return make_text(text, {.wildcards = false, .variables = variables, .ignore_case = true});
}
Result<ConditionValue> make_like(std::string_view text, bool variables) {
  return make_text(text, {.wildcards = true, .variables = variables, .ignore_case = false});
}

Result<ConditionValue> make_arn(std::string_view text, bool variables) {
  HOLDFAST_TRY(pattern, ArnPattern::compile(text, variables));
  return from_pattern(std::move(pattern));
}

std::optional<double> parse_number(std::string_view text) noexcept {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

// ISO 8601, or seconds since 1970.
std::optional<TimePoint> parse_date(std::string_view text) {
  constexpr std::uint64_t kLastSecond = 9'223'372'036;  // that nanoseconds can hold
  if (const auto seconds = parse_u64(text)) {
    if (*seconds > kLastSecond) return std::nullopt;
    return TimePoint(std::chrono::seconds(*seconds));
  }
  return parse_iso8601(text);
}

// `holds` compares the request's value with the policy's.
template <class Parse, class Comparison>
Result<ConditionValue> make_ordered(std::string_view text, Parse parse, Comparison holds, std::string_view complaint) {
  const auto limit = parse(text);
  if (!limit) return malformed(complaint, text);
  ConditionValue value;
  value.test = [limit = *limit, parse, holds](std::string_view subject, const AccessRequest&) {
    const auto given = parse(subject);
    return given ? to_match(holds(*given, limit)) : Match::unknown;
  };
  return value;
}

template <class Comparison>
Result<ConditionValue> make_numeric(std::string_view text, bool /*variables*/) {
  return make_ordered(text, parse_number, Comparison(), "Policy has a condition value that is not a number");
}

template <class Comparison>
Result<ConditionValue> make_date(std::string_view text, bool /*variables*/) {
  return make_ordered(text, parse_date, Comparison(), "Policy has a condition value that is not a date");
}

Result<ConditionValue> make_bool(std::string_view text, bool /*variables*/) {
  const bool wanted = equals_ignoring_case(text, "true");
  if (!wanted && !equals_ignoring_case(text, "false")) return malformed("Policy has a condition value that is not true or false", text);
  ConditionValue value;
  value.test = [wanted](std::string_view subject, const AccessRequest&) {
    if (equals_ignoring_case(subject, "true")) return to_match(wanted);
    if (equals_ignoring_case(subject, "false")) return to_match(!wanted);
    return Match::unknown;
  };
  return value;
}

Result<ConditionValue> make_binary(std::string_view text, bool /*variables*/) {
  auto wanted = base64_decode(text);
  if (!wanted) return malformed("Policy has a condition value that is not base64", text);
  ConditionValue value;
  value.test = [wanted = std::move(*wanted)](std::string_view subject, const AccessRequest&) {
    const auto given = base64_decode(subject);
    return given ? to_match(*given == wanted) : Match::unknown;
  };
  return value;
}

Result<ConditionValue> make_ip(std::string_view text, bool /*variables*/) {
  const auto network = IpNetwork::parse(text);
  if (!network) return malformed("Policy has a condition value that is not an IP address or network", text);
  ConditionValue value;
  value.is_fixed = !network->is_wide();
  value.test = [network = *network](std::string_view subject, const AccessRequest&) {
    const auto address = IpNetwork::parse(subject);
    return address ? to_match(network.contains(*address)) : Match::unknown;
  };
  return value;
}

struct Operator {
  std::string_view name;
  Result<ConditionValue> (*make)(std::string_view text, bool variables);
  bool negated;
};

constexpr std::array kOperators = std::to_array<Operator>({
    {"StringEquals", make_equals, false},
    {"StringNotEquals", make_equals, true},
    {"StringEqualsIgnoreCase", make_equals_ignoring_case, false},
    {"StringNotEqualsIgnoreCase", make_equals_ignoring_case, true},
    {"StringLike", make_like, false},
    {"StringNotLike", make_like, true},
    {"NumericEquals", make_numeric<std::equal_to<>>, false},
    {"NumericNotEquals", make_numeric<std::equal_to<>>, true},
    {"NumericLessThan", make_numeric<std::less<>>, false},
    {"NumericLessThanEquals", make_numeric<std::less_equal<>>, false},
    {"NumericGreaterThan", make_numeric<std::greater<>>, false},
    {"NumericGreaterThanEquals", make_numeric<std::greater_equal<>>, false},
    {"DateEquals", make_date<std::equal_to<>>, false},
    {"DateNotEquals", make_date<std::equal_to<>>, true},
    {"DateLessThan", make_date<std::less<>>, false},
    {"DateLessThanEquals", make_date<std::less_equal<>>, false},
    {"DateGreaterThan", make_date<std::greater<>>, false},
    {"DateGreaterThanEquals", make_date<std::greater_equal<>>, false},
    {"Bool", make_bool, false},
    {"BinaryEquals", make_binary, false},
    {"IpAddress", make_ip, false},
    {"NotIpAddress", make_ip, true},
    {"ArnEquals", make_arn, false},
    {"ArnNotEquals", make_arn, true},
    {"ArnLike", make_arn, false},
    {"ArnNotLike", make_arn, true},
});

const Operator* find_operator(std::string_view name) noexcept {
  const auto found = std::find_if(kOperators.begin(), kOperators.end(), [name](const Operator& known) { return known.name == name; });
  return found == kOperators.end() ? nullptr : &*found;
}

bool take_prefix(std::string_view& text, std::string_view prefix) noexcept {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_suffix(std::string_view& text, std::string_view suffix) noexcept {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

}  // namespace

Result<Condition> Condition::make(std::string_view operator_name, std::string_view key, const std::vector<std::string>& values,
                                  bool variables) {
  Condition condition;
  condition.key_ = ascii_lower(key);
  std::string_view name = operator_name;
  if (name == "Null") {
    condition.asks_for_presence_ = true;
    condition.wants_absent_ = values.size() == 1 && equals_ignoring_case(values.front(), "true");
    const bool is_right = values.size() == 1 && (condition.wants_absent_ || equals_ignoring_case(values.front(), "false"));
    if (!is_right) return malformed("Policy has a Null condition whose value is not true or false", key);
    return condition;
  }
  if (take_prefix(name, "ForAnyValue:")) condition.quantifier_ = Quantifier::any_value;
  if (condition.quantifier_ == Quantifier::none && take_prefix(name, "ForAllValues:")) condition.quantifier_ = Quantifier::all_values;
  condition.if_exists_ = take_suffix(name, "IfExists");
  const Operator* found = find_operator(name);
  if (found == nullptr) return malformed("Policy has an unknown condition operator", operator_name);
  condition.negated_ = found->negated;
  for (const std::string& text : values) {
    HOLDFAST_TRY(value, found->make(text, variables));
    condition.values_.push_back(std::move(value));
  }
  return condition;
}

bool Condition::passes(std::string_view value, const AccessRequest& request, bool allow) const {
  bool matched = false;
  for (const ConditionValue& wanted : values_) {
    const Match match = wanted.test(value, request);
    matched = matched || match == Match::yes || (match == Match::unknown && negated_ && allow);
  }
  return matched != negated_;
}

bool Condition::holds(const AccessRequest& request, bool allow) const {
  const auto* given = find_values(request, key_);
  if (asks_for_presence_) return (given == nullptr) == wants_absent_;
  if (given == nullptr) return if_exists_ || quantifier_ == Quantifier::all_values || (quantifier_ == Quantifier::none && negated_);
  const auto value_passes = [&](const std::string& value) { return passes(value, request, allow); };
  // Without a quantifier, a negated operator speaks of every value: one match is enough to break it.
  const bool needs_all = quantifier_ == Quantifier::all_values || (quantifier_ == Quantifier::none && negated_);
  return needs_all ? std::all_of(given->begin(), given->end(), value_passes) : std::any_of(given->begin(), given->end(), value_passes);
}

bool Condition::pins_key() const noexcept {
  if (asks_for_presence_ || negated_ || if_exists_ || quantifier_ == Quantifier::all_values) return false;
  return std::all_of(values_.begin(), values_.end(), [](const ConditionValue& value) { return value.is_fixed; });
}

void Condition::add_variable_keys(std::vector<std::string>& out) const {
  for (const ConditionValue& value : values_) out.insert(out.end(), value.variable_keys.begin(), value.variable_keys.end());
}

}  // namespace holdfast::auth
