// Who sends a request, once its signature has been found good.
#pragma once

#include "s3/context.hpp"

namespace holdfast::s3 {

// Fills in the context's caller. InvalidAccessKeyId for a key that is gone by now; AccessDenied for the default
// credentials from anywhere but this machine.
Result<> name_caller(Context& context, auth::Authentication authentication);

}  // namespace holdfast::s3
