// XML: any bytes parse or are refused as MalformedXML; any text survives being written and parsed.
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace holdfast;

void require(bool holds) {
  if (!holds) std::abort();
}

std::size_t walk(s3::XmlElement element, int depth) {
  require(depth < 64);
  std::size_t characters = element.name().size() + element.text().size();
  for (auto child = element.first_child(); child; child = child.next_sibling()) characters += walk(child, depth + 1);
  return characters;
}

// XML can't hold these, not even as references; what S3 sends for them isn't well-formed.
bool writable(std::string_view text) {
  return is_valid_utf8(text) && std::ranges::none_of(text, [](char c) { return c == '\0'; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = s3::XmlDocument::parse(text, "Delete");
  if (document) {
    require(walk(document->root(), 0) <= size * 4);
  } else {
    require(document.error().code == ErrorCode::MalformedXML);
  }
  if (!writable(text)) return 0;
  s3::XmlWriter xml("Delete");
  xml.element("Key", text);
  const std::string written = xml.finish();
  const auto again = s3::XmlDocument::parse(written, "Delete");
  require(again.has_value());
  require(again->root().child("Key").text() == text);
  return 0;
}
