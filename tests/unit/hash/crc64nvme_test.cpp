#include "hash/crc64nvme.hpp"

#include <gtest/gtest.h>

#include "hash/gf2.hpp"
#include "holdfast/base/random.hpp"

namespace holdfast::hash {
namespace {

// The definition, bit by bit.
std::uint64_t by_definition(std::uint64_t crc, ByteView bytes) {
  crc = ~crc;
  for (const std::byte b : bytes) {
    crc ^= std::to_integer<std::uint64_t>(b);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? (crc >> 1) ^ kCrc64NvmePolynomial : crc >> 1;
  }
  return ~crc;
}

constexpr std::size_t kLongest = 1'200;

class Crc64Nvme : public testing::Test {
 protected:
  void SetUp() override { random_bytes(buffer_); }
  std::array<std::byte, kLongest + 16> buffer_{};
};

TEST_F(Crc64Nvme, TableEqualsDefinitionAtEveryLengthAndAlignment) {
  for (std::size_t length = 0; length < 300; ++length) {
    const ByteView bytes = ByteView(buffer_).subspan(length % 16, length);
    const std::uint64_t start = random_u64();
    ASSERT_EQ(crc64nvme_table(start, bytes), by_definition(start, bytes)) << length;
  }
}

TEST_F(Crc64Nvme, FoldingEqualsTableAtEveryLengthAndAlignment) {
  if (!crc64nvme_folding_available()) GTEST_SKIP() << "this processor has no PCLMULQDQ";
  for (std::size_t length = 0; length <= kLongest; ++length) {
    const ByteView bytes = ByteView(buffer_).subspan(length % 16, length);
    for (const std::uint64_t start : {std::uint64_t{0}, ~std::uint64_t{0}, random_u64()}) {
      ASSERT_EQ(crc64nvme_folding(start, bytes), crc64nvme_table(start, bytes)) << length;
    }
  }
}

TEST_F(Crc64Nvme, FoldingOfLongData) {
  if (!crc64nvme_folding_available()) GTEST_SKIP() << "this processor has no PCLMULQDQ";
  std::vector<std::byte> data(1'000'003);
  random_bytes(data);
  EXPECT_EQ(crc64nvme_folding(0, data), crc64nvme_table(0, data));
}

TEST_F(Crc64Nvme, RunsOn) {
  for (std::size_t cut = 0; cut <= kLongest; cut += 37) {
    const ByteView bytes = ByteView(buffer_).first(kLongest);
    ASSERT_EQ(crc64nvme(crc64nvme(0, bytes.first(cut)), bytes.subspan(cut)), crc64nvme(0, bytes)) << cut;
  }
}

TEST(Gf2, Identities) {
  constexpr std::uint64_t kOne = gf2_one<std::uint64_t>();
  constexpr std::uint64_t kX = kOne >> 1;
  for (int round = 0; round < 100; ++round) {
    const std::uint64_t a = random_u64();
    const std::uint64_t b = random_u64();
    const std::uint64_t c = random_u64();
    ASSERT_EQ(gf2_multiply(a, kOne, kCrc64NvmePolynomial), a);
    ASSERT_EQ(gf2_multiply(a, kX, kCrc64NvmePolynomial), gf2_shift(a, kCrc64NvmePolynomial));
    ASSERT_EQ(gf2_multiply(a, b, kCrc64NvmePolynomial), gf2_multiply(b, a, kCrc64NvmePolynomial));
    ASSERT_EQ(gf2_multiply(a, b ^ c, kCrc64NvmePolynomial),
              gf2_multiply(a, b, kCrc64NvmePolynomial) ^ gf2_multiply(a, c, kCrc64NvmePolynomial));
  }
  EXPECT_EQ(gf2_power(kX, 0, kCrc64NvmePolynomial), kOne);
  EXPECT_EQ(gf2_power(kX, 64, kCrc64NvmePolynomial), kCrc64NvmePolynomial) << "x^64 is what the polynomial says it is";
}

}  // namespace
}  // namespace holdfast::hash
