// The steps of MD5 (RFC 1321) for one message or for several side by side. Each step waits for the one before it, so that
// one message leaves most of a core idle; steps of different messages wait for nothing of each other. Included by one
// source for each instruction set, and therefore free of anything that another source could come to share: no library
// templates here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace holdfast::hash {
namespace {

template <int kLanes>
struct Md5Word {
  using Type [[gnu::vector_size(4 * kLanes), gnu::may_alias]] = std::uint32_t;
  using Unaligned [[gnu::vector_size(4 * kLanes), gnu::aligned(1), gnu::may_alias]] = std::uint32_t;
};
template <>
struct Md5Word<1> {
  using Type = std::uint32_t;
  using Unaligned [[gnu::aligned(1), gnu::may_alias]] = std::uint32_t;
};

constexpr std::size_t kMd5BlockBytes = 64;
constexpr int kMd5BlockWords = 16;
constexpr int kMd5Steps = 64;

// floor(2^32 * |sin(step + 1)|)
constexpr std::uint32_t kMd5Addends[kMd5Steps] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1,
    0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453,
    0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942,
    0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05,
    0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d,
    0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
constexpr int kMd5Turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

template <int kStep, class Word>
[[gnu::always_inline]] inline void md5_step(Word& a, Word b, Word c, Word d, const Word* block) {
  constexpr int kRound = kStep / 16;
  constexpr int kFactor[] = {1, 5, 3, 7};
  constexpr int kOffset[] = {0, 1, 5, 0};
  constexpr int kTurn = kMd5Turns[kRound][kStep % 4];
  Word sum = a + (block[(kFactor[kRound] * kStep + kOffset[kRound]) % kMd5BlockWords] + kMd5Addends[kStep]);
  if constexpr (kRound == 0) sum += d ^ (b & (c ^ d));
  if constexpr (kRound == 1) sum += c ^ (d & (b ^ c));
  if constexpr (kRound == 2) sum += b ^ c ^ d;
  if constexpr (kRound == 3) sum += c ^ (b | ~d);
  a = ((sum << kTurn) | (sum >> (32 - kTurn))) + b;
}

template <class Word, int... kStep>
[[gnu::always_inline]] inline void md5_steps(Word (&state)[4], const Word* block, std::integer_sequence<int, kStep...>) {
  (md5_step<kStep>(state[(64 - kStep) % 4], state[(65 - kStep) % 4], state[(66 - kStep) % 4], state[(67 - kStep) % 4], block), ...);
}

// Exchanges the upper right and the lower left square, of kSize words a side, of two rows.
template <int kLanes, int kSize, class Word, int... kColumn>
[[gnu::always_inline]] inline void exchange_squares(Word& upper, Word& lower, std::integer_sequence<int, kColumn...>) {
  const Word left = __builtin_shufflevector(upper, lower, ((kColumn & kSize) == 0 ? kColumn : kLanes + kColumn - kSize)...);
  const Word right = __builtin_shufflevector(upper, lower, ((kColumn & kSize) == 0 ? kColumn + kSize : kLanes + kColumn)...);
  upper = left;
  lower = right;
}

// Rows of one message's words become rows of one word of each message.
template <int kLanes, int kSize, class Word>
[[gnu::always_inline]] inline void transpose(Word* rows) {
#pragma GCC unroll 16
  for (int row = 0; row < kLanes; ++row) {
    if ((row & kSize) == 0) {
      exchange_squares<kLanes, kSize>(rows[row], rows[row + kSize], std::make_integer_sequence<int, kLanes>());
    }
  }
  if constexpr (kSize > 1) transpose<kLanes, kSize / 2>(rows);
}

template <int kLanes, class Word>
[[gnu::always_inline]] inline void load_block(Word* block, const std::byte* const* data, std::size_t offset) {
  using Unaligned = typename Md5Word<kLanes>::Unaligned;
#pragma GCC unroll 16
  for (int word = 0; word < kMd5BlockWords; word += kLanes) {
#pragma GCC unroll 16
    for (int lane = 0; lane < kLanes; ++lane) {
      block[word + lane] = *reinterpret_cast<const Unaligned*>(data[lane] + offset + 4 * static_cast<std::size_t>(word));
    }
    if constexpr (kLanes > 1) transpose<kLanes, kLanes / 2>(block + word);
  }
}

// `state`: the four words, each of all lanes. Moves every lane on by `blocks` blocks of its message.
template <int kLanes>
[[gnu::always_inline]] inline void md5_kernel(std::uint32_t* state, const std::byte* const* data, std::size_t blocks) {
  using Word = typename Md5Word<kLanes>::Type;
  using Unaligned = typename Md5Word<kLanes>::Unaligned;
  Word words[4];
  for (int i = 0; i < 4; ++i) words[i] = *reinterpret_cast<const Unaligned*>(state + i * kLanes);
  for (std::size_t i = 0; i < blocks; ++i) {
    Word block[kMd5BlockWords];
    load_block<kLanes>(block, data, i * kMd5BlockBytes);
    const Word before[4] = {words[0], words[1], words[2], words[3]};
    md5_steps(words, block, std::make_integer_sequence<int, kMd5Steps>());
    for (int word = 0; word < 4; ++word) words[word] += before[word];
  }
  for (int i = 0; i < 4; ++i) *reinterpret_cast<Unaligned*>(state + i * kLanes) = words[i];
}

}  // namespace
}  // namespace holdfast::hash
