// GetBucketAccelerateConfiguration. Source: AWS S3 API reference.
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

namespace holdfast::s3::ops {

Answer get_bucket_accelerate_configuration(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  XmlWriter xml("AccelerateConfiguration");
  const auto status = bucket->configuration.find(kAccelerateConfiguration);
  if (status != bucket->configuration.end()) xml.element("Status", status->second);
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
