// XML in and out. Parsing refuses document types and entities; writing appends to one string.
#pragma once

#include "holdfast/base/clock.hpp"
#include "holdfast/base/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::s3 {

// A handle on one element; valid while its XmlDocument lives. A handle on nothing answers with nothing.
class XmlElement {
 public:
  XmlElement() = default;
  explicit operator bool() const noexcept { return node_ != nullptr; }
  std::string_view name() const noexcept;                  // without a namespace prefix
  std::string_view text() const noexcept;                  // character data, white space kept
  XmlElement child(std::string_view name) const noexcept;  // the first of that name
  XmlElement first_child() const noexcept;
  XmlElement next_sibling() const noexcept;

 private:
  friend class XmlDocument;
  explicit XmlElement(void* node) : node_(node) {}
  void* node_ = nullptr;
};

class XmlDocument {
 public:
  // MalformedXML unless `text` is one well-formed UTF-8 document whose root is `root_name`, without a document type,
  // and neither too large, too deep nor of too many elements.
  static Result<XmlDocument> parse(std::string_view text, std::string_view root_name);
  XmlDocument(XmlDocument&&) noexcept;
  XmlDocument& operator=(XmlDocument&&) noexcept;
  ~XmlDocument();
  XmlElement root() const noexcept;

 private:
  struct State;
  explicit XmlDocument(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Writes a response document. Names passed must outlive the writer (literals).
class XmlWriter {
 public:
  // The declaration and the root element, in S3's namespace; reserve_bytes spares growth where the size is foreseen.
  explicit XmlWriter(std::string_view root, std::size_t reserve_bytes = 1024);
  struct NoNamespace {};
  XmlWriter(std::string_view root, NoNamespace tag);

  XmlWriter& open(std::string_view name);
  XmlWriter& close();
  XmlWriter& element(std::string_view name, std::string_view text);  // escaped
  XmlWriter& number(std::string_view name, std::uint64_t value);
  XmlWriter& boolean(std::string_view name, bool value);
  XmlWriter& time(std::string_view name, TimePoint value);
  XmlWriter& etag(std::string_view name, std::string_view etag_without_quotes);
  XmlWriter& plain(std::string_view name, std::string_view text);  // of letters, digits and the like: not escaped
  XmlWriter& raw(std::string_view xml);                            // as it is
  std::string finish();                                            // closes what is open; once

 private:
  std::string out_;
  std::vector<std::string_view> open_;
};

// Appends `text` with XML's special characters escaped; control characters become references, as S3 sends them.
void append_xml_escaped(std::string& out, std::string_view text);

// The body of an error answer.
struct ErrorResource {
  std::string_view resource;  // the path, decoded
  std::string_view bucket;
  std::string_view key;
  std::string_view request_id;
  std::string_view host_id;
};
std::string render_error_xml(const Error& error, const ErrorResource& resource);

}  // namespace holdfast::s3
