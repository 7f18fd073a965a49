// DeleteBucketEncryption. Source: AWS S3 API reference.
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/encryption.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"

namespace holdfast::s3::ops {

Answer delete_bucket_encryption(Context& context) {
  HOLDFAST_CO_TRY_VOID(co_await remove_configuration(context, kEncryptionConfiguration));
  co_return empty_response(204);
}

}  // namespace holdfast::s3::ops
