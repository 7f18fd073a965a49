#include "s3/cors.hpp"

#include "holdfast/base/encoding.hpp"

namespace holdfast::s3 {
namespace {

constexpr std::string_view kMethods = "GET, HEAD, PUT, POST, DELETE";
constexpr std::string_view kMaxAgeSeconds = "3600";
constexpr std::string_view kExposedHeaders =
    "Date, ETag, Server, Connection, Accept-Ranges, Content-Range, Content-Encoding, Content-Length, Content-Type, Content-Disposition, "
    "Last-Modified, Content-Language, Cache-Control, Retry-After, Expires, x-amz-bucket-region, x-amz-request-id, x-amz-id-2, "
    "x-amz-version-id, x-amz-delete-marker, x-amz-checksum-crc32, x-amz-checksum-crc32c, x-amz-checksum-crc64nvme, "
    "x-amz-checksum-sha1, x-amz-checksum-sha256, x-amz-checksum-type, x-amz-mp-parts-count, x-amz-storage-class, *";

// '*' stands for any text. Greedy with one place to go back to: linear for patterns of one star, no recursion.
bool matches(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

void set_origin(http::Response& response, std::string origin) {
  if (origin != "*") response.set("Vary", "Origin");
  response.set("Access-Control-Allow-Origin", std::move(origin));
}

}  // namespace

std::string allowed_origin(std::string_view setting, std::string_view origin) {
  if (setting == "*") return "*";
  for (const auto pattern : split(setting, ',')) {
    const auto trimmed = trim(pattern);
    if (trimmed == "*") return "*";
    if (!trimmed.empty() && matches(trimmed, origin)) return std::string(origin);
  }
  return {};
}

bool is_preflight(const http::Request& request) noexcept { return request.method == "OPTIONS"; }

Result<http::Response> answer_preflight(const http::Request& request, std::string_view setting) {
  const auto origin = request.header("origin");
  const auto method = request.header("access-control-request-method");
  if (origin.empty()) return Error(ErrorCode::BadRequest, "Insufficient information. Origin request header needed.");
  if (method.empty()) return Error(ErrorCode::BadRequest, "Insufficient information. Access-Control-Request-Method request header needed.");
  auto allowed = allowed_origin(setting, origin);
  if (allowed.empty()) return Error(ErrorCode::AccessDenied, "This CORS request is not allowed: the origin isn't among those allowed.");
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
