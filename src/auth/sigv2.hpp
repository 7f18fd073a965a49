// AWS Signature Version 2, in the Authorization header and in the query. HMAC-SHA1; neither host nor body is signed.
#pragma once

#include "context.hpp"

#include <string_view>

namespace holdfast::auth {

// base64(HMAC-SHA1(secret, text)).
std::string sign_v2(std::string_view secret_key, std::string_view text);

Result<Authentication> authenticate_v2_header(const Context& context, const RequestView& request, const CanonicalQuery& query,
                                              std::string_view authorization);
Result<Authentication> authenticate_v2_query(const Context& context, const RequestView& request, const CanonicalQuery& query);

}  // namespace holdfast::auth
