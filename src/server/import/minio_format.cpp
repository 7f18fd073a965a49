#include "server/import/minio_format.hpp"

#include "server/import/xml.hpp"

#include "holdfast/base/encoding.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace holdfast::server::import {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kMagic = "XL2 ";
constexpr std::size_t kVersionBytes = 4;   // two numbers behind the magic
constexpr std::uint64_t kFreeVersion = 1;  // flag: what a tier has yet to delete, no version of the user's
constexpr std::size_t kBinaryHead = 5;     // 0xc6 and a 32-bit length
constexpr std::size_t kCrcBytes = 5;       // 0xce and 32 bits
constexpr int kTypeObject = 1;
constexpr int kTypeMarker = 2;
constexpr std::string_view kInternal = "x-minio-internal-";

Error damaged(const std::string& why) { return {ErrorCode::XHoldfastCorruptObject, why}; }

// MessagePack values that follow each other are an array without its head.
Json read_sequence(std::string_view bytes, std::uint32_t count) {
  std::string array{'\xdd'};
  for (int shift = 24; shift >= 0; shift -= 8) array += static_cast<char>(count >> static_cast<unsigned>(shift));
  array += bytes;
  return Json::from_msgpack(array, false);
}

std::string text_of(const Json& value) {
  if (value.is_binary()) return {value.get_binary().begin(), value.get_binary().end()};
  return value.is_string() ? value.get<std::string>() : std::string();
}

TimePoint time_of(std::int64_t nanoseconds) { return TimePoint(std::chrono::nanoseconds(nanoseconds)); }

// Seconds and nanoseconds, high bytes first.
TimePoint read_time(const Json& value) {
  const std::string bytes = text_of(value);
  if (bytes.size() != 12) return {};
  std::uint64_t seconds = 0;
  for (const char c : bytes.substr(0, 8)) seconds = seconds << 8U | static_cast<unsigned char>(c);
  return TimePoint(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

std::string uuid_text(const std::string& bytes) {
  const std::string hex = hex_encode(as_bytes(bytes));
  if (bytes.size() != 16 || hex.find_first_not_of('0') == std::string::npos) return "";
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20);
}

// Metadata of either kind under lower-case names: older releases wrote x-amz-*, newer ones X-Amz-*.
std::map<std::string, std::string> metadata_of(const Json& object, const char* name) {
  std::map<std::string, std::string> metadata;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_object()) return metadata;
  for (const auto& [key, value] : found->items()) metadata[ascii_lower(key)] = text_of(value);
  return metadata;
}

void read_tags(std::string_view text, storage::Attributes& tags) {
  for (const auto pair : split(text, '&')) {
    const auto equals = std::min(pair.find('='), pair.size());
    const auto key = query_decode(pair.substr(0, equals));
    const auto value = query_decode(equals == pair.size() ? "" : pair.substr(equals + 1));
    if (key && value && !key->empty()) tags.emplace_back(*key, *value);
  }
}

void read_lock(const std::map<std::string, std::string>& metadata, storage::ObjectAttributes& attributes) {
  const auto mode = metadata.find("x-amz-object-lock-mode");
  const auto until = metadata.find("x-amz-object-lock-retain-until-date");
  if (mode != metadata.end() && until != metadata.end()) {
    const auto date = parse_iso8601(until->second);
    const std::string name = ascii_lower(mode->second);
    if (date && name == "governance") attributes.retention = {storage::RetentionMode::governance, *date};
    if (date && name == "compliance") attributes.retention = {storage::RetentionMode::compliance, *date};
  }
  const auto hold = metadata.find("x-amz-object-lock-legal-hold");
  if (hold == metadata.end() || hold->second.empty()) return;
  attributes.legal_hold = ascii_lower(hold->second) == "on";
  storage::set_attribute(attributes.properties, "legal-hold", attributes.legal_hold ? "ON" : "OFF");
}

void read_attributes(const std::map<std::string, std::string>& metadata, SourceVersion& version) {
  static constexpr std::array<std::string_view, 6> kHeaders{"content-type",     "cache-control",    "content-disposition",
                                                            "content-encoding", "content-language", "expires"};
  constexpr std::string_view kUser = "x-amz-meta-";
  storage::ObjectAttributes& attributes = version.attributes;
  for (const auto& [name, value] : metadata) {
    if (name.starts_with(kUser)) {
      storage::set_attribute(attributes.user_metadata, name.substr(kUser.size()), value);
    } else if (!value.empty() && std::ranges::find(kHeaders, name) != kHeaders.end()) {
      storage::set_attribute(attributes.headers, name, value);
    }
  }
  const auto value_of = [&metadata](const char* name) {
    const auto found = metadata.find(name);
    return found == metadata.end() ? std::string() : found->second;
  };
  version.etag = value_of("etag");
  read_tags(value_of("x-amz-tagging"), attributes.tags);
  read_lock(metadata, attributes);
  if (const auto redirect = value_of("x-amz-website-redirect-location"); !redirect.empty()) {
    storage::set_attribute(attributes.properties, "website-redirect", redirect);
  }
  const auto storage_class = value_of("x-amz-storage-class");
  if (!storage_class.empty() && storage_class != "STANDARD") storage::set_attribute(attributes.properties, "storage-class", storage_class);
}

