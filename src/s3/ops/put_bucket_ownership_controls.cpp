// PutBucketOwnershipControls. Source: AWS S3 API reference.
#include "s3/acl.hpp"
#include "s3/body.hpp"
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/public_access.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {
namespace {

Result<ObjectOwnership> parse_document(std::string_view body) {
  HOLDFAST_TRY(document, XmlDocument::parse(body, "OwnershipControls"));
  const auto rule = document.root().child("Rule");
  const auto ownership = parse_object_ownership(trim(rule.child("ObjectOwnership").text()));
  if (!ownership || rule.next_sibling()) return Error(ErrorCode::MalformedXML);
  return *ownership;
}

// Grants to others would lose their effect unseen.
Result<> check_enforceable(const storage::BucketInfo& bucket) {
  HOLDFAST_TRY(acl, expand_acl(bucket_acl_text(bucket), owner_of(bucket), owner_of(bucket)));
  for (const AclGrant& grant : acl) {
    if (grant.group || grant.grantee != owner_of(bucket)) return Error(ErrorCode::InvalidBucketAclWithObjectOwnership);
  }
  return {};
}

}  // namespace

Answer put_bucket_ownership_controls(Context& context) {
  HOLDFAST_CO_TRY_VOID(context.find_bucket());
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY(ownership, parse_document(body));
  std::function<Result<>(storage::BucketInfo&)> change = [to = ownership](storage::BucketInfo& bucket) -> Result<> {
    if (to == ObjectOwnership::bucket_owner_enforced) HOLDFAST_TRY_VOID(check_enforceable(bucket));
    bucket.configuration[std::string(kOwnershipConfiguration)] = object_ownership_name(to);
    return {};
  };
  HOLDFAST_CO_TRY_VOID(co_await context.engine.update_bucket(context.bucket(), std::move(change)));
  co_return empty_response(200);
}

}  // namespace holdfast::s3::ops
