// GetObjectRetention. Source: AWS S3 API reference.
#include "s3/context.hpp"
#include "s3/object_config.hpp"
#include "s3/object_lock.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"

namespace holdfast::s3::ops {

Answer get_object_retention(Context& context) {
  HOLDFAST_CO_TRY_VOID(require_object_lock(context));
  HOLDFAST_CO_TRY(object, co_await find_object(context));
  if (object->retention.mode == storage::RetentionMode::none) co_return Error(ErrorCode::NoSuchObjectLockConfiguration);
  co_return xml_document(render_retention(object->retention));
}

}  // namespace holdfast::s3::ops
