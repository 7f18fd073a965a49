#include "records.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace holdfast::storage::local {

namespace {

constexpr std::size_t kIdDigits = 16;
constexpr std::string_view kNullVersion = "null";

template <std::size_t kDigits>
void put_hex(char* to, std::uint64_t value) noexcept {
  for (std::size_t i = kDigits; i > 0; --i, value >>= 4) to[i - 1] = "0123456789abcdef"[value & 15];
}

template <std::size_t kDigits>
std::string hex(std::uint64_t value) {
  std::string out(kDigits, '0');
  put_hex<kDigits>(out.data(), value);
  return out;
}

// One text for one number: lower case only.
std::optional<std::uint64_t> parse_hex(std::string_view text) noexcept {
  if (text.size() != kIdDigits || std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'F'; })) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string id_text(std::uint64_t seq, std::uint64_t tag) {
  std::string out(2 * kIdDigits, '0');
  put_hex<kIdDigits>(out.data(), seq);
  put_hex<kIdDigits>(out.data() + kIdDigits, tag);
  return out;
}

void assign_if_zero(std::uint64_t& to, std::uint64_t seq) noexcept {
  if (to == 0) to = seq;
}

struct SeqAssigner {
  std::uint64_t seq;

  void operator()(PutVersion& change) const {
    assign_if_zero(change.version.info.created_seq, seq);
    assign_if_zero(change.version.changed_seq, seq);
    change.version.info.version_id = version_id_of(change.version);
  }
  void operator()(PutUpload& change) const { assign_if_zero(change.upload.created_seq, seq); }
  void operator()(PutPart& change) const { assign_if_zero(change.part.changed_seq, seq); }
  void operator()(Event& change) const { assign_if_zero(change.event.seq, seq); }
  void operator()(auto&) const {}
};

}  // namespace

std::string file_id_text(FileId id) { return hex<kIdDigits>(id); }
std::optional<FileId> parse_file_id(std::string_view text) { return parse_hex(text); }

std::string version_id_of(const VersionRecord& record) {
  return record.null_version ? std::string(kNullVersion) : id_text(record.info.created_seq, record.version_tag);
}

std::optional<VersionIdParts> parse_version_id(std::string_view text) {
  if (text == kNullVersion) return VersionIdParts{.null_version = true};
  const auto parts = parse_upload_id(text);
  if (!parts) return std::nullopt;
  return VersionIdParts{.created_seq = parts->created_seq, .tag = parts->tag};
}

std::string upload_id_of(const UploadRecord& record) { return id_text(record.created_seq, record.tag); }

std::optional<UploadIdParts> parse_upload_id(std::string_view text) {
  if (text.size() != 2 * kIdDigits) return std::nullopt;
  const auto seq = parse_hex(text.substr(0, kIdDigits));
  const auto tag = parse_hex(text.substr(kIdDigits));
  if (!seq || !tag) return std::nullopt;
  return UploadIdParts{*seq, *tag};
}

void assign_seq(Change& change, std::uint64_t seq) { std::visit(SeqAssigner{seq}, change); }

}  // namespace holdfast::storage::local
