// S3 requests that the console's listener makes in the name of its caller.
#pragma once

#include "admin/console/api.hpp"

#include "holdfast/admin/console.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::admin {

class NoBody final : public http::BodyStream {
 public:
  std::optional<std::uint64_t> content_length() const noexcept override { return 0; }
  bool has_body() const noexcept override { return false; }
  Task<Result<std::size_t>> read(ByteSpan) override { co_return std::size_t{0}; }
};

// Must live until the response's content has been sent, like any request.
class S3Request {
 public:
  // The headers are those of `call` that say where it came from; more are added by `header`. The key may be empty.
  S3Request(const ApiCall& call, std::string method, std::string_view bucket, std::string_view key, std::string query = {});
  // The call's own method and query at this path, which is still encoded and lacks the slash at its beginning.
  S3Request(const ApiCall& call, std::string_view path);
  S3Request(const S3Request&) = delete;
  S3Request& operator=(const S3Request&) = delete;

  S3Request& header(std::string lower_name, std::string value);
  // The call's own header of that name, if it has one.
  S3Request& pass(const ApiCall& call, std::string_view lower_name);
  // All of the call's headers but those that speak of the call itself: whose it is, and who vouches for it.
  S3Request& pass_all(const ApiCall& call);

  const http::Request& request();

 private:
  void take_origin(const ApiCall& call);

  std::string method_;
  std::string target_;
  std::size_t path_bytes_;
  std::vector<std::pair<std::string, std::string>> headers_;
  http::Request request_;
};

// "key=value" and "&key=value", encoded.
void add_parameter(std::string& query, std::string_view name, std::string_view value);

}  // namespace holdfast::admin
