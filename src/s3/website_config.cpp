#include "s3/website_config.hpp"

#include "s3/metadata.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <algorithm>

namespace holdfast::s3 {
namespace {

constexpr std::size_t kMaxRules = 50;

std::string text_of(XmlElement parent, std::string_view name) { return std::string(trim(parent.child(name).text())); }

Error invalid(const char* text) { return {ErrorCode::InvalidRequest, text}; }

// What will stand in a Location header.
bool is_safe(std::string_view text) noexcept { return is_header_text(text) && text.size() <= limits::kKeyBytes; }

bool is_host(std::string_view host) noexcept { return is_safe(host) && host.find_first_of("/?#@ \t\\") == std::string_view::npos; }

Result<> read_target(XmlElement element, WebsiteRedirect& redirect) {
  redirect.protocol = text_of(element, "Protocol");
  redirect.host = text_of(element, "HostName");
  if (!redirect.protocol.empty() && redirect.protocol != "http" && redirect.protocol != "https") {
    return invalid("Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.");
  }
  if (!is_host(redirect.host)) return invalid("The HostName of a redirect is not valid.");
  return {};
}

Result<std::uint16_t> read_code(XmlElement element, std::uint16_t min, std::uint16_t max, const char* what) {
  const auto code = parse_u64(trim(element.text()));
  if (code && *code >= min && *code <= max) return static_cast<std::uint16_t>(*code);
  return Error(ErrorCode::InvalidRequest, "The provided HTTP " + std::string(what) + " code (" + std::string(trim(element.text())) +
                                              ") is not valid. Valid codes are " + (min == 301 ? "3XX except 300." : "4XX or 5XX."));
}

Result<WebsiteRedirect> read_redirect(XmlElement element) {
  WebsiteRedirect redirect;
  HOLDFAST_TRY_VOID(read_target(element, redirect));
  if (const auto code = element.child("HttpRedirectCode")) {
    HOLDFAST_TRY(status, read_code(code, 301, 399, "redirect"));
    redirect.status = status;
  }
  const auto prefix = element.child("ReplaceKeyPrefixWith");
  const auto key = element.child("ReplaceKeyWith");
  if (prefix && key) return invalid("You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
  if (prefix) redirect.replace_key_prefix = prefix.text();
  if (key) redirect.replace_key = key.text();
  if (!is_safe(redirect.replace_key_prefix.value_or("")) || !is_safe(redirect.replace_key.value_or(""))) {
    return invalid("The key of a redirect is not valid.");
  }
  if (!element.first_child()) return Error(ErrorCode::MalformedXML);
  return redirect;
}

Result<RoutingRule> read_rule(XmlElement element) {
  RoutingRule rule;
  if (element.name() != "RoutingRule" || !element.child("Redirect")) return Error(ErrorCode::MalformedXML);
  if (const auto condition = element.child("Condition")) {
    rule.key_prefix = condition.child("KeyPrefixEquals").text();
    const auto code = condition.child("HttpErrorCodeReturnedEquals");
    if (!code && !condition.child("KeyPrefixEquals")) {
      return invalid(
          "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.");
    }
    if (code) {
      HOLDFAST_TRY(status, read_code(code, 400, 599, "error"));
      rule.on_error = status;
    }
  }
  HOLDFAST_TRY(redirect, read_redirect(element.child("Redirect")));
  rule.redirect = std::move(redirect);
  return rule;
}

Error invalid_suffix(std::string_view suffix) {
  Error error(ErrorCode::InvalidArgument, "The IndexDocument Suffix is not well formed");
  error.details = {{"ArgumentName", "IndexDocument"}, {"ArgumentValue", std::string(suffix)}};
  return error;
}

Result<> read_documents(XmlElement root, WebsiteConfiguration& website) {
  website.index_suffix = text_of(root.child("IndexDocument"), "Suffix");
  if (website.index_suffix.empty() || website.index_suffix.find('/') != std::string::npos) return invalid_suffix(website.index_suffix);
  if (const auto error_document = root.child("ErrorDocument")) {
    website.error_key = text_of(error_document, "Key");
    if (website.error_key.empty()) return Error(ErrorCode::MalformedXML);
    if (website.error_key.size() > limits::kKeyBytes) return Error(ErrorCode::KeyTooLongError);
  }
  return {};
}

void append_redirect(XmlWriter& xml, const WebsiteRedirect& redirect) {
  if (!redirect.host.empty()) xml.element("HostName", redirect.host);
  if (!redirect.protocol.empty()) xml.element("Protocol", redirect.protocol);
}

void append_rule(XmlWriter& xml, const RoutingRule& rule) {
  xml.open("RoutingRule");
  if (!rule.key_prefix.empty() || rule.on_error != 0) {
    xml.open("Condition");
    if (!rule.key_prefix.empty()) xml.element("KeyPrefixEquals", rule.key_prefix);
    if (rule.on_error != 0) xml.number("HttpErrorCodeReturnedEquals", rule.on_error);
    xml.close();
  }
  xml.open("Redirect");
  append_redirect(xml, rule.redirect);
  if (rule.redirect.replace_key_prefix) xml.element("ReplaceKeyPrefixWith", *rule.redirect.replace_key_prefix);
  if (rule.redirect.replace_key) xml.element("ReplaceKeyWith", *rule.redirect.replace_key);
  xml.number("HttpRedirectCode", rule.redirect.status);
  xml.close().close();
}

}  // namespace

Result<WebsiteConfiguration> parse_website(std::string_view document) {
  HOLDFAST_TRY(xml, XmlDocument::parse(document, "WebsiteConfiguration"));
  const auto root = xml.root();
  WebsiteConfiguration website;
  if (const auto all = root.child("RedirectAllRequestsTo")) {
    if (root.child("IndexDocument") || root.child("ErrorDocument") || root.child("RoutingRules")) return Error(ErrorCode::MalformedXML);
    website.redirect_all.emplace();
    HOLDFAST_TRY_VOID(read_target(all, *website.redirect_all));
    if (website.redirect_all->host.empty()) return Error(ErrorCode::MalformedXML);
    return website;
  }
  if (!root.child("IndexDocument")) {
    return Error(ErrorCode::InvalidArgument, "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty");
  }
  HOLDFAST_TRY_VOID(read_documents(root, website));
  for (auto element = root.child("RoutingRules").first_child(); element; element = element.next_sibling()) {
    if (website.rules.size() == kMaxRules) {
      return invalid("The number of routing rules must not exceed the allowed limit of 50 rules.");
    }
    HOLDFAST_TRY(rule, read_rule(element));
    website.rules.push_back(std::move(rule));
  }
  return website;
}

std::string render_website(const WebsiteConfiguration& website) {
  XmlWriter xml("WebsiteConfiguration");
  if (website.redirect_all) {
    xml.open("RedirectAllRequestsTo");
    append_redirect(xml, *website.redirect_all);
    return xml.finish();
  }
  xml.open("IndexDocument").element("Suffix", website.index_suffix).close();
  if (!website.error_key.empty()) xml.open("ErrorDocument").element("Key", website.error_key).close();
  if (!website.rules.empty()) {
    xml.open("RoutingRules");
    for (const RoutingRule& rule : website.rules) append_rule(xml, rule);
    xml.close();
  }
  return xml.finish();
}

const RoutingRule* find_rule(const WebsiteConfiguration& website, std::string_view key, std::uint16_t on_error) noexcept {
  const auto found = std::ranges::find_if(
      website.rules, [&](const RoutingRule& rule) { return rule.on_error == on_error && key.starts_with(rule.key_prefix); });
  return found == website.rules.end() ? nullptr : &*found;
}

std::string redirect_location(const WebsiteRedirect& redirect, std::string_view key_prefix, std::string_view key, bool secure,
                              std::string_view host) {
  std::string target(key);
  if (redirect.replace_key) target = *redirect.replace_key;
  if (redirect.replace_key_prefix) target = *redirect.replace_key_prefix + std::string(key.substr(key_prefix.size()));
  const std::string path = "/" + uri_encode(target, true);
  if (redirect.host.empty() && redirect.protocol.empty()) return path;
  const std::string protocol = redirect.protocol.empty() ? (secure ? "https" : "http") : redirect.protocol;
  return protocol + "://" + (redirect.host.empty() ? std::string(host) : redirect.host) + path;
}

}  // namespace holdfast::s3
