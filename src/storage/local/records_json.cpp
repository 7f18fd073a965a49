#include "holdfast/base/encoding.hpp"
#include "json_writer.hpp"
#include "records.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <initializer_list>
#include <limits>

namespace holdfast::storage::local {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kFormat = 1;
constexpr int kGreatestDepth = 32;
constexpr std::string_view kEndName = "\"crc32c\": \"";
constexpr std::string_view kEndClose = "\"\n}\n";
constexpr std::size_t kEndBytes = kEndName.size() + kCrcDigits + kEndClose.size();

constexpr auto kVersionFields = std::to_array<std::string_view>(
    {"format",   "kind",         "Bucket",       "bucket_id", "Key",       "VersionId", "version_tag", "created_seq", "changed_seq",
     "file",     "DeleteMarker", "LastModified", "Size",      "ETag",      "Checksum",  "PartsCount",  "UploadId",    "Headers",
     "Metadata", "TagSet",       "properties",   "Retention", "LegalHold", "extents",   "crc32c"});

Error damaged(std::string_view what, std::string_view problem) {
  return Error(ErrorCode::XHoldfastCorruptObject, std::string(what) + " is damaged: " + std::string(problem));
}

// Reads the fields of one JSON object. The first thing that is wrong is kept, for all objects that share `problem`.
class Fields {
 public:
  Fields(const Json& object, std::string& problem) : object_(object), problem_(problem) {
    if (!object_.is_object()) fail("", "isn't an object");
  }

  bool ok() const noexcept { return problem_.empty(); }
  void fail(std::string_view name, std::string_view what) {
    if (problem_.empty()) problem_.append("'").append(name).append("' ").append(what);
  }
  // nullptr when the field is missing.
  const Json* find(std::string_view name) const {
    if (!object_.is_object()) return nullptr;
    for (const auto& item : object_.items()) {
      if (item.key() == name) return &item.value();
    }
    return nullptr;
  }

  std::uint64_t number(std::string_view name, std::uint64_t greatest = std::numeric_limits<std::uint64_t>::max()) {
    const Json* value = find(name);
    if (value == nullptr) return 0;
    if (value->is_number_unsigned() && value->get<std::uint64_t>() <= greatest) return value->get<std::uint64_t>();
    fail(name, "isn't a number in its range");
    return 0;
  }
  bool boolean(std::string_view name) {
    const Json* value = find(name);
    if (value == nullptr) return false;
    if (!value->is_boolean()) fail(name, "isn't true or false");
    return value->is_boolean() && value->get<bool>();
  }
  std::string text(std::string_view name) {
    const Json* value = find(name);
    return value == nullptr ? std::string() : text_of(name, *value);
  }
  std::string text_of(std::string_view name, const Json& value) {
    if (value.is_string()) return value.get_ref<const std::string&>();
    if (value.is_object() && value.size() == 1 && value.begin().key() == "base64" && value.begin()->is_string()) {
      const auto bytes = base64_decode(value.begin()->get_ref<const std::string&>());
      if (bytes) return std::string(as_text(*bytes));
    }
    fail(name, "isn't text");
    return {};
  }
  std::uint64_t id(std::string_view name) {
    const auto value = parse_file_id(text(name));
    if (!value && find(name) != nullptr) fail(name, "isn't 16 hex digits");
    return value.value_or(0);
  }
  TimePoint time(std::string_view name) {
    if (find(name) == nullptr) return {};
    const auto value = parse_iso8601(text(name));
    if (!value) fail(name, "isn't a time");
    return value.value_or(TimePoint());
  }
  void require(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
      if (find(name) == nullptr) fail(name, "is missing");
    }
  }
  std::string& problem() noexcept { return problem_; }

 private:
  const Json& object_;
  std::string& problem_;
};

Attributes attributes_of(Fields& fields, std::string_view name) {
  Attributes out;
  const Json* value = fields.find(name);
  if (value == nullptr) return out;
  if (value->is_object()) {
    for (const auto& item : value->items()) out.emplace_back(item.key(), fields.text_of(name, item.value()));
    return out;
  }
  if (!value->is_array()) fields.fail(name, "isn't an object or an array");
  for (const Json& pair : *value) {
    if (!pair.is_array() || pair.size() != 2) {
      fields.fail(name, "has something that isn't a pair");
      return out;
    }
    out.emplace_back(fields.text_of(name, pair[0]), fields.text_of(name, pair[1]));
  }
  return out;
}

