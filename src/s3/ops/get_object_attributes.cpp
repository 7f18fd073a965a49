// GetObjectAttributes. Source: AWS S3 API reference.
#include "s3/ops/operations.hpp"

#include "s3/authorize.hpp"
#include "s3/checksum.hpp"
#include "s3/context.hpp"
#include "s3/encryption.hpp"
#include "s3/metadata.hpp"
#include "s3/object_answer.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <algorithm>

namespace holdfast::s3::ops {
namespace {

struct Wanted {
  bool etag = false;
  bool checksum = false;
  bool parts = false;
  bool storage_class = false;
  bool size = false;
  std::uint64_t max_parts = limits::kListKeys;
  std::uint64_t part_marker = 0;
};

Error invalid_argument(std::string_view name, std::string_view value, const char* message) {
  Error error(ErrorCode::InvalidArgument, message);
  error.details = {{"ArgumentName", std::string(name)}, {"ArgumentValue", std::string(value)}};
  return error;
}

Result<> read_number(const Context& context, std::string_view header, std::uint64_t& number) {
  const auto text = context.header(header);
  if (text.empty()) return {};
  const auto value = parse_u64(text);
  if (!value) return invalid_argument(header, text, "The value must be a number that isn't negative.");
  number = *value;
  return {};
}

Result<Wanted> parse_wanted(const Context& context) {
  constexpr std::string_view kHeader = "x-amz-object-attributes";
  Wanted wanted;
  bool any = false;
  for (const auto& [header, value] : context.request.headers) {
    if (header != kHeader) continue;
    for (const auto item : split(value, ',')) {
      const auto name = trim(item);
      bool* flag = name == "ETag"           ? &wanted.etag
                   : name == "Checksum"     ? &wanted.checksum
                   : name == "ObjectParts"  ? &wanted.parts
                   : name == "StorageClass" ? &wanted.storage_class
                   : name == "ObjectSize"   ? &wanted.size
                                            : nullptr;
      if (flag == nullptr) return invalid_argument(kHeader, name, "Invalid attribute name specified.");
      *flag = any = true;
    }
  }
  if (!any)
    return invalid_argument(kHeader, {},
                            "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty");
  HOLDFAST_TRY_VOID(read_number(context, "x-amz-max-parts", wanted.max_parts));
  HOLDFAST_TRY_VOID(read_number(context, "x-amz-part-number-marker", wanted.part_marker));
  wanted.max_parts = std::min<std::uint64_t>(wanted.max_parts, limits::kListKeys);
  return wanted;
}

// S3 lists the parts one by one only where they have checksums, and counts them always.
void write_parts(XmlWriter& xml, const std::vector<storage::PartInfo>& parts, const Wanted& wanted) {
  xml.open("ObjectParts").number("PartsCount", parts.size());
  if (!parts.front().checksum) {
    xml.close();
    return;
  }
  const auto begin = std::min<std::uint64_t>(wanted.part_marker, parts.size());
  const auto end = std::min<std::uint64_t>(begin + wanted.max_parts, parts.size());
  xml.number("PartNumberMarker", wanted.part_marker);
  if (end > begin) xml.number("NextPartNumberMarker", end);
  xml.number("MaxParts", wanted.max_parts).boolean("IsTruncated", end < parts.size());
  for (auto i = begin; i < end; ++i) {
    const auto& part = parts[i];
    xml.open("Part").number("PartNumber", i + 1).number("Size", part.size_bytes);
    if (part.checksum) xml.element(checksum_name(part.checksum->algorithm).element, part.checksum->value);
    xml.close();
  }
  xml.close();
}

std::string render(const storage::ObjectInfo& object, const std::vector<storage::PartInfo>& parts, const Wanted& wanted) {
  XmlWriter xml("GetObjectAttributesResponse");
  if (wanted.etag) xml.element("ETag", object.etag);  // this one answer has it without quotes
  if (wanted.checksum && object.checksum) {
    xml.open("Checksum").element(checksum_name(object.checksum->algorithm).element, object.checksum->value);
    xml.element("ChecksumType", checksum_type_name(object.checksum->type)).close();
  }
  if (wanted.parts && !parts.empty()) write_parts(xml, parts, wanted);
  if (wanted.storage_class) {
    const auto* storage_class = storage::find_attribute(object.properties, kStorageClassProperty);
    xml.element("StorageClass", storage_class == nullptr ? "STANDARD" : std::string_view(*storage_class));
  }
  if (wanted.size) xml.number("ObjectSize", object.size_bytes);
  return xml.finish();
}

}  // namespace

Answer get_object_attributes(Context& context) {
  const std::string_view read = context.query.get("versionId").empty() ? "s3:GetObject" : "s3:GetObjectVersion";
  HOLDFAST_CO_TRY_VOID(context.authorizer.authorize(context, read, context.bucket(), context.key()));
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  HOLDFAST_CO_TRY(wanted, parse_wanted(context));
  auto reader = co_await context.engine.open(context.object_name());
  if (!reader) co_return hide_missing_key(context, std::move(reader).error(), context.bucket());
  if ((*reader)->info().delete_marker) co_return delete_marker_error(context, (*reader)->info());
  HOLDFAST_CO_TRY(content, co_await open_content(context, std::move(*reader), context.bucket(), context.key(), CustomerHeaders::object));
  const storage::ObjectInfo& object = content->info();
  http::Response response;
  response.set("Content-Type", "application/xml");
  response.set("Last-Modified", format_http_date(object.modified));
  if (bucket->versioning != storage::Versioning::unversioned) response.set("x-amz-version-id", object.version_id);
  response.body = render(object, content->parts(), wanted);
  co_return response;
}

}  // namespace holdfast::s3::ops
