#include "s3/tagging.hpp"

namespace holdfast::s3 {

Result<storage::Attributes> parse_tagging(std::string_view body, TagLimit limit) {
  HOLDFAST_TRY(document, XmlDocument::parse(body, "Tagging"));
  const XmlElement set = document.root().child("TagSet");
  if (!set) return Error(ErrorCode::MalformedXML);
  storage::Attributes tags;
  for (XmlElement tag = set.first_child(); tag; tag = tag.next_sibling()) {
    if (tag.name() != "Tag" || !tag.child("Key") || !tag.child("Value")) return Error(ErrorCode::MalformedXML);
    tags.emplace_back(tag.child("Key").text(), tag.child("Value").text());
  }
  HOLDFAST_TRY_VOID(check_tags(tags, limit));
  return tags;
}

void append_tag_set(XmlWriter& xml, const storage::Attributes& tags) {
  xml.open("TagSet");
  for (const auto& [key, value] : tags) xml.open("Tag").element("Key", key).element("Value", value).close();
  xml.close();
}

}  // namespace holdfast::s3
