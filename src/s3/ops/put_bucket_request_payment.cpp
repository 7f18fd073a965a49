// PutBucketRequestPayment. Source: AWS S3 API reference. Nobody pays here; where the requester would, callers need an
// account, as on AWS.
#include "s3/body.hpp"
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {

Answer put_bucket_request_payment(Context& context) {
  HOLDFAST_CO_TRY_VOID(context.find_bucket());
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY(document, XmlDocument::parse(body, "RequestPaymentConfiguration"));
  std::string payer(trim(document.root().child("Payer").text()));
  if (payer != "Requester" && payer != "BucketOwner") co_return Error(ErrorCode::MalformedXML);
  HOLDFAST_CO_TRY_VOID(co_await store_configuration(context, kRequestPaymentConfiguration, std::move(payer)));
  co_return empty_response(200);
}

}  // namespace holdfast::s3::ops
