// PutBucketAccelerateConfiguration. Source: AWS S3 API reference. There is no network of edges to enable.
#include "s3/body.hpp"
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {

Answer put_bucket_accelerate_configuration(Context& context) {
  HOLDFAST_CO_TRY_VOID(context.find_bucket());
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY(document, XmlDocument::parse(body, "AccelerateConfiguration"));
  std::string status(trim(document.root().child("Status").text()));
  if (status == "Enabled") co_return Error(ErrorCode::NotImplemented, "Transfer acceleration is not offered by this server.");
  if (status != "Suspended") co_return Error(ErrorCode::MalformedXML);
  HOLDFAST_CO_TRY_VOID(co_await store_configuration(context, kAccelerateConfiguration, std::move(status)));
  co_return empty_response(200);
}

}  // namespace holdfast::s3::ops
