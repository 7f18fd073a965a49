#include "s3/authorize.hpp"

#include "s3/context.hpp"
#include "s3/metadata.hpp"

#include <array>

namespace holdfast::s3 {
namespace {

constexpr std::size_t kCachedPolicies = 10'000;

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

bool needs_an_account(std::string_view action) noexcept { return action == "s3:CreateBucket" || action == "s3:ListAllMyBuckets"; }

}  // namespace

Result<std::shared_ptr<const auth::PolicyDocument>> PolicyCache::find(const storage::BucketPtr& bucket) {
  const auto stored = bucket->configuration.find("policy");
  if (stored == bucket->configuration.end()) return std::shared_ptr<const auth::PolicyDocument>();
  {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(bucket->id);
    if (entry != entries_.end() && entry->second.bucket == bucket) return entry->second.policy;
  }
  HOLDFAST_TRY(parsed, auth::PolicyDocument::parse_bucket_policy(stored->second, bucket->name));
  auto policy = std::make_shared<const auth::PolicyDocument>(std::move(parsed));
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= kCachedPolicies) entries_.clear();
  entries_[bucket->id] = {bucket, policy};
  return policy;
}

Result<> Authorizer::authorize(const Context& context, std::string_view action, std::string_view bucket, std::string_view key) {
  if (context.caller.root) return {};
  if (bucket.empty() || needs_an_account(action)) return ErrorCode::AccessDenied;
  HOLDFAST_TRY(info, context.engine.bucket(bucket));
  const auto policy = policies_.find(info);
  if (!policy || !*policy) return ErrorCode::AccessDenied;
  auth::AccessRequest access;
  if (!context.caller.anonymous()) access.principal = "arn:aws:iam:::user/" + context.caller.access_key;
  access.action = action;
  access.resource = resource_name(bucket, key);
  fill_conditions(context, access);
  if ((*policy)->evaluate(access) == auth::Decision::allow) return {};
  return ErrorCode::AccessDenied;
}

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
