// GetBucketWebsite. Source: AWS S3 API reference.
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"

namespace holdfast::s3::ops {

Answer get_bucket_website(Context& context) {
  HOLDFAST_CO_TRY(document, find_configuration(context, kWebsiteConfiguration, ErrorCode::NoSuchWebsiteConfiguration));
  co_return xml_document(std::move(document));
}

}  // namespace holdfast::s3::ops
