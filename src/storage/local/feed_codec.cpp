#include "feed.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/hash/digest.hpp"

#include <nlohmann/json.hpp>

namespace holdfast::storage::local {
namespace {

constexpr int kFormat = 1;
using Json = nlohmann::json;

Json to_json(const ChangeEvent& event) {
  Json json;
  json["seq"] = event.seq;
  json["name"] = event.name;
  json["bucket"] = event.bucket;
  json["key"] = base64_encode(as_bytes(event.key));  // keys may hold any byte
  json["version_id"] = event.version_id;
  json["etag"] = event.etag;
  json["size"] = event.size_bytes;
  json["time"] = event.time.time_since_epoch().count();
  return json;
}

ChangeEvent from_json(const Json& json) {
  ChangeEvent event;
  event.seq = json.at("seq");
  event.name = json.at("name");
  event.bucket = json.at("bucket");
  if (const auto key = base64_decode(json.at("key").get<std::string>())) event.key = as_text(*key);
  event.version_id = json.at("version_id");
  event.etag = json.at("etag");
  event.size_bytes = json.at("size");
  event.time = TimePoint(std::chrono::nanoseconds(json.at("time").get<std::int64_t>()));
  return event;
}

}  // namespace

std::string to_feed_file(const std::vector<ChangeEvent>& events) {
  Json list = Json::array();
  for (const ChangeEvent& event : events) list.push_back(to_json(event));
  Json json;
  json["crc32c"] = hash::crc32c(0, as_bytes(list.dump()));
  json["events"] = std::move(list);
  json["format"] = kFormat;
  return json.dump();
}

Result<std::vector<ChangeEvent>> parse_feed_file(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  try {
    if (json.is_discarded() || json.at("format") != kFormat)
      return Error(ErrorCode::InternalError, "Not a change feed file of this release.");
    const Json& list = json.at("events");
    if (json.at("crc32c") != hash::crc32c(0, as_bytes(list.dump()))) return Error(ErrorCode::InternalError, "A damaged change feed file.");
    std::vector<ChangeEvent> events;
    for (const Json& event : list) events.push_back(from_json(event));
    return events;
  } catch (const Json::exception& failure) {
    return Error(ErrorCode::InternalError, failure.what());
  }
}

}  // namespace holdfast::storage::local
