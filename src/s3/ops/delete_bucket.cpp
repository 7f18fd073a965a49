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
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  auto deleted = co_await context.engine.delete_bucket(context.bucket());
  if (!deleted && deleted.error().code == ErrorCode::BucketNotEmpty && bucket->versioning != storage::Versioning::unversioned) {
    co_return Error(ErrorCode::BucketNotEmpty, "The bucket you tried to delete is not empty. You must delete all versions in the bucket.");
  }
  if (!deleted) co_return std::move(deleted).error();
  co_return empty_response(204);
}

}  // namespace holdfast::s3::ops
