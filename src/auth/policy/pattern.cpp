#include "policy/pattern.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>

namespace holdfast::auth {
namespace {

constexpr std::size_t kArnParts = 6;

Error malformed(std::string_view what, std::string_view text) {
  std::string message(what);
  return {ErrorCode::MalformedPolicy, message.append(": ").append(text)};
}

bool is_key_character(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  const bool is_letter_or_digit = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
  return is_letter_or_digit || byte >= 0x80 || std::string_view(":/_-.+=@").find(c) != std::string_view::npos;
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// The length of the UTF-8 character at the start of `text`, which isn't empty; a stray byte counts as one.
std::size_t character_length(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  return std::min(length, text.size());
}

// Splits at colons that are not inside ${...}: at most `parts` pieces, the last with the rest.
std::vector<std::string_view> split_arn(std::string_view text, bool variables) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  bool inside = false;
  for (std::size_t i = 0; i < text.size() && parts.size() + 1 < kArnParts; ++i) {
    if (variables && text.substr(i).starts_with("${")) inside = true;
    if (text[i] == '}') inside = false;
    if (text[i] != ':' || inside) continue;
    parts.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

}  // namespace

const std::vector<std::string>* find_values(const AccessRequest& request, std::string_view key) {
  const auto found = request.conditions.find(key);
  return found == request.conditions.end() || found->second.empty() ? nullptr : &found->second;
}

Result<Pattern> Pattern::compile(std::string_view text, PatternSyntax syntax) {
  Pattern pattern;
  pattern.syntax_ = syntax;
  pattern.tokens_.reserve(text.size());
  while (!text.empty()) {
    if (syntax.variables && text.starts_with("${")) {
      const auto end = text.find('}');
      if (end == std::string_view::npos) return malformed("Policy has a variable that is not closed", text);
      HOLDFAST_TRY_VOID(pattern.add_variable(text.substr(2, end - 2)));
      text.remove_prefix(end + 1);
      continue;
    }
    if (syntax.wildcards && text.front() == '*') {
      if (pattern.tokens_.empty() || pattern.tokens_.back() != kAnyRun) pattern.tokens_.push_back(kAnyRun);
    } else if (syntax.wildcards && text.front() == '?') {
      pattern.tokens_.push_back(kAnyOne);
    } else {
      pattern.add_text(text.substr(0, 1), pattern.tokens_);
    }
    text.remove_prefix(1);
  }
  return pattern;
}

void Pattern::add_text(std::string_view text, std::vector<Token>& out) const {
  for (const char c : text) out.push_back(static_cast<unsigned char>(syntax_.ignore_case ? lower(c) : c));
}

Result<> Pattern::add_variable(std::string_view inside) {
  if (inside == "*" || inside == "?" || inside == "$") {
    add_text(inside, tokens_);
    return {};
  }
  Variable variable;
  const auto comma = inside.find(',');
  const std::string_view key = trim(inside.substr(0, comma));
  if (key.empty() || !std::all_of(key.begin(), key.end(), is_key_character)) return malformed("Policy has an invalid variable", inside);
  variable.key = ascii_lower(key);
  if (comma != std::string_view::npos) {
    const std::string_view fallback = trim(inside.substr(comma + 1));
    const bool is_quoted = fallback.size() >= 2 && fallback.front() == '\'' && fallback.back() == '\'';
    if (!is_quoted) return malformed("Policy has a variable with an invalid default value", inside);
    variable.fallback = std::string(fallback.substr(1, fallback.size() - 2));
  }
  tokens_.push_back(static_cast<Token>(kFirstVariable + variables_.size()));
  variables_.push_back(std::move(variable));
  return {};
}

bool Pattern::expand(const AccessRequest& request, std::vector<Token>& out) const {
  out.reserve(tokens_.size() + 32 * variables_.size());
  for (const Token token : tokens_) {
    if (token < kFirstVariable) {
      out.push_back(token);
      continue;
    }
    const Variable& variable = variables_[token - kFirstVariable];
    const auto* values = find_values(request, variable.key);
    if (values != nullptr && values->size() == 1) {
      add_text(values->front(), out);
    } else if (values == nullptr && variable.fallback) {
      add_text(*variable.fallback, out);
    } else {
      return false;
    }
  }
  return true;
}

Match Pattern::match(std::string_view subject, const AccessRequest& request) const {
  if (variables_.empty()) return matches(tokens_, subject) ? Match::yes : Match::no;
  std::vector<Token> expanded;
  if (!expand(request, expanded)) return Match::unknown;
  return matches(expanded, subject) ? Match::yes : Match::no;
}

bool Pattern::literal_matches(Token token, char c) const noexcept {
  return token == static_cast<unsigned char>(syntax_.ignore_case ? lower(c) : c);
}

bool Pattern::matches(const std::vector<Token>& tokens, std::string_view subject) const noexcept {
  std::size_t token = 0;
  std::size_t position = 0;
  // Where to go on when the last '*' has to take one character more.
  std::size_t retry_token = tokens.size() + 1;
  std::size_t retry_position = 0;
  while (position < subject.size() || token < tokens.size()) {
    if (token < tokens.size() && tokens[token] == kAnyRun) {
      retry_token = ++token;
      retry_position = position;
      continue;
    }
    if (token < tokens.size() && position < subject.size()) {
      if (tokens[token] == kAnyOne) {
        position += character_length(subject.substr(position));
        ++token;
        continue;
      }
      if (literal_matches(tokens[token], subject[position])) {
        ++position;
        ++token;
        continue;
      }
    }
    if (retry_token > tokens.size() || retry_position >= subject.size()) return false;
    retry_position += character_length(subject.substr(retry_position));
    position = retry_position;
    token = retry_token;
  }
  return true;
}

bool Pattern::is_fixed() const noexcept {
  return std::all_of(tokens_.begin(), tokens_.end(), [](Token token) { return token < kAnyRun; });
}

void Pattern::add_variable_keys(std::vector<std::string>& out) const {
  for (const Variable& variable : variables_) out.push_back(variable.key);
}

Result<ArnPattern> ArnPattern::compile(std::string_view text, bool variables) {
  ArnPattern arn;
  const auto parts = split_arn(text, variables);
  if (text != "*" && (parts.size() != kArnParts || parts.front() != "arn")) return malformed("Policy has an invalid ARN", text);
  for (const std::string_view part : parts) {
    PatternSyntax syntax;
    syntax.variables = variables;
    HOLDFAST_TRY(pattern, Pattern::compile(part, syntax));
    arn.parts_.push_back(std::move(pattern));
  }
  return arn;
}

Match ArnPattern::match(std::string_view subject, const AccessRequest& request) const {
  const auto parts = split_arn(subject, false);
  if (parts.size() != kArnParts) return Match::unknown;
  if (parts_.size() == 1) return Match::yes;
  Match result = Match::yes;
  for (std::size_t i = 0; i < kArnParts; ++i) {
    const Match part = parts_[i].match(parts[i], request);
    if (part == Match::no) return Match::no;
    if (part == Match::unknown) result = Match::unknown;
  }
  return result;
}

bool ArnPattern::is_fixed() const noexcept {
  return std::all_of(parts_.begin(), parts_.end(), [](const Pattern& part) { return part.is_fixed(); });
}

void ArnPattern::add_variable_keys(std::vector<std::string>& out) const {
  for (const Pattern& part : parts_) part.add_variable_keys(out);
}

}  // namespace holdfast::auth