std::optional<Checksum> checksum_of(Fields& fields) {
  const Json* value = fields.find("Checksum");
  if (value == nullptr) return std::nullopt;
  Fields inner(*value, fields.problem());
  const auto algorithm = hash::parse_algorithm(inner.text("Algorithm"));
  const std::string type = inner.text("Type");
  if (!algorithm) inner.fail("Algorithm", "is unknown");
  if (type != "FULL_OBJECT" && type != "COMPOSITE") inner.fail("Type", "is unknown");
  return Checksum{algorithm.value_or(hash::Algorithm::crc32), type == "COMPOSITE" ? ChecksumType::composite : ChecksumType::full_object,
                  inner.text("Value")};
}

RetentionMode retention_mode_of(Fields& fields) {
  const std::string mode = fields.text("Mode");
  if (mode == "GOVERNANCE") return RetentionMode::governance;
  if (mode == "COMPLIANCE") return RetentionMode::compliance;
  if (mode != "NONE") fields.fail("Mode", "is unknown");
  return RetentionMode::none;
}

Retention retention_of(Fields& fields) {
  const Json* value = fields.find("Retention");
  if (value == nullptr) return {};
  Fields inner(*value, fields.problem());
  return {retention_mode_of(inner), inner.time("RetainUntilDate")};
}

bool legal_hold_of(Fields& fields) {
  const std::string hold = fields.text("LegalHold");
  if (!hold.empty() && hold != "ON") fields.fail("LegalHold", "is unknown");
  return hold == "ON";
}

void read_object_attributes(Fields& fields, ObjectAttributes& out) {
  out.headers = attributes_of(fields, "Headers");
  out.user_metadata = attributes_of(fields, "Metadata");
  out.tags = attributes_of(fields, "TagSet");
  out.properties = attributes_of(fields, "properties");
  out.retention = retention_of(fields);
  out.legal_hold = legal_hold_of(fields);
}

std::vector<std::uint32_t> block_checksums_of(Fields& fields) {
  const auto bytes = base64_decode(fields.text("block_crc32c"));
  if (!bytes || bytes->size() % 4 != 0) {
    fields.fail("block_crc32c", "isn't base64 of whole numbers");
    return {};
  }
  std::vector<std::uint32_t> out(bytes->size() / 4);
  for (std::size_t i = 0; i < bytes->size(); ++i) out[i / 4] = out[i / 4] << 8 | std::to_integer<std::uint32_t>((*bytes)[i]);
  return out;
}

// What readers of the payload count on.
void check_geometry(Fields& fields, const Extent& extent) {
  if (extent.offset > extent.file_bytes || extent.length > extent.file_bytes - extent.offset)
    fields.fail("length", "passes the file's end");
  if (extent.block_bytes == 0) {
    if (!extent.block_crc32c.empty()) fields.fail("block_bytes", "is missing");
    return;
  }
  const std::uint64_t blocks = extent.file_bytes / extent.block_bytes + (extent.file_bytes % extent.block_bytes == 0 ? 0 : 1);
  if (!std::has_single_bit(extent.block_bytes)) fields.fail("block_bytes", "isn't a power of two");
  if (blocks != extent.block_crc32c.size()) fields.fail("block_crc32c", "hasn't one checksum a block");
}

Extent extent_of(const Json& value, std::string& problem) {
  Fields fields(value, problem);
  fields.require({"file"});
  Extent extent;
  extent.file = fields.id("file");
  extent.offset = fields.number("offset");
  extent.length = fields.number("length");
  extent.file_bytes = fields.number("file_bytes");
  extent.block_bytes = fields.number("block_bytes");
  extent.block_crc32c = block_checksums_of(fields);
  extent.part.number = static_cast<std::uint32_t>(fields.number("PartNumber", std::numeric_limits<std::uint32_t>::max()));
  extent.part.size_bytes = fields.number("Size");
  extent.part.etag = fields.text("ETag");
  extent.part.modified = fields.time("LastModified");
  extent.part.checksum = checksum_of(fields);
  check_geometry(fields, extent);
  return extent;
}

