// Signatures of POST form uploads: over the policy field as sent, in either version.
#pragma once

#include "context.hpp"

namespace holdfast::auth {

Result<Authentication> authenticate_post_form(const Context& context, std::span<const HeaderView> fields);

}  // namespace holdfast::auth
