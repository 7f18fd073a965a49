// PutBucketWebsite. Source: AWS S3 API reference.
#include "s3/body.hpp"
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/website_config.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {

Answer put_bucket_website(Context& context) {
  HOLDFAST_CO_TRY_VOID(context.find_bucket());
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY(website, parse_website(body));
  HOLDFAST_CO_TRY_VOID(co_await store_configuration(context, kWebsiteConfiguration, render_website(website)));
  co_return empty_response(200);
}

}  // namespace holdfast::s3::ops
