#include "holdfast/auth/credentials.hpp"
#include "holdfast/base/encoding.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>

namespace holdfast::auth {
namespace {

constexpr std::size_t kLongestAddress = INET6_ADDRSTRLEN;

bool parse_address(int family, std::string_view text, void* out) noexcept {
  std::array<char, kLongestAddress> buffer{};
  if (text.size() >= buffer.size() || text.find('\0') != std::string_view::npos) return false;
  std::copy(text.begin(), text.end(), buffer.begin());
  return inet_pton(family, buffer.data(), out) == 1;
}

bool is_port(std::string_view text) noexcept {
  const auto port = parse_u64(text);
  return port && *port <= 65535;
}

bool is_loopback_v4(std::string_view text) noexcept {
  std::array<unsigned char, 4> bytes{};
  return parse_address(AF_INET, text, bytes.data()) && bytes[0] == 127;
}

bool is_loopback_v6(std::string_view text) noexcept {
  std::array<unsigned char, 16> bytes{};
  if (!parse_address(AF_INET6, text, bytes.data())) return false;
  constexpr std::array<unsigned char, 16> kLoopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  constexpr std::array<unsigned char, 13> kMappedLoopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};
  return bytes == kLoopback || std::equal(kMappedLoopback.begin(), kMappedLoopback.end(), bytes.begin());
}

}  // namespace

bool is_loopback_address(std::string_view ip) noexcept { return is_loopback_v4(ip) || is_loopback_v6(ip); }

bool is_loopback_host(std::string_view host_header) noexcept {
  if (host_header.starts_with('[')) {
    const auto end = host_header.find(']');
    if (end == std::string_view::npos) return false;
    const std::string_view rest = host_header.substr(end + 1);
    const bool port_is_right = rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
    return port_is_right && is_loopback_v6(host_header.substr(1, end - 1));
  }
  const auto colon = host_header.find(':');
  if (colon != std::string_view::npos && !is_port(host_header.substr(colon + 1))) return false;
  const std::string_view name = host_header.substr(0, colon);
  return equals_ignoring_case(name, "localhost") || is_loopback_v4(name);
}

Result<> check_default_credentials(bool has_default_credentials, const Principal& caller, std::string_view peer_address,
                                   std::span<const std::pair<std::string_view, std::string_view>> headers) {
  if (!has_default_credentials || !caller.from_settings) return {};
  std::string_view host;
  bool forwarded = false;
  for (const auto& [name, value] : headers) {
    if (name == "host" && host.empty()) host = value;
    forwarded = forwarded || name == "forwarded" || name.starts_with("x-forwarded-");
  }
  if (is_loopback_address(peer_address) && is_loopback_host(host) && !forwarded) return {};
  return Error(ErrorCode::AccessDenied,
               "The default credentials work from the server's own machine only. To use the server from elsewhere, start it with "
               "MINIO_ROOT_USER=<a name of 3 characters or more> MINIO_ROOT_PASSWORD=<a password of 8 characters or more>");
}

}  // namespace holdfast::auth
