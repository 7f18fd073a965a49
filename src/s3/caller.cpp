#include "s3/caller.hpp"

#include "holdfast/auth/credentials.hpp"

namespace holdfast::s3 {
namespace {

bool was_forwarded(const http::Request& request) noexcept {
  constexpr std::string_view kForwarded = "forwarded";
  constexpr std::string_view kPrefix = "x-forwarded-";
  for (const auto& [name, value] : request.headers) {
    if (name == kForwarded || name.starts_with(kPrefix)) return true;
  }
  return false;
}

// Default credentials are in every manual: they are good for this machine only.
Result<> check_default_credentials(const Context& context) {
  if (!context.options.default_credentials || !context.caller.root) return {};
  const bool local = auth::is_loopback_address(context.request.peer_address) && auth::is_loopback_host(context.header("host")) &&
                     !was_forwarded(context.request);
  if (local) return {};
  return Error(ErrorCode::AccessDenied,
               "The default credentials work from the server's own machine only. To use the server from elsewhere, start it with "
               "MINIO_ROOT_USER=<a name of 3 characters or more> MINIO_ROOT_PASSWORD=<a password of 8 characters or more>");
}

}  // namespace

Result<> name_caller(Context& context, auth::Authentication authentication) {
  context.authentication = std::move(authentication);
  context.caller.access_key = context.authentication.access_key;
  if (!context.caller.anonymous()) {
    const auto credential = context.credentials.find(context.caller.access_key);
    if (!credential) return ErrorCode::InvalidAccessKeyId;
    context.caller.root = credential->principal->is_unrestricted();
  }
  return check_default_credentials(context);
}

}  // namespace holdfast::s3
