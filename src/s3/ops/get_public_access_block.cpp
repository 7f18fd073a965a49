// GetPublicAccessBlock. Source: AWS S3 API reference.
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/public_access.hpp"
#include "s3/responses.hpp"

namespace holdfast::s3::ops {

Answer get_public_access_block(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  if (!bucket->configuration.contains(kPublicAccessConfiguration)) co_return Error(ErrorCode::NoSuchPublicAccessBlockConfiguration);
  co_return xml_document(render_public_access_block(public_access_block(*bucket)));
}

}  // namespace holdfast::s3::ops
