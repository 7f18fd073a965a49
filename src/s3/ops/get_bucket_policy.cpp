// GetBucketPolicy. Source: AWS S3 API reference.
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"

namespace holdfast::s3::ops {

Answer get_bucket_policy(Context& context) {
  HOLDFAST_CO_TRY(policy, find_configuration(context, kPolicyConfiguration, ErrorCode::NoSuchBucketPolicy));
  http::Response response;
  response.set("Content-Type", "application/json");
  response.body = std::move(policy);
  co_return response;
}

}  // namespace holdfast::s3::ops
