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

}  // namespace holdfast::auth
