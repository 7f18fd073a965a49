// What the calls of the console's listener have in common.
#pragma once

#include "holdfast/base/clock.hpp"
#include "holdfast/http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace holdfast::admin {

// One request on its way. Views live as long as the request.
struct ApiCall {
  const http::Request& request;
  http::BodyStream& body;
  std::string_view path;  // what follows /api/v1/, still percent-encoded
  std::string request_id;
  TimePoint now;
  std::string access_key;  // who calls; empty until that is known
};

http::Response json_response(int status, std::string body);
// {"code", "message", "request_id"}.
http::Response failure(const ApiCall& call, int status, std::string_view code, std::string_view message);
http::Response failure(const ApiCall& call, const Error& error);

// The first value of that name in a query string, decoded; nullopt if there is none or it doesn't decode.
std::optional<std::string> query_value(std::string_view query, std::string_view name);
// A header of a response, by any case; empty if there is none.
std::string_view response_header(const http::Response& response, std::string_view name) noexcept;
// attachment, or inline, with the last part of the key as the file's name. Source: RFC 6266.
std::string content_disposition(std::string_view kind, std::string_view key);

// A whole small body. MaxMessageLengthExceeded.
Task<Result<std::string>> read_body(http::BodyStream& body, std::size_t max_bytes);

}  // namespace holdfast::admin