std::vector<Extent> extents_of(Fields& fields) {
  std::vector<Extent> out;
  const Json* value = fields.find("extents");
  if (value == nullptr) return out;
  if (!value->is_array()) {
    fields.fail("extents", "isn't an array");
    return out;
  }
  out.reserve(value->size());
  for (const Json& extent : *value) out.push_back(extent_of(extent, fields.problem()));
  return out;
}

std::string unknown_fields(const Json& object) {
  Json unknown = Json::object();
  for (const auto& item : object.items()) {
    if (std::ranges::find(kVersionFields, item.key()) == kVersionFields.end()) unknown[item.key()] = item.value();
  }
  return unknown.empty() ? std::string() : unknown.dump();
}

void read_version_id(Fields& fields, VersionRecord& record) {
  const auto id = parse_version_id(fields.text("VersionId"));
  if (!id || (!id->null_version && id->created_seq != record.info.created_seq)) {
    fields.fail("VersionId", "doesn't fit");
    return;
  }
  record.null_version = id->null_version;
  record.version_tag = id->null_version ? fields.id("version_tag") : id->tag;
  record.info.version_id = version_id_of(record);
}

VersionRecord version_of(const Json& json, Fields& fields) {
  fields.require({"bucket_id", "Key", "file"});
  VersionRecord record;
  ObjectInfo& info = record.info;
  record.bucket_id = fields.id("bucket_id");
  record.file = fields.id("file");
  record.changed_seq = fields.number("changed_seq");
  info.created_seq = fields.number("created_seq");
  read_version_id(fields, record);
  info.key = fields.text("Key");
  info.delete_marker = fields.boolean("DeleteMarker");
  info.modified = fields.time("LastModified");
  info.size_bytes = fields.number("Size");
  info.etag = fields.text("ETag");
  info.checksum = checksum_of(fields);
  info.part_count = static_cast<std::uint32_t>(fields.number("PartsCount", std::numeric_limits<std::uint32_t>::max()));
  info.upload_id = fields.text("UploadId");
  read_object_attributes(fields, info);
  record.extents = extents_of(fields);
  record.unknown = unknown_fields(json);
  return record;
}

UploadRecord upload_of(Fields& fields) {
  fields.require({"bucket_id", "Key", "file"});
  UploadRecord record;
  record.bucket_id = fields.id("bucket_id");
  record.file = fields.id("file");
  record.created_seq = fields.number("created_seq");
  record.key = fields.text("Key");
  record.initiated = fields.time("Initiated");
  const auto id = parse_upload_id(fields.text("UploadId"));
  if (!id || id->created_seq != record.created_seq) fields.fail("UploadId", "doesn't fit");
  if (id) record.tag = id->tag;
  read_object_attributes(fields, record.attributes);
  return record;
}

PartRecord part_of(Fields& fields) {
  fields.require({"bucket_id", "file", "extent"});
  PartRecord record;
  record.bucket_id = fields.id("bucket_id");
  record.upload_seq = fields.number("upload_seq");
  record.changed_seq = fields.number("changed_seq");
  if (const Json* extent = fields.find("extent")) record.extent = extent_of(*extent, fields.problem());
  if (record.extent.file != fields.id("file")) fields.fail("file", "isn't the extent's");
  return record;
}

Result<> parse_json(std::string_view text, std::string_view what, Json& json) {
  bool too_deep = false;
  const auto guard = [&](int depth, nlohmann::json::parse_event_t, Json&) {
    too_deep |= depth > kGreatestDepth;
    return !too_deep;
  };
  json = Json::parse(text, guard, false);
  if (too_deep) return damaged(what, "it is nested too deeply");
  if (json.is_discarded()) return damaged(what, "it isn't JSON");
  if (!json.is_object()) return damaged(what, "it isn't a JSON object");
  return {};
}

Result<> check_format(Fields& fields, std::string_view what) {
  fields.require({"format"});
  const std::uint64_t format = fields.number("format");
  if (!fields.ok()) return damaged(what, fields.problem());
  if (format > kFormat) return Error(ErrorCode::XHoldfastCorruptObject, std::string(what) + " was written by a newer Holdfast.");
  if (format != kFormat) return damaged(what, "'format' is 0");
  return {};
}

