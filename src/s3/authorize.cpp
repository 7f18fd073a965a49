#include "s3/authorize.hpp"

#include "s3/acl.hpp"
#include "s3/context.hpp"
#include "s3/metadata.hpp"
#include "s3/public_access.hpp"

#include <algorithm>
#include <array>

namespace holdfast::s3 {
namespace {

// What fill_conditions gives a value.
constexpr std::array<std::string_view, 18> kKnownConditions{"aws:sourceip",
                                                            "aws:securetransport",
                                                            "aws:currenttime",
                                                            "aws:epochtime",
                                                            "aws:principaltype",
                                                            "aws:referer",
                                                            "aws:useragent",
                                                            "aws:username",
                                                            "aws:userid",
                                                            "s3:prefix",
                                                            "s3:delimiter",
                                                            "s3:max-keys",
                                                            "s3:versionid",
                                                            "s3:x-amz-acl",
                                                            "s3:x-amz-copy-source",
                                                            "s3:x-amz-metadata-directive",
                                                            "s3:x-amz-storage-class",
                                                            "s3:x-amz-content-sha256"};

std::string resource_name(std::string_view bucket, std::string_view key) {
  std::string resource = "arn:aws:s3:::";
  resource += bucket;
  if (!key.empty()) {
    resource += '/';
    resource += key;
  }
  return resource;
}

// Facts that a policy's conditions may ask for. Only what the server itself knows (socket, clock, TLS) or what the
// request is about to do counts; nothing a proxy header claims.
void fill_conditions(const Context& context, auth::AccessRequest& access) {
  auto& conditions = access.conditions;
  const auto add = [&conditions](const char* name, std::string_view value) {
    if (!value.empty()) conditions[name] = {std::string(value)};
  };
  add("aws:sourceip", context.request.peer_address);
  add("aws:securetransport", context.request.secure ? "true" : "false");
  add("aws:currenttime", format_iso8601_millis(context.now));
  add("aws:epochtime", std::to_string(std::chrono::duration_cast<std::chrono::seconds>(context.now.time_since_epoch()).count()));
  add("aws:principaltype", context.caller.anonymous() ? "Anonymous" : "User");
  add("aws:username", context.caller.access_key);
  add("aws:userid", context.caller.access_key);
  add("aws:referer", context.header("referer"));
  add("aws:useragent", context.header("user-agent"));
  constexpr std::array<std::pair<const char*, std::string_view>, 3> kParameters{
      {{"s3:prefix", "prefix"}, {"s3:delimiter", "delimiter"}, {"s3:max-keys", "max-keys"}}};
  for (const auto& [condition, parameter] : kParameters) {
    if (const auto value = context.query.find(parameter)) conditions[condition] = {std::string(*value)};
  }
  add("s3:versionid", context.query.get("versionId"));
  for (const std::string_view name :
       {"x-amz-acl", "x-amz-copy-source", "x-amz-metadata-directive", "x-amz-storage-class", "x-amz-content-sha256"}) {
    const auto value = context.value(name);
    if (!value.empty()) conditions["s3:" + std::string(name)] = {std::string(value)};
  }
}

bool acls_count(const storage::BucketInfo& bucket) noexcept { return object_ownership(bucket) != ObjectOwnership::bucket_owner_enforced; }

bool needs_an_account(std::string_view action) noexcept { return action == "s3:CreateBucket" || action == "s3:ListAllMyBuckets"; }

}  // namespace

Result<auth::PolicyDocument> Authorizer::parse_policy(std::string_view document, const storage::BucketInfo& bucket) {
  return auth::PolicyDocument::parse_bucket_policy(document, bucket.name);
}

// A stored policy that doesn't parse denies everything.
Result<auth::Decision> Authorizer::ask_policy(const Context& context, std::string_view action, const storage::BucketPtr& bucket,
                                              std::string_view key) {
  const auto policy = policies_.find(bucket);
  if (!policy) return auth::Decision::deny;
  if (!*policy) return auth::Decision::neutral;
  auth::AccessRequest access;
  if (!context.caller.anonymous()) access.principal = "arn:aws:iam:::user/" + context.caller.access_key;
  access.action = action;
  access.resource = resource_name(bucket->name, key);
  fill_conditions(context, access);
  const auto decision = (*policy)->evaluate(access);
  const bool restricted = decision == auth::Decision::allow && context.caller.anonymous() &&
                          public_access_block(*bucket).restrict_public_buckets && (*policy)->is_public();
  return restricted ? auth::Decision::neutral : decision;
}

Result<auth::Decision> Authorizer::decide(const Context& context, std::string_view action, std::string_view bucket, std::string_view key) {
  if (context.caller.root) return auth::Decision::allow;
  if (bucket.empty() || needs_an_account(action)) return auth::Decision::deny;
  HOLDFAST_TRY(info, context.engine.bucket(bucket));
  if (context.caller.anonymous() && requester_pays(*info)) return auth::Decision::deny;
  HOLDFAST_TRY(decision, ask_policy(context, action, info, key));
  const auto permission = bucket_permission(action);
  if (decision != auth::Decision::neutral || !permission || !acls_count(*info)) return decision;
  HOLDFAST_TRY(acl, expand_acl(bucket_acl_text(*info), owner_of(*info), owner_of(*info)));
  const bool allowed = allows(acl, *permission, context.caller, public_access_block(*info).ignore_public_acls);
  return allowed ? auth::Decision::allow : auth::Decision::neutral;
}

Result<> Authorizer::authorize(const Context& context, std::string_view action, std::string_view bucket, std::string_view key) {
  HOLDFAST_TRY(decision, decide(context, action, bucket, key));
  if (decision == auth::Decision::allow) return {};
  return ErrorCode::AccessDenied;
}

Task<Result<>> Authorizer::authorize_object(const Context& context, std::string action, storage::ObjectName name) {
  HOLDFAST_CO_TRY(decision, decide(context, action, name.bucket, name.key));
  if (decision == auth::Decision::allow) co_return Result<>();
  const auto permission = object_permission(action);
  if (decision == auth::Decision::deny || !permission) co_return Error(ErrorCode::AccessDenied);
  HOLDFAST_CO_TRY(bucket, context.engine.bucket(name.bucket));
  if (!acls_count(*bucket)) co_return Error(ErrorCode::AccessDenied);
  auto object = co_await context.engine.head(name);
  if (!object && object.error().code == ErrorCode::NoSuchVersion) co_return Error(ErrorCode::AccessDenied);
  if (!object) co_return hide_missing_key(context, std::move(object).error(), name.bucket);
  HOLDFAST_CO_TRY(acl, expand_acl(object_acl_text(**object), owner_of(*bucket), owner_of(*bucket)));
  if (allows(acl, *permission, context.caller, public_access_block(*bucket).ignore_public_acls)) co_return Result<>();
  if ((*object)->delete_marker) co_return hide_missing_key(context, ErrorCode::NoSuchKey, name.bucket);
  co_return Error(ErrorCode::AccessDenied);
}

bool is_known_condition(std::string_view key) noexcept { return std::ranges::find(kKnownConditions, key) != kKnownConditions.end(); }

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
