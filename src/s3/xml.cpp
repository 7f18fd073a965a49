#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace holdfast::s3 {
namespace {

constexpr std::size_t kMaxTags = 250'000;  // CompleteMultipartUpload with 10,000 parts has some 100,000
constexpr int kMaxDepth = 32;

pugi::xml_node node_of(void* handle) noexcept { return pugi::xml_node(static_cast<pugi::xml_node_struct*>(handle)); }

std::string_view local_name(const char* name) noexcept {
  const std::string_view full(name);
  const auto colon = full.find(':');
  return colon == std::string_view::npos ? full : full.substr(colon + 1);
}

pugi::xml_node element_from(pugi::xml_node node) noexcept {
  while (node && node.type() != pugi::node_element) node = node.next_sibling();
  return node;
}

struct TreeCheck final : pugi::xml_tree_walker {
  bool fine = true;
  bool for_each(pugi::xml_node& node) override {
    fine = node.type() != pugi::node_doctype && depth() < kMaxDepth;
    return fine;
  }
};

constexpr std::array<bool, 256> make_special() {
  std::array<bool, 256> special{};
  for (unsigned c = 0; c < 0x20; ++c) special[c] = true;
  special[0x7F] = true;
  for (const char c : {'&', '<', '>', '"', '\''}) special[static_cast<unsigned char>(c)] = true;
  return special;
}
constexpr auto kSpecial = make_special();

void append_escape(std::string& out, char c) {
  switch (c) {
    case '&':
      out += "&amp;";
      return;
    case '<':
      out += "&lt;";
      return;
    case '>':
      out += "&gt;";
      return;
    case '"':
      out += "&quot;";
      return;
    case '\'':
      out += "&apos;";
      return;
    default:
      break;
  }
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto value = static_cast<unsigned char>(c);
  out += "&#x";
  if (value >= 0x10) out += kDigits[value >> 4U];
  out += kDigits[value & 0xFU];
  out += ';';
}

}  // namespace

struct XmlDocument::State {
  std::string text;  // parsed in place
  pugi::xml_document document;
};

XmlDocument::XmlDocument(std::unique_ptr<State> state) : state_(std::move(state)) {}
XmlDocument::XmlDocument(XmlDocument&&) noexcept = default;
XmlDocument& XmlDocument::operator=(XmlDocument&&) noexcept = default;
XmlDocument::~XmlDocument() = default;

Result<XmlDocument> XmlDocument::parse(std::string_view text, std::string_view root_name) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.size() > limits::kXmlBodyBytes || !is_valid_utf8(text)) return ErrorCode::MalformedXML;
  if (static_cast<std::size_t>(std::ranges::count(text, '<')) > kMaxTags) return ErrorCode::MalformedXML;
  auto state = std::make_unique<State>();
  state->text.assign(text);
  constexpr unsigned kOptions =
      pugi::parse_minimal | pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_doctype | pugi::parse_ws_pcdata_single;
  const auto outcome = state->document.load_buffer_inplace(state->text.data(), state->text.size(), kOptions, pugi::encoding_utf8);
  if (!outcome) return ErrorCode::MalformedXML;
  TreeCheck check;
  state->document.traverse(check);
  const auto root = element_from(state->document.first_child());
  if (!check.fine || local_name(root.name()) != root_name || element_from(root.next_sibling())) return ErrorCode::MalformedXML;
  return XmlDocument(std::move(state));
}

XmlElement XmlDocument::root() const noexcept { return XmlElement(element_from(state_->document.first_child()).internal_object()); }

std::string_view XmlElement::name() const noexcept { return local_name(node_of(node_).name()); }
std::string_view XmlElement::text() const noexcept { return node_of(node_).text().get(); }

XmlElement XmlElement::child(std::string_view name) const noexcept {
  for (auto element = first_child(); element; element = element.next_sibling()) {
    if (element.name() == name) return element;
  }
  return {};
}

XmlElement XmlElement::first_child() const noexcept { return XmlElement(element_from(node_of(node_).first_child()).internal_object()); }

XmlElement XmlElement::next_sibling() const noexcept { return XmlElement(element_from(node_of(node_).next_sibling()).internal_object()); }

void append_xml_escaped(std::string& out, std::string_view text) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!kSpecial[static_cast<unsigned char>(text[i])]) continue;
    out.append(text, begin, i - begin);
    append_escape(out, text[i]);
    begin = i + 1;
  }
  out.append(text, begin);
}

XmlWriter::XmlWriter(std::string_view root, std::size_t reserve_bytes) {
  out_.reserve(reserve_bytes);
  out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<";
  out_ += root;
  out_ += " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  open_.push_back(root);
}

XmlWriter::XmlWriter(std::string_view root, NoNamespace /*tag*/) {
  out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  open(root);
}

XmlWriter& XmlWriter::open(std::string_view name) {
  out_ += '<';
  out_ += name;
  out_ += '>';
  open_.push_back(name);
  return *this;
}

XmlWriter& XmlWriter::close() {
  out_ += "</";
  out_ += open_.back();
  out_ += '>';
  open_.pop_back();
  return *this;
}

XmlWriter& XmlWriter::element(std::string_view name, std::string_view text) {
  out_ += '<';
  out_ += name;
  out_ += '>';
  append_xml_escaped(out_, text);
  out_ += "</";
  out_ += name;
  out_ += '>';
  return *this;
}

XmlWriter& XmlWriter::plain(std::string_view name, std::string_view text) {
  out_ += '<';
  out_ += name;
  out_ += '>';
  out_ += text;
  out_ += "</";
  out_ += name;
  out_ += '>';
  return *this;
}

XmlWriter& XmlWriter::number(std::string_view name, std::uint64_t value) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return plain(name, {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

XmlWriter& XmlWriter::boolean(std::string_view name, bool value) { return plain(name, value ? "true" : "false"); }

XmlWriter& XmlWriter::time(std::string_view name, TimePoint value) { return plain(name, format_iso8601_millis(value)); }

XmlWriter& XmlWriter::etag(std::string_view name, std::string_view etag_without_quotes) {
  out_ += '<';
  out_ += name;
  out_ += ">&quot;";
  append_xml_escaped(out_, etag_without_quotes);
  out_ += "&quot;</";
  out_ += name;
  out_ += '>';
  return *this;
}

XmlWriter& XmlWriter::raw(std::string_view xml) {
  out_ += xml;
  return *this;
}

std::string XmlWriter::finish() {
  while (!open_.empty()) close();
  return std::move(out_);
}

std::string render_error_xml(const Error& error, const ErrorResource& resource) {
  XmlWriter xml("Error", XmlWriter::NoNamespace{});
  xml.element("Code", error.name()).element("Message", error.text());
  const auto detailed = [&error](std::string_view name) {
    return std::ranges::any_of(error.details, [name](const auto& detail) { return detail.first == name; });
  };
  if (!resource.key.empty() && !detailed("Key")) xml.element("Key", resource.key);
  if (!resource.bucket.empty() && !detailed("BucketName")) xml.element("BucketName", resource.bucket);
  for (const auto& [name, value] : error.details) xml.element(name, value);
  xml.element("Resource", resource.resource).element("RequestId", resource.request_id).element("HostId", resource.host_id);
  return xml.finish();
}

}  // namespace holdfast::s3
