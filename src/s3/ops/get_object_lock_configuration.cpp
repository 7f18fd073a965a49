// GetObjectLockConfiguration. Source: AWS S3 API reference.
#include "s3/context.hpp"
#include "s3/object_lock.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"

namespace holdfast::s3::ops {

Answer get_object_lock_configuration(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  if (!bucket->object_lock) co_return Error(ErrorCode::ObjectLockConfigurationNotFoundError);
  HOLDFAST_CO_TRY(retention, storage::default_retention(*bucket));
  co_return xml_document(render_lock_configuration(retention));
}

}  // namespace holdfast::s3::ops
