#include "s3/authorize.hpp"

#include "s3/acl.hpp"
#include "s3/condition_keys.hpp"
#include "s3/context.hpp"
#include "s3/metadata.hpp"
#include "s3/public_access.hpp"

#include <algorithm>
#include <array>

namespace holdfast::s3 {
namespace {

std::string resource_name(std::string_view bucket, std::string_view key) {
  std::string resource = "arn:aws:s3:::";
  resource += bucket;
  if (!key.empty()) {
    resource += '/';
    resource += key;
  }
  return resource;
}

auth::AccessRequest access_request(const Context& context, std::string_view action, std::string_view bucket, std::string_view key,
                                   const storage::Attributes* existing_tags) {
  auth::AccessRequest access;
  if (context.caller.principal) access.principal = context.caller.principal->arn();
  access.action = action;
  access.resource = resource_name(bucket, key);
  fill_conditions(context, existing_tags, access);
  return access;
}

bool acls_count(const storage::BucketInfo& bucket) noexcept { return object_ownership(bucket) != ObjectOwnership::bucket_owner_enforced; }

bool needs_an_account(std::string_view action) noexcept { return action == "s3:CreateBucket" || action == "s3:ListAllMyBuckets"; }

}  // namespace

Result<auth::PolicyDocument> Authorizer::parse_policy(std::string_view document, const storage::BucketInfo& bucket) {
  return auth::PolicyDocument::parse_bucket_policy(document, bucket.name);
}

// A stored policy that doesn't parse denies everything.
auth::Decision Authorizer::ask_policy(const Context& context, const auth::AccessRequest& access, const storage::BucketPtr& bucket) {
  const auto policy = policies_.find(bucket);
  if (!policy) return auth::Decision::deny;
  if (!*policy) return auth::Decision::neutral;
  const auto decision = (*policy)->evaluate(access);
  const bool restricted = decision == auth::Decision::allow && context.caller.canonical_id() != owner_of(*bucket) &&
                          public_access_block(*bucket).restrict_public_buckets && (*policy)->is_public();
  return restricted ? auth::Decision::neutral : decision;
}

Result<Authorizer::Sides> Authorizer::ask_both(const Context& context, std::string_view action, const Target& target) {
  // Without the tags that a Deny may speak of nothing can be allowed.
  if (target.existing_tags == nullptr && !target.key.empty() && asks_for_existing_tags(context, target.bucket)) {
    return ErrorCode::AccessDenied;
  }
  Sides sides;
  const auto& principal = context.caller.principal;
  const auth::AccessRequest access = access_request(context, action, target.bucket, target.key, target.existing_tags);
  if (principal) sides.identity = principal->decide(access);
  if (target.bucket.empty() || needs_an_account(action)) {
    sides.owner = true;
    return sides;
  }
  HOLDFAST_TRY(info, context.engine.bucket(target.bucket));
  sides.owner = principal && principal->canonical_id == owner_of(*info);
  sides.resource = !principal && requester_pays(*info) ? auth::Decision::deny : ask_policy(context, access, info);
  const auto permission = bucket_permission(action);
  if (sides.resource != auth::Decision::neutral || !permission || !acls_count(*info)) return sides;
  HOLDFAST_TRY(acl, expand_acl(bucket_acl_text(*info), owner_of(*info), owner_of(*info)));
  const bool ignore_public = public_access_block(*info).ignore_public_acls;
  if (allows(acl, *permission, context.caller, owner_of(*info), ignore_public)) sides.resource = auth::Decision::allow;
  return sides;
}

// Within an account one side is enough; between accounts it takes both. Who has no account has no side of his own.
auth::Decision Authorizer::Sides::together(const Caller& caller) const noexcept {
  if (identity == auth::Decision::deny || resource == auth::Decision::deny) return auth::Decision::deny;
  const bool by_identity = identity == auth::Decision::allow;
  const bool by_resource = resource == auth::Decision::allow;
  const bool allowed = owner ? by_identity || by_resource : by_resource && (by_identity || caller.anonymous());
  return allowed ? auth::Decision::allow : auth::Decision::neutral;
}

Result<auth::Decision> Authorizer::decide(const Context& context, std::string_view action, std::string_view bucket, std::string_view key) {
  if (context.caller.root) return auth::Decision::allow;
  const bool own_object = bucket == context.bucket() && key == context.key() && context.existing_tags;
  HOLDFAST_TRY(sides, ask_both(context, action, {bucket, key, own_object ? &*context.existing_tags : nullptr}));
  return sides.together(context.caller);
}

Result<> Authorizer::authorize(const Context& context, std::string_view action, std::string_view bucket, std::string_view key) {
  HOLDFAST_TRY(decision, decide(context, action, bucket, key));
  if (decision == auth::Decision::allow) return {};
  return ErrorCode::AccessDenied;
}

Task<Result<>> Authorizer::authorize_object(const Context& context, std::string action, storage::ObjectName name) {
  if (context.caller.root) co_return Result<>();
  const auto tags = co_await existing_tags(context, name);
  const Target target{name.bucket, name.key, tags ? &*tags : nullptr};
  HOLDFAST_CO_TRY(sides, ask_both(context, action, target));
  if (sides.together(context.caller) == auth::Decision::allow) co_return Result<>();
  const auto permission = object_permission(action);
  if (sides.resource != auth::Decision::neutral || !permission) co_return Error(ErrorCode::AccessDenied);
  sides.resource = auth::Decision::allow;
  const bool could_help = sides.together(context.caller) == auth::Decision::allow;
  HOLDFAST_CO_TRY(bucket, context.engine.bucket(name.bucket));
  if (!could_help || !acls_count(*bucket)) co_return Error(ErrorCode::AccessDenied);
  auto object = co_await context.engine.head(name);
  if (!object && object.error().code == ErrorCode::NoSuchVersion) co_return Error(ErrorCode::AccessDenied);
  if (!object) co_return hide_missing_key(context, std::move(object).error(), name.bucket);
  HOLDFAST_CO_TRY(acl, expand_acl(object_acl_text(**object), owner_of(*bucket), owner_of(*bucket)));
  const bool ignore_public = public_access_block(*bucket).ignore_public_acls;
  if (allows(acl, *permission, context.caller, owner_of(*bucket), ignore_public)) co_return Result<>();
  if ((*object)->delete_marker) co_return hide_missing_key(context, ErrorCode::NoSuchKey, name.bucket);
  co_return Error(ErrorCode::AccessDenied);
}

Result<> Authorizer::authorize_new_bucket(const Context& context, std::string_view action) {
  if (context.caller.root) return {};
  const auto& principal = context.caller.principal;
  const auto access = access_request(context, action, context.bucket(), {}, nullptr);
  if (principal && principal->decide(access) == auth::Decision::allow) return {};
  return ErrorCode::AccessDenied;
}

bool Authorizer::asks_for_existing_tags(const Context& context, std::string_view bucket) {
  if (context.caller.principal && context.caller.principal->asks_for_existing_tags()) return true;
  const auto info = context.engine.bucket(bucket);
  if (!info) return false;
  const auto policy = policies_.find(*info);
  return policy && *policy && (*policy)->asks_for_existing_tags();
}

// An object that isn't there has none.
Task<std::optional<storage::Attributes>> Authorizer::existing_tags(const Context& context, storage::ObjectName name) {
  if (context.caller.root || name.key.empty() || !asks_for_existing_tags(context, name.bucket)) co_return std::nullopt;
  const auto object = co_await context.engine.head(std::move(name));
  co_return object ? (*object)->tags : storage::Attributes();
}

Task<> Authorizer::load_existing_tags(Context& context) { context.existing_tags = co_await existing_tags(context, context.object_name()); }

std::string versioned_action(std::string_view action) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kVersioned{{
      {"s3:GetObject", "s3:GetObjectVersion"},
      {"s3:GetObjectAcl", "s3:GetObjectVersionAcl"},
      {"s3:GetObjectAttributes", "s3:GetObjectVersionAttributes"},
      {"s3:GetObjectTagging", "s3:GetObjectVersionTagging"},
      {"s3:PutObjectAcl", "s3:PutObjectVersionAcl"},
      {"s3:PutObjectTagging", "s3:PutObjectVersionTagging"},
      {"s3:DeleteObject", "s3:DeleteObjectVersion"},
      {"s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"},
  }};
  for (const auto& [plain, versioned] : kVersioned) {
    if (action == plain) return std::string(versioned);
  }
  return std::string(action);
}

Result<> authorize_attributes(const Context& context, const storage::ObjectAttributes& attributes) {
  if (context.caller.root) return {};
  const auto authorize = [&context](std::string_view action) {
    return context.authorizer.authorize(context, action, context.bucket(), context.key());
  };
  const bool acl = storage::find_attribute(attributes.properties, kAclProperty) != nullptr;
  if (!attributes.tags.empty()) HOLDFAST_TRY_VOID(authorize("s3:PutObjectTagging"));
  if (acl) HOLDFAST_TRY_VOID(authorize("s3:PutObjectAcl"));
  if (attributes.retention.mode != storage::RetentionMode::none) HOLDFAST_TRY_VOID(authorize("s3:PutObjectRetention"));
  if (storage::find_attribute(attributes.properties, kLegalHoldProperty) != nullptr) HOLDFAST_TRY_VOID(authorize("s3:PutObjectLegalHold"));
  return {};
}

Error hide_missing_key(const Context& context, Error error, std::string_view bucket) {
  if (error.code != ErrorCode::NoSuchKey || context.caller.root) return error;
  if (context.authorizer.authorize(context, "s3:ListBucket", bucket, {})) return error;
  return ErrorCode::AccessDenied;
}

}  // namespace holdfast::s3
