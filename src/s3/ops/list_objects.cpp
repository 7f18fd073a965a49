// ListObjects. Source: AWS S3 API reference.
#include "s3/context.hpp"
#include "s3/listing.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {

Answer list_objects(Context& context) {
  HOLDFAST_CO_TRY(names, NameEncoder::from_query(context.query));
  HOLDFAST_CO_TRY(max_keys, context.query.number("max-keys", limits::kListKeys, limits::kListKeys, true));
  storage::ListQuery query;
  query.bucket = context.bucket();
  query.prefix = context.query.get("prefix");
  query.delimiter = context.query.get("delimiter");
  query.start_after = context.query.get("marker");
  query.max_keys = max_keys;
  HOLDFAST_CO_TRY(page, co_await context.engine.list(std::move(query)));

  XmlWriter xml("ListBucketResult", page_bytes(page));
  xml.element("Name", context.bucket());
  names.name(xml, "Prefix", context.query.get("prefix"));
  names.name(xml, "Marker", context.query.get("marker"));
  // AWS names the next marker only with a delimiter; without one it is the last key.
  if (page.truncated && context.query.has("delimiter")) names.name(xml, "NextMarker", page.next);
  xml.number("MaxKeys", max_keys);
  if (const auto delimiter = context.query.get("delimiter"); !delimiter.empty()) names.name(xml, "Delimiter", delimiter);
  names.encoding_type(xml);
  xml.boolean("IsTruncated", page.truncated);
  append_contents(xml, names, page.objects, true);
  append_common_prefixes(xml, names, page.common_prefixes);
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
