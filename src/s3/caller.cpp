#include "s3/caller.hpp"

#include "holdfast/auth/credentials.hpp"

namespace holdfast::s3 {

Result<> name_caller(Context& context, auth::Authentication authentication) {
  context.authentication = std::move(authentication);
  context.caller.access_key = context.authentication.access_key;
  context.caller.principal = context.authentication.principal;
  if (!context.caller.anonymous() && !context.caller.principal) {  // vouched for by name
    const auto credential = context.credentials.find(context.caller.access_key);
    if (!credential) return ErrorCode::InvalidAccessKeyId;
    context.caller.principal = credential->principal;
  }
  context.caller.root = context.caller.principal && context.caller.principal->is_unrestricted();
  if (context.caller.anonymous()) return {};
  return auth::check_default_credentials(context.options.default_credentials, *context.caller.principal, context.request.peer_address,
                                         context.request.headers);
}

}  // namespace holdfast::s3
