#include "admin/console/api.hpp"

#include "holdfast/base/encoding.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace holdfast::admin {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;

// What a file's name may have outside of filename*.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) plain += (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '%') ? '_' : c;
  return plain;
}

}  // namespace

http::Response json_response(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.set("Content-Type", "application/json");
  response.set("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

http::Response failure(const ApiCall& call, int status, std::string_view code, std::string_view message) {
  if (status == 304) {
    http::Response unchanged;
    unchanged.status = status;
    return unchanged;
  }
  const nlohmann::ordered_json body = {{"code", code}, {"message", message}, {"request_id", call.request_id}};
  return json_response(status, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

http::Response failure(const ApiCall& call, const Error& error) { return failure(call, error.http_status(), error.name(), error.text()); }

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  for (const std::string_view parameter : split(query, '&')) {
    const auto equals = std::min(parameter.find('='), parameter.size());
    if (query_decode(parameter.substr(0, equals)) != name) continue;
    auto value = query_decode(parameter.substr(std::min(equals + 1, parameter.size())));
    return value && is_valid_utf8(*value) ? std::move(value) : std::nullopt;
  }
  return std::nullopt;
}

std::string_view response_header(const http::Response& response, std::string_view name) noexcept {
  for (const auto& [key, value] : response.headers) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return {};
}

std::string content_disposition(std::string_view kind, std::string_view key) {
  while (key.ends_with('/')) key.remove_suffix(1);
  const std::string_view name = key.substr(key.rfind('/') + 1);
  return std::string(kind) + "; filename=\"" + plain_name(name) + "\"; filename*=UTF-8''" + uri_encode(name, false);
}

Task<Result<std::string>> read_body(http::BodyStream& body, std::size_t max_bytes) {
  std::string text;
  std::array<std::byte, kReadBytes> buffer;
  while (true) {
    const auto read = co_await body.read(buffer);
    if (!read) co_return read.error();
    if (*read == 0) co_return text;
    if (text.size() + *read > max_bytes) co_return Error(ErrorCode::MaxMessageLengthExceeded);
    text += as_text(ByteView(buffer).first(*read));
  }
}

}  // namespace holdfast::admin
