#include "server/mc/xml.hpp"

#include "holdfast/base/encoding.hpp"

#include <pugixml.hpp>

namespace holdfast::server::mc {
namespace {

Error not_understood() { return {ErrorCode::InternalError, "the server's answer is not S3's"}; }

}  // namespace

Result<Listing> parse_listing(const std::string& xml) {
  pugi::xml_document document;
  const auto parsed = document.load_buffer(xml.data(), xml.size());
  const auto root = document.child("ListBucketResult");
  if (!parsed || !root) return not_understood();
  Listing listing;
  for (const auto prefix : root.children("CommonPrefixes")) {
    const auto name = query_decode(prefix.child_value("Prefix"));
    if (name) listing.entries.push_back({*name, 0, ""});
  }
  for (const auto object : root.children("Contents")) {
    const auto key = query_decode(object.child_value("Key"));
    if (key) listing.entries.push_back({*key, parse_u64(object.child_value("Size")).value_or(0), object.child_value("LastModified")});
  }
  listing.next = root.child_value("NextContinuationToken");
  return listing;
}

Result<std::vector<Entry>> parse_buckets(const std::string& xml) {
  pugi::xml_document document;
  const auto parsed = document.load_buffer(xml.data(), xml.size());
  const auto root = document.child("ListAllMyBucketsResult");
  if (!parsed || !root) return not_understood();
  std::vector<Entry> buckets;
  for (const auto bucket : root.child("Buckets").children("Bucket")) {
    buckets.push_back({std::string(bucket.child_value("Name")) + "/", 0, bucket.child_value("CreationDate")});
  }
  return buckets;
}

Error parse_error(int status, const std::string& xml) {
  pugi::xml_document document;
  document.load_buffer(xml.data(), xml.size());
  const auto root = document.child("Error");
  const std::string code = root ? root.child_value("Code") : "HTTP " + std::to_string(status);
  const std::string message = root ? root.child_value("Message") : "";
  Error error(ErrorCode::BadRequest, code + (message.empty() ? "" : ": " + message));
  error.details = {{"Code", code}};
  return error;
}

}  // namespace holdfast::server::mc
