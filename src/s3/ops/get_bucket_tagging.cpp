// GetBucketTagging. Source: AWS S3 API reference.
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/tagging.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {

Answer get_bucket_tagging(Context& context) {
  HOLDFAST_CO_TRY(document, find_configuration(context, kTaggingConfiguration, ErrorCode::NoSuchTagSet));
  HOLDFAST_CO_TRY(tags, parse_tagging(document, kBucketTagLimit));
  XmlWriter xml("Tagging");
  append_tag_set(xml, tags);
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
