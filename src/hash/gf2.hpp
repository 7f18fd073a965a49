// Polynomials over GF(2) modulo a CRC's polynomial, bit-reflected as CRCs are: the highest bit is x^0, bit 0 the
// highest power.
#pragma once

#include <cstdint>
#include <limits>

namespace holdfast::hash {

template <class Word>
constexpr Word gf2_one() noexcept {
  return Word{1} << (std::numeric_limits<Word>::digits - 1);
}

// value * x
template <class Word>
constexpr Word gf2_shift(Word value, Word polynomial) noexcept {
  return static_cast<Word>((value >> 1) ^ ((value & 1) != 0 ? polynomial : 0));
}

template <class Word>
constexpr Word gf2_multiply(Word left, Word right, Word polynomial) noexcept {
  Word product = 0;
  for (Word bit = gf2_one<Word>(); bit != 0; bit >>= 1) {
    if ((left & bit) != 0) product ^= right;
    right = gf2_shift(right, polynomial);
  }
  return product;
}

template <class Word>
constexpr Word gf2_power(Word base, std::uint64_t exponent, Word polynomial) noexcept {
  Word result = gf2_one<Word>();
  for (; exponent != 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result = gf2_multiply(result, base, polynomial);
    base = gf2_multiply(base, base, polynomial);
  }
  return result;
}

// The CRC of two pieces: what the first has left behind moves on by the second's length. Initial value and final
// inversion cancel each other out.
template <class Word>
constexpr Word gf2_crc_combine(Word first, Word second, std::uint64_t second_length, Word polynomial) noexcept {
  constexpr Word kOneByte = gf2_one<Word>() >> 8;  // x^8
  return gf2_multiply(gf2_power(kOneByte, second_length, polynomial), first, polynomial) ^ second;
}

}  // namespace holdfast::hash
