#include "s3/acl.hpp"

#include "s3/body.hpp"
#include "s3/bucket_config.hpp"
#include "s3/metadata.hpp"
#include "s3/owner.hpp"
#include "s3/public_access.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <algorithm>
#include <array>

namespace holdfast::s3 {
namespace {

constexpr std::size_t kMaxGrants = 100;

struct PermissionName {
  AclPermission permission;
  std::string_view name;
  std::string_view header;
};
constexpr std::array<PermissionName, 5> kPermissions{{{AclPermission::full_control, "FULL_CONTROL", "x-amz-grant-full-control"},
                                                      {AclPermission::read, "READ", "x-amz-grant-read"},
                                                      {AclPermission::write, "WRITE", "x-amz-grant-write"},
                                                      {AclPermission::read_acp, "READ_ACP", "x-amz-grant-read-acp"},
                                                      {AclPermission::write_acp, "WRITE_ACP", "x-amz-grant-write-acp"}}};

struct CannedAcl {
  std::string_view name;
  bool buckets;
  bool objects;
};
constexpr std::array<CannedAcl, 8> kCannedAcls{{{"private", true, true},
                                                {"public-read", true, true},
                                                {"public-read-write", true, true},
                                                {"authenticated-read", true, true},
                                                {"aws-exec-read", true, true},
                                                {"bucket-owner-read", true, true},  // means nothing on a bucket, as on AWS
                                                {"bucket-owner-full-control", true, true},
                                                {"log-delivery-write", true, false}}};

std::optional<AclPermission> permission_of(std::string_view name) noexcept {
  const auto found = std::ranges::find(kPermissions, name, &PermissionName::name);
  if (found == kPermissions.end()) return std::nullopt;
  return found->permission;
}

std::string_view name_of(AclPermission permission) noexcept {
  const auto found = std::ranges::find(kPermissions, permission, &PermissionName::permission);
  return found == kPermissions.end() ? std::string_view("FULL_CONTROL") : found->name;
}

bool is_group(std::string_view uri) noexcept { return uri == kAllUsers || uri == kAuthenticatedUsers || uri == kLogDelivery; }

Error invalid_argument(const char* text, std::string_view name, std::string_view value) {
  Error error(ErrorCode::InvalidArgument, text);
  error.details = {{"ArgumentName", std::string(name)}, {"ArgumentValue", std::string(value)}};
  return error;
}

Result<AclGrant> account_grant(AclPermission permission, std::string_view id) {
  if (id != kRootCanonicalId) return invalid_argument("Invalid id", "CanonicalUser/ID", id);
  return AclGrant{permission, false, std::string(id)};
}

Result<AclGrant> group_grant(AclPermission permission, std::string_view uri) {
  if (!is_group(uri)) return invalid_argument("Invalid group uri", "Group/URI", uri);
  return AclGrant{permission, true, std::string(uri)};
}

std::string to_text(const Acl& acl) {
  std::string text;
  for (const AclGrant& grant : acl) {
    text.append(name_of(grant.permission)).append(grant.group ? " uri=" : " id=").append(grant.grantee).append("\n");
  }
  return text;
}

std::string_view without_quotes(std::string_view text) noexcept {
  return text.size() >= 2 && text.front() == '"' && text.back() == '"' ? text.substr(1, text.size() - 2) : text;
}

// id="...", uri="...", emailAddress="..."
Result<AclGrant> parse_header_grant(AclPermission permission, std::string_view header, std::string_view item) {
  const auto equals = item.find('=');
  if (equals == std::string_view::npos) return invalid_argument("Argument format not recognized", header, item);
  const auto type = ascii_lower(trim(item.substr(0, equals)));
  const auto value = without_quotes(trim(item.substr(equals + 1)));
  if (type == "id") return account_grant(permission, value);
  if (type == "uri") return group_grant(permission, value);
  if (type == "emailaddress") return Error(ErrorCode::UnresolvableGrantByEmailAddress);
  return invalid_argument("Argument format not recognized", header, item);
}

Result<Acl> grants_from_headers(const Context& context) {
  Acl acl;
  for (const PermissionName& permission : kPermissions) {
    const auto value = context.value(permission.header);
    if (value.empty()) continue;
    for (const auto item : split(value, ',')) {
      HOLDFAST_TRY(grant, parse_header_grant(permission.permission, permission.header, trim(item)));
      acl.push_back(std::move(grant));
    }
  }
  if (acl.size() > kMaxGrants) return Error(ErrorCode::InvalidRequest, "An ACL has at most 100 grants.");
  return acl;
}

Result<AclGrant> parse_grant(XmlElement element) {
  const auto permission = permission_of(trim(element.child("Permission").text()));
  const auto grantee = element.child("Grantee");
  if (element.name() != "Grant" || !permission || !grantee) return Error(ErrorCode::MalformedACLError);
  if (grantee.child("URI")) return group_grant(*permission, trim(grantee.child("URI").text()));
  if (grantee.child("EmailAddress")) return Error(ErrorCode::UnresolvableGrantByEmailAddress);
  if (grantee.child("ID")) return account_grant(*permission, trim(grantee.child("ID").text()));
  return Error(ErrorCode::MalformedACLError);
}

std::optional<Acl> expand_canned(std::string_view name, std::string_view owner, std::string_view bucket_owner) {
  Acl acl{{AclPermission::full_control, false, std::string(owner)}};
  const auto group = [&acl](AclPermission permission, std::string_view uri) { acl.push_back({permission, true, std::string(uri)}); };
  if (name == "public-read" || name == "public-read-write") group(AclPermission::read, kAllUsers);
  if (name == "public-read-write") group(AclPermission::write, kAllUsers);
  if (name == "authenticated-read") group(AclPermission::read, kAuthenticatedUsers);
  if (name == "log-delivery-write") {
    group(AclPermission::write, kLogDelivery);
    group(AclPermission::read_acp, kLogDelivery);
  }
  const bool shared = (name == "bucket-owner-read" || name == "bucket-owner-full-control") && owner != bucket_owner;
  if (shared) {
    acl.push_back({name == "bucket-owner-read" ? AclPermission::read : AclPermission::full_control, false, std::string(bucket_owner)});
  }
  const bool known = name.empty() || std::ranges::find(kCannedAcls, name, &CannedAcl::name) != kCannedAcls.end();
  return known ? std::optional<Acl>(std::move(acl)) : std::nullopt;
}

bool is_public_group(const AclGrant& grant) noexcept {
  return grant.group && (grant.grantee == kAllUsers || grant.grantee == kAuthenticatedUsers);
}

bool speaks_to(const AclGrant& grant, const Caller& caller, std::string_view bucket_owner) noexcept {
  if (!grant.group) return !caller.anonymous() && grant.grantee == caller.canonical_id() && grant.grantee != bucket_owner;
  return grant.grantee == kAllUsers || (grant.grantee == kAuthenticatedUsers && !caller.anonymous());
}

void append_grantee(XmlWriter& xml, const AclGrant& grant) {
  constexpr std::string_view kOpen = "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"";
  xml.raw(kOpen).raw(grant.group ? "Group\">" : "CanonicalUser\">");
  if (grant.group) {
    xml.element("URI", grant.grantee);
  } else {
    xml.element("ID", grant.grantee);
    if (grant.grantee == kRootCanonicalId) xml.element("DisplayName", kRootDisplayName);
  }
  xml.raw("</Grantee>");
}

}  // namespace

Result<Acl> expand_acl(std::string_view text, std::string_view owner, std::string_view bucket_owner) {
  if (text.find(' ') == std::string_view::npos) {
    if (auto canned = expand_canned(text, owner, bucket_owner)) return std::move(*canned);
  }
  Acl acl;
  for (const auto line : split(text, '\n')) {
    if (line.empty()) continue;
    const auto space = line.find(' ');
    const auto permission = permission_of(line.substr(0, space));
    const auto grantee = space == std::string_view::npos ? std::string_view{} : line.substr(space + 1);
    const bool group = grantee.starts_with("uri=");
    if (!permission || (!group && !grantee.starts_with("id="))) return Error(ErrorCode::InternalError, "a stored ACL isn't understood");
    acl.push_back({*permission, group, std::string(grantee.substr(grantee.find('=') + 1))});
  }
  return acl;
}

Result<> check_canned_acl(std::string_view name, std::string_view argument, AclKind kind) {
  const auto found = std::ranges::find(kCannedAcls, name, &CannedAcl::name);
  const bool known = found != kCannedAcls.end() && (kind == AclKind::bucket ? found->buckets : found->objects);
  if (known) return {};
  return invalid_argument("", argument, name);
}

Result<std::optional<std::string>> acl_from_headers(const Context& context, AclKind kind) {
  const auto canned = context.value("x-amz-acl");
  HOLDFAST_TRY(grants, grants_from_headers(context));
  if (canned.empty() && grants.empty()) return std::optional<std::string>();
  if (canned.empty()) return std::optional(to_text(grants));
  if (!grants.empty()) {
    return Error(ErrorCode::InvalidRequest, "Specifying both Canned ACLs and Header Grants is not allowed");
  }
  HOLDFAST_TRY_VOID(check_canned_acl(canned, "x-amz-acl", kind));
  return std::optional(std::string(canned));
}

Result<std::string> parse_acl_document(std::string_view document, std::string_view owner) {
  auto xml = XmlDocument::parse(document, "AccessControlPolicy");
  if (!xml) return Error(ErrorCode::MalformedACLError);
  const auto named = trim(xml->root().child("Owner").child("ID").text());
  const auto list = xml->root().child("AccessControlList");
  if (named.empty() || !list) return Error(ErrorCode::MalformedACLError);
  if (named != owner) return Error(ErrorCode::AccessDenied);  // an ACL doesn't give its owner's place away
  Acl acl;
  for (auto element = list.first_child(); element; element = element.next_sibling()) {
    if (acl.size() == kMaxGrants) return Error(ErrorCode::MalformedACLError);
    HOLDFAST_TRY(grant, parse_grant(element));
    acl.push_back(std::move(grant));
  }
  auto text = to_text(acl);
  return text.empty() ? std::string("\n") : std::move(text);  // no grants at all isn't "private"
}

std::string render_acl(const Acl& acl, std::string_view owner) {
  XmlWriter xml("AccessControlPolicy");
  xml.open("Owner").element("ID", owner);
  if (owner == kRootCanonicalId) xml.element("DisplayName", kRootDisplayName);
  xml.close().open("AccessControlList");
  for (const AclGrant& grant : acl) {
    xml.open("Grant");
    append_grantee(xml, grant);
    xml.element("Permission", name_of(grant.permission)).close();
  }
  return xml.finish();
}

Task<Result<std::string>> read_acl_request(Context& context, AclKind kind) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  HOLDFAST_CO_TRY(from_headers, acl_from_headers(context, kind));
  // All has been said in headers: no length is needed for no body.
  const bool no_body = !context.stream.has_body() && !context.request.has_header("content-length");
  if (from_headers && no_body) co_return std::move(*from_headers);
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  if (from_headers && !body.empty()) co_return Error(ErrorCode::UnexpectedContent);
  if (!from_headers && body.empty()) co_return Error(ErrorCode::MissingSecurityHeader);
  if (from_headers) co_return std::move(*from_headers);
  co_return parse_acl_document(body, owner_of(*bucket));
}

