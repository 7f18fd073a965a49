// Who may do what: the one place where that is decided.
#pragma once

#include "s3/bucket_config.hpp"
#include "s3/parsed_cache.hpp"

#include "holdfast/auth/policy.hpp"
#include "holdfast/base/task.hpp"
#include "holdfast/storage/types.hpp"

#include <string>
#include <string_view>

namespace holdfast::s3 {

struct Context;

class Authorizer {
 public:
  // What the bucket's policy and its ACL say together: an explicit Deny wins. NoSuchBucket.
  Result<auth::Decision> decide(const Context& context, std::string_view action, std::string_view bucket, std::string_view key);
  // Success if the caller may do `action` ("s3:GetObject") on the key, or on the bucket if `key` is empty; else
  // AccessDenied. NoSuchBucket where a bucket's policy would have to say.
  Result<> authorize(const Context& context, std::string_view action, std::string_view bucket, std::string_view key);
  // The same, and the ACL of the object itself may allow it too.
  Task<Result<>> authorize_object(const Context& context, std::string action, storage::ObjectName name);

 private:
  Result<auth::Decision> ask_policy(const Context& context, std::string_view action, const storage::BucketPtr& bucket,
                                    std::string_view key);
  ParsedCache<auth::PolicyDocument> policies_{kPolicyConfiguration, parse_policy};
  static Result<auth::PolicyDocument> parse_policy(std::string_view document, const storage::BucketInfo& bucket);
};

// False for a condition key (in lower case) of which this server never knows the value: a policy that asks for it
// would not do what it says.
bool is_known_condition(std::string_view key) noexcept;

// The action of a row for this request: naming a version turns s3:GetObject into s3:GetObjectVersion, and so
// on where IAM has such an action.
std::string versioned_action(std::string_view action);

// What a write says beside its bytes (tags, ACL, object lock) needs permissions of its own.
Result<> authorize_attributes(const Context& context, const storage::ObjectAttributes& attributes);

// Who may not list a bucket must not learn which keys it lacks: NoSuchKey becomes AccessDenied for them, as on AWS.
Error hide_missing_key(const Context& context, Error error, std::string_view bucket);

}  // namespace holdfast::s3
