// Random policies, asked at random, against an evaluator that is slow and obvious: recursive matching over the same
// policy's structure, without parser, compiled patterns or shortcuts.
#include "holdfast/auth/policy.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <random>

namespace holdfast::auth::test {
namespace {

struct PlainCondition {
  std::string operator_name;
  std::string key;
  std::vector<std::string> values;
};

struct PlainStatement {
  bool allow = true;
  bool not_principal = false;
  std::vector<std::string> principals;
  bool not_action = false;
  std::vector<std::string> actions;
  bool not_resource = false;
  std::vector<std::string> resources;
  std::vector<PlainCondition> conditions;
};

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(engine_); }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <std::size_t N>
  std::string pick(const char* const (&choices)[N]) {
    return choices[below(N)];
  }

 private:
  std::mt19937 engine_;
};

constexpr const char* kPieces[] = {"a", "b", "ab", "/", "*", "?", "**", "\xc3\xa9", "${u}", "${u, 'b'}", "${*}", "${missing}"};
constexpr const char* kLetters[] = {"a", "b", "ab", "/", "*", "\xc3\xa9", "x"};
constexpr const char* kActions[] = {"s3:GetObject", "s3:PutObject", "s3:GetObjectAcl", "s3:DeleteObject"};
constexpr const char* kActionPatterns[] = {"s3:GetObject", "s3:Get*", "S3:putobject", "s3:*", "*", "s3:?etObject*"};
constexpr const char* kPrincipals[] = {"ann", "bob", "*"};
constexpr const char* kCallers[] = {"", "ann", "bob", "eve"};
constexpr const char* kOperators[] = {"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase"};
constexpr const char* kQuantifiers[] = {"", "", "", "ForAnyValue:", "ForAllValues:"};

std::string random_text(Dice& dice, bool pattern, std::size_t most) {
  std::string out;
  for (std::size_t i = dice.below(most + 1); i > 0; --i) out += pattern ? dice.pick(kPieces) : dice.pick(kLetters);
  return out;
}

PlainStatement random_statement(Dice& dice) {
  PlainStatement statement;
  statement.allow = !dice.one_in(3);
  statement.not_principal = dice.one_in(5);
  statement.not_action = dice.one_in(5);
  statement.not_resource = dice.one_in(5);
  for (std::size_t i = 1 + dice.below(2); i > 0; --i) statement.principals.push_back(dice.pick(kPrincipals));
  for (std::size_t i = 1 + dice.below(2); i > 0; --i) statement.actions.push_back(dice.pick(kActionPatterns));
  for (std::size_t i = 1 + dice.below(2); i > 0; --i) statement.resources.push_back("arn:aws:s3:::b/" + random_text(dice, true, 4));
  if (!dice.one_in(3)) return statement;
  PlainCondition condition;
  condition.operator_name = dice.pick(kQuantifiers) + dice.pick(kOperators) + (dice.one_in(4) ? "IfExists" : "");
  condition.key = dice.one_in(4) ? "s3:delimiter" : "s3:prefix";
  for (std::size_t i = 1 + dice.below(2); i > 0; --i) condition.values.push_back(random_text(dice, true, 4));
  statement.conditions.push_back(std::move(condition));
  return statement;
}

std::string json_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ',';
    out += '"' + text + '"';
  }
  return out + "]";
}

std::string to_json(const std::vector<PlainStatement>& statements) {
  std::string out;
  for (const PlainStatement& s : statements) {
    if (!out.empty()) out += ',';
    out += std::string(R"({"Effect":")") + (s.allow ? "Allow" : "Deny") + R"(",")" + (s.not_principal ? "NotPrincipal" : "Principal") +
           R"(":{"AWS":)" + json_list(s.principals) + R"(},")" + (s.not_action ? "NotAction" : "Action") + R"(":)" + json_list(s.actions) +
           R"(,")" + (s.not_resource ? "NotResource" : "Resource") + R"(":)" + json_list(s.resources);
    for (const PlainCondition& c : s.conditions)
      out += R"(,"Condition":{")" + c.operator_name + R"(":{")" + c.key + R"(":)" + json_list(c.values) + "}}";
    out += "}";
  }
  return R"({"Version":"2012-10-17","Statement":[)" + out + "]}";
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return text;
}

std::size_t first_character(const std::string& text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80) ++length;
  return length;
}

// Wildcards in a pattern that was expanded: \1 is '*', \2 is '?'.
bool slow_match(const std::string& pattern, const std::string& text) {
  if (pattern.empty()) return text.empty();
  const std::string rest = pattern.substr(1);
  if (pattern[0] == '\1') return slow_match(rest, text) || (!text.empty() && slow_match(pattern, text.substr(first_character(text))));
  if (text.empty()) return false;
  if (pattern[0] == '\2') return slow_match(rest, text.substr(first_character(text)));
  return pattern[0] == text[0] && slow_match(rest, text.substr(1));
}

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

