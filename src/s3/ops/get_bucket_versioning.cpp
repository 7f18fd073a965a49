// GetBucketVersioning. Source: AWS S3 API reference.
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

namespace holdfast::s3::ops {

Answer get_bucket_versioning(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  XmlWriter xml("VersioningConfiguration");
  if (bucket->versioning == storage::Versioning::enabled) xml.element("Status", "Enabled");
  if (bucket->versioning == storage::Versioning::suspended) xml.element("Status", "Suspended");
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
