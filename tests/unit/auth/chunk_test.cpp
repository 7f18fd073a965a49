// Vectors: AWS, "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks (Chunked
// Upload)" and "Including trailing headers".
#include "fixture.hpp"

#include <gtest/gtest.h>

namespace holdfast::auth::test {
namespace {

constexpr std::string_view kDate = "20130524T000000Z";

hash::Digest sha256(const std::string& text) { return hash::digest(hash::Algorithm::sha256, as_bytes(text)); }

TestRequest chunked_put(std::string_view signature) {
  TestRequest request;
  request.method = "PUT";
  request.path = "/examplebucket/chunkObject.txt";
  request.host = "s3.amazonaws.com";
  request.set("content-encoding", "aws-chunked").set("content-length", "66824").set("x-amz-decoded-content-length", "66560");
  request.set("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD").set("x-amz-date", std::string(kDate));
  request.set("x-amz-storage-class", "REDUCED_REDUNDANCY");
  request.set(
      "authorization",
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=content-encoding;content-length;"
      "host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=" +
          std::string(signature));
  return request;
}

ChunkVerifier example() {
  const auto result = Bench(kDate).run(chunked_put("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"));
  EXPECT_TRUE(result);
  EXPECT_EQ(result->payload, PayloadKind::streaming_signed);
  return result->chunks.value();
}

constexpr std::string_view kFirst = "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648";
constexpr std::string_view kSecond = "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497";
constexpr std::string_view kLast = "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9";

TEST(ChunkVectors, Example) {
  ChunkVerifier chunks = example();
  EXPECT_TRUE(chunks.verify_chunk(sha256(std::string(65536, 'a')), kFirst));
  EXPECT_TRUE(chunks.verify_chunk(sha256(std::string(1024, 'a')), kSecond));
  EXPECT_TRUE(chunks.verify_chunk(sha256(""), kLast));
}

TEST(ChunkSignatures, WrongContentSignatureOrOrder) {
  ChunkVerifier chunks = example();
  const auto wrong_content = chunks.verify_chunk(sha256(std::string(65535, 'a')), kFirst);
  ASSERT_TRUE(wrong_content.has_error());
  EXPECT_EQ(wrong_content.error().code, ErrorCode::SignatureDoesNotMatch);
  EXPECT_EQ(detail(wrong_content.error(), "SignatureProvided"), kFirst);
  EXPECT_TRUE(detail(wrong_content.error(), "StringToSign").starts_with("AWS4-HMAC-SHA256-PAYLOAD\n20130524T000000Z\n"));
  EXPECT_FALSE(example().verify_chunk(sha256(std::string(65536, 'a')), kSecond));
  EXPECT_FALSE(example().verify_chunk(sha256(std::string(65536, 'a')), ""));
  EXPECT_FALSE(example().verify_chunk(sha256(std::string(1024, 'a')), kSecond));
  EXPECT_FALSE(example().verify_chunk(sha256(""), kLast));
}

TEST(ChunkSignatures, AChunkCannotBeRepeated) {
  ChunkVerifier chunks = example();
  ASSERT_TRUE(chunks.verify_chunk(sha256(std::string(65536, 'a')), kFirst));
  EXPECT_FALSE(chunks.verify_chunk(sha256(std::string(65536, 'a')), kFirst));
  EXPECT_TRUE(chunks.verify_chunk(sha256(std::string(1024, 'a')), kSecond)) << "a refused chunk must not move the chain on";
}

TEST(ChunkVectors, Trailer) {
  const hash::Digest key = [] {
    const auto step = [](const hash::Digest& k, std::string_view text) { return hash::hmac_sha256(k.bytes(), as_bytes(text)); };
    const auto day = hash::hmac_sha256(as_bytes("AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), as_bytes("20130524"));
    return step(step(step(day, "us-east-1"), "s3"), "aws4_request");
  }();
  ChunkVerifier chunks(key, std::string(kDate), "20130524/us-east-1/s3/aws4_request",
                       "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
  EXPECT_TRUE(chunks.verify_chunk(sha256(std::string(65536, 'a')), "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2"));
  EXPECT_TRUE(chunks.verify_chunk(sha256(std::string(1024, 'a')), "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7"));
  EXPECT_TRUE(chunks.verify_chunk(sha256(""), "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"));
  const auto wrong =
      chunks.verify_trailer("x-amz-checksum-crc32c:sOO8/R==\n", "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435");
  ASSERT_TRUE(wrong.has_error());
  EXPECT_EQ(wrong.error().code, ErrorCode::SignatureDoesNotMatch);
  EXPECT_TRUE(
      chunks.verify_trailer("x-amz-checksum-crc32c:sOO8/Q==\n", "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435"));
}

}  // namespace
}  // namespace holdfast::auth::test
