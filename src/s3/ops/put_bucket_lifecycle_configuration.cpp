// PutBucketLifecycleConfiguration. Source: AWS S3 API reference.
#include "s3/body.hpp"
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/lifecycle_config.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {

Answer put_bucket_lifecycle_configuration(Context& context) {
  HOLDFAST_CO_TRY_VOID(context.find_bucket());
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY(rules, parse_lifecycle_configuration(body));
  HOLDFAST_CO_TRY_VOID(co_await store_configuration(context, storage::kLifecycleConfiguration, format_lifecycle_rules(rules)));
  co_return empty_response(200);
}

}  // namespace holdfast::s3::ops
