// Texts with wildcards and policy variables.
// Source: AWS, "IAM policy elements: Variables and tags".
#pragma once

#include "holdfast/auth/policy.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::auth {

// How a comparison came out. `unknown`: something in it has no value, so that neither answer may be used to allow.
enum class Match : std::uint8_t { no, yes, unknown };

struct PatternSyntax {
  bool wildcards = true;     // '*' any run of characters, '?' one character
  bool variables = true;     // ${key}, ${key, 'default'}, ${*}, ${?}, ${$}
  bool ignore_case = false;  // ASCII
};

class Pattern {
 public:
  // Fails with a description of a malformed variable.
  static Result<Pattern> compile(std::string_view text, PatternSyntax syntax);

  Match match(std::string_view subject, const AccessRequest& request) const;

  // Whether it stands for more than one fixed text.
  bool is_fixed() const noexcept;
  void add_variable_keys(std::vector<std::string>& out) const;

 private:
  // A byte, a wildcard, or (from kFirstVariable on) a variable.
  using Token = std::uint16_t;
  static constexpr Token kAnyRun = 256;
  static constexpr Token kAnyOne = 257;
  static constexpr Token kFirstVariable = 258;

  struct Variable {
    std::string key;  // lower case
    std::optional<std::string> fallback;
  };

  void add_text(std::string_view text, std::vector<Token>& out) const;
  Result<> add_variable(std::string_view inside);
  bool expand(const AccessRequest& request, std::vector<Token>& out) const;
  bool matches(const std::vector<Token>& tokens, std::string_view subject) const noexcept;
  bool literal_matches(Token token, char c) const noexcept;

  PatternSyntax syntax_;
  std::vector<Token> tokens_;
  std::vector<Variable> variables_;
};

// An ARN pattern: six parts between colons, each with wildcards of its own. "*" alone is any ARN.
class ArnPattern {
 public:
  static Result<ArnPattern> compile(std::string_view text, bool variables);
  Match match(std::string_view subject, const AccessRequest& request) const;
  bool is_fixed() const noexcept;
  void add_variable_keys(std::vector<std::string>& out) const;

 private:
  std::vector<Pattern> parts_;  // one, or six
};

// The values of a condition key (lower case); nullptr if the request has none.
const std::vector<std::string>* find_values(const AccessRequest& request, std::string_view key);

}  // namespace holdfast::auth
