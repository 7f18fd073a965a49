#include "holdfast/base/encoding.hpp"
#include "json_writer.hpp"
#include "records.hpp"

#include <algorithm>

namespace holdfast::storage::local {

namespace {

constexpr std::uint64_t kFormat = 1;
constexpr std::size_t kUsualBytes = 1024;

std::string_view checksum_type_name(ChecksumType type) { return type == ChecksumType::composite ? "COMPOSITE" : "FULL_OBJECT"; }

std::string_view retention_mode_name(RetentionMode mode) {
  switch (mode) {
    case RetentionMode::governance:
      return "GOVERNANCE";
    case RetentionMode::compliance:
      return "COMPLIANCE";
    case RetentionMode::none:
      break;
  }
  return "NONE";
}

// Whether a JSON object can stand for them: no name twice, every name a JSON string.
bool fit_an_object(const Attributes& attributes) {
  std::vector<std::string_view> names;
  names.reserve(attributes.size());
  for (const auto& [name, value] : attributes) {
    if (!is_valid_utf8(name)) return false;
    names.push_back(name);
  }
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end();
}

void append_pairs(std::string& out, const Attributes& attributes) {
  std::string_view separator = "[";
  for (const auto& [name, value] : attributes) {
    out.append(separator).append("[");
    append_json_text(out, name);
    out.append(", ");
    append_json_text(out, value);
    out.append("]");
    separator = ", ";
  }
  out.append("]");
}

void put_attributes(JsonObject& object, std::string_view field, const Attributes& attributes) {
  if (attributes.empty()) return;
  std::string& out = object.name(field);
  if (!fit_an_object(attributes)) {
    append_pairs(out, attributes);
    return;
  }
  JsonObject inner(out);
  for (const auto& [name, value] : attributes) append_json_text(inner.member(name), value);
  inner.close();
}

void put_nonempty(JsonObject& object, std::string_view field, std::string_view value) {
  if (!value.empty()) object.text(field, value);
}
void put_nonzero(JsonObject& object, std::string_view field, std::uint64_t value) {
  if (value != 0) object.number(field, value);
}
void put_set(JsonObject& object, std::string_view field, TimePoint value) {
  if (value != TimePoint()) object.time(field, value);
}

void put_checksum(JsonObject& object, const std::optional<Checksum>& checksum) {
  if (!checksum) return;
  JsonObject inner(object.name("Checksum"));
  inner.text("Algorithm", hash::algorithm_name(checksum->algorithm));
  inner.text("Type", checksum_type_name(checksum->type));
  inner.text("Value", checksum->value);
  inner.close();
}

void put_object_attributes(JsonObject& object, const ObjectAttributes& attributes) {
  put_attributes(object, "Headers", attributes.headers);
  put_attributes(object, "Metadata", attributes.user_metadata);
  put_attributes(object, "TagSet", attributes.tags);
  put_attributes(object, "properties", attributes.properties);
  const Retention& retention = attributes.retention;
  if (retention.mode != RetentionMode::none || retention.until != TimePoint()) {
    JsonObject inner(object.name("Retention"));
    inner.text("Mode", retention_mode_name(retention.mode));
    inner.time("RetainUntilDate", retention.until);
    inner.close();
  }
  if (attributes.legal_hold) object.text("LegalHold", "ON");
}

std::string big_endian_base64(const std::vector<std::uint32_t>& numbers) {
  std::string bytes;
  bytes.reserve(numbers.size() * 4);
  for (const std::uint32_t number : numbers) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes.push_back(static_cast<char>(number >> shift));
  }
  return base64_encode(as_bytes(bytes));
}

void append_extent(std::string& out, const Extent& extent) {
  JsonObject object(out);
  object.id("file", extent.file);
  put_nonzero(object, "offset", extent.offset);
  put_nonzero(object, "length", extent.length);
  put_nonzero(object, "file_bytes", extent.file_bytes);
  put_nonzero(object, "block_bytes", extent.block_bytes);
  put_nonempty(object, "block_crc32c", big_endian_base64(extent.block_crc32c));
  put_nonzero(object, "PartNumber", extent.part.number);
  put_nonzero(object, "Size", extent.part.size_bytes);
  put_nonempty(object, "ETag", extent.part.etag);
  put_set(object, "LastModified", extent.part.modified);
  put_checksum(object, extent.part.checksum);
  object.close();
}

void put_extents(JsonObject& object, const std::vector<Extent>& extents) {
  if (extents.empty()) return;
  std::string& out = object.name("extents");
  std::string_view separator = "[\n  ";
  for (const Extent& extent : extents) {
    out.append(separator);
    append_extent(out, extent);
    separator = ",\n  ";
  }
  out.append("\n ]");
}

// `unknown` is a JSON object's text; its members become this one's.
void put_unknown(JsonObject& object, std::string_view unknown) {
  constexpr std::size_t kBraces = 2;
  if (unknown.size() > kBraces) object.next_member().append(unknown.substr(1, unknown.size() - kBraces));
}

// Adds the crc32c of all that `out` holds, and ends the file.
void seal(JsonObject& object, std::string& out) {
  object.next_member();
  const std::uint32_t crc = hash::crc32c(0, as_bytes(out));
  out.append("\"crc32c\": \"").append(crc_digits(crc)).append("\"");
  object.close();
  out.push_back('\n');
}

std::string_view versioning_name(Versioning versioning) { return versioning == Versioning::enabled ? "Enabled" : "Suspended"; }

void put_configuration(JsonObject& object, const BucketInfo& bucket) {
  if (bucket.configuration.empty()) return;
  JsonObject inner(object.name("configuration"));
  for (const auto& [name, text] : bucket.configuration) append_json_text(inner.member(name), text);
  inner.close();
}

}  // namespace

