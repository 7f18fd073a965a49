// AWS's example credentials and a request that owns its texts.
#pragma once

#include "holdfast/auth/authenticate.hpp"
#include "holdfast/base/encoding.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::auth::test {

inline constexpr std::string_view kAccessKey = "AKIAIOSFODNN7EXAMPLE";
inline constexpr std::string_view kSecretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
inline constexpr std::string_view kEmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

inline TimePoint at(std::string_view amz_date) { return parse_amz_date(amz_date).value(); }

struct TestRequest {
  std::string method = "GET";
  std::string path = "/";
  std::string query;
  std::string host = "examplebucket.s3.amazonaws.com";
  std::string bucket;
  std::vector<std::pair<std::string, std::string>> headers;

  TestRequest& set(std::string name, std::string value) {
    for (auto& header : headers) {
      if (header.first == name) {
        header.second = std::move(value);
        return *this;
      }
    }
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  TestRequest& remove(std::string_view name) {
    std::erase_if(headers, [name](const auto& header) { return header.first == name; });
    return *this;
  }
};

inline std::vector<HeaderView> views(const std::vector<std::pair<std::string, std::string>>& headers) {
  return {headers.begin(), headers.end()};
}

// An Authenticator over one key, at a fixed time.
struct Bench {
  std::unique_ptr<CredentialStore> credentials = make_root_credentials(std::string(kAccessKey), std::string(kSecretKey));
  Authenticator authenticator;
  TimePoint now;

  explicit Bench(std::string_view amz_date, AuthenticateOptions options = {})
      : authenticator(*credentials, std::move(options)), now(at(amz_date)) {}

  Result<Authentication> run(const TestRequest& request) const {
    const auto headers = views(request.headers);
    return authenticator.authenticate({request.method, request.path, request.query, request.host, request.bucket, headers}, now);
  }
};

inline std::string detail(const Error& error, std::string_view name) {
  for (const auto& [key, value] : error.details) {
    if (key == name) return value;
  }
  return "(none)";
}

}  // namespace holdfast::auth::test
