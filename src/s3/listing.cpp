#include "s3/listing.hpp"

#include "holdfast/base/encoding.hpp"
#include "s3/checksum.hpp"
#include "s3/owner.hpp"

namespace holdfast::s3 {

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
    xml.open("Contents");
    names.name(xml, "Key", object.key);
    xml.time("LastModified", object.modified).etag("ETag", object.etag);
    if (object.checksum) {
      xml.element("ChecksumAlgorithm", hash::algorithm_name(object.checksum->algorithm));
      xml.element("ChecksumType", checksum_type_name(object.checksum->type));
    }
    xml.number("Size", object.size_bytes);
    if (with_owner) append_owner(xml);
    xml.element("StorageClass", object.storage_class.empty() ? std::string_view("STANDARD") : std::string_view(object.storage_class))
        .close();
  }
}

std::size_t page_bytes(const storage::ListPage& page) {
  constexpr std::size_t kHeadBytes = 1024;
  constexpr std::size_t kEntryBytes = 384;
  return kHeadBytes + kEntryBytes * (page.objects.size() + page.common_prefixes.size());
}

}  // namespace holdfast::s3
