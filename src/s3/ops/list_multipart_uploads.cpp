// ListMultipartUploads. Source: AWS S3 API reference.
#include "s3/checksum.hpp"
#include "s3/context.hpp"
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

void append_upload(XmlWriter& xml, const NameEncoder& names, const storage::UploadInfo& upload) {
  xml.open("Upload");
  names.name(xml, "Key", upload.key);
  xml.element("UploadId", upload.upload_id);
  append_owner(xml, "Initiator");
  append_owner(xml);
  const std::string* storage_class = storage::find_attribute(upload.attributes.properties, kStorageClassProperty);
  xml.element("StorageClass", storage_class == nullptr ? std::string_view("STANDARD") : *storage_class).time("Initiated", upload.initiated);
  const UploadChecksum checksum = upload_checksum(upload.attributes);
  if (checksum.algorithm) {
    xml.element("ChecksumAlgorithm", hash::algorithm_name(*checksum.algorithm)).element("ChecksumType", checksum_type_name(checksum.type));
  }
  xml.close();
}

}  // namespace

Answer list_multipart_uploads(Context& context) {
  HOLDFAST_CO_TRY(names, NameEncoder::from_query(context.query));
  HOLDFAST_CO_TRY(max_uploads, context.query.number("max-uploads", limits::kListKeys, limits::kListKeys, true));
  storage::UploadQuery query;
  query.bucket = context.bucket();
  query.prefix = context.query.get("prefix");
  query.delimiter = context.query.get("delimiter");
  query.key_marker = context.query.get("key-marker");
  if (!query.key_marker.empty()) query.upload_id_marker = context.query.get("upload-id-marker");
  const std::string upload_id_marker = query.upload_id_marker;
  query.max_uploads = max_uploads;
  HOLDFAST_CO_TRY(page, co_await context.engine.list_uploads(std::move(query)));

  XmlWriter xml("ListMultipartUploadsResult");
  xml.element("Bucket", context.bucket());
  names.name(xml, "KeyMarker", context.query.get("key-marker"));
  xml.element("UploadIdMarker", upload_id_marker);
  if (page.truncated) {
    names.name(xml, "NextKeyMarker", page.next_key);
    xml.element("NextUploadIdMarker", page.next_upload_id);
  } else if (!page.uploads.empty()) {  // AWS names the last one of a last page too
    names.name(xml, "NextKeyMarker", page.uploads.back().key);
    xml.element("NextUploadIdMarker", page.uploads.back().upload_id);
  }
  names.name(xml, "Prefix", context.query.get("prefix"));
  if (const auto delimiter = context.query.get("delimiter"); !delimiter.empty()) names.name(xml, "Delimiter", delimiter);
  names.encoding_type(xml);
  xml.number("MaxUploads", max_uploads).boolean("IsTruncated", page.truncated);
  for (const storage::UploadInfo& upload : page.uploads) append_upload(xml, names, upload);
  append_common_prefixes(xml, names, page.common_prefixes);
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
