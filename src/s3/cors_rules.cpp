#include "s3/cors_rules.hpp"

#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/wildcard.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace holdfast::s3 {
namespace {

constexpr std::size_t kMaxRules = 100;
constexpr std::size_t kMaxIdBytes = 255;
constexpr std::array<std::string_view, 5> kMethods = {"GET", "PUT", "POST", "DELETE", "HEAD"};

Error invalid(std::string text) { return {ErrorCode::InvalidRequest, std::move(text)}; }

Result<> check_wildcard(std::string_view element, std::string_view value) {
  if (std::ranges::count(value, '*') <= 1) return {};
  return invalid(std::string(element) + " \"" + std::string(value) + "\" can not have more than one wildcard.");
}

// What would end up in a header of the answer.
Result<> check_exposed(std::string_view value) {
  if (value.find('*') != std::string_view::npos) {
    return invalid("ExposeHeader \"" + std::string(value) + "\" contains wildcard. We currently do not support wildcard for ExposeHeader.");
  }
  const bool token = std::ranges::all_of(value, [](char c) { return c > ' ' && c < 0x7F && c != ','; });
  if (token) return {};
  return invalid("ExposeHeader \"" + std::string(value) + "\" is not the name of a header.");
}

Result<> add_value(CorsRule& rule, std::string_view element, std::string_view value) {
  if (element == "ID") {
    if (value.size() > kMaxIdBytes) return Error(ErrorCode::InvalidArgument, "ID length should not exceed allowed limit of 255");
    rule.id = value;
    return {};
  }
  if (element == "MaxAgeSeconds") {
    const auto seconds = parse_u64(value);
    if (!seconds || *seconds > std::numeric_limits<std::int32_t>::max()) return Error(ErrorCode::MalformedXML);
    rule.max_age_seconds = static_cast<std::uint32_t>(*seconds);
    return {};
  }
  if (value.empty()) return Error(ErrorCode::MalformedXML);
  if (element == "AllowedMethod") {
    if (std::ranges::find(kMethods, value) == kMethods.end()) {
      return invalid("Found unsupported HTTP method in CORS config. Unsupported method is " + std::string(value));
    }
    rule.methods.emplace_back(value);
    return {};
  }
  if (element == "ExposeHeader") {
    HOLDFAST_TRY_VOID(check_exposed(value));
    rule.exposed.emplace_back(value);
    return {};
  }
  if (element != "AllowedOrigin" && element != "AllowedHeader") return Error(ErrorCode::MalformedXML);
  HOLDFAST_TRY_VOID(check_wildcard(element, value));
  (element == "AllowedOrigin" ? rule.origins : rule.headers).emplace_back(value);
  return {};
}

Result<CorsRule> parse_rule(XmlElement element) {
  CorsRule rule;
  for (auto child = element.first_child(); child; child = child.next_sibling()) {
    HOLDFAST_TRY_VOID(add_value(rule, child.name(), trim(child.text())));
  }
  if (rule.methods.empty() || rule.origins.empty()) return Error(ErrorCode::MalformedXML);
  return rule;
}

const std::string* find_origin(const CorsRule& rule, std::string_view origin) noexcept {
  const auto found = std::ranges::find_if(rule.origins, [&](const std::string& pattern) { return matches_wildcard(pattern, origin); });
  return found == rule.origins.end() ? nullptr : &*found;
}

bool allows_header(const CorsRule& rule, std::string_view lower_name) {
  return std::ranges::any_of(rule.headers, [&](const std::string& pattern) { return matches_wildcard(ascii_lower(pattern), lower_name); });
}

std::vector<std::string> header_names(std::string_view list) {
  std::vector<std::string> names;
  for (const auto item : split(list, ',')) {
    if (!trim(item).empty()) names.push_back(ascii_lower(trim(item)));
  }
  return names;
}

void append_all(XmlWriter& xml, std::string_view element, const std::vector<std::string>& values) {
  for (const auto& value : values) xml.element(element, value);
}

}  // namespace

Result<CorsRules> parse_cors_rules(std::string_view document) {
  HOLDFAST_TRY(xml, XmlDocument::parse(document, "CORSConfiguration"));
  CorsRules rules;
  for (auto element = xml.root().first_child(); element; element = element.next_sibling()) {
    if (element.name() != "CORSRule") return Error(ErrorCode::MalformedXML);
    if (rules.size() == kMaxRules) return invalid("The number of CORS rules should not exceed allowed limit of 100 rules.");
    HOLDFAST_TRY(rule, parse_rule(element));
    rules.push_back(std::move(rule));
  }
  if (rules.empty()) return Error(ErrorCode::MalformedXML);
  return rules;
}

std::string render_cors_rules(const CorsRules& rules) {
  XmlWriter xml("CORSConfiguration");
  for (const CorsRule& rule : rules) {
    xml.open("CORSRule");
    if (!rule.id.empty()) xml.element("ID", rule.id);
    append_all(xml, "AllowedOrigin", rule.origins);
    append_all(xml, "AllowedMethod", rule.methods);
    append_all(xml, "AllowedHeader", rule.headers);
    append_all(xml, "ExposeHeader", rule.exposed);
    if (rule.max_age_seconds) xml.number("MaxAgeSeconds", *rule.max_age_seconds);
    xml.close();
  }
  return xml.finish();
}

CorsMatch match_cors(const CorsRules& rules, std::string_view origin, std::string_view method, std::string_view headers) {
  CorsMatch match;
  match.headers = header_names(headers);
  for (const CorsRule& rule : rules) {
    const auto* pattern = find_origin(rule, origin);
    if (pattern == nullptr || std::ranges::find(rule.methods, method) == rule.methods.end()) continue;
    if (!std::ranges::all_of(match.headers, [&](const std::string& name) { return allows_header(rule, name); })) continue;
    match.rule = &rule;
    match.origin = *pattern == "*" ? "*" : std::string(origin);
    return match;
  }
  return match;
}

}  // namespace holdfast::s3
