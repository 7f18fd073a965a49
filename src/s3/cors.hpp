// Cross-origin requests: what browsers may do with answers, and what they ask before.
#pragma once

#include "s3/cors_rules.hpp"
#include "s3/parsed_cache.hpp"

#include "holdfast/http/message.hpp"
#include "holdfast/storage/types.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace holdfast::s3 {

// What the server-wide setting (MINIO_API_CORS_ALLOW_ORIGIN) says of one origin: the value of
// Access-Control-Allow-Origin, or empty if the origin isn't allowed. The setting is "*" or a list of origins, in each of
// which '*' stands for anything.
std::string allowed_origin(std::string_view setting, std::string_view origin);

bool is_preflight(const http::Request& request) noexcept;

// The answer to OPTIONS; AccessForbidden for an origin that isn't allowed, BadRequest where headers are missing.
Result<http::Response> answer_preflight(const http::Request& request, std::string_view setting);

// Adds to an answer of any status what the browser needs; nothing when the request has no Origin or it isn't allowed.
// Credentials are never allowed: S3 signs requests, it knows no cookies.
void add_cors_headers(const http::Request& request, std::string_view setting, http::Response& response);

// A bucket's own rules, or the server-wide setting for buckets that have none. Any thread.
class Cors {
 public:
  explicit Cors(std::string setting);
  // `bucket` may be nullptr. AccessForbidden where nothing allows what is asked for.
  Result<http::Response> preflight(const http::Request& request, const storage::BucketPtr& bucket);
  // Adds to an answer of any status what the browser needs.
  void decorate(const http::Request& request, const storage::BucketPtr& bucket, http::Response& response);

 private:
  std::shared_ptr<const CorsRules> rules_of(const storage::BucketPtr& bucket);
  const std::string setting_;
  ParsedCache<CorsRules> rules_;
};

}  // namespace holdfast::s3
