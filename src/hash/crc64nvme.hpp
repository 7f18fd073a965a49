// CRC-64/NVME: polynomial 0xad93d23594c93659, reflected, started with and inverted at the end by all ones. Debian 12's
// ISA-L has no such function yet. Values are running ones: 0 to start with, the CRC of all bytes so far afterwards.
#pragma once

#include "holdfast/base/bytes.hpp"

#include <cstdint>

namespace holdfast::hash {

inline constexpr std::uint64_t kCrc64NvmePolynomial = 0x9a6c9329ac4bc9b5;  // reflected: x^63 is bit 0

// The fastest that this processor has.
std::uint64_t crc64nvme(std::uint64_t crc, ByteView bytes) noexcept;

// Its two ways, apart for tests and benchmarks. Folding may only be called where it is available.
std::uint64_t crc64nvme_table(std::uint64_t crc, ByteView bytes) noexcept;
bool crc64nvme_folding_available() noexcept;
std::uint64_t crc64nvme_folding(std::uint64_t crc, ByteView bytes) noexcept;

}  // namespace holdfast::hash
