#include "admin/console/s3_request.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <array>

namespace holdfast::admin {
namespace {

// Facts for policies, and for who may use the default credentials.
constexpr std::array<std::string_view, 8> kOrigin{"host",      "user-agent",        "referer",          "forwarded",
                                                  "x-real-ip", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-for"};
constexpr std::array<std::string_view, 7> kOfTheCall{"authorization", "cookie", "origin",           "x-holdfast-console",
                                                     "connection",    "expect", "transfer-encoding"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end() || name.starts_with("x-forwarded-");
}

std::string path_of(std::string_view bucket, std::string_view key) {
  std::string path = "/" + uri_encode(bucket, false);
  if (!key.empty()) path += "/" + uri_encode(key, true);
  return path;
}

}  // namespace

S3Request::S3Request(const ApiCall& call, std::string method, std::string_view bucket, std::string_view key, std::string query)
    : method_(std::move(method)), target_(path_of(bucket, key)), path_bytes_(target_.size()) {
  if (!query.empty()) target_ += "?" + query;
  take_origin(call);
}

S3Request::S3Request(const ApiCall& call, std::string_view path)
    : method_(call.request.method), target_("/" + std::string(path)), path_bytes_(target_.size()) {
  if (!call.request.query.empty()) target_ += "?" + std::string(call.request.query);
  take_origin(call);
}

void S3Request::take_origin(const ApiCall& call) {
  for (const auto& [name, value] : call.request.headers) {
    if (is_one_of(name, kOrigin)) header(std::string(name), std::string(value));
  }
  request_.peer_address = call.request.peer_address;
  request_.local_port = call.request.local_port;
  request_.secure = call.request.secure;
}

S3Request& S3Request::header(std::string lower_name, std::string value) {
  headers_.emplace_back(std::move(lower_name), std::move(value));
  return *this;
}

S3Request& S3Request::pass(const ApiCall& call, std::string_view lower_name) {
  if (call.request.has_header(lower_name)) header(std::string(lower_name), std::string(call.request.header(lower_name)));
  return *this;
}

S3Request& S3Request::pass_all(const ApiCall& call) {
  for (const auto& [name, value] : call.request.headers) {
    if (!is_one_of(name, kOrigin) && !is_one_of(name, kOfTheCall)) header(std::string(name), std::string(value));
  }
  return *this;
}

const http::Request& S3Request::request() {
  request_.method = method_;
  request_.target = target_;
  request_.path = std::string_view(target_).substr(0, path_bytes_);
  request_.query = std::string_view(target_).substr(std::min(path_bytes_ + 1, target_.size()));
  request_.headers.assign(headers_.begin(), headers_.end());
  return request_;
}

void add_parameter(std::string& query, std::string_view name, std::string_view value) {
  if (!query.empty()) query += '&';
  query.append(uri_encode(name, false)).append(1, '=').append(uri_encode(value, false));
}

}  // namespace holdfast::admin
