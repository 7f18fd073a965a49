// A bucket's website: its configuration document, and which redirect a request gets by it.
// Source: AWS, "PutBucketWebsite" and "(Optional) Configuring a webpage redirect".
#pragma once

#include "holdfast/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::s3 {

// Where a redirect leads; what is empty stays as the request has it.
struct WebsiteRedirect {
  std::string protocol;  // http, https
  std::string host;
  std::uint16_t status = 301;
  std::optional<std::string> replace_key_prefix;  // takes the place of the rule's key prefix
  std::optional<std::string> replace_key;         // takes the place of the whole key
};

struct RoutingRule {
  std::string key_prefix;      // of the requested key; empty: any
  std::uint16_t on_error = 0;  // only when the request fails so; 0: before it is tried
  WebsiteRedirect redirect;
};

struct WebsiteConfiguration {
  std::optional<WebsiteRedirect> redirect_all;
  std::string index_suffix;  // empty only with redirect_all
  std::string error_key;     // may be empty
  std::vector<RoutingRule> rules;
};

Result<WebsiteConfiguration> parse_website(std::string_view document);  // MalformedXML, InvalidArgument, InvalidRequest
std::string render_website(const WebsiteConfiguration& website);

// The first rule for this key: of those for an error if `on_error` is one, else of those that need none.
const RoutingRule* find_rule(const WebsiteConfiguration& website, std::string_view key, std::uint16_t on_error) noexcept;

// The Location of a redirect of `key` (decoded) asked for at `host`. Without host or protocol of its own it is a path.
std::string redirect_location(const WebsiteRedirect& redirect, std::string_view key_prefix, std::string_view key, bool secure,
                              std::string_view host);

}  // namespace holdfast::s3
