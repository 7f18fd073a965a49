// Cross-origin requests: what browsers may do with answers, and what they ask before.
#pragma once

#include "holdfast/http/message.hpp"

#include <string>
#include <string_view>

namespace holdfast::s3 {

// What the server-wide setting (MINIO_API_CORS_ALLOW_ORIGIN) says of one origin: the value of
// Access-Control-Allow-Origin, or empty if the origin isn't allowed. The setting is "*" or a list of origins, in each of
// which '*' stands for anything.
std::string allowed_origin(std::string_view setting, std::string_view origin);

bool is_preflight(const http::Request& request) noexcept;

// The answer to OPTIONS; AccessDenied for an origin that isn't allowed, BadRequest where headers are missing.
Result<http::Response> answer_preflight(const http::Request& request, std::string_view setting);

// Adds to an answer of any status what the browser needs; nothing when the request has no Origin or it isn't allowed.
// Credentials are never allowed: S3 signs requests, it knows no cookies.
void add_cors_headers(const http::Request& request, std::string_view setting, http::Response& response);

}  // namespace holdfast::s3
