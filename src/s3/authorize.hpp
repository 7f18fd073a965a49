// Who may do what: the one place where that is decided.
#pragma once

#include "holdfast/auth/policy.hpp"
#include "holdfast/storage/types.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace holdfast::s3 {

struct Context;

// Parsed bucket policies, one for each state of a bucket: a changed bucket is another BucketPtr. Any thread.
class PolicyCache {
 public:
  // nullptr: the bucket has no policy. A stored policy that doesn't parse denies everything: an error.
  Result<std::shared_ptr<const auth::PolicyDocument>> find(const storage::BucketPtr& bucket);

 private:
  struct Entry {
    storage::BucketPtr bucket;
    std::shared_ptr<const auth::PolicyDocument> policy;
  };
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Entry> entries_;  // by bucket id
};

class Authorizer {
 public:
  // Success if the caller may do `action` ("s3:GetObject") on the key, or on the bucket if `key` is empty; else
  // AccessDenied. NoSuchBucket where a bucket's policy would have to say.
  Result<> authorize(const Context& context, std::string_view action, std::string_view bucket, std::string_view key);

 private:
  PolicyCache policies_;
};

// The action of a row for this request: naming a version turns s3:GetObject into s3:GetObjectVersion, and so on where IAM has such an action.
std::string versioned_action(std::string_view action);

// What a write says beside its bytes (tags, ACL, object lock) needs permissions of its own.
Result<> authorize_attributes(const Context& context, const storage::ObjectAttributes& attributes);

// Who may not list a bucket must not learn which keys it lacks: NoSuchKey becomes AccessDenied for them, as on AWS.
Error hide_missing_key(const Context& context, Error error, std::string_view bucket);

}  // namespace holdfast::s3
