// GetBucketPolicyStatus. Source: AWS S3 API reference.
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/auth/policy.hpp"

namespace holdfast::s3::ops {

Answer get_bucket_policy_status(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  const auto stored = bucket->configuration.find("policy");
  if (stored == bucket->configuration.end()) co_return Error(ErrorCode::NoSuchBucketPolicy);
  HOLDFAST_CO_TRY(policy, auth::PolicyDocument::parse_bucket_policy(stored->second, context.bucket()));
  XmlWriter xml("PolicyStatus");
  xml.boolean("IsPublic", policy.is_public());
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
