// GetBucketAcl. Source: AWS S3 API reference.
#include "s3/acl.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/public_access.hpp"
#include "s3/responses.hpp"

namespace holdfast::s3::ops {

Answer get_bucket_acl(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  const bool enforced = object_ownership(*bucket) == ObjectOwnership::bucket_owner_enforced;
  const std::string_view text = enforced ? std::string_view{} : bucket_acl_text(*bucket);
  HOLDFAST_CO_TRY(acl, expand_acl(text, owner_of(*bucket), owner_of(*bucket)));
  co_return xml_document(render_acl(acl, owner_of(*bucket)));
}

}  // namespace holdfast::s3::ops
