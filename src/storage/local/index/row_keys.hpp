// The keys of the index's rows (docs/on-disk-format.md, Index).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::storage::local {

enum class RowKind : char { meta = 'm', current = 'o', noncurrent = 'v', upload = 'u', part = 'p', usage = 'c' };

inline constexpr std::size_t kRowPrefixBytes = 9;  // kind and bucket id

std::string meta_key(std::string_view name);
std::string kind_prefix(RowKind kind);
std::string bucket_prefix(RowKind kind, std::uint64_t bucket_id);  // all rows of that kind in a bucket
std::string current_key(std::uint64_t bucket_id, std::string_view key);
std::string noncurrent_prefix(std::uint64_t bucket_id, std::string_view key);  // all noncurrent versions of a key
std::string noncurrent_key(std::uint64_t bucket_id, std::string_view key, std::uint64_t created_seq);
std::string upload_key(std::uint64_t bucket_id, std::string_view key, std::uint64_t created_seq);
std::string part_prefix(std::uint64_t upload_seq);
std::string part_key(std::uint64_t upload_seq, std::uint32_t number);
std::string usage_key(std::uint64_t bucket_id);

// Below the escaped form of every text that starts with `text`, and above that of every lesser one.
void append_escaped(std::string& out, std::string_view text);
void append_be64(std::string& out, std::uint64_t value);
std::optional<std::uint64_t> parse_be64(std::string_view bytes) noexcept;  // exactly eight

// The least string that is greater than all that start with `text`; empty if there is none.
std::string successor(std::string text);

// What a row's key says, but for its kind.
struct ParsedKey {
  std::uint64_t bucket_id = 0;
  std::string key;
  std::uint64_t created_seq = 0;  // not of a current row
};
bool parse_current_key(std::string_view row_key, ParsedKey& out);
bool parse_noncurrent_key(std::string_view row_key, ParsedKey& out);
bool parse_upload_key(std::string_view row_key, ParsedKey& out);

}  // namespace holdfast::storage::local
