// PutBucketLogging. Source: AWS S3 API reference. Logging can be turned off, which it is.
#include "s3/body.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {

Answer put_bucket_logging(Context& context) {
  HOLDFAST_CO_TRY_VOID(context.find_bucket());
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY(document, XmlDocument::parse(body, "BucketLoggingStatus"));
  if (document.root().child("LoggingEnabled"))
    co_return Error(ErrorCode::NotImplemented, "Access logs of buckets are not offered by this server.");
  co_return empty_response(200);
}

}  // namespace holdfast::s3::ops
