// The words that a bucket policy may use: S3's actions and condition keys.
// Source: AWS, "Actions, resources, and condition keys for Amazon S3"; MinIO's own actions, which mc's policies name.
#pragma once

#include <string_view>

namespace holdfast::auth {

enum class ActionLevel { bucket, object };

struct KnownAction {
  std::string_view name;  // without "s3:"
  ActionLevel level;
};

// nullptr if S3 has no such action. Case doesn't count.
const KnownAction* find_action(std::string_view name) noexcept;
// Whether "Get*" and the like stand for an action at all.
bool matches_some_action(std::string_view pattern);
// `key` in lower case.
bool is_known_condition_key(std::string_view key) noexcept;
// Keys whose fixed values keep a policy from being public.
bool restricts_the_public(std::string_view key) noexcept;

}  // namespace holdfast::auth
