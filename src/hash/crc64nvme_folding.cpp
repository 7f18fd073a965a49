// CRC-64/NVME by carry-less multiplication (PCLMULQDQ), after V. Gopal et al., "Fast CRC Computation for Generic
// Polynomials Using PCLMULQDQ Instruction", Intel, 2009.
//
// A block of 128 bits is moved on by D bits with two multiplications: block * x^D = high * (x^(D+64) mod P) + low *
// (x^D mod P), where `high` is the half with the greater powers. The constants are not taken from anywhere: they are
// these powers, computed below from the polynomial by the compiler. One thing is particular to reflected operands:
// the product of two 64-bit values has 127 bits, so that in 128 bits it comes out multiplied by x; the exponents are
// therefore one less. Reflected, too, the low 64 bits of a register are the half with the greater powers.
//
// The last 128 bits are not reduced here but given to the table version, to which they are a message of 16 bytes.
#include "crc64nvme.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

#include <array>

#include "gf2.hpp"

namespace holdfast::hash {

namespace {

constexpr std::size_t kBlock = 16;  // bytes in a register
constexpr std::size_t kLanes = 8;   // registers in flight, which hides the multiplication's latency
constexpr std::size_t kStride = kBlock * kLanes;

constexpr std::uint64_t power_of_x(std::uint64_t exponent) {
  return gf2_power(gf2_one<std::uint64_t>() >> 1, exponent, kCrc64NvmePolynomial);
}

// Moves a block on by `bits`.
struct Factors {
  std::uint64_t greater;
  std::uint64_t lesser;
};
constexpr Factors moves_by(std::uint64_t bits) { return {power_of_x(bits + 64 - 1), power_of_x(bits - 1)}; }

constexpr Factors kOneBlock = moves_by(8 * kBlock);
constexpr Factors kOneStride = moves_by(8 * kStride);

__attribute__((target("pclmul"))) inline __m128i load(const std::byte* from) noexcept {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

__attribute__((target("pclmul"))) inline __m128i vector_of(Factors factors) noexcept {
  return _mm_set_epi64x(static_cast<long long>(factors.lesser), static_cast<long long>(factors.greater));
}

__attribute__((target("pclmul"))) inline __m128i fold(__m128i block, __m128i factors, __m128i next) noexcept {
  const __m128i greater = _mm_clmulepi64_si128(block, factors, 0x00);
  const __m128i lesser = _mm_clmulepi64_si128(block, factors, 0x11);
  return _mm_xor_si128(_mm_xor_si128(greater, lesser), next);
}

// One block that is congruent to all whole strides of `bytes`, which are taken off.
__attribute__((target("pclmul"))) __m128i fold_strides(__m128i first_add, ByteView& bytes) noexcept {
  __m128i lanes[kLanes];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = load(bytes.data() + i * kBlock);
  lanes[0] = _mm_xor_si128(lanes[0], first_add);
  const __m128i stride = vector_of(kOneStride);
  for (bytes = bytes.subspan(kStride); bytes.size() >= kStride; bytes = bytes.subspan(kStride)) {
#pragma GCC unroll 8  // else the lanes live in memory, three times slower
    for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = fold(lanes[i], stride, load(bytes.data() + i * kBlock));
  }
  const __m128i block = vector_of(kOneBlock);
  __m128i sum = lanes[0];
#pragma GCC unroll 8
  for (std::size_t i = 1; i < kLanes; ++i) sum = fold(sum, block, lanes[i]);
  return sum;
}

}  // namespace

bool crc64nvme_folding_available() noexcept { return __builtin_cpu_supports("pclmul") != 0; }

__attribute__((target("pclmul"))) std::uint64_t crc64nvme_folding(std::uint64_t crc, ByteView bytes) noexcept {
  if (bytes.size() < kStride) return crc64nvme_table(crc, bytes);
  const std::uint64_t state = ~crc;
  __m128i sum = fold_strides(_mm_set_epi64x(0, static_cast<long long>(state)), bytes);
  const __m128i block = vector_of(kOneBlock);
  for (; bytes.size() >= kBlock; bytes = bytes.subspan(kBlock)) sum = fold(sum, block, load(bytes.data()));
  std::array<std::byte, kBlock> rest;
  _mm_storeu_si128(reinterpret_cast<__m128i*>(rest.data()), sum);
  // A running value of all ones is a register of zero: `rest` already holds the state.
  return crc64nvme_table(crc64nvme_table(~std::uint64_t{0}, rest), bytes);
}

}  // namespace holdfast::hash

#else

namespace holdfast::hash {

bool crc64nvme_folding_available() noexcept { return false; }
std::uint64_t crc64nvme_folding(std::uint64_t crc, ByteView bytes) noexcept { return crc64nvme_table(crc, bytes); }

}  // namespace holdfast::hash

#endif
