// IPv4 and IPv6 networks in CIDR form.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace holdfast::auth {

class IpNetwork {
 public:
  // "10.0.0.0/8", "2001:db8::/32", or an address alone. IPv4 addresses inside IPv6 (::ffff:a.b.c.d) are IPv4.
  static std::optional<IpNetwork> parse(std::string_view text) noexcept;

  bool contains(const IpNetwork& other) const noexcept;
  // Wider than what AWS takes for a fixed range: /8 of IPv4, /32 of IPv6.
  bool is_wide() const noexcept { return prefix_bits_ < (is_v4_ ? 8U : 32U); }

 private:
  std::array<std::uint8_t, 16> address_{};  // IPv4 in the first four
  std::uint32_t prefix_bits_ = 0;
  bool is_v4_ = true;
};

}  // namespace holdfast::auth
