// GetObjectAcl. Source: AWS S3 API reference.
#include "s3/acl.hpp"
#include "s3/context.hpp"
#include "s3/object_config.hpp"
#include "s3/ops/operations.hpp"
#include "s3/public_access.hpp"
#include "s3/responses.hpp"

namespace holdfast::s3::ops {

Answer get_object_acl(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  HOLDFAST_CO_TRY(object, co_await find_object(context));
  const bool enforced = object_ownership(*bucket) == ObjectOwnership::bucket_owner_enforced;
  const std::string_view text = enforced ? std::string_view{} : object_acl_text(*object);
  HOLDFAST_CO_TRY(acl, expand_acl(text, owner_of(*bucket), owner_of(*bucket)));
  http::Response response = xml_document(render_acl(acl, owner_of(*bucket)));
  set_version_id(response, *object);
  co_return response;
}

}  // namespace holdfast::s3::ops