std::string to_sidecar(const VersionRecord& record, std::string_view bucket_name) {
  const ObjectInfo& info = record.info;
  std::string out;
  out.reserve(kUsualBytes);
  JsonObject object(out, JsonObject::Layout::line);
  object.number("format", kFormat);
  object.text("kind", "version");
  object.text("Bucket", bucket_name);
  object.id("bucket_id", record.bucket_id);
  object.text("Key", info.key);
  object.text("VersionId", version_id_of(record));
  if (record.null_version && record.version_tag != 0) object.id("version_tag", record.version_tag);
  object.number("created_seq", info.created_seq);
  object.number("changed_seq", record.changed_seq);
  object.id("file", record.file);
  if (info.delete_marker) object.boolean("DeleteMarker", true);
  put_set(object, "LastModified", info.modified);
  object.number("Size", info.size_bytes);
  put_nonempty(object, "ETag", info.etag);
  put_checksum(object, info.checksum);
  put_nonzero(object, "PartsCount", info.part_count);
  put_nonempty(object, "UploadId", info.upload_id);
  put_object_attributes(object, info);
  put_extents(object, record.extents);
  put_unknown(object, record.unknown);
  seal(object, out);
  return out;
}

std::string to_sidecar(const UploadRecord& record, std::string_view bucket_name) {
  std::string out;
  out.reserve(kUsualBytes);
  JsonObject object(out, JsonObject::Layout::line);
  object.number("format", kFormat);
  object.text("kind", "upload");
  object.text("Bucket", bucket_name);
  object.id("bucket_id", record.bucket_id);
  object.text("Key", record.key);
  object.text("UploadId", upload_id_of(record));
  object.number("created_seq", record.created_seq);
  object.id("file", record.file);
  put_set(object, "Initiated", record.initiated);
  put_object_attributes(object, record.attributes);
  seal(object, out);
  return out;
}

std::string to_sidecar(const PartRecord& record) {
  std::string out;
  out.reserve(kUsualBytes);
  JsonObject object(out, JsonObject::Layout::line);
  object.number("format", kFormat);
  object.text("kind", "part");
  object.id("bucket_id", record.bucket_id);
  object.number("upload_seq", record.upload_seq);
  object.number("changed_seq", record.changed_seq);
  object.id("file", record.extent.file);
  append_extent(object.name("extent"), record.extent);
  seal(object, out);
  return out;
}

std::string bucket_document(const BucketInfo& bucket) {
  std::string out;
  JsonObject object(out, JsonObject::Layout::line);
  object.number("format", kFormat);
  object.text("Name", bucket.name);
  object.id("bucket_id", bucket.id);
  put_set(object, "CreationDate", bucket.created);
  put_nonempty(object, "Owner", bucket.owner);
  put_nonempty(object, "LocationConstraint", bucket.region);
  if (bucket.versioning != Versioning::unversioned) object.text("Versioning", versioning_name(bucket.versioning));
  if (bucket.object_lock) object.boolean("ObjectLockEnabled", true);
  put_nonzero(object, "quota_bytes", bucket.quota_bytes);
  put_configuration(object, bucket);
  object.close();
  out.push_back('\n');
  return out;
}

std::string to_document_file(const StoredDocument& document) {
  std::string out;
  out.reserve(document.content.size() + kUsualBytes);
  JsonObject object(out, JsonObject::Layout::line);
  object.number("format", kFormat);
  object.text("kind", "document");
  object.text("name", document.name);
  object.number("changed_seq", document.changed_seq);
  object.text("content", document.content);
  seal(object, out);
  return out;
}

std::string to_format_file(std::string_view deployment_id) {
  std::string out;
  JsonObject object(out);
  object.number("format", kFormat);
  object.text("deployment_id", deployment_id);
  object.close();
  out.push_back('\n');
  return out;
}

}  // namespace holdfast::storage::local
