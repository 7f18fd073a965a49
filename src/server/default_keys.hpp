// Access keys that the environment asks for (HOLDFAST_DEFAULT_KEYS), made before the server reports ready.
#pragma once

#include "server/settings.hpp"

#include "holdfast/auth/identities.hpp"

namespace holdfast::server {

// Service accounts of the root's, each narrowed to its policy. An existing access key is left as it is. Blocks.
Result<> make_default_keys(auth::IdentityStore& store, const DefaultKeys& keys);

}  // namespace holdfast::server
