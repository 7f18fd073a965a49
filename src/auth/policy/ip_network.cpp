#include "policy/ip_network.hpp"

#include "holdfast/base/encoding.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace holdfast::auth {
namespace {

bool parse_address(int family, std::string_view text, void* out) noexcept {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (text.size() >= buffer.size() || text.find('\0') != std::string_view::npos) return false;
  std::copy(text.begin(), text.end(), buffer.begin());
  return inet_pton(family, buffer.data(), out) == 1;
}

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::uint32_t kMappedPrefixBits = 96;

}  // namespace

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) noexcept {
  IpNetwork network;
  const auto slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  network.is_v4_ = parse_address(AF_INET, address, network.address_.data());
  if (!network.is_v4_ && !parse_address(AF_INET6, address, network.address_.data())) return std::nullopt;
  const std::uint32_t all_bits = network.is_v4_ ? 32 : 128;
  network.prefix_bits_ = all_bits;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto bits = parse_u64(digits);
    if (!bits || *bits > all_bits || digits.size() > 3) return std::nullopt;
    network.prefix_bits_ = static_cast<std::uint32_t>(*bits);
  }
  const bool is_mapped = !network.is_v4_ && network.prefix_bits_ >= kMappedPrefixBits &&
                         std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), network.address_.begin());
  if (is_mapped) {
    std::copy_n(network.address_.begin() + kMappedPrefix.size(), 4, network.address_.begin());
    network.prefix_bits_ -= kMappedPrefixBits;
    network.is_v4_ = true;
  }
  return network;
}

bool IpNetwork::contains(const IpNetwork& other) const noexcept {
  if (is_v4_ != other.is_v4_ || other.prefix_bits_ < prefix_bits_) return false;
  const std::size_t whole_bytes = prefix_bits_ / 8;
  if (!std::equal(address_.begin(), address_.begin() + static_cast<std::ptrdiff_t>(whole_bytes), other.address_.begin())) return false;
  const std::uint32_t rest = prefix_bits_ % 8;
  if (rest == 0) return true;
  const unsigned difference = static_cast<unsigned>(address_[whole_bytes]) ^ static_cast<unsigned>(other.address_[whole_bytes]);
  return difference >> (8U - rest) == 0;
}

}  // namespace holdfast::auth