// Numbers in seven bits a byte, low ones first.
std::uint64_t take_number(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; !bytes.empty() && shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) break;
  }
  return number;
}

// The first checksum that clients asked for: its kind in bits, its bytes, and for an upload in parts their number.
std::optional<storage::Checksum> read_checksum(std::string_view bytes) {
  static constexpr std::array<std::pair<std::uint64_t, hash::Algorithm>, 5> kKinds{{{2, hash::Algorithm::sha256},
                                                                                    {4, hash::Algorithm::sha1},
                                                                                    {8, hash::Algorithm::crc32},
                                                                                    {16, hash::Algorithm::crc32c},
                                                                                    {256, hash::Algorithm::crc64nvme}}};
  constexpr std::uint64_t kMultipart = 64;
  constexpr std::uint64_t kFullObject = 512;
  const std::uint64_t kind = take_number(bytes);
  const auto found = std::ranges::find_if(kKinds, [kind](const auto& entry) { return (kind & entry.first) != 0; });
  if (found == kKinds.end() || bytes.size() < hash::digest_size(found->second)) return std::nullopt;
  storage::Checksum checksum;
  checksum.algorithm = found->second;
  checksum.value = base64_encode(as_bytes(bytes.substr(0, hash::digest_size(found->second))));
  bytes.remove_prefix(hash::digest_size(found->second));
  if ((kind & kMultipart) != 0 && (kind & kFullObject) == 0 && checksum.algorithm != hash::Algorithm::crc64nvme) {
    checksum.type = storage::ChecksumType::composite;
    checksum.value += "-" + std::to_string(take_number(bytes));
  }
  return checksum;
}

std::string obstacle_of(const Json& object, const std::map<std::string, std::string>& internal,
                        const std::map<std::string, std::string>& user) {
  for (const auto* metadata : {&internal, &user}) {
    for (const auto& [name, value] : *metadata) {
      if (!name.starts_with(kInternal)) continue;
      const std::string_view rest = std::string_view(name).substr(kInternal.size());
      if (rest.starts_with("server-side-encryption")) return "it is encrypted";
      if (rest == "compression") return "it is compressed";
      if (rest == "transition-status" && !value.empty()) return "its data lies in a remote tier";
    }
  }
  if (object.value("EcM", 1) != 1 || object.value("EcN", 0) != 0) return "it is spread over several drives";
  return "";
}

Result<> read_parts(const Json& object, SourceVersion& version) {
  const Json& numbers = object.at("PartNums");
  const Json& sizes = object.at("PartSizes");
  if (numbers.size() != sizes.size()) return damaged("its parts and their sizes don't match");
  const auto etags = object.find("PartETags");
  const bool named = etags != object.end() && etags->is_array() && etags->size() == numbers.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    SourcePart part{numbers[i].get<std::uint32_t>(), named ? text_of((*etags)[i]) : "", sizes[i].get<std::uint64_t>()};
    version.parts.push_back(std::move(part));
  }
  version.multipart = version.etag.find('-') != std::string::npos;
  return {};
}

Result<SourceVersion> read_object(const Json& object, const Json& inline_data) {
  SourceVersion version;
  const auto user = metadata_of(object, "MetaUsr");
  const auto internal = metadata_of(object, "MetaSys");
  const std::string id = uuid_text(text_of(object.at("ID")));
  version.version_id = id.empty() ? "null" : id;
  version.modified = time_of(object.at("MTime").get<std::int64_t>());
  version.size_bytes = object.at("Size").get<std::uint64_t>();
  version.block_bytes = object.value("EcBSize", std::uint64_t{0});
  version.data_folder = uuid_text(text_of(object.value("DDir", Json())));
  read_attributes(user, version);
  HOLDFAST_TRY_VOID(read_parts(object, version));
  if (const auto crc = internal.find(std::string(kInternal) + "crc"); crc != internal.end()) version.checksum = read_checksum(crc->second);
  version.obstacle = obstacle_of(object, internal, user);
  if (const auto data = inline_data.find(version.version_id); data != inline_data.end()) version.inline_data = text_of(*data);
  if (version.block_bytes == 0) return damaged("its block size is missing");
  return version;
}

