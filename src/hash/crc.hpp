// The CRCs as running values: 0 to start with, the CRC of all bytes so far afterwards.
#pragma once

#include "holdfast/hash/digest.hpp"

namespace holdfast::hash {

constexpr bool is_crc(Algorithm algorithm) noexcept {
  return algorithm == Algorithm::crc32 || algorithm == Algorithm::crc32c || algorithm == Algorithm::crc64nvme;
}
std::uint64_t crc_update(Algorithm algorithm, std::uint64_t crc, ByteView bytes) noexcept;
Digest crc_digest(Algorithm algorithm, std::uint64_t crc);

}  // namespace holdfast::hash
