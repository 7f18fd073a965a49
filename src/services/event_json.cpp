#include "holdfast/base/encoding.hpp"
#include "holdfast/services/notifications.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>

namespace holdfast::services {
namespace {

using Json = nlohmann::ordered_json;

// As form data: a space is '+'. What AWS and MinIO do to keys in events.
std::string encode_key(std::string_view key) {
  std::string encoded = uri_encode(key, false);
  for (std::size_t at = encoded.find("%20"); at != std::string::npos; at = encoded.find("%20", at)) encoded.replace(at, 3, "+");
  return encoded;
}

std::string sequencer(std::uint64_t seq) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), seq, 16).ptr;
  const std::string text(digits.data(), end);
  std::string padded(16 - text.size(), '0');
  for (const char c : text) padded += c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  return padded;
}

Json object_json(const storage::ChangeEvent& event, const storage::ObjectInfo* info) {
  Json object;
  object["key"] = encode_key(event.key);
  if (!event.name.starts_with("s3:ObjectRemoved:")) {
    object["size"] = event.size_bytes;
    object["eTag"] = event.etag;
  }
  if (info != nullptr) {
    Json metadata = Json::object();
    if (const auto* type = storage::find_attribute(info->headers, "content-type")) {
      object["contentType"] = *type;
      metadata["content-type"] = *type;
    }
    for (const auto& [name, value] : info->user_metadata) metadata["X-Amz-Meta-" + name] = value;
    object["userMetadata"] = std::move(metadata);
  }
  if (!event.version_id.empty() && event.version_id != "null") object["versionId"] = event.version_id;
  object["sequencer"] = sequencer(event.seq);
  return object;
}

Json record_json(const storage::ChangeEvent& event, const storage::ObjectInfo* info, std::string_view region) {
  Json record;
  record["eventVersion"] = "2.0";
  record["eventSource"] = "minio:s3";
  record["awsRegion"] = region;
  record["eventTime"] = format_iso8601_millis(event.time);
  record["eventName"] = event.name;
  record["userIdentity"] = {{"principalId", ""}};
  record["requestParameters"] = {{"principalId", ""}, {"region", region}, {"sourceIPAddress", ""}};
  record["responseElements"] = Json::object();
  record["s3"] = {{"s3SchemaVersion", "1.0"},
                  {"configurationId", "Config"},
                  {"bucket", {{"name", event.bucket}, {"ownerIdentity", {{"principalId", ""}}}, {"arn", "arn:aws:s3:::" + event.bucket}}},
                  {"object", object_json(event, info)}};
  record["source"] = {{"host", ""}, {"port", ""}, {"userAgent", ""}};
  return record;
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::string render_record(const storage::ChangeEvent& event, const storage::ObjectInfo* object, std::string_view region) {
  return dump(record_json(event, object, region));
}

std::string render_notification(const storage::ChangeEvent& event, const storage::ObjectInfo* object, std::string_view region) {
  Json body;
  body["EventName"] = event.name;
  body["Key"] = event.bucket + "/" + event.key;
  body["Records"] = Json::array({record_json(event, object, region)});
  return dump(body);
}

}  // namespace holdfast::services