SourceVersion read_marker(const Json& object) {
  SourceVersion version;
  const std::string id = uuid_text(text_of(object.at("ID")));
  version.version_id = id.empty() ? "null" : id;
  version.modified = time_of(object.at("MTime").get<std::int64_t>());
  version.delete_marker = true;
  return version;
}

Json read_inline_data(std::string_view bytes) {
  if (bytes.size() < 2) return Json::object();
  const std::string_view map = bytes.substr(1);  // behind the version of this part
  return Json::from_msgpack(map.begin(), map.end(), false);
}

Result<std::vector<SourceVersion>> read_versions(std::string_view bytes) {
  const std::string metadata = text_of(read_sequence(bytes, 1).at(0));
  const std::size_t end = kBinaryHead + metadata.size() + kCrcBytes;
  const Json inline_data = read_inline_data(bytes.substr(std::min(end, bytes.size())));
  const auto count = read_sequence(metadata, 3).at(2).get<std::uint32_t>();
  const Json items = read_sequence(metadata, 3 + 2 * count);
  std::vector<SourceVersion> versions;
  for (std::size_t i = 3; i + 1 < items.size(); i += 2) {
    const std::string head = text_of(items[i]);
    const Json fields = Json::from_msgpack(head, false);
    if (fields.size() > 4 && (fields[4].get<std::uint64_t>() & kFreeVersion) != 0) continue;
    const Json version = Json::from_msgpack(text_of(items[i + 1]), false);
    const int type = version.at("Type").get<int>();
    if (type == kTypeMarker) {
      versions.push_back(read_marker(version.at("DelObj")));
    } else if (type == kTypeObject) {
      HOLDFAST_TRY(object, read_object(version.at("V2Obj"), inline_data));
      versions.push_back(std::move(object));
    } else {
      versions.emplace_back().obstacle = "it was written by a release from before 2021";
    }
  }
  return versions;
}

}  // namespace

Result<std::vector<SourceVersion>> parse_versions(std::string_view xl_meta) {
  if (!xl_meta.starts_with(kMagic) || xl_meta.size() < kMagic.size() + kVersionBytes + kBinaryHead) return damaged("it is no xl.meta");
  const auto major = static_cast<unsigned char>(xl_meta[4]);
  const auto minor = static_cast<unsigned char>(xl_meta[6]);
  if (major != 1 || minor < 3) {
    return damaged("xl.meta has the format " + std::to_string(major) + "." + std::to_string(minor) + ", 1.3 is understood");
  }
  try {
    return read_versions(xl_meta.substr(kMagic.size() + kVersionBytes));
  } catch (const Json::exception& error) {
    return damaged(std::string("xl.meta is not understood: ") + error.what());
  }
}

Result<SourceBucket> parse_bucket(std::string_view metadata_bin) {
  if (metadata_bin.size() < kVersionBytes) return damaged("the bucket's metadata is cut short");
  const std::string_view bytes = metadata_bin.substr(kVersionBytes);
  try {
    const Json json = Json::from_msgpack(bytes.begin(), bytes.end(), false);
    const auto document = [&json](const char* name) { return text_of(json.value(name, Json())); };
    SourceBucket bucket;
    bucket.created = read_time(json.value("Created", Json()));
    bucket.policy = document("PolicyConfigJSON");
    bucket.lifecycle = document("LifecycleConfigXML");
    bucket.lock = document("ObjectLockConfigXML");
    bucket.tagging = document("TaggingConfigXML");
    bucket.notification = document("NotificationConfigXML");
    bucket.encryption = document("EncryptionConfigXML");
    bucket.replication = document("ReplicationConfigXML");
    bucket.object_lock = json.value("LockEnabled", false) || !bucket.lock.empty();
    bucket.versioning = bucket.object_lock ? storage::Versioning::enabled : read_versioning(document("VersioningConfigXML"));
    const std::string quota = document("QuotaConfigJSON");
    if (!quota.empty()) {
      const Json limit = Json::parse(quota);
      bucket.quota_bytes = std::max(limit.value("quota", std::uint64_t{0}), limit.value("size", std::uint64_t{0}));
    }
    return bucket;
  } catch (const Json::exception& error) {
    return damaged(std::string("the bucket's metadata is not understood: ") + error.what());
  }
}

}  // namespace holdfast::server::import
