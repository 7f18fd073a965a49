// Links to objects that work without a login: presigned with the caller's own key.
#pragma once

#include "admin/console/api.hpp"

#include "holdfast/admin/console.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::admin {

// Where the caller reaches S3: MINIO_SERVER_URL, else the host by which they came here, at the S3 port.
std::string s3_endpoint(const http::Request& request, const ConsoleOptions& options);

struct LinkSpec {
  std::string bucket;
  std::string key;
  std::vector<std::pair<std::string, std::string>> query;
  std::chrono::seconds expires;
};
// GET. AccessDenied if the caller's key is gone.
Result<std::string> make_link(const ApiCall& call, const LinkSpec& spec, const auth::CredentialStore& credentials,
                              const ConsoleOptions& options);

}  // namespace holdfast::admin
