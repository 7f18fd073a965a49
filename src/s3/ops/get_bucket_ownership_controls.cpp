// GetBucketOwnershipControls. Source: AWS S3 API reference.
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

namespace holdfast::s3::ops {

Answer get_bucket_ownership_controls(Context& context) {
  HOLDFAST_CO_TRY(ownership, find_configuration(context, kOwnershipConfiguration, ErrorCode::OwnershipControlsNotFoundError));
  XmlWriter xml("OwnershipControls");
  xml.open("Rule").element("ObjectOwnership", ownership).close();
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
