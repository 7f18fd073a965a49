#include "md5.hpp"

#include <algorithm>
#include <cstring>

#include "md5_kernel.hpp"
#include "md5_kernels.hpp"

namespace holdfast::hash {

namespace {

void advance_one(const Md5Lane& lane, std::size_t blocks) noexcept {
  const std::byte* const data[] = {lane.data};
  md5_kernel<1>(lane.state->data(), data, blocks);
}

#if defined(__x86_64__)
// One kernel of eight lanes takes about as long as two messages one after the other.
constexpr std::size_t kWorthLanes = 3;

using Kernel = void (*)(std::uint32_t*, const std::byte* const*, std::size_t) noexcept;

// Lanes without a message repeat the first one's work.
template <std::size_t kLanes>
void advance_together(Kernel kernel, std::span<const Md5Lane> lanes, std::size_t blocks) noexcept {
  alignas(64) std::array<std::uint32_t, 4 * kLanes> state;
  std::array<const std::byte*, kLanes> data;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const Md5Lane& from = lanes[lane < lanes.size() ? lane : 0];
    data[lane] = from.data;
    for (std::size_t word = 0; word < 4; ++word) state[word * kLanes + lane] = (*from.state)[word];
  }
  kernel(state.data(), data.data(), blocks);
  for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
    for (std::size_t word = 0; word < 4; ++word) (*lanes[lane].state)[word] = state[word * kLanes + lane];
  }
}
#endif

}  // namespace

bool md5_code_available(Md5Code code) noexcept {
#if defined(__x86_64__)
  if (code == Md5Code::avx2) return __builtin_cpu_supports("avx2");
  if (code == Md5Code::avx512) return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
#endif
  return code == Md5Code::plain;
}

Md5Code md5_code() noexcept {
  static const Md5Code best = md5_code_available(Md5Code::avx512) ? Md5Code::avx512
                              : md5_code_available(Md5Code::avx2) ? Md5Code::avx2
                                                                  : Md5Code::plain;
  return best;
}

std::size_t md5_lanes(Md5Code code) noexcept { return code == Md5Code::avx512 ? 16 : code == Md5Code::avx2 ? 8 : 1; }

void md5_advance(std::span<const Md5Lane> lanes, std::size_t blocks, [[maybe_unused]] Md5Code code) noexcept {
#if defined(__x86_64__)
  while (code != Md5Code::plain && lanes.size() >= kWorthLanes) {
    const auto together = lanes.first(std::min(lanes.size(), md5_lanes(code)));
    if (together.size() > 8) {
      advance_together<16>(md5_16_avx512, together, blocks);
    } else {
      advance_together<8>(code == Md5Code::avx512 ? md5_8_avx512 : md5_8_avx2, together, blocks);
    }
    lanes = lanes.subspan(together.size());
  }
#endif
  for (const Md5Lane& lane : lanes) advance_one(lane, blocks);
}

ByteView Md5::take_ends(ByteView bytes) noexcept {
  const std::size_t held = size_ % kMd5BlockSize;
  size_ += bytes.size();
  if (held > 0) {
    const ByteView fill = bytes.first(std::min(bytes.size(), kMd5BlockSize - held));
    std::ranges::copy(fill, rest_.begin() + static_cast<std::ptrdiff_t>(held));
    bytes = bytes.subspan(fill.size());
    if (held + fill.size() < kMd5BlockSize) return {};
    advance_one({&state_, rest_.data()}, 1);
  }
  const ByteView whole = bytes.first(bytes.size() / kMd5BlockSize * kMd5BlockSize);
  std::ranges::copy(bytes.subspan(whole.size()), rest_.begin());
  return whole;
}

void Md5::update(ByteView bytes) noexcept {
  const ByteView whole = take_ends(bytes);
  if (!whole.empty()) advance_one({&state_, whole.data()}, whole.size() / kMd5BlockSize);
}

Digest Md5::finish() noexcept {
  constexpr std::size_t kLengthBytes = 8;
  const std::uint64_t bits = size_ * 8;
  const std::size_t held = size_ % kMd5BlockSize;
  std::array<std::byte, 2 * kMd5BlockSize> padding{std::byte{0x80}};
  const std::size_t zeros_end = (held + kLengthBytes < kMd5BlockSize ? kMd5BlockSize : 2 * kMd5BlockSize) - kLengthBytes - held;
  for (std::size_t i = 0; i < kLengthBytes; ++i) padding[zeros_end + i] = static_cast<std::byte>(bits >> (8 * i));
  update(ByteView(padding).first(zeros_end + kLengthBytes));
  std::array<std::byte, 16> out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::byte>(state_[i / 4] >> (8 * (i % 4)));
  return Digest(out);
}

}  // namespace holdfast::hash
