// PutPublicAccessBlock. Source: AWS S3 API reference.
#include "s3/body.hpp"
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/public_access.hpp"
#include "s3/responses.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {

Answer put_public_access_block(Context& context) {
  HOLDFAST_CO_TRY_VOID(context.find_bucket());
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY(block, parse_public_access_block(body));
  HOLDFAST_CO_TRY_VOID(co_await store_configuration(context, kPublicAccessConfiguration, format_public_access_block(block)));
  co_return empty_response(200);
}

}  // namespace holdfast::s3::ops
