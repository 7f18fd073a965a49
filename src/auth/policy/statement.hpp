// One statement of a policy document, ready to be asked.
#pragma once

#include "policy/condition.hpp"
#include "policy/pattern.hpp"

#include <string>
#include <vector>

namespace holdfast::auth {

// Who a bucket policy's statement speaks to.
struct Principals {
  bool everyone = false;
  std::vector<std::string> names;  // ARNs, account ids, canonical users

  // `principal`: an ARN; empty is anonymous, which only `everyone` has in it.
  bool contains(std::string_view principal) const;
};

struct PolicyDocument::Statement {
  enum class Speaks { to_holder, to_principals, to_all_but_principals };  // to_holder: identity policies

  bool allow = false;
  Speaks speaks = Speaks::to_holder;
  Principals principals;
  bool not_action = false;
  std::vector<Pattern> actions;
  bool not_resource = false;
  std::vector<Pattern> resources;  // none: any (actions that have no resource)
  std::vector<Condition> conditions;

  bool applies(const AccessRequest& request) const;
  bool is_public() const;
  void add_condition_keys(std::vector<std::string>& out) const;
};

}  // namespace holdfast::auth
