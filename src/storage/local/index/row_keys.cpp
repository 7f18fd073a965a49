#include "row_keys.hpp"

namespace holdfast::storage::local {

namespace {

constexpr std::size_t kNumberBytes = 8;
static_assert(kRowPrefixBytes == 1 + kNumberBytes);
constexpr std::string_view kEscapedZero("\0\xff", 2);
constexpr std::string_view kTerminator("\0\1", 2);

void append_be32(std::string& out, std::uint32_t value) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out.push_back(static_cast<char>(value >> shift));
}

std::string escaped_key_prefix(RowKind kind, std::uint64_t bucket_id, std::string_view key) {
  std::string out;
  out.reserve(kRowPrefixBytes + key.size() + kTerminator.size() + kNumberBytes);
  out.push_back(static_cast<char>(kind));
  append_be64(out, bucket_id);
  append_escaped(out, key);
  out.append(kTerminator);
  return out;
}

// Takes an escaped key with its terminator off the front.
bool take_escaped(std::string_view& text, std::string& key) {
  key.clear();
  for (;;) {
    const std::size_t zero = text.find('\0');
    if (zero == std::string_view::npos) return false;
    key.append(text.substr(0, zero));
    text.remove_prefix(zero);
    const bool ends = text.starts_with(kTerminator);
    if (!ends && !text.starts_with(kEscapedZero)) return false;
    text.remove_prefix(kTerminator.size());
    if (ends) return true;
    key.push_back('\0');
  }
}

bool take_prefix(std::string_view& row_key, RowKind kind, std::uint64_t& bucket_id) {
  if (row_key.size() < kRowPrefixBytes || row_key.front() != static_cast<char>(kind)) return false;
  bucket_id = *parse_be64(row_key.substr(1, kNumberBytes));
  row_key.remove_prefix(kRowPrefixBytes);
  return true;
}

bool parse_escaped_key(RowKind kind, std::string_view row_key, ParsedKey& out) {
  if (!take_prefix(row_key, kind, out.bucket_id) || !take_escaped(row_key, out.key)) return false;
  const auto number = parse_be64(row_key);
  out.created_seq = number.value_or(0);
  return number.has_value();
}

}  // namespace

std::string meta_key(std::string_view name) { return kind_prefix(RowKind::meta).append(name); }
std::string kind_prefix(RowKind kind) { return {static_cast<char>(kind)}; }

std::string bucket_prefix(RowKind kind, std::uint64_t bucket_id) {
  std::string out(1, static_cast<char>(kind));
  append_be64(out, bucket_id);
  return out;
}

std::string current_key(std::uint64_t bucket_id, std::string_view key) {
  std::string out;
  out.reserve(kRowPrefixBytes + key.size());
  out.push_back(static_cast<char>(RowKind::current));
  append_be64(out, bucket_id);
  return out.append(key);
}

std::string noncurrent_prefix(std::uint64_t bucket_id, std::string_view key) {
  return escaped_key_prefix(RowKind::noncurrent, bucket_id, key);
}

std::string noncurrent_key(std::uint64_t bucket_id, std::string_view key, std::uint64_t created_seq) {
  std::string out = noncurrent_prefix(bucket_id, key);
  append_be64(out, ~created_seq);
  return out;
}

std::string upload_key(std::uint64_t bucket_id, std::string_view key, std::uint64_t created_seq) {
  std::string out = escaped_key_prefix(RowKind::upload, bucket_id, key);
  append_be64(out, created_seq);
  return out;
}

std::string part_prefix(std::uint64_t upload_seq) { return bucket_prefix(RowKind::part, upload_seq); }

std::string part_key(std::uint64_t upload_seq, std::uint32_t number) {
  std::string out = part_prefix(upload_seq);
  append_be32(out, number);
  return out;
}

std::string usage_key(std::uint64_t bucket_id) { return bucket_prefix(RowKind::usage, bucket_id); }

void append_escaped(std::string& out, std::string_view text) {
  for (std::size_t zero = text.find('\0'); zero != std::string_view::npos; zero = text.find('\0')) {
    out.append(text.substr(0, zero)).append(kEscapedZero);
    text.remove_prefix(zero + 1);
  }
  out.append(text);
}

void append_be64(std::string& out, std::uint64_t value) {
  append_be32(out, static_cast<std::uint32_t>(value >> 32));
  append_be32(out, static_cast<std::uint32_t>(value));
}

std::optional<std::uint64_t> parse_be64(std::string_view bytes) noexcept {
  if (bytes.size() != kNumberBytes) return std::nullopt;
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

std::string successor(std::string text) {
  while (!text.empty() && text.back() == '\xff') text.pop_back();
  if (!text.empty()) text.back() = static_cast<char>(static_cast<std::uint8_t>(text.back()) + 1);
  return text;
}

bool parse_current_key(std::string_view row_key, ParsedKey& out) {
  if (!take_prefix(row_key, RowKind::current, out.bucket_id)) return false;
  out.key = row_key;
  return true;
}

bool parse_noncurrent_key(std::string_view row_key, ParsedKey& out) {
  if (!parse_escaped_key(RowKind::noncurrent, row_key, out)) return false;
  out.created_seq = ~out.created_seq;
  return true;
}

bool parse_upload_key(std::string_view row_key, ParsedKey& out) { return parse_escaped_key(RowKind::upload, row_key, out); }

}  // namespace holdfast::storage::local
