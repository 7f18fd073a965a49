#include "admin/console/links.hpp"

#include "holdfast/auth/authenticate.hpp"
#include "holdfast/base/encoding.hpp"

namespace holdfast::admin {
namespace {

std::string_view without_port(std::string_view host) {
  const auto colon = host.rfind(':');
  const bool has_port = colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos;
  return has_port ? host.substr(0, colon) : host;
}

}  // namespace

std::string s3_endpoint(const http::Request& request, const ConsoleOptions& options) {
  if (!options.public_url.empty()) return options.public_url;
  const auto host = without_port(request.header("host"));
  return std::string(request.secure ? "https://" : "http://") + std::string(host.empty() ? "localhost" : host) + ":" +
         std::to_string(options.s3_port);
}

Result<std::string> make_link(const ApiCall& call, const LinkSpec& spec, const auth::CredentialStore& credentials,
                              const ConsoleOptions& options) {
  const auto credential = credentials.find(call.access_key);
  if (!credential) return ErrorCode::AccessDenied;
  auth::PresignSpec presign;
  presign.method = "GET";
  presign.endpoint = s3_endpoint(call.request, options);
  presign.bucket = spec.bucket;
  presign.key = spec.key;
  presign.query = spec.query;
  presign.expires = spec.expires;
  if (!options.region.empty()) presign.region = options.region;
  return auth::presign_url(presign, credential->access_key, credential->secret_key, call.now);
}

}  // namespace holdfast::admin
