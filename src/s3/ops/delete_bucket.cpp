// DeleteBucket. Source: AWS S3 API reference.
#include "s3/authorize.hpp"
#include "s3/context.hpp"
#include "s3/force_delete.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"

namespace holdfast::s3::ops {

Answer delete_bucket(Context& context) {
  if (wants_force_delete(context)) {
    HOLDFAST_CO_TRY_VOID(context.authorizer.authorize(context, "s3:ForceDeleteBucket", context.bucket(), {}));
    HOLDFAST_CO_TRY_VOID(co_await force_delete(context, {}));
  }
  HOLDFAST_CO_TRY_VOID(co_await context.engine.delete_bucket(context.bucket()));
  co_return empty_response(204);
}

}  // namespace holdfast::s3::ops
