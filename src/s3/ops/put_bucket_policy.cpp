// PutBucketPolicy. Source: AWS S3 API reference.
#include "s3/body.hpp"
#include "s3/bucket_config.hpp"
#include "s3/condition_keys.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/public_access.hpp"
#include "s3/responses.hpp"

#include "holdfast/auth/policy.hpp"
#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {

Answer put_bucket_policy(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  HOLDFAST_CO_TRY(document, co_await read_document(context, limits::kPolicyBytes, ErrorCode::MalformedPolicy));
  if (document.empty()) co_return Error(ErrorCode::MissingRequestBodyError);
  HOLDFAST_CO_TRY(policy, auth::PolicyDocument::parse_bucket_policy(document, context.bucket()));
  for (const auto& key : policy.condition_keys()) {
    if (!is_known_condition(key)) co_return Error(ErrorCode::MalformedPolicy, "Policy has an invalid condition key: " + key);
  }
  if (public_access_block(*bucket).block_public_policy && policy.is_public()) {
    co_return Error(ErrorCode::AccessDenied, "Public policies are blocked by the bucket's public access block.");
  }
  HOLDFAST_CO_TRY_VOID(co_await store_configuration(context, kPolicyConfiguration, std::move(document)));
  co_return empty_response(204);
}

}  // namespace holdfast::s3::ops