// The text must end in the crc32c of all before that.
Result<> check_end(std::string_view text, std::string_view what) {
  if (text.size() < kEndBytes) return damaged(what, "it is too short");
  const std::string_view end = text.substr(text.size() - kEndBytes);
  if (!end.starts_with(kEndName) || !end.ends_with(kEndClose)) return damaged(what, "it doesn't end in its checksum");
  text.remove_suffix(kEndBytes);
  if (end.substr(kEndName.size(), kCrcDigits) != crc_digits(hash::crc32c(0, as_bytes(text))))
    return damaged(what, "its checksum doesn't match");
  return {};
}

Versioning versioning_of(Fields& fields) {
  const std::string name = fields.text("Versioning");
  if (name == "Enabled") return Versioning::enabled;
  if (name == "Suspended") return Versioning::suspended;
  if (!name.empty()) fields.fail("Versioning", "is unknown");
  return Versioning::unversioned;
}

}  // namespace

Result<Sidecar> parse_sidecar(std::string_view text) {
  constexpr std::string_view kWhat = "A sidecar";
  HOLDFAST_TRY_VOID(check_end(text, kWhat));
  Json json;
  HOLDFAST_TRY_VOID(parse_json(text, kWhat, json));
  std::string problem;
  Fields fields(json, problem);
  HOLDFAST_TRY_VOID(check_format(fields, kWhat));
  const std::string kind = fields.text("kind");
  Sidecar sidecar;
  if (kind == "version") {
    sidecar = version_of(json, fields);
  } else if (kind == "upload") {
    sidecar = upload_of(fields);
  } else if (kind == "part") {
    sidecar = part_of(fields);
  } else {
    fields.fail("kind", "is unknown");
  }
  if (!fields.ok()) return damaged(kWhat, problem);
  return sidecar;
}

Result<BucketInfo> parse_bucket_document(std::string_view text) {
  constexpr std::string_view kWhat = "A bucket's document";
  Json json;
  HOLDFAST_TRY_VOID(parse_json(text, kWhat, json));
  std::string problem;
  Fields fields(json, problem);
  HOLDFAST_TRY_VOID(check_format(fields, kWhat));
  fields.require({"Name", "bucket_id"});
  BucketInfo bucket;
  bucket.name = fields.text("Name");
  bucket.id = fields.id("bucket_id");
  bucket.created = fields.time("CreationDate");
  bucket.owner = fields.text("Owner");
  bucket.region = fields.text("LocationConstraint");
  bucket.versioning = versioning_of(fields);
  bucket.object_lock = fields.boolean("ObjectLockEnabled");
  bucket.quota_bytes = fields.number("quota_bytes");
  for (auto& [name, value] : attributes_of(fields, "configuration")) bucket.configuration.insert_or_assign(name, std::move(value));
  if (!fields.ok()) return damaged(kWhat, problem);
  return bucket;
}

Result<StoredDocument> parse_document_file(std::string_view text) {
  constexpr std::string_view kWhat = "A document's file";
  HOLDFAST_TRY_VOID(check_end(text, kWhat));
  Json json;
  HOLDFAST_TRY_VOID(parse_json(text, kWhat, json));
  std::string problem;
  Fields fields(json, problem);
  HOLDFAST_TRY_VOID(check_format(fields, kWhat));
  fields.require({"name", "content"});
  StoredDocument document{fields.text("name"), fields.number("changed_seq"), fields.text("content")};
  if (fields.text("kind") != "document") fields.fail("kind", "is unknown");
  if (!fields.ok()) return damaged(kWhat, problem);
  return document;
}

Result<std::string> parse_format_file(std::string_view text) {
  constexpr std::string_view kWhat = "format.json";
  Json json;
  HOLDFAST_TRY_VOID(parse_json(text, kWhat, json));
  std::string problem;
  Fields fields(json, problem);
  HOLDFAST_TRY_VOID(check_format(fields, kWhat));
  fields.require({"deployment_id"});
  std::string deployment_id = fields.text("deployment_id");
  if (deployment_id.empty()) fields.fail("deployment_id", "is empty");
  if (!fields.ok()) return damaged(kWhat, problem);
  return deployment_id;
}

}  // namespace holdfast::storage::local
