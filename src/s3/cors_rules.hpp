// A bucket's own CORS rules. Source: AWS, "Using cross-origin resource sharing" and "PutBucketCors".
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/storage/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::s3 {

struct CorsRule {
  std::string id;
  std::vector<std::string> origins;  // each with at most one '*'
  std::vector<std::string> methods;
  std::vector<std::string> headers;  // allowed in requests; each with at most one '*'
  std::vector<std::string> exposed;
  std::optional<std::uint32_t> max_age_seconds;
};
using CorsRules = std::vector<CorsRule>;

// The document of PutBucketCors. MalformedXML, or InvalidRequest that says which value isn't allowed.
Result<CorsRules> parse_cors_rules(std::string_view document);
std::string render_cors_rules(const CorsRules& rules);

struct CorsMatch {
  const CorsRule* rule = nullptr;    // nullptr: no rule speaks for the request
  std::string origin;                // for Access-Control-Allow-Origin: "*" or the request's
  std::vector<std::string> headers;  // of those asked for, in lower case
};
// The first rule that allows `method` from `origin` with all of `headers` ("a, b"; empty outside of a preflight).
CorsMatch match_cors(const CorsRules& rules, std::string_view origin, std::string_view method, std::string_view headers);

}  // namespace holdfast::s3
