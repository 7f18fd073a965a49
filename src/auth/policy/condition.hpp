// One key of one operator in a statement's Condition.
// Source: AWS, "IAM JSON policy elements: Condition operators" and "... with multiple context keys or values".
#pragma once

#include "policy/pattern.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::auth {

// A policy's value, ready to be compared with one of the request's.
struct ConditionValue {
  std::function<Match(std::string_view value, const AccessRequest& request)> test;
  bool is_fixed = true;                    // no wildcard, no variable, no wide network
  std::vector<std::string> variable_keys;  // lower case
};

class Condition {
 public:
  // `operator_name` as written: "ForAnyValue:StringLikeIfExists". Fails with a description of what is wrong.
  static Result<Condition> make(std::string_view operator_name, std::string_view key, const std::vector<std::string>& values,
                                bool variables);

  // `allow`: what can't be decided makes it false in an Allow.
  bool holds(const AccessRequest& request, bool allow) const;

  const std::string& key() const noexcept { return key_; }  // lower case
  // Whether it can only hold if the key is there and has one of some fixed values.
  bool pins_key() const noexcept;
  void add_variable_keys(std::vector<std::string>& out) const;

 private:
  enum class Quantifier { none, any_value, all_values };

  bool passes(std::string_view value, const AccessRequest& request, bool allow) const;

  std::string key_;
  std::vector<ConditionValue> values_;
  Quantifier quantifier_ = Quantifier::none;
  bool negated_ = false;
  bool if_exists_ = false;
  bool asks_for_presence_ = false;  // Null
  bool wants_absent_ = false;
};

}  // namespace holdfast::auth
