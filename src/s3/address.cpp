#include "s3/address.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

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

Result<CopySource> parse_copy_source(std::string_view header) {
  const Error invalid(ErrorCode::InvalidArgument, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
  CopySource source;
  const auto question = header.find('?');
  if (question != std::string_view::npos) {
    constexpr std::string_view kVersion = "versionId=";
    const auto query = header.substr(question + 1);
    if (!query.starts_with(kVersion)) return invalid;
    auto version = decode_text(query.substr(kVersion.size()));
    if (!version) return invalid;
    source.version_id = std::move(*version);
    header = header.substr(0, question);
  }
  auto text = decode_text(header);
  if (!text) return invalid;
  const std::size_t begin = text->starts_with('/') ? 1 : 0;
  const auto slash = text->find('/', begin);
  if (slash == std::string::npos || slash == begin || slash + 1 == text->size()) return invalid;
  source.bucket = text->substr(begin, slash - begin);
  source.key = text->substr(slash + 1);
  if (source.key.size() > limits::kKeyBytes) return ErrorCode::KeyTooLongError;
  return source;
}

}  // namespace holdfast::s3
