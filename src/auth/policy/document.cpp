#include "policy/statement.hpp"

#include "holdfast/auth/policy.hpp"

#include <algorithm>

namespace holdfast::auth {

PolicyDocument PolicyDocument::from(std::vector<Statement> statements) {
  PolicyDocument document;
  document.statements_ = std::make_shared<const std::vector<Statement>>(std::move(statements));
  const auto keys = document.condition_keys();
  document.asks_for_existing_tags_ =
      std::any_of(keys.begin(), keys.end(), [](const std::string& key) { return key.starts_with("s3:existingobjecttag/"); });
  return document;
}

Decision PolicyDocument::evaluate(const AccessRequest& request) const {
  Decision decision = Decision::neutral;
  if (!statements_) return decision;
  for (const Statement& statement : *statements_) {
    const bool could_change_it = !statement.allow || decision == Decision::neutral;
    if (!could_change_it || !statement.applies(request)) continue;
    if (!statement.allow) return Decision::deny;
    decision = Decision::allow;
  }
  return decision;
}

bool PolicyDocument::is_public() const {
  return statements_ &&
         std::any_of(statements_->begin(), statements_->end(), [](const Statement& statement) { return statement.is_public(); });
}

std::vector<std::string> PolicyDocument::condition_keys() const {
  std::vector<std::string> keys;
  if (!statements_) return keys;
  for (const Statement& statement : *statements_) statement.add_condition_keys(keys);
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

}  // namespace holdfast::auth
