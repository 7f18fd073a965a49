#include "s3/listing.hpp"

#include "holdfast/base/encoding.hpp"
#include "s3/authorize.hpp"
#include "s3/checksum.hpp"
#include "s3/owner.hpp"

#include <algorithm>

namespace holdfast::s3 {
namespace {

// Leaves <Contents> open.
void append_entry(XmlWriter& xml, const NameEncoder& names, const storage::ListEntry& object, bool with_owner) {
  xml.open("Contents");
  names.name(xml, "Key", object.key);
  xml.time("LastModified", object.modified).etag("ETag", object.etag);
  if (object.checksum) {
    xml.plain("ChecksumAlgorithm", hash::algorithm_name(object.checksum->algorithm));
    xml.plain("ChecksumType", checksum_type_name(object.checksum->type));
  }
  xml.number("Size", object.size_bytes);
  if (with_owner) append_owner(xml);
  xml.element("StorageClass", object.storage_class.empty() ? std::string_view("STANDARD") : std::string_view(object.storage_class));
}

// Header names may have characters that names of elements can't.
bool is_element_name(std::string_view name) noexcept {
  return std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
  });
}

// As MinIO's clients know them: X-Amz-Meta-Color.
std::string canonical_header(std::string_view lower_name) {
  std::string name(lower_name);
  bool first = true;
  for (char& c : name) {
    if (first && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    first = c == '-';
  }
  return name;
}

void append_user_metadata(XmlWriter& xml, const storage::ObjectInfo& object) {
  xml.open("UserMetadata");
  for (const auto& [name, value] : object.headers) {
    if (is_element_name(name)) xml.element(name, value);
  }
  for (const auto& [name, value] : object.user_metadata) {
    if (is_element_name(name)) xml.element("X-Amz-Meta-" + canonical_header(name), value);
  }
  xml.close();
}

}  // namespace

Result<NameEncoder> NameEncoder::from_query(const Query& query) {
  NameEncoder names;
  const auto type = query.get("encoding-type");
  if (!type.empty() && type != "url") {
    Error error(ErrorCode::InvalidArgument, "Invalid Encoding Method specified in Request");
    error.details = {{"ArgumentName", "encoding-type"}, {"ArgumentValue", std::string(type)}};
    return error;
  }
  names.url_ = !type.empty();
  return names;
}

void NameEncoder::name(XmlWriter& xml, std::string_view element, std::string_view text) const {
  if (url_) {
    xml.element(element, uri_encode(text, true));
  } else {
    xml.element(element, text);
  }
}

void NameEncoder::encoding_type(XmlWriter& xml) const {
  if (url_) xml.element("EncodingType", "url");
}

void append_common_prefixes(XmlWriter& xml, const NameEncoder& names, const std::vector<std::string>& prefixes) {
  for (const std::string& prefix : prefixes) {
    xml.open("CommonPrefixes");
    names.name(xml, "Prefix", prefix);
    xml.close();
  }
}

void append_contents(XmlWriter& xml, const NameEncoder& names, const std::vector<storage::ListEntry>& objects, bool with_owner) {
  for (const storage::ListEntry& object : objects) {
    append_entry(xml, names, object, with_owner);
    xml.close();
  }
}

bool wants_metadata(const Query& query) noexcept { return query.get("metadata") == "true"; }

void append_metadata(XmlWriter& xml, const Context& context, const storage::ObjectInfo& object) {
  const auto may = [&](std::string_view action) {
    return static_cast<bool>(context.authorizer.authorize(context, action, context.bucket(), object.key));
  };
  if (may("s3:GetObject")) append_user_metadata(xml, object);
  if (object.tags.empty() || !may("s3:GetObjectTagging")) return;
  std::string tags;
  for (const auto& [key, value] : object.tags) {
    tags.append(tags.empty() ? "" : "&").append(uri_encode(key, false)).append("=").append(uri_encode(value, false));
  }
  xml.element("UserTags", tags);
}

Task<void> append_contents_with_metadata(XmlWriter& xml, const Context& context, const NameEncoder& names,
                                         const std::vector<storage::ListEntry>& objects, bool with_owner) {
  for (const storage::ListEntry& object : objects) {
    append_entry(xml, names, object, with_owner);
    storage::ObjectName name{context.bucket(), object.key, {}};
    auto info = co_await context.engine.head(std::move(name));
    // One deleted since the page was read has none.
    if (info && !(*info)->delete_marker) append_metadata(xml, context, **info);
    xml.close();
  }
}

std::size_t page_bytes(const storage::ListPage& page) {
  constexpr std::size_t kHeadBytes = 1024;
  constexpr std::size_t kEntryBytes = 384;
  return kHeadBytes + kEntryBytes * (page.objects.size() + page.common_prefixes.size());
}

}  // namespace holdfast::s3
