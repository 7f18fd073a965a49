// GetBucketLogging. Source: AWS S3 API reference. An empty document: no bucket's accesses are logged.
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

namespace holdfast::s3::ops {

Answer get_bucket_logging(Context& context) {
  HOLDFAST_CO_TRY_VOID(context.find_bucket());
  XmlWriter xml("BucketLoggingStatus");
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
