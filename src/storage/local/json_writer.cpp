#include "json_writer.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace holdfast::storage::local {

namespace {

constexpr char kHex[] = "0123456789abcdef";

bool is_plain(char c) noexcept { return c != '"' && c != '\\' && static_cast<std::uint8_t>(c) >= 0x20; }

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto byte = static_cast<std::uint8_t>(c);
  const char escape[] = {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
  out.append(escape, sizeof escape);
}

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    const auto stop = static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
    out.append(text.substr(0, stop));
    if (stop == text.size()) break;
    append_escape(out, text[stop]);
    text.remove_prefix(stop + 1);
  }
  out.push_back('"');
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  if (is_valid_utf8(text)) {
    append_quoted(out, text);
  } else {
    out.append("{\"base64\": \"").append(base64_encode(as_bytes(text))).append("\"}");
  }
}

void append_nanoseconds(std::string& out, TimePoint time) {
  // The day that the least times lie in begins before what a TimePoint can hold.
  time = std::max(time, TimePoint::min() + std::chrono::days(1));
  constexpr std::size_t kUpToPoint = sizeof("2009-10-12T17:50:00.") - 1;
  constexpr std::size_t kDigits = 9;
  out.append(format_iso8601_millis(time), 0, kUpToPoint);
  auto nanoseconds = (time - std::chrono::floor<std::chrono::seconds>(time)).count();
  std::array<char, kDigits + 1> digits;
  digits[kDigits] = 'Z';
  for (std::size_t i = kDigits; i > 0; --i, nanoseconds /= 10) digits[i - 1] = static_cast<char>('0' + nanoseconds % 10);
  out.append(digits.data(), digits.size());
}

std::string crc_digits(std::uint32_t crc) {
  std::string out(kCrcDigits, '0');
  for (std::size_t i = kCrcDigits; i > 0; --i, crc >>= 4) out[i - 1] = kHex[crc & 15];
  return out;
}

JsonObject::JsonObject(std::string& out, Layout layout) : out_(out), layout_(layout) { out_.push_back('{'); }

std::string& JsonObject::next_member() {
  if (layout_ == Layout::line) {
    out_ += empty_ ? "\n " : ",\n ";
  } else if (!empty_) {
    out_ += ", ";
  }
  empty_ = false;
  return out_;
}

std::string& JsonObject::name(std::string_view name) { return next_member().append("\"").append(name).append("\": "); }

std::string& JsonObject::member(std::string_view name) {
  append_quoted(next_member(), name);
  return out_.append(": ");
}

void JsonObject::text(std::string_view field, std::string_view value) { append_json_text(name(field), value); }

void JsonObject::number(std::string_view field, std::uint64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  name(field).append(digits.data(), end);
}

void JsonObject::boolean(std::string_view field, bool value) { name(field).append(value ? "true" : "false"); }

void JsonObject::id(std::string_view field, std::uint64_t value) {
  std::array<char, 18> quoted;
  quoted.front() = quoted.back() = '"';
  for (std::size_t i = quoted.size() - 2; i > 0; --i, value >>= 4) quoted[i] = kHex[value & 15];
  name(field).append(quoted.data(), quoted.size());
}

void JsonObject::time(std::string_view field, TimePoint value) {
  std::string& out = name(field);
  out.push_back('"');
  append_nanoseconds(out, value);
  out.push_back('"');
}

void JsonObject::close() { out_ += layout_ == Layout::line && !empty_ ? "\n}" : "}"; }

}  // namespace holdfast::storage::local
