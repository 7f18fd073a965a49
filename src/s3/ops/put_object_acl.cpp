// PutObjectAcl. Source: AWS S3 API reference.
#include "s3/acl.hpp"
#include "s3/context.hpp"
#include "s3/metadata.hpp"
#include "s3/object_config.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"

namespace holdfast::s3::ops {

Answer put_object_acl(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  HOLDFAST_CO_TRY(text, co_await read_acl_request(context, AclKind::object));
  HOLDFAST_CO_TRY_VOID(check_acl_accepted(*bucket, text));
  ObjectChange change = [&text](storage::ObjectAttributes& attributes) -> Result<> {
    storage::set_attribute(attributes.properties, kAclProperty, text);
    return {};
  };
  HOLDFAST_CO_TRY(object, co_await change_object(context, std::move(change)));
  http::Response response = empty_response(200);
  set_version_id(response, *object);
  co_return response;
}

}  // namespace holdfast::s3::ops
