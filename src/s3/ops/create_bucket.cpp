// CreateBucket. Source: AWS S3 API reference.
#include "s3/acl.hpp"
#include "s3/authorize.hpp"
#include "s3/body.hpp"
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/owner.hpp"
#include "s3/public_access.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"
#include "holdfast/storage/names.hpp"

namespace holdfast::s3::ops {
namespace {

// The LocationConstraint of the body; empty if there is none. With no region of its own the server takes any.
Result<std::string> location_constraint(const std::string& body, const std::string& region) {
  if (trim(body).empty()) return std::string();
  HOLDFAST_TRY(document, XmlDocument::parse(body, "CreateBucketConfiguration"));
  std::string location(trim(document.root().child("LocationConstraint").text()));
  if (!location.empty() && !region.empty() && location != region) {
    return Error(ErrorCode::IllegalLocationConstraintException,
                 "The " + location + " location constraint is incompatible for the region specific endpoint this request was sent to.");
  }
  return location;
}

// Clients that send no configuration may leave out the length of nothing, too.
bool has_body_or_length(const Context& context) { return context.stream.has_body() || context.request.has_header("content-length"); }

Result<bool> lock_asked_for(const Context& context) {
  const auto value = context.header("x-amz-bucket-object-lock-enabled");
  if (value.empty() || equals_ignoring_case(value, "false")) return false;
  if (equals_ignoring_case(value, "true")) return true;
  return Error(ErrorCode::InvalidArgument, "x-amz-bucket-object-lock-enabled must be true or false.");
}

// What a bucket gets beside its name needs permissions of its own.
Result<> authorize_extras(const Context& context, bool object_lock) {
  const auto authorize = [&context](std::string_view action) { return Authorizer::authorize_new_bucket(context, action); };
  if (object_lock) HOLDFAST_TRY_VOID(authorize("s3:PutBucketObjectLockConfiguration"));
  if (object_lock) HOLDFAST_TRY_VOID(authorize("s3:PutBucketVersioning"));
  if (!context.header("x-amz-object-ownership").empty()) HOLDFAST_TRY_VOID(authorize("s3:PutBucketOwnershipControls"));
  HOLDFAST_TRY(acl, acl_from_headers(context, AclKind::bucket));
  return acl && *acl != "private" ? authorize("s3:PutBucketAcl") : Result<>();
}

// ACL, object ownership and public access block of the new bucket.
Result<> read_access(const Context& context, storage::BucketInfo& bucket) {
  HOLDFAST_TRY(acl, acl_from_headers(context, AclKind::bucket));
  const auto ownership = context.header("x-amz-object-ownership");
  if (!ownership.empty()) {
    const auto parsed = parse_object_ownership(ownership);
    if (!parsed) return Error(ErrorCode::InvalidArgument, "Invalid x-amz-object-ownership header: " + std::string(ownership));
    if (*parsed == ObjectOwnership::bucket_owner_enforced && acl && *acl != "private") {
      return Error(ErrorCode::InvalidBucketAclWithObjectOwnership);
    }
    bucket.configuration[std::string(kOwnershipConfiguration)] = ownership;
  }
  if (acl) bucket.configuration[std::string(kAclConfiguration)] = std::move(*acl);
  if (context.options.ignore_public_acls) {
    PublicAccessBlock block;
    block.ignore_public_acls = true;
    bucket.configuration[std::string(kPublicAccessConfiguration)] = format_public_access_block(block);
  }
  return {};
}

}  // namespace

Answer create_bucket(Context& context) {
  if (!storage::is_valid_bucket_name(context.bucket())) co_return Error(ErrorCode::InvalidBucketName);
  std::string body;
  if (has_body_or_length(context)) {
    HOLDFAST_CO_TRY(document, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
    body = std::move(document);
  }
  HOLDFAST_CO_TRY(location, location_constraint(body, context.options.region));
  HOLDFAST_CO_TRY(object_lock, lock_asked_for(context));
  HOLDFAST_CO_TRY_VOID(authorize_extras(context, object_lock));

  storage::BucketInfo bucket;
  bucket.name = context.bucket();
  bucket.owner = context.caller.canonical_id();
  bucket.region = location;
  bucket.object_lock = object_lock;
  HOLDFAST_CO_TRY_VOID(read_access(context, bucket));
  if (object_lock) bucket.versioning = storage::Versioning::enabled;
  const auto made = co_await context.engine.create_bucket(std::move(bucket));
  if (!made) {
    const auto there = context.find_bucket();
    const bool own = made.error().code == ErrorCode::BucketAlreadyExists && there && owner_of(**there) == context.caller.canonical_id();
    co_return own ? Error(ErrorCode::BucketAlreadyOwnedByYou) : made.error();
  }
  http::Response response = empty_response(200);
  response.set("Location", "/" + context.bucket());
  co_return response;
}

}  // namespace holdfast::s3::ops
