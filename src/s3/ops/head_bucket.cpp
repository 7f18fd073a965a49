// HeadBucket. Source: AWS S3 API reference.
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/region.hpp"
#include "s3/responses.hpp"

namespace holdfast::s3::ops {

Answer head_bucket(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  http::Response response = empty_response(200);
  response.set("x-amz-bucket-region", bucket_region(context, *bucket));
  response.set("x-amz-access-point-alias", "false");
  co_return response;
}

}  // namespace holdfast::s3::ops
