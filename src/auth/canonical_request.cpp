#include "canonical_request.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace holdfast::auth {
namespace {

constexpr std::array<bool, 256> make_unreserved() {
  std::array<bool, 256> table{};
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (const unsigned char c : {'-', '_', '.', '~'}) table[c] = true;
  return table;
}

constexpr std::array<signed char, 256> make_hex_values() {
  std::array<signed char, 256> table{};
  table.fill(-1);
  for (int i = 0; i < 10; ++i) table[static_cast<std::size_t>('0' + i)] = static_cast<signed char>(i);
  for (int i = 0; i < 6; ++i) {
    table[static_cast<std::size_t>('a' + i)] = static_cast<signed char>(10 + i);
    table[static_cast<std::size_t>('A' + i)] = static_cast<signed char>(10 + i);
  }
  return table;
}

constexpr auto kUnreserved = make_unreserved();
constexpr auto kHexValues = make_hex_values();
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

// The value of the escape at `position`, or -1.
int escaped_byte(std::string_view raw, std::size_t position) noexcept {
  if (raw.size() - position < 3) return -1;
  const int high = kHexValues[static_cast<unsigned char>(raw[position + 1])];
  const int low = kHexValues[static_cast<unsigned char>(raw[position + 2])];
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void append_encoded_byte(std::string& out, unsigned char byte, bool keep_slash) {
  if (kUnreserved[byte] || (byte == '/' && keep_slash)) {
    out.push_back(static_cast<char>(byte));
    return;
  }
  const std::array<char, 3> escape{'%', kHexDigits[byte >> 4U], kHexDigits[byte & 15U]};
  out.append(escape.data(), escape.size());
}

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

void append_collapsed(std::string& out, std::string_view value) {
  value = trim(value);
  const auto both_blank = [](char left, char right) { return is_blank(left) && is_blank(right); };
  if (std::adjacent_find(value.begin(), value.end(), both_blank) == value.end()) {
    out.append(value);
    return;
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!is_blank(value[i])) {
      out.push_back(value[i]);
    } else if (!is_blank(value[i + 1])) {
      out.push_back(' ');
    }
  }
}

void append_header_values(std::string& out, std::span<const HeaderView> headers, std::string_view name) {
  bool found = false;
  for (const auto& [header_name, value] : headers) {
    if (header_name != name) continue;
    if (found) out.push_back(',');
    append_collapsed(out, value);
    found = true;
  }
  // Proxies drop Expect, which some clients sign; it can have but this value.
  if (!found && name == "expect") out.append("100-continue");
}

}  // namespace

bool append_reencoded(std::string& out, std::string_view raw, bool keep_slash, Plus plus) {
  const auto is_plain = [keep_slash](char c) { return kUnreserved[static_cast<unsigned char>(c)] || (c == '/' && keep_slash); };
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const auto run_end = std::find_if_not(raw.begin() + static_cast<std::ptrdiff_t>(i), raw.end(), is_plain);
    const auto run = static_cast<std::size_t>(run_end - raw.begin()) - i;
    out.append(raw.substr(i, run));
    i += run;
    if (i == raw.size()) break;
    auto byte = static_cast<unsigned char>(raw[i]);
    if (byte == '%') {
      const int escaped = escaped_byte(raw, i);
      if (escaped < 0) return false;
      byte = static_cast<unsigned char>(escaped);
      i += 2;
    } else if (byte == '+' && plus == Plus::space) {
      byte = ' ';
    }
    append_encoded_byte(out, byte, keep_slash);
  }
  return true;
}

bool CanonicalQuery::add(std::string_view raw_parameter) {
  const auto equals = raw_parameter.find('=');
  const bool has_equals_sign = equals != std::string_view::npos;
  const auto begin = text_.size();
  if (!append_reencoded(text_, raw_parameter.substr(0, equals), false, Plus::space)) return false;
  const auto value_begin = text_.size();
  if (has_equals_sign && !append_reencoded(text_, raw_parameter.substr(equals + 1), false, Plus::space)) return false;
  slots_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(value_begin - begin),
                    static_cast<std::uint32_t>(text_.size() - value_begin), has_equals_sign});
  return true;
}

std::optional<CanonicalQuery> CanonicalQuery::parse(std::string_view raw_query) {
  CanonicalQuery query;
  if (raw_query.empty()) return query;
  query.text_.reserve(raw_query.size() + 32);
  while (!raw_query.empty()) {
    const auto end = std::min(raw_query.find('&'), raw_query.size());
    if (end > 0 && !query.add(raw_query.substr(0, end))) return std::nullopt;
    raw_query.remove_prefix(std::min(end + 1, raw_query.size()));
  }
  const std::string_view text = query.text_;
  std::stable_sort(query.slots_.begin(), query.slots_.end(), [text](const Slot& left, const Slot& right) {
    const auto order = text.substr(left.begin, left.name_size).compare(text.substr(right.begin, right.name_size));
    if (order != 0) return order < 0;
    return text.substr(left.begin + left.name_size, left.value_size) < text.substr(right.begin + right.name_size, right.value_size);
  });
  return query;
}

CanonicalQuery::Parameter CanonicalQuery::operator[](std::size_t index) const noexcept {
  const Slot& slot = slots_[index];
  const char* name = text_.data() + slot.begin;
  return {{name, slot.name_size}, {name + slot.name_size, slot.value_size}, slot.has_equals_sign};
}

std::optional<CanonicalQuery::Parameter> CanonicalQuery::find(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Parameter parameter = (*this)[i];
    if (parameter.name == name) return parameter;
  }
  return std::nullopt;
}

std::optional<std::string> CanonicalQuery::value(std::string_view name) const {
  const auto parameter = find(name);
  if (!parameter) return std::nullopt;
  return uri_decode(parameter->value);
}

void CanonicalQuery::append_to(std::string& out, std::string_view skip) const {
  bool first = true;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Parameter parameter = (*this)[i];
    if (!skip.empty() && parameter.name == skip) continue;
    if (!first) out.push_back('&');
    out.append(parameter.name).push_back('=');
    out.append(parameter.value);
    first = false;
  }
}

std::optional<std::string> canonical_request(const CanonicalRequestParts& parts) {
  std::string out;
  out.reserve(1024);
  out.append(parts.request.method).push_back('\n');
  if (parts.request.raw_path.empty()) out.push_back('/');
  if (!append_reencoded(out, parts.request.raw_path, true, Plus::literal)) return std::nullopt;
  out.push_back('\n');
  parts.query.append_to(out, parts.skipped_parameter);
  out.push_back('\n');
  for (const std::string_view name : parts.signed_headers) {
    out.append(name).push_back(':');
    if (name == "host") {
      append_collapsed(out, parts.host);
    } else {
      append_header_values(out, parts.request.headers, name);
    }
    out.push_back('\n');
  }
  out.push_back('\n');
  out.append(parts.signed_headers_text).push_back('\n');
  out.append(parts.payload_hash);
  return out;
}

std::optional<std::string_view> find_header(std::span<const HeaderView> headers, std::string_view name) noexcept {
  for (const auto& [header_name, value] : headers) {
    if (header_name == name) return value;
  }
  return std::nullopt;
}

}  // namespace holdfast::auth