// The pattern with its variables' values; nullopt if one has none.
std::optional<std::string> expanded(std::string pattern, const AccessRequest& request, bool wildcards) {
  if (pattern.find("${missing}") != std::string::npos) return std::nullopt;
  const auto user = request.conditions.find("u");
  const bool has_user = user != request.conditions.end();
  if (!has_user && pattern.find("${u}") != std::string::npos) return std::nullopt;
  pattern = replace_all(pattern, "${*}", "\3");
  if (wildcards) pattern = replace_all(replace_all(pattern, "*", "\1"), "?", "\2");
  pattern = replace_all(pattern, "\3", "*");
  pattern = replace_all(pattern, "${u}", has_user ? user->second[0] : "");
  return replace_all(pattern, "${u, 'b'}", has_user ? user->second[0] : "b");
}

bool slow_condition(const PlainCondition& condition, const AccessRequest& request, bool allow) {
  std::string name = condition.operator_name;
  const bool any = name.starts_with("ForAnyValue:");
  const bool all = name.starts_with("ForAllValues:");
  if (any || all) name = name.substr(name.find(':') + 1);
  const bool if_exists = name.ends_with("IfExists");
  if (if_exists) name = name.substr(0, name.size() - 8);
  const bool negated = name.find("Not") != std::string::npos;
  const bool like = name.find("Like") != std::string::npos;
  const bool ignore_case = name.find("IgnoreCase") != std::string::npos;

  const auto given = request.conditions.find(condition.key);
  if (given == request.conditions.end()) {
    if (if_exists || all) return true;
    return !any && negated;
  }
  int passing = 0;
  for (const std::string& value : given->second) {
    bool matched = false;
    for (const std::string& wanted : condition.values) {
      auto pattern = expanded(wanted, request, like);
      if (!pattern) {
        matched = matched || (negated && allow);
        continue;
      }
      matched = matched || (ignore_case ? slow_match(lower(*pattern), lower(value)) : slow_match(*pattern, value));
    }
    passing += matched != negated ? 1 : 0;
  }
  const bool needs_every_value = all || (!any && negated);
  return needs_every_value ? passing == static_cast<int>(given->second.size()) : passing > 0;
}

bool slow_applies(const PlainStatement& s, const AccessRequest& request) {
  bool principal = false;
  for (const std::string& name : s.principals)
    principal = principal || name == "*" || (!request.principal.empty() && name == request.principal);
  if (principal == s.not_principal) return false;

  bool action = false;
  for (std::string pattern : s.actions) {
    pattern = replace_all(replace_all(lower(pattern), "*", "\1"), "?", "\2");
    action = action || slow_match(pattern, lower(request.action));
  }
  if (action == s.not_action) return false;

  bool resource = false;
  for (const std::string& text : s.resources) {
    const auto pattern = expanded(text, request, true);
    resource = resource || (pattern ? slow_match(*pattern, request.resource) : s.not_resource && s.allow);
  }
  if (resource == s.not_resource) return false;

  for (const PlainCondition& condition : s.conditions) {
    if (!slow_condition(condition, request, s.allow)) return false;
  }
  return true;
}

Decision slow_evaluate(const std::vector<PlainStatement>& statements, const AccessRequest& request) {
  bool allowed = false;
  for (const PlainStatement& s : statements) {
    if (!slow_applies(s, request)) continue;
    if (!s.allow) return Decision::deny;
    allowed = true;
  }
  return allowed ? Decision::allow : Decision::neutral;
}

AccessRequest random_request(Dice& dice) {
  AccessRequest request{dice.pick(kCallers), dice.pick(kActions), "arn:aws:s3:::b/" + random_text(dice, false, 4), {}};
  if (!dice.one_in(3)) request.conditions["u"] = {dice.pick(kLetters)};
  for (const char* key : {"s3:prefix", "s3:delimiter"}) {
    if (dice.one_in(2)) continue;
    for (std::size_t i = 1 + dice.below(2); i > 0; --i) request.conditions[key].push_back(random_text(dice, false, 2));
  }
  return request;
}

TEST(PolicyProperty, AgreesWithTheSlowEvaluator) {
  int decisions[3] = {0, 0, 0};
  for (unsigned seed = 1; seed <= 1500; ++seed) {
    Dice dice(seed);
    std::vector<PlainStatement> statements;
    for (std::size_t i = 1 + dice.below(3); i > 0; --i) statements.push_back(random_statement(dice));
    const std::string json = to_json(statements);
    const auto policy = PolicyDocument::parse_bucket_policy(json, "b");
    ASSERT_TRUE(policy) << "seed " << seed << '\n' << json << '\n' << policy.error().text();
    for (int i = 0; i < 20; ++i) {
      const AccessRequest request = random_request(dice);
      const Decision expected = slow_evaluate(statements, request);
      ++decisions[static_cast<int>(expected)];
      ASSERT_EQ(policy->evaluate(request), expected) << "seed " << seed << ", principal '" << request.principal << "', action "
                                                     << request.action << ", resource " << request.resource << '\n'
                                                     << json;
    }
  }
  // A generator that only ever made one kind of case would prove nothing.
  for (const int count : decisions) EXPECT_GT(count, 1000);
}

}  // namespace
}  // namespace holdfast::auth::test
