// GetBucketRequestPayment. Source: AWS S3 API reference.
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

namespace holdfast::s3::ops {

Answer get_bucket_request_payment(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  XmlWriter xml("RequestPaymentConfiguration");
  xml.element("Payer", requester_pays(*bucket) ? "Requester" : "BucketOwner");
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
