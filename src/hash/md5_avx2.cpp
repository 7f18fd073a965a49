#if defined(__AVX2__)  // given to this source alone, in CMakeLists.txt

#include "md5_kernel.hpp"
#include "md5_kernels.hpp"

namespace holdfast::hash {

void md5_8_avx2(std::uint32_t* state, const std::byte* const* data, std::size_t blocks) noexcept { md5_kernel<8>(state, data, blocks); }

}  // namespace holdfast::hash

#endif
