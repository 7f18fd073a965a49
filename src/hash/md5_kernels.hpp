// MD5's kernels: the four words of the state, each of all lanes; a message for each lane; blocks of 64 bytes. Only where
// the processor has what the name says.
#pragma once

#include <cstddef>
#include <cstdint>

namespace holdfast::hash {

void md5_8_avx2(std::uint32_t* state, const std::byte* const* data, std::size_t blocks) noexcept;
void md5_8_avx512(std::uint32_t* state, const std::byte* const* data, std::size_t blocks) noexcept;
void md5_16_avx512(std::uint32_t* state, const std::byte* const* data, std::size_t blocks) noexcept;

}  // namespace holdfast::hash
