#include <gtest/gtest.h>

#include <stdexcept>

#include "holdfast/base/random.hpp"
#include "holdfast/hash/digest.hpp"

namespace holdfast::hash {
namespace {

constexpr std::string_view kBody = "the body";

AlgorithmSet set_of(std::initializer_list<Algorithm> algorithms) {
  AlgorithmSet set;
  for (const Algorithm algorithm : algorithms) set.add(algorithm);
  return set;
}

Digest of_body(Algorithm algorithm) { return digest(algorithm, as_bytes(kBody)); }
Digest of_other(Algorithm algorithm) { return digest(algorithm, as_bytes("another body")); }

TEST(AlgorithmSet, HoldsWhatWasAdded) {
  const AlgorithmSet set = set_of({Algorithm::md5, Algorithm::crc64nvme});
  EXPECT_TRUE(set.has(Algorithm::md5));
  EXPECT_TRUE(set.has(Algorithm::crc64nvme));
  EXPECT_FALSE(set.has(Algorithm::sha256));
}

TEST(Verifier, ComputesWhatWasAskedForAndDeclared) {
  Verifier verifier(set_of({Algorithm::md5, Algorithm::crc32c}));
  verifier.expect(Algorithm::sha256, of_body(Algorithm::sha256), ErrorCode::XAmzContentSHA256Mismatch);
  verifier.expect_size(kBody.size());
  verifier.update(as_bytes(kBody.substr(0, 3)));
  verifier.update({});
  verifier.update(as_bytes(kBody.substr(3)));
  EXPECT_EQ(verifier.size_bytes(), kBody.size());
  const auto verified = verifier.finish();
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->size_bytes(), kBody.size());
  for (const Algorithm algorithm : {Algorithm::md5, Algorithm::crc32c, Algorithm::sha256}) {
    ASSERT_NE(verified->find(algorithm), nullptr);
    EXPECT_EQ(*verified->find(algorithm), of_body(algorithm));
  }
  EXPECT_EQ(verified->find(Algorithm::sha1), nullptr);
}

TEST(Verifier, NothingExpectedNothingComputed) {
  Verifier verifier{AlgorithmSet()};
  verifier.update(as_bytes(kBody));
  const auto verified = verifier.finish();
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->size_bytes(), kBody.size());
  EXPECT_EQ(verified->find(Algorithm::md5), nullptr);
}

TEST(Verifier, EmptyBody) {
  Verifier verifier(set_of({Algorithm::md5}));
  verifier.expect_size(0);
  const auto verified = verifier.finish();
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->find(Algorithm::md5)->hex(), "d41d8cd98f00b204e9800998ecf8427e");
}

TEST(Verifier, MismatchIsTheDeclaredError) {
  for (const Algorithm algorithm :
       {Algorithm::md5, Algorithm::sha1, Algorithm::sha256, Algorithm::crc32, Algorithm::crc32c, Algorithm::crc64nvme}) {
    Verifier verifier{AlgorithmSet()};
    verifier.expect(algorithm, of_other(algorithm), ErrorCode::XAmzContentChecksumMismatch);
    verifier.update(as_bytes(kBody));
    const auto verified = verifier.finish();
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code, ErrorCode::XAmzContentChecksumMismatch);
  }
}

TEST(Verifier, TwoExpectationsOfOneAlgorithm) {
  Verifier verifier{AlgorithmSet()};
  verifier.expect(Algorithm::sha256, of_body(Algorithm::sha256), ErrorCode::XAmzContentSHA256Mismatch);
  verifier.expect(Algorithm::sha256, of_other(Algorithm::sha256), ErrorCode::BadDigest);
  verifier.update(as_bytes(kBody));
  const auto verified = verifier.finish();
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code, ErrorCode::BadDigest);
}

TEST(Verifier, TheFirstMismatchCounts) {
  Verifier verifier{AlgorithmSet()};
  verifier.expect(Algorithm::sha256, of_other(Algorithm::sha256), ErrorCode::XAmzContentSHA256Mismatch);
  verifier.expect(Algorithm::md5, of_other(Algorithm::md5), ErrorCode::BadDigest);
  verifier.update(as_bytes(kBody));
  EXPECT_EQ(verifier.finish().error().code, ErrorCode::XAmzContentSHA256Mismatch);
}

TEST(Verifier, MismatchSaysWhatWasComputed) {
  Verifier verifier{AlgorithmSet()};
  verifier.expect(Algorithm::sha256, of_other(Algorithm::sha256), ErrorCode::XAmzContentSHA256Mismatch);
  verifier.update(as_bytes(kBody));
  const auto verified = verifier.finish();
  ASSERT_EQ(verified.error().details.size(), 2U);
  EXPECT_EQ(verified.error().details[0].second, of_other(Algorithm::sha256).hex());
  EXPECT_EQ(verified.error().details[1].second, of_body(Algorithm::sha256).hex());
}

TEST(Verifier, ShortAndLongBodies) {
  for (const std::uint64_t size : {kBody.size() - 1, kBody.size() + 1, std::size_t{0}}) {
    Verifier verifier(set_of({Algorithm::md5}));
    verifier.expect_size(size);
    verifier.expect(Algorithm::md5, of_other(Algorithm::md5), ErrorCode::BadDigest);
    verifier.update(as_bytes(kBody));
    const auto verified = verifier.finish();
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code, ErrorCode::IncompleteBody) << size;
  }
}

TEST(Verifier, DigestOfAnotherLengthIsAMismatch) {
  Verifier verifier{AlgorithmSet()};
  verifier.expect(Algorithm::md5, of_body(Algorithm::crc32), ErrorCode::BadDigest);
  verifier.update(as_bytes(kBody));
  EXPECT_EQ(verifier.finish().error().code, ErrorCode::BadDigest);
}

TEST(Verifier, TrailersDeclareAfterTheData) {
  Verifier verifier(set_of({Algorithm::crc32}));
  verifier.update(as_bytes(kBody));
  verifier.expect(Algorithm::crc32, of_body(Algorithm::crc32), ErrorCode::XAmzContentChecksumMismatch);
  EXPECT_THROW(verifier.expect(Algorithm::sha1, of_body(Algorithm::sha1), ErrorCode::BadDigest), std::logic_error);
  EXPECT_TRUE(verifier.finish());
}

TEST(Verifier, LongBodiesOfManyAlgorithms) {
  std::vector<std::byte> body(200'001);
  random_bytes(body);
  Verifier verifier(set_of({Algorithm::md5, Algorithm::sha256, Algorithm::crc64nvme}));
  verifier.update(ByteView(body).first(70'000));
  Verifier moved = std::move(verifier);
  moved.update(ByteView(body).subspan(70'000));
  const auto verified = moved.finish();
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->size_bytes(), body.size());
  for (const Algorithm algorithm : {Algorithm::md5, Algorithm::sha256, Algorithm::crc64nvme}) {
    EXPECT_EQ(*verified->find(algorithm), digest(algorithm, body));
  }
}

}  // namespace
}  // namespace holdfast::hash
