// GetBucketVersioning. Source: AWS S3 API reference.
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/storage/versioning.hpp"

namespace holdfast::s3::ops {

Answer get_bucket_versioning(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  XmlWriter xml("VersioningConfiguration");
  if (bucket->versioning == storage::Versioning::enabled) xml.element("Status", "Enabled");
  if (bucket->versioning == storage::Versioning::suspended) xml.element("Status", "Suspended");
  const auto exclusions = storage::versioning_exclusions(*bucket);
  for (const std::string& prefix : exclusions.prefixes) xml.open("ExcludedPrefixes").element("Prefix", prefix).close();
  if (exclusions.folders) xml.boolean("ExcludeFolders", true);
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
