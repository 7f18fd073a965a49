// ListObjectsV2. Source: AWS S3 API reference.
#include "s3/context.hpp"
#include "s3/listing.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {
namespace {

// Where the page starts: a continuation token (the last name returned, base64url) outranks start-after.
Result<std::string> page_start(const Query& query) {
  const auto token = query.find("continuation-token");
  if (!token) return std::string(query.get("start-after"));
  const auto decoded = base64url_decode(*token);
  if (!decoded || decoded->empty()) {
    Error error(ErrorCode::InvalidArgument, "The continuation token provided is incorrect");
    error.details = {{"ArgumentName", "continuation-token"}, {"ArgumentValue", std::string(*token)}};
    return error;
  }
  return std::string(as_text(*decoded));
}

}  // namespace

Answer list_objects_v2(Context& context) {
  HOLDFAST_CO_TRY(names, NameEncoder::from_query(context.query));
  HOLDFAST_CO_TRY(max_keys, context.query.number("max-keys", limits::kListKeys, limits::kListKeys, true));
  HOLDFAST_CO_TRY(start, page_start(context.query));
  storage::ListQuery query;
  query.bucket = context.bucket();
  query.prefix = context.query.get("prefix");
  query.delimiter = context.query.get("delimiter");
  query.start_after = start;
  query.max_keys = max_keys;
  HOLDFAST_CO_TRY(page, co_await context.engine.list(std::move(query)));

  XmlWriter xml("ListBucketResult", page_bytes(page));
  xml.element("Name", context.bucket());
  names.name(xml, "Prefix", context.query.get("prefix"));
  if (const auto token = context.query.find("continuation-token")) xml.element("ContinuationToken", *token);
  if (page.truncated) xml.element("NextContinuationToken", base64url_encode(as_bytes(page.next)));
  if (const auto after = context.query.find("start-after")) names.name(xml, "StartAfter", *after);
  xml.number("KeyCount", page.objects.size() + page.common_prefixes.size()).number("MaxKeys", max_keys);
  if (const auto delimiter = context.query.get("delimiter"); !delimiter.empty()) names.name(xml, "Delimiter", delimiter);
  names.encoding_type(xml);
  xml.boolean("IsTruncated", page.truncated);
  const bool with_owner = context.query.get("fetch-owner") == "true";
  if (wants_metadata(context.query)) {
    co_await append_contents_with_metadata(xml, context, names, page.objects, with_owner);
  } else {
    append_contents(xml, names, page.objects, with_owner);
  }
  append_common_prefixes(xml, names, page.common_prefixes);
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
