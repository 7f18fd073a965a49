// MD5, of one message or of several at once.
#pragma once

#include "holdfast/hash/digest.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace holdfast::hash {

// One streaming MD5.
class Md5 {
 public:
  void update(ByteView bytes) noexcept;
  Digest finish() noexcept;  // once

  // update() in two steps: what take_ends() returns, whole blocks, is the caller's to give to md5_advance() before anything
  // else is done here.
  ByteView take_ends(ByteView bytes) noexcept;

  std::array<std::uint32_t, 4>& state() noexcept { return state_; }

 private:
  std::array<std::uint32_t, 4> state_{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::uint64_t size_ = 0;
  std::array<std::byte, 64> rest_{};  // of the last block: size_ % 64 bytes
};

inline constexpr std::size_t kMd5BlockSize = 64;
inline constexpr std::size_t kMd5MaxLanes = 16;

struct Md5Lane {
  std::array<std::uint32_t, 4>* state;
  const std::byte* data;
};

// The instruction sets that there is code for.
enum class Md5Code : std::uint8_t { plain, avx2, avx512 };
// The best that this processor has.
Md5Code md5_code() noexcept;
bool md5_code_available(Md5Code code) noexcept;
std::size_t md5_lanes(Md5Code code) noexcept;  // so many messages cost little more than one; 1: there's nothing to gain

// Moves each of 1 to kMd5MaxLanes messages on by as many blocks.
void md5_advance(std::span<const Md5Lane> lanes, std::size_t blocks, Md5Code code = md5_code()) noexcept;

}  // namespace holdfast::hash
