// What all listings share: url-encoded names, page parameters.
#pragma once

#include "s3/context.hpp"
#include "s3/xml.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::s3 {

// encoding-type=url: names in answers are percent-encoded, so that characters XML can't carry survive.
class NameEncoder {
 public:
  // InvalidArgument for another encoding-type.
  static Result<NameEncoder> from_query(const Query& query);
  void name(XmlWriter& xml, std::string_view element, std::string_view text) const;
  void encoding_type(XmlWriter& xml) const;  // <EncodingType>, where it was asked for

 private:
  bool url_ = false;
};

void append_common_prefixes(XmlWriter& xml, const NameEncoder& names, const std::vector<std::string>& prefixes);

// The objects of a ListObjects page.
void append_contents(XmlWriter& xml, const NameEncoder& names, const std::vector<storage::ListEntry>& objects, bool with_owner);

// MinIO's metadata=true: the objects' metadata and tags, as far as the caller may read them.
bool wants_metadata(const Query& query) noexcept;
void append_metadata(XmlWriter& xml, const Context& context, const storage::ObjectInfo& object);
// As append_contents with each object's metadata; reads every object's row, which plain listings don't.
Task<void> append_contents_with_metadata(XmlWriter& xml, const Context& context, const NameEncoder& names,
                                         const std::vector<storage::ListEntry>& objects, bool with_owner);

// A good guess at the size of a page's XML, so that it is written without growing.
std::size_t page_bytes(const storage::ListPage& page);

}  // namespace holdfast::s3