bool is_public(const Acl& acl) noexcept { return std::ranges::any_of(acl, is_public_group); }

bool allows(const Acl& acl, AclPermission permission, const Caller& caller, std::string_view bucket_owner, bool ignore_public) noexcept {
  return std::ranges::any_of(acl, [&](const AclGrant& grant) {
    if (grant.permission != permission && grant.permission != AclPermission::full_control) return false;
    return !(ignore_public && is_public_group(grant)) && speaks_to(grant, caller, bucket_owner);
  });
}

std::optional<AclPermission> bucket_permission(std::string_view action) noexcept {
  if (action == "s3:ListBucket" || action == "s3:ListBucketVersions" || action == "s3:ListBucketMultipartUploads")
    return AclPermission::read;
  if (action == "s3:PutObject") return AclPermission::write;
  if (action == "s3:GetBucketAcl") return AclPermission::read_acp;
  if (action == "s3:PutBucketAcl") return AclPermission::write_acp;
  return std::nullopt;
}

std::optional<AclPermission> object_permission(std::string_view action) noexcept {
  if (action == "s3:GetObject" || action == "s3:GetObjectVersion") return AclPermission::read;
  if (action == "s3:GetObjectAcl" || action == "s3:GetObjectVersionAcl") return AclPermission::read_acp;
  if (action == "s3:PutObjectAcl" || action == "s3:PutObjectVersionAcl") return AclPermission::write_acp;
  return std::nullopt;
}

