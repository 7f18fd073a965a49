#include "crc64nvme.hpp"

#include <array>
#include <bit>
#include <cstring>

#include "gf2.hpp"

namespace holdfast::hash {

namespace {

constexpr std::size_t kSlices = 16;
using Tables = std::array<std::array<std::uint64_t, 256>, kSlices>;

// kTables[n][b]: what byte b contributes when n more bytes follow it.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::size_t b = 0; b < 256; ++b) {
    std::uint64_t value = b;
    for (int bit = 0; bit < 8; ++bit) value = gf2_shift(value, kCrc64NvmePolynomial);
    tables[0][b] = value;
  }
  for (std::size_t n = 1; n < kSlices; ++n) {
    for (std::size_t b = 0; b < 256; ++b) {
      const std::uint64_t before = tables[n - 1][b];
      tables[n][b] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

std::uint64_t load_little(const std::byte* from) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

// The contributions of eight bytes, after which `more` others follow.
std::uint64_t eight(std::uint64_t word, std::size_t more) noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < 8; ++i) sum ^= kTables[more + 7 - i][word >> (8 * i) & 0xff];
  return sum;
}

}  // namespace

std::uint64_t crc64nvme_table(std::uint64_t crc, ByteView bytes) noexcept {
  crc = ~crc;
  for (; bytes.size() >= kSlices; bytes = bytes.subspan(kSlices)) {
    crc = eight(load_little(bytes.data()) ^ crc, 8) ^ eight(load_little(bytes.data() + 8), 0);
  }
  for (const std::byte b : bytes) crc = (crc >> 8) ^ kTables[0][(crc ^ std::to_integer<std::uint64_t>(b)) & 0xff];
  return ~crc;
}

std::uint64_t crc64nvme(std::uint64_t crc, ByteView bytes) noexcept {
  static const bool folding = crc64nvme_folding_available();
  return folding ? crc64nvme_folding(crc, bytes) : crc64nvme_table(crc, bytes);
}

}  // namespace holdfast::hash
