// ListParts. Source: AWS S3 API reference.
#include "s3/checksum.hpp"
#include "s3/context.hpp"
#include "s3/encryption.hpp"
#include "s3/listing.hpp"
#include "s3/metadata.hpp"
#include "s3/multipart.hpp"
#include "s3/ops/operations.hpp"
#include "s3/owner.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {
namespace {

void append_part(XmlWriter& xml, const storage::PartInfo& part) {
  xml.open("Part")
      .number("PartNumber", part.number)
      .time("LastModified", part.modified)
      .etag("ETag", part.etag)
      .number("Size", part.size_bytes);
  if (part.checksum) xml.element(checksum_name(part.checksum->algorithm).element, part.checksum->value);
  xml.close();
}

}  // namespace

Answer list_parts(Context& context) {
  HOLDFAST_CO_TRY(names, NameEncoder::from_query(context.query));
  HOLDFAST_CO_TRY(marker, context.query.number("part-number-marker", 0, limits::kParts, true));
  HOLDFAST_CO_TRY(max_parts, context.query.number("max-parts", limits::kListKeys, limits::kListKeys, true));
  std::string upload_id(context.query.get("uploadId"));
  HOLDFAST_CO_TRY(page, co_await context.engine.list_parts(context.bucket(), context.key(), std::move(upload_id), marker, max_parts));

  HOLDFAST_CO_TRY(key, co_await find_upload_key_if_given(context, page.upload));
  for (storage::PartInfo& part : page.parts) part.checksum = shown_checksum(page.upload.attributes, part.checksum, key);

  XmlWriter xml("ListPartsResult");
  xml.element("Bucket", context.bucket());
  names.name(xml, "Key", context.key());
  names.encoding_type(xml);
  xml.element("UploadId", page.upload.upload_id);
  append_owner(xml, "Initiator");
  append_owner(xml);
  const std::string* storage_class = storage::find_attribute(page.upload.attributes.properties, kStorageClassProperty);
  xml.element("StorageClass", storage_class == nullptr ? std::string_view("STANDARD") : *storage_class);
  xml.number("PartNumberMarker", marker);
  xml.number("NextPartNumberMarker", page.parts.empty() ? 0 : page.parts.back().number);
  xml.number("MaxParts", max_parts).boolean("IsTruncated", page.truncated);
  const UploadChecksum checksum = upload_checksum(page.upload.attributes);
  if (checksum.algorithm) {
    xml.element("ChecksumAlgorithm", hash::algorithm_name(*checksum.algorithm)).element("ChecksumType", checksum_type_name(checksum.type));
  }
  for (const storage::PartInfo& part : page.parts) append_part(xml, part);
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
