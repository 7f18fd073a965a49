// ListObjectVersions. Source: AWS S3 API reference.
#include "s3/checksum.hpp"
#include "s3/context.hpp"
#include "s3/listing.hpp"
#include "s3/metadata.hpp"
#include "s3/ops/operations.hpp"
#include "s3/owner.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {
namespace {

Error invalid_marker(const char* text, std::string_view marker) {
  Error error(ErrorCode::InvalidArgument, text);
  error.details = {{"ArgumentName", "version-id-marker"}, {"ArgumentValue", std::string(marker)}};
  return error;
}

void append_version(XmlWriter& xml, const Context& context, const NameEncoder& names, const storage::ObjectInfo& version) {
  xml.open(version.delete_marker ? "DeleteMarker" : "Version");
  names.name(xml, "Key", version.key);
  xml.element("VersionId", version.version_id).boolean("IsLatest", version.is_latest).time("LastModified", version.modified);
  if (!version.delete_marker) {
    xml.etag("ETag", version.etag);
    if (version.checksum) {
      xml.element("ChecksumAlgorithm", hash::algorithm_name(version.checksum->algorithm));
      xml.element("ChecksumType", checksum_type_name(version.checksum->type));
    }
    const std::string* storage_class = storage::find_attribute(version.properties, kStorageClassProperty);
    xml.number("Size", version.size_bytes)
        .element("StorageClass", storage_class == nullptr ? std::string_view("STANDARD") : *storage_class);
  }
  append_owner(xml);
  if (!version.delete_marker && wants_metadata(context.query)) append_metadata(xml, context, version);
  xml.close();
}

}  // namespace

Answer list_object_versions(Context& context) {
  HOLDFAST_CO_TRY(names, NameEncoder::from_query(context.query));
  HOLDFAST_CO_TRY(max_keys, context.query.number("max-keys", limits::kListKeys, limits::kListKeys, true));
  storage::VersionQuery query;
  query.bucket = context.bucket();
  query.prefix = context.query.get("prefix");
  query.delimiter = context.query.get("delimiter");
  query.key_marker = context.query.get("key-marker");
  query.version_id_marker = context.query.get("version-id-marker");
  query.max_keys = max_keys;
  if (query.key_marker.empty() && !query.version_id_marker.empty()) {
    co_return invalid_marker("A version-id marker cannot be specified without a key marker.", query.version_id_marker);
  }
  if (const auto marker = context.query.find("version-id-marker"); marker && !query.key_marker.empty()) {
    if (marker->empty()) co_return invalid_marker("A version-id marker cannot be empty.", *marker);
    if (!is_version_id(*marker)) co_return invalid_marker("Invalid version id specified", *marker);
  }
  HOLDFAST_CO_TRY(page, co_await context.engine.list_versions(std::move(query)));

  XmlWriter xml("ListVersionsResult");
  xml.element("Name", context.bucket());
  names.name(xml, "Prefix", context.query.get("prefix"));
  names.name(xml, "KeyMarker", context.query.get("key-marker"));
  xml.element("VersionIdMarker", context.query.get("version-id-marker"));
  if (page.truncated) {
    names.name(xml, "NextKeyMarker", page.next_key);
    if (!page.next_version_id.empty()) xml.element("NextVersionIdMarker", page.next_version_id);
  }
  xml.number("MaxKeys", max_keys);
  if (const auto delimiter = context.query.get("delimiter"); !delimiter.empty()) names.name(xml, "Delimiter", delimiter);
  names.encoding_type(xml);
  xml.boolean("IsTruncated", page.truncated);
  for (const storage::ObjectInfo& version : page.versions) append_version(xml, context, names, version);
  append_common_prefixes(xml, names, page.common_prefixes);
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
