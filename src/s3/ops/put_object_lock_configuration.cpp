// PutObjectLockConfiguration. Source: AWS S3 API reference.
#include "s3/body.hpp"
#include "s3/context.hpp"
#include "s3/object_lock.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/storage/versioning.hpp"

namespace holdfast::s3::ops {

Answer put_object_lock_configuration(Context& context) {
  HOLDFAST_CO_TRY_VOID(context.find_bucket());
  HOLDFAST_CO_TRY_VOID(require_document_integrity(context));
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY(retention, parse_lock_configuration(body));
  std::function<Result<>(storage::BucketInfo&)> change = [&retention](storage::BucketInfo& bucket) -> Result<> {
    if (bucket.versioning != storage::Versioning::enabled || bucket.configuration.contains(storage::kVersioningExclusions)) {
      return Error(ErrorCode::InvalidBucketState, "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration");
    }
    bucket.object_lock = true;
    bucket.configuration.erase(std::string(storage::kDefaultRetention));
    if (retention.mode != storage::RetentionMode::none) {
      bucket.configuration[std::string(storage::kDefaultRetention)] = storage::format_default_retention(retention);
    }
    return {};
  };
  HOLDFAST_CO_TRY_VOID(co_await context.engine.update_bucket(context.bucket(), std::move(change)));
  co_return empty_response(200);
}

}  // namespace holdfast::s3::ops