std::string_view bucket_acl_text(const storage::BucketInfo& bucket) noexcept {
  const auto found = bucket.configuration.find(kAclConfiguration);
  return found == bucket.configuration.end() ? std::string_view{} : std::string_view(found->second);
}

std::string_view object_acl_text(const storage::ObjectAttributes& object) noexcept {
  const auto* text = storage::find_attribute(object.properties, kAclProperty);
  return text == nullptr ? std::string_view{} : std::string_view(*text);
}

std::string_view owner_of(const storage::BucketInfo& bucket) noexcept {
  return bucket.owner.empty() ? kRootCanonicalId : std::string_view(bucket.owner);
}

Result<> check_acl_accepted(const storage::BucketInfo& bucket, std::string_view text) {
  const auto ownership = object_ownership(bucket);
  if (ownership == ObjectOwnership::bucket_owner_enforced && text != "bucket-owner-full-control") {
    return Error(ErrorCode::AccessControlListNotSupported);
  }
  if (!public_access_block(bucket).block_public_acls) return {};
  HOLDFAST_TRY(acl, expand_acl(text, owner_of(bucket), owner_of(bucket)));
  if (is_public(acl)) return Error(ErrorCode::AccessDenied, "Public ACLs are blocked by the bucket's public access block.");
  return {};
}

}  // namespace holdfast::s3
