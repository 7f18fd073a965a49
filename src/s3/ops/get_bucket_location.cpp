// GetBucketLocation. Source: AWS S3 API reference.
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/region.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

namespace holdfast::s3::ops {

Answer get_bucket_location(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  const std::string region = bucket_region(context, *bucket);
  // The root element itself carries the text, and us-east-1 is an empty one.
  std::string text;
  append_xml_escaped(text, region == kDefaultRegion ? "" : region);
  XmlWriter xml("LocationConstraint");
  xml.raw(text);
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
