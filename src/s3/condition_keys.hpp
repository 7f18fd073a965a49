// The facts that policies may ask for (condition keys), taken from a request.
// Source: AWS, "Condition keys for Amazon S3" and "AWS global condition context keys".
#pragma once

#include "holdfast/auth/policy.hpp"
#include "holdfast/storage/types.hpp"

#include <string_view>

namespace holdfast::s3 {

struct Context;

// Only what the server itself knows (socket, clock, TLS, signature), what the object has, or what the request is about
// to do counts; nothing that a proxy's header claims. `existing_tags`: of the object as it is; may be null.
void fill_conditions(const Context& context, const storage::Attributes* existing_tags, auth::AccessRequest& access);

// False for a condition key (in lower case) of which this server never knows the value: a policy that asks for it
// would not do what it says.
bool is_known_condition(std::string_view key) noexcept;

}  // namespace holdfast::s3
