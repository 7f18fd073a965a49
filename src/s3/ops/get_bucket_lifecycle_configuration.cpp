// GetBucketLifecycleConfiguration. Source: AWS S3 API reference.
#include "s3/context.hpp"
#include "s3/lifecycle_config.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"

namespace holdfast::s3::ops {

Answer get_bucket_lifecycle_configuration(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  HOLDFAST_CO_TRY(rules, storage::lifecycle_rules(*bucket));
  if (rules.empty()) co_return ErrorCode::NoSuchLifecycleConfiguration;
  co_return xml_document(render_lifecycle_configuration(rules));
}

}  // namespace holdfast::s3::ops
