#include "s3/address.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <algorithm>
#include <optional>

namespace holdfast::s3 {
namespace {

std::string_view without_port(std::string_view host) noexcept {
  const auto colon = host.rfind(':');
  if (colon == std::string_view::npos || host.find(']', colon) != std::string_view::npos) return host;
  return host.substr(0, colon);
}

// The bucket before one of the domains; the longest domain wins, so that a bucket's name may hold dots.
std::string_view virtual_host_bucket(std::string_view host, const std::vector<std::string>& domains) noexcept {
  std::string_view best;
  for (const auto& domain : domains) {
    if (domain.empty() || host.size() <= domain.size() + 1) continue;
    const auto split = host.size() - domain.size();
    if (host[split - 1] != '.' || !equals_ignoring_case(host.substr(split), domain)) continue;
    const auto bucket = host.substr(0, split - 1);
    if (best.empty() || bucket.size() < best.size()) best = bucket;
  }
  return best;
}

std::optional<std::string> decode_text(std::string_view raw) {
  std::string text;
  if (raw.find('%') == std::string_view::npos) {
    text.assign(raw);
  } else {
    auto decoded = uri_decode(raw);
    if (!decoded) return std::nullopt;
    text = std::move(*decoded);
  }
  if (!is_valid_utf8(text) || text.find('\0') != std::string::npos) return std::nullopt;
  return text;
}

}  // namespace

Result<Address> parse_address(std::string_view path, std::string_view host, const std::vector<std::string>& domains) {
  if (path.empty() || path.front() != '/') return ErrorCode::InvalidURI;
  std::string_view rest = path.substr(1);
  Address address;
  if (!domains.empty()) {
    const auto bucket = virtual_host_bucket(without_port(host), domains);
    address.virtual_host = !bucket.empty();
    address.bucket = ascii_lower(bucket);
  }
  if (!address.virtual_host) {
    if (rest.empty()) return address;
    const auto slash = rest.find('/');
    auto bucket = decode_text(rest.substr(0, slash));
    if (!bucket || bucket->empty()) return ErrorCode::InvalidURI;
    address.bucket = std::move(*bucket);
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  }
  auto key = decode_text(rest);
  if (!key) return ErrorCode::InvalidURI;
  if (key->size() > limits::kKeyBytes) {
    Error error(ErrorCode::KeyTooLongError);
    error.details = {{"Size", std::to_string(key->size())}, {"MaxSizeAllowed", std::to_string(limits::kKeyBytes)}};
    return error;
  }
  address.key = std::move(*key);
  return address;
}

bool is_version_id(std::string_view text) noexcept {
  constexpr std::size_t kMinCharacters = 32;
  constexpr std::size_t kMaxCharacters = 64;
  static constexpr std::string_view kPunctuation = "._-";
  if (text == "null") return true;
  return text.size() >= kMinCharacters && text.size() <= kMaxCharacters && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  kPunctuation.find(c) != std::string_view::npos;
         });
}

Result<CopySource> parse_copy_source(std::string_view header) {
  const auto invalid = [header](const char* text) {
    Error error(ErrorCode::InvalidArgument, text);
    error.details = {{"ArgumentName", "x-amz-copy-source"}, {"ArgumentValue", std::string(header)}};
    return error;
  };
  CopySource source;
  const auto question = header.find('?');
  if (question != std::string_view::npos) {
    constexpr std::string_view kVersion = "versionId=";
    const auto query = header.substr(question + 1);
    if (!query.starts_with(kVersion)) return invalid("Unsupported copy source parameter.");
    auto version = decode_text(query.substr(kVersion.size()));
    if (!version || !is_version_id(*version)) return invalid("Invalid version id specified");
    source.version_id = std::move(*version);
  }
  auto text = decode_text(header.substr(0, question));
  if (!text) return invalid("Invalid copy source encoding");
  const std::size_t begin = text->starts_with('/') ? 1 : 0;
  const auto slash = text->find('/', begin);
  if (slash == begin || begin == text->size()) return invalid("Invalid copy source bucket name");
  if (slash == std::string::npos || slash + 1 == text->size()) return invalid("Invalid copy source object key");
  source.bucket = text->substr(begin, slash - begin);
  source.key = text->substr(slash + 1);
  if (source.key.size() > limits::kKeyBytes) return ErrorCode::KeyTooLongError;
  return source;
}

}  // namespace holdfast::s3
