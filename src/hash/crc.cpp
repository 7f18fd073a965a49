#include "crc.hpp"

#include <isa-l/crc.h>

#include <algorithm>
#include <stdexcept>

#include "crc64nvme.hpp"
#include "gf2.hpp"

namespace holdfast::hash {

namespace {

constexpr std::uint32_t kCrc32Polynomial = 0xedb88320;   // reflected
constexpr std::uint32_t kCrc32cPolynomial = 0x82f63b78;  // reflected

std::uint32_t crc32(std::uint32_t crc, ByteView bytes) noexcept {
  return crc32_gzip_refl(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::uint64_t crc_value(const Digest& digest) noexcept {
  std::uint64_t value = 0;
  for (const std::byte b : digest.bytes()) value = value << 8 | std::to_integer<std::uint64_t>(b);
  return value;
}

}  // namespace

std::uint32_t crc32c(std::uint32_t crc, ByteView bytes) noexcept {
  constexpr std::size_t kMost = 1U << 30;  // ISA-L counts in int
  crc = ~crc;                              // and, other than its crc32_gzip_refl, leaves both inversions to the caller
  while (!bytes.empty()) {
    const ByteView piece = bytes.first(std::min(bytes.size(), kMost));
    auto* const data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(piece.data()));  // only read
    crc = crc32_iscsi(data, static_cast<int>(piece.size()), crc);
    bytes = bytes.subspan(piece.size());
  }
  return ~crc;
}

std::uint64_t crc_update(Algorithm algorithm, std::uint64_t crc, ByteView bytes) noexcept {
  if (algorithm == Algorithm::crc32) return crc32(static_cast<std::uint32_t>(crc), bytes);
  if (algorithm == Algorithm::crc32c) return crc32c(static_cast<std::uint32_t>(crc), bytes);
  return crc64nvme(crc, bytes);
}

Digest crc_digest(Algorithm algorithm, std::uint64_t crc) {
  std::array<std::byte, 8> bytes;
  const std::size_t size = digest_size(algorithm);
  for (std::size_t i = size; i > 0; --i, crc >>= 8) bytes[i - 1] = static_cast<std::byte>(crc);
  return Digest(ByteView(bytes).first(size));
}

Digest crc_combine(Algorithm algorithm, const Digest& first, const Digest& second, std::uint64_t second_length) {
  if (!is_crc(algorithm)) throw std::logic_error("crc_combine: not a CRC");
  if (first.bytes().size() != digest_size(algorithm) || second.bytes().size() != digest_size(algorithm)) {
    throw std::logic_error("crc_combine: digests of another algorithm");
  }
  const std::uint64_t left = crc_value(first);
  const std::uint64_t right = crc_value(second);
  if (algorithm == Algorithm::crc64nvme) return crc_digest(algorithm, gf2_crc_combine(left, right, second_length, kCrc64NvmePolynomial));
  const std::uint32_t polynomial = algorithm == Algorithm::crc32 ? kCrc32Polynomial : kCrc32cPolynomial;
  return crc_digest(algorithm,
                    gf2_crc_combine(static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(right), second_length, polynomial));
}

}  // namespace holdfast::hash
