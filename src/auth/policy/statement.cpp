#include "policy/statement.hpp"

#include "policy/vocabulary.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>

namespace holdfast::auth {
namespace {

// "arn:aws:iam::ACCOUNT:user/x" -> "ACCOUNT"; empty if there is none.
std::string_view account_of(std::string_view arn) {
  const auto parts = split(arn, ':');
  return parts.size() >= 6 && parts[0] == "arn" ? parts[4] : std::string_view();
}

bool is_account_id(std::string_view text) noexcept {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// An account's id or its root's ARN stand for everyone in it.
bool names_principal(std::string_view name, std::string_view principal) {
  if (name == principal) return true;
  if (is_account_id(name)) return name == account_of(principal);
  return name.ends_with(":root") && is_account_id(account_of(name)) && account_of(name) == account_of(principal);
}

// `unknown_matches` says what a pattern counts for that has no value.
bool any_matches(const std::vector<Pattern>& patterns, std::string_view subject, const AccessRequest& request, bool unknown_matches) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const Pattern& pattern) {
    const Match match = pattern.match(subject, request);
    return match == Match::yes || (match == Match::unknown && unknown_matches);
  });
}

}  // namespace

bool Principals::contains(std::string_view principal) const {
  if (everyone) return true;
  return !principal.empty() &&
         std::any_of(names.begin(), names.end(), [principal](const std::string& name) { return names_principal(name, principal); });
}

bool PolicyDocument::Statement::applies(const AccessRequest& request) const {
  if (speaks != Speaks::to_holder && principals.contains(request.principal) != (speaks == Speaks::to_principals)) return false;
  if (any_matches(actions, request.action, request, false) == not_action) return false;
  if (!resources.empty() && any_matches(resources, request.resource, request, not_resource && allow) == not_resource) return false;
  return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) { return condition.holds(request, allow); });
}

bool PolicyDocument::Statement::is_public() const {
  const bool speaks_to_the_public = speaks == Speaks::to_all_but_principals || principals.everyone;
  return allow && speaks_to_the_public && std::none_of(conditions.begin(), conditions.end(), [](const Condition& condition) {
           return restricts_the_public(condition.key()) && condition.pins_key();
         });
}

void PolicyDocument::Statement::add_condition_keys(std::vector<std::string>& out) const {
  for (const Pattern& resource : resources) resource.add_variable_keys(out);
  for (const Condition& condition : conditions) {
    out.push_back(condition.key());
    condition.add_variable_keys(out);
  }
}

}  // namespace holdfast::auth
