// PutBucketAcl. Source: AWS S3 API reference.
#include "s3/acl.hpp"
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"

namespace holdfast::s3::ops {

Answer put_bucket_acl(Context& context) {
  HOLDFAST_CO_TRY(text, co_await read_acl_request(context, AclKind::bucket));
  std::function<Result<>(storage::BucketInfo&)> change = [&text](storage::BucketInfo& bucket) -> Result<> {
    HOLDFAST_TRY_VOID(check_acl_accepted(bucket, text));
    bucket.configuration[std::string(kAclConfiguration)] = text;
    return {};
  };
  HOLDFAST_CO_TRY_VOID(co_await context.engine.update_bucket(context.bucket(), std::move(change)));
  co_return empty_response(200);
}

}  // namespace holdfast::s3::ops
