// Who may do what: the one place where that is decided.
#pragma once

#include "s3/bucket_config.hpp"
#include "s3/parsed_cache.hpp"

#include "holdfast/auth/policy.hpp"
#include "holdfast/base/task.hpp"
#include "holdfast/storage/types.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace holdfast::s3 {

struct Caller;
struct Context;

class Authorizer {
 public:
  // What the caller's own policies, the bucket's policy and its ACL say together: an explicit Deny wins; a caller of
  // another account needs both sides. NoSuchBucket.
  Result<auth::Decision> decide(const Context& context, std::string_view action, std::string_view bucket, std::string_view key);
  // Success if the caller may do `action` ("s3:GetObject") on the key, or on the bucket if `key` is empty; else
  // AccessDenied. NoSuchBucket where a bucket's policy would have to say.
  Result<> authorize(const Context& context, std::string_view action, std::string_view bucket, std::string_view key);
  // The same, and the ACL of the object itself may allow it too.
  Task<Result<>> authorize_object(const Context& context, std::string action, storage::ObjectName name);
  // For what a bucket that is yet to be made should have.
  static Result<> authorize_new_bucket(const Context& context, std::string_view action);
  // Reads the tags of the request's object where a policy asks for them (s3:ExistingObjectTag).
  Task<> load_existing_tags(Context& context);

 private:
  struct Sides {
    auth::Decision identity = auth::Decision::neutral;
    auth::Decision resource = auth::Decision::neutral;
    bool owner = false;  // the caller is of the bucket's account
    auth::Decision together(const Caller& caller) const noexcept;
  };
  // What is asked for, and the tags that the object has; null: they weren't read.
  struct Target {
    std::string_view bucket;
    std::string_view key;
    const storage::Attributes* existing_tags = nullptr;
  };
  bool asks_for_existing_tags(const Context& context, std::string_view bucket);
  // nullopt where no policy asks for them.
  Task<std::optional<storage::Attributes>> existing_tags(const Context& context, storage::ObjectName name);
  auth::Decision ask_policy(const Context& context, const auth::AccessRequest& access, const storage::BucketPtr& bucket);
  Result<Sides> ask_both(const Context& context, std::string_view action, const Target& target);
  ParsedCache<auth::PolicyDocument> policies_{kPolicyConfiguration, parse_policy};
  static Result<auth::PolicyDocument> parse_policy(std::string_view document, const storage::BucketInfo& bucket);
};

// The action of a row for this request: naming a version turns s3:GetObject into s3:GetObjectVersion, and so
// on where IAM has such an action.
std::string versioned_action(std::string_view action);

// What a write says beside its bytes (tags, ACL, object lock) needs permissions of its own.
Result<> authorize_attributes(const Context& context, const storage::ObjectAttributes& attributes);

// Who may not list a bucket must not learn which keys it lacks: NoSuchKey becomes AccessDenied for them, as on AWS.
Error hide_missing_key(const Context& context, Error error, std::string_view bucket);

}  // namespace holdfast::s3
