#include "s3/cors.hpp"

#include "s3/bucket_config.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/wildcard.hpp"

namespace holdfast::s3 {
namespace {

constexpr std::string_view kMethods = "GET, HEAD, PUT, POST, DELETE";
constexpr std::string_view kMaxAgeSeconds = "3600";
constexpr std::string_view kExposedHeaders =
    "Date, ETag, Server, Connection, Accept-Ranges, Content-Range, Content-Encoding, Content-Length, Content-Type, Content-Disposition, "
    "Last-Modified, Content-Language, Cache-Control, Retry-After, Expires, x-amz-bucket-region, x-amz-request-id, x-amz-id-2, "
    "x-amz-version-id, x-amz-delete-marker, x-amz-checksum-crc32, x-amz-checksum-crc32c, x-amz-checksum-crc64nvme, "
    "x-amz-checksum-sha1, x-amz-checksum-sha256, x-amz-checksum-type, x-amz-mp-parts-count, x-amz-storage-class, *";

void set_origin(http::Response& response, std::string origin) {
  if (origin != "*") response.set("Vary", "Origin");
  response.set("Access-Control-Allow-Origin", std::move(origin));
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) out.append(out.empty() ? "" : ", ").append(item);
  return out;
}

// Not from a rule's own '*': whoever named the origin may let it send credentials, as on AWS.
void set_rule_headers(const CorsMatch& match, http::Response& response) {
  if (match.origin != "*") response.set("Access-Control-Allow-Credentials", "true");
  response.set("Access-Control-Allow-Origin", match.origin);
  response.set("Access-Control-Allow-Methods", joined(match.rule->methods));
  if (!match.rule->exposed.empty()) response.set("Access-Control-Expose-Headers", joined(match.rule->exposed));
  if (match.rule->max_age_seconds) response.set("Access-Control-Max-Age", std::to_string(*match.rule->max_age_seconds));
}

Result<> check_preflight(const http::Request& request) {
  if (request.header("origin").empty()) {
    return Error(ErrorCode::BadRequest, "Insufficient information. Origin request header needed.");
  }
  if (request.header("access-control-request-method").empty()) {
    return Error(ErrorCode::BadRequest, "Insufficient information. Access-Control-Request-Method request header needed.");
  }
  return {};
}

Result<CorsRules> parse_stored_rules(std::string_view document, const storage::BucketInfo& /*bucket*/) {
  return parse_cors_rules(document);
}

}  // namespace

Cors::Cors(std::string setting) : setting_(std::move(setting)), rules_(kCorsConfiguration, parse_stored_rules) {}

// Rules that don't parse allow nothing.
std::shared_ptr<const CorsRules> Cors::rules_of(const storage::BucketPtr& bucket) {
  if (!bucket) return nullptr;
  auto rules = rules_.find(bucket);
  return rules ? *rules : std::make_shared<const CorsRules>();
}

Result<http::Response> Cors::preflight(const http::Request& request, const storage::BucketPtr& bucket) {
  const auto rules = rules_of(bucket);
  if (!rules) return answer_preflight(request, setting_);
  HOLDFAST_TRY_VOID(check_preflight(request));
  const auto method = request.header("access-control-request-method");
  const auto match = match_cors(*rules, request.header("origin"), method, request.header("access-control-request-headers"));
  if (match.rule == nullptr) {
    Error error(ErrorCode::AccessForbidden);
    error.details = {{"Method", std::string(method)}, {"ResourceType", "OBJECT"}};
    return error;
  }
  http::Response response;
  set_rule_headers(match, response);
  if (!match.headers.empty()) response.set("Access-Control-Allow-Headers", joined(match.headers));
  return response;
}

void Cors::decorate(const http::Request& request, const storage::BucketPtr& bucket, http::Response& response) {
  const auto rules = rules_of(bucket);
  if (!rules) return add_cors_headers(request, setting_, response);
  response.set("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
  const auto origin = request.header("origin");
  if (origin.empty() || is_preflight(request)) return;
  // Who names a method is answered for that one, as AWS does; browsers do so in preflights alone.
  const auto named = request.header("access-control-request-method");
  const auto match = match_cors(*rules, origin, named.empty() ? request.method : named, {});
  if (match.rule != nullptr) set_rule_headers(match, response);
}

std::string allowed_origin(std::string_view setting, std::string_view origin) {
  if (setting == "*") return "*";
  for (const auto pattern : split(setting, ',')) {
    const auto trimmed = trim(pattern);
    if (trimmed == "*") return "*";
    if (!trimmed.empty() && matches_wildcard(trimmed, origin)) return std::string(origin);
  }
  return {};
}

bool is_preflight(const http::Request& request) noexcept { return request.method == "OPTIONS"; }

Result<http::Response> answer_preflight(const http::Request& request, std::string_view setting) {
  HOLDFAST_TRY_VOID(check_preflight(request));
  auto allowed = allowed_origin(setting, request.header("origin"));
  if (allowed.empty()) return Error(ErrorCode::AccessForbidden);
  http::Response response;
  response.set("Access-Control-Allow-Methods", std::string(kMethods));
  const auto headers = request.header("access-control-request-headers");
  if (!headers.empty()) response.set("Access-Control-Allow-Headers", std::string(headers));
  response.set("Access-Control-Max-Age", std::string(kMaxAgeSeconds));
  return response;
}

void add_cors_headers(const http::Request& request, std::string_view setting, http::Response& response) {
  const auto origin = request.header("origin");
  if (origin.empty()) return;
  auto allowed = allowed_origin(setting, origin);
  if (allowed.empty()) return;
  set_origin(response, std::move(allowed));
  response.set("Access-Control-Expose-Headers", std::string(kExposedHeaders));
}

}  // namespace holdfast::s3
