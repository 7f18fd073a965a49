// PutBucketNotificationConfiguration. Source: AWS S3 API reference; destinations are MinIO's ARNs.
#include "s3/body.hpp"
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/notification_config.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {

Answer put_bucket_notification_configuration(Context& context) {
  HOLDFAST_CO_TRY_VOID(context.find_bucket());
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY(rules, parse_notification_configuration(body, context.options.events));
  if (rules.empty()) {
    HOLDFAST_CO_TRY_VOID(co_await remove_configuration(context, storage::kNotificationConfiguration));
  } else {
    HOLDFAST_CO_TRY_VOID(co_await store_configuration(context, storage::kNotificationConfiguration, format_notification_rules(rules)));
  }
  co_return empty_response(200);
}

}  // namespace holdfast::s3::ops
