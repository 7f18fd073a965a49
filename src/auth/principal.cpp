#include "holdfast/auth/principal.hpp"

#include <algorithm>

namespace holdfast::auth {
namespace {

// A Deny of one document outweighs every Allow of the others.
Decision decide_together(const std::vector<PolicyDocument>& policies, const AccessRequest& request) {
  Decision decision = Decision::neutral;
  for (const PolicyDocument& policy : policies) {
    const Decision one = policy.evaluate(request);
    if (one == Decision::deny) return one;
    if (one == Decision::allow) decision = one;
  }
  return decision;
}

}  // namespace

std::string Principal::arn() const {
  if (!session.empty()) return "arn:aws:sts::" + account + ":assumed-role/" + (user.empty() ? "root" : user) + "/" + session;
  return "arn:aws:iam::" + account + (user.empty() ? ":root" : ":user/" + user);
}

Decision Principal::decide(const AccessRequest& request) const {
  const bool inside = std::all_of(boundaries.begin(), boundaries.end(),
                                  [&](const PolicyDocument& boundary) { return boundary.evaluate(request) == Decision::allow; });
  if (!inside) return Decision::deny;
  return is_root() ? Decision::allow : decide_together(policies, request);
}

bool Principal::asks_for_existing_tags() const noexcept {
  const auto asks = [](const PolicyDocument& policy) { return policy.asks_for_existing_tags(); };
  return std::any_of(policies.begin(), policies.end(), asks) || std::any_of(boundaries.begin(), boundaries.end(), asks);
}

}  // namespace holdfast::auth
