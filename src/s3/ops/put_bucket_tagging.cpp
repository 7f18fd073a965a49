// PutBucketTagging. Source: AWS S3 API reference.
#include "s3/body.hpp"
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/tagging.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {

Answer put_bucket_tagging(Context& context) {
  HOLDFAST_CO_TRY(document, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY_VOID(parse_tagging(document, kBucketTagLimit));
  HOLDFAST_CO_TRY_VOID(co_await store_configuration(context, kTaggingConfiguration, std::move(document)));
  co_return empty_response(204);
}

}  // namespace holdfast::s3::ops
