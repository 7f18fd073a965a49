#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace holdfast {

namespace {

constexpr std::uint8_t kInvalid = 0xff;
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kHexLower = "0123456789abcdef";
constexpr std::string_view kHexUpper = "0123456789ABCDEF";

using ByteTable = std::array<std::uint8_t, 256>;

constexpr ByteTable invert(std::string_view alphabet) {
  ByteTable table{};
  table.fill(kInvalid);
  for (std::size_t i = 0; i < alphabet.size(); ++i) table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return table;
}

constexpr ByteTable make_hex_table() {
  ByteTable table = invert(kHexLower);
  for (std::size_t i = 10; i < 16; ++i) table[static_cast<std::uint8_t>(kHexUpper[i])] = static_cast<std::uint8_t>(i);
  return table;
}

constexpr ByteTable kFromBase64 = invert(kBase64);
constexpr ByteTable kFromBase64Url = invert(kBase64Url);
constexpr ByteTable kFromHex = make_hex_table();
constexpr ByteTable kUnreserved = invert("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~");

std::uint8_t hex_value(char c) noexcept { return kFromHex[static_cast<std::uint8_t>(c)]; }

std::string encode64(ByteView bytes, std::string_view alphabet, bool padding) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  const auto at = [&](std::size_t index) { return std::to_integer<std::uint32_t>(bytes[index]); };
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    const char quad[] = {alphabet[group >> 18], alphabet[group >> 12 & 63], alphabet[group >> 6 & 63], alphabet[group & 63]};
    out.append(quad, 4);
  }
  const std::size_t rest = bytes.size() - i;
  if (rest == 0) return out;
  const std::uint32_t group = at(i) << 16 | (rest == 2 ? at(i + 1) << 8 : 0);
  out.push_back(alphabet[group >> 18]);
  out.push_back(alphabet[group >> 12 & 63]);
  if (rest == 2) out.push_back(alphabet[group >> 6 & 63]);
  if (padding) out.append(3 - rest, '=');
  return out;
}

// `text` has no padding any more.
std::optional<std::vector<std::byte>> decode64(std::string_view text, const ByteTable& table) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::vector<std::byte> out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::uint8_t value = table[static_cast<std::uint8_t>(c)];
    if (value == kInvalid) return std::nullopt;
    group = group << 6 | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out.push_back(static_cast<std::byte>(group >> bits));
    group &= (1U << bits) - 1;
  }
  if (group != 0) return std::nullopt;  // one text for one value: bits beyond the last byte must be zero
  return out;
}

std::optional<std::string> decode_percent(std::string_view text, char plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i] == '+' ? plus : text[i]);
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const std::uint8_t high = hex_value(text[i + 1]);
    const std::uint8_t low = hex_value(text[i + 2]);
    if (high == kInvalid || low == kInvalid) return std::nullopt;
    out.push_back(static_cast<char>(high << 4 | low));
    i += 2;
  }
  return out;
}

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// Length of the well-formed UTF-8 sequence at the start of `text` (Unicode 15, table 3-7); 0 when there is none.
std::size_t utf8_sequence(std::string_view text) noexcept {
  const auto at = [&](std::size_t index) { return static_cast<std::uint8_t>(text[index]); };
  const auto follows = [&](std::size_t index, std::uint8_t low = 0x80, std::uint8_t high = 0xbf) {
    return index < text.size() && at(index) >= low && at(index) <= high;
  };
  const std::uint8_t first = at(0);
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return follows(1) ? 2 : 0;
  if (first < 0xf0) {
    const std::uint8_t low = first == 0xe0 ? 0xa0 : 0x80;
    const std::uint8_t high = first == 0xed ? 0x9f : 0xbf;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (first > 0xf4) return 0;
  const std::uint8_t low = first == 0xf0 ? 0x90 : 0x80;
  const std::uint8_t high = first == 0xf4 ? 0x8f : 0xbf;
  return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
}

bool eight_ascii(const char* text) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  return (word & 0x8080808080808080U) == 0;
}

}  // namespace

std::string hex_encode(ByteView bytes) {
  std::string out(bytes.size() * 2, '\0');
  char* to = out.data();
  for (const std::byte b : bytes) {
    const auto value = std::to_integer<unsigned>(b);
    *to++ = kHexLower[value >> 4];
    *to++ = kHexLower[value & 15];
  }
  return out;
}

std::optional<std::vector<std::byte>> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<std::byte> out(text.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::uint8_t high = hex_value(text[2 * i]);
    const std::uint8_t low = hex_value(text[2 * i + 1]);
    if (high == kInvalid || low == kInvalid) return std::nullopt;
    out[i] = static_cast<std::byte>(high << 4 | low);
  }
  return out;
}

std::string base64_encode(ByteView bytes) { return encode64(bytes, kBase64, true); }
std::string base64url_encode(ByteView bytes) { return encode64(bytes, kBase64Url, false); }

std::optional<std::vector<std::byte>> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return decode64(text, kFromBase64);
}

std::optional<std::vector<std::byte>> base64url_decode(std::string_view text) { return decode64(text, kFromBase64Url); }

std::string uri_encode(std::string_view text, bool keep_slash) {
  const auto kept = [keep_slash](char c) { return kUnreserved[static_cast<std::uint8_t>(c)] != kInvalid || (keep_slash && c == '/'); };
  const auto escaped = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [&](char c) { return !kept(c); }));
  if (escaped == 0) return std::string(text);
  std::string out(text.size() + 2 * escaped, '%');
  char* to = out.data();
  for (const char c : text) {
    if (kept(c)) {
      *to++ = c;
      continue;
    }
    to[1] = kHexUpper[static_cast<std::uint8_t>(c) >> 4];
    to[2] = kHexUpper[static_cast<std::uint8_t>(c) & 15];
    to += 3;
  }
  return out;
}

std::optional<std::string> uri_decode(std::string_view text) { return decode_percent(text, '+'); }
std::optional<std::string> query_decode(std::string_view text) { return decode_percent(text, ' '); }

bool is_valid_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    if (text.size() >= 8 && eight_ascii(text.data())) {
      text.remove_prefix(8);
      continue;
    }
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

std::string_view trim(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) { return lower(a) == lower(b); });
}

bool constant_time_equal(std::string_view left, std::string_view right) noexcept {
  if (left.size() != right.size()) return false;
  // volatile, so that the compiler cannot leave the loop at the first difference.
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    difference = static_cast<std::uint8_t>(difference | (static_cast<std::uint8_t>(left[i]) ^ static_cast<std::uint8_t>(right[i])));
  }
  return difference == 0;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t end = text.find(separator);
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::uint64_t> parse_u64(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace holdfast
