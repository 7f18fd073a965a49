// PutObjectRetention. Source: AWS S3 API reference.
#include "s3/body.hpp"
#include "s3/context.hpp"
#include "s3/object_config.hpp"
#include "s3/object_lock.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {

Answer put_object_retention(Context& context) {
  HOLDFAST_CO_TRY_VOID(require_object_lock(context));
  HOLDFAST_CO_TRY_VOID(require_document_integrity(context));
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY(retention, parse_retention(body, context.now));
  HOLDFAST_CO_TRY(bypass, bypass_governance(context));
  ObjectChange change = [to = retention, bypass_allowed = bypass, now = context.now](storage::ObjectAttributes& attributes) -> Result<> {
    HOLDFAST_TRY_VOID(check_retention_change(attributes.retention, to, bypass_allowed, now));
    attributes.retention = to;
    return {};
  };
  HOLDFAST_CO_TRY_VOID(co_await change_object(context, std::move(change)));
  co_return empty_response(200);
}

}  // namespace holdfast::s3::ops
