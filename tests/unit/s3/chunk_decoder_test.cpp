#include "s3/chunk_decoder.hpp"

#include "holdfast/base/limits.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3 {
namespace {

struct Outcome {
  std::string content;
  std::vector<std::string> chunks;  // data of each chunk, as the observer saw it
  std::vector<std::string> signatures;
  std::vector<std::pair<std::string, std::string>> trailers;
  std::string trailer_signature;
  std::optional<Error> error;
  bool operator==(const Outcome& other) const {
    return content == other.content && chunks == other.chunks && signatures == other.signatures && trailers == other.trailers &&
           trailer_signature == other.trailer_signature && error.has_value() == other.error.has_value() &&
           (!error || error->code == other.error->code);
  }
};

class Recorder final : public ChunkDecoder::Observer {
 public:
  explicit Recorder(Outcome& outcome) : outcome_(outcome) {}
  void chunk_data(ByteView bytes) override { chunk_ += as_text(bytes); }
  Result<> chunk_end(std::string_view signature) override {
    outcome_.chunks.push_back(std::exchange(chunk_, {}));
    outcome_.signatures.emplace_back(signature);
    return {};
  }

 private:
  Outcome& outcome_;
  std::string chunk_;
};

Outcome decode(std::string_view wire, ChunkDecoder::Format format, const std::vector<std::size_t>& cuts) {
  Outcome outcome;
  Recorder recorder(outcome);
  ChunkDecoder decoder(format);
  std::size_t at = 0;
  for (std::size_t i = 0; i <= cuts.size(); ++i) {
    const std::size_t end = i < cuts.size() ? cuts[i] : wire.size();
    std::string piece(wire.substr(at, end - at));
    at = end;
    const auto length = decoder.decode(std::as_writable_bytes(std::span(piece)), &recorder);
    if (!length) {
      outcome.error = length.error();
      return outcome;
    }
    outcome.content += piece.substr(0, *length);
  }
  const auto finished = decoder.finish();
  if (!finished) outcome.error = finished.error();
  outcome.trailers = decoder.trailers();
  outcome.trailer_signature = decoder.trailer_signature();
  return outcome;
}

// The outcome must not depend on how the wire is cut: whole, at every single place, at every pair of places, byte by byte.
Outcome decode_every_way(std::string_view wire, ChunkDecoder::Format format) {
  const Outcome whole = decode(wire, format, {});
  std::vector<std::size_t> every;
  for (std::size_t a = 0; a <= wire.size(); ++a) {
    every.push_back(a);
    for (std::size_t b = a; b <= wire.size(); ++b) {
      const Outcome cut = decode(wire, format, {a, b});
      if (whole.error) {
        EXPECT_TRUE(cut.error && cut.error->code == whole.error->code) << a << " " << b;
      } else {
        EXPECT_TRUE(cut == whole) << a << " " << b;
      }
    }
  }
  const Outcome bytes = decode(wire, format, every);
  EXPECT_EQ(bytes.error.has_value(), whole.error.has_value());
  EXPECT_TRUE(whole.error || bytes == whole);
  return whole;
}

constexpr ChunkDecoder::Format unsigned_trailer(std::uint64_t bytes) { return {false, true, bytes}; }
constexpr ChunkDecoder::Format signed_plain(std::uint64_t bytes) { return {true, false, bytes}; }
constexpr ChunkDecoder::Format signed_trailer(std::uint64_t bytes) { return {true, true, bytes}; }

TEST(ChunkDecoderTest, UnsignedWithTrailer) {
  const auto outcome =
      decode_every_way("5\r\nhello\r\nB\r\n, you world\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", unsigned_trailer(16));
  ASSERT_FALSE(outcome.error);
  EXPECT_EQ(outcome.content, "hello, you world");
  EXPECT_EQ(outcome.chunks, (std::vector<std::string>{"hello", ", you world", ""}));
  ASSERT_EQ(outcome.trailers.size(), 1U);
  EXPECT_EQ(outcome.trailers[0].first, "x-amz-checksum-crc32");
  EXPECT_EQ(outcome.trailers[0].second, "AAAAAA==");
}

TEST(ChunkDecoderTest, Signed) {
  const auto outcome = decode_every_way("3;chunk-signature=aa\r\nabc\r\n0;chunk-signature=bb\r\n\r\n", signed_plain(3));
  ASSERT_FALSE(outcome.error);
  EXPECT_EQ(outcome.content, "abc");
  EXPECT_EQ(outcome.signatures, (std::vector<std::string>{"aa", "bb"}));
}

TEST(ChunkDecoderTest, SignedTrailersInBothForms) {
  // AWS's SDKs end the trailer's line with CR LF; minio-go with LF and an empty line before the signature.
  for (const char* wire : {"1;chunk-signature=aa\r\nx\r\n0;chunk-signature=bb\r\nx-amz-checksum-crc32c:wdBDMA==\r\n"
                           "x-amz-trailer-signature:cc\r\n\r\n",
                           "1;chunk-signature=aa\r\nx\r\n0;chunk-signature=bb\r\nX-Amz-Checksum-Crc32c:wdBDMA==\n\r\n"
                           "x-amz-trailer-signature:cc\r\n\r\n"}) {
    const auto outcome = decode_every_way(wire, signed_trailer(1));
    ASSERT_FALSE(outcome.error);
    EXPECT_EQ(outcome.content, "x");
    ASSERT_EQ(outcome.trailers.size(), 1U);
    EXPECT_EQ(outcome.trailers[0].first, "x-amz-checksum-crc32c");
    EXPECT_EQ(outcome.trailer_signature, "cc");
  }
}

TEST(ChunkDecoderTest, EmptyContent) {
  EXPECT_FALSE(decode_every_way("0\r\n\r\n", unsigned_trailer(0)).error);
  EXPECT_FALSE(decode_every_way("0;chunk-signature=aa\r\n\r\n", signed_plain(0)).error);
  EXPECT_FALSE(decode_every_way("0;chunk-signature=aa\r\n", signed_plain(0)).error);
}

TEST(ChunkDecoderTest, DataMayLookLikeFraming) {
  EXPECT_EQ(decode_every_way("6\r\n0\r\n\r\n0\r\n0\r\n\r\n", unsigned_trailer(6)).content, "0\r\n\r\n0");
}

TEST(ChunkDecoderTest, SizesInEitherCaseAndWithZerosBefore) {
  EXPECT_EQ(decode_every_way("00a\r\n0123456789\r\n0\r\n\r\n", unsigned_trailer(10)).content, "0123456789");
  EXPECT_EQ(decode_every_way("A\r\n0123456789\r\n0\r\n\r\n", unsigned_trailer(10)).content, "0123456789");
}

TEST(ChunkDecoderTest, Incomplete) {
  for (const char* wire : {"", "5", "5\r\n", "5\r\nhel", "5\r\nhello", "5\r\nhello\r\n", "5\r\nhello\r\n0"}) {
    const auto outcome = decode_every_way(wire, unsigned_trailer(5));
    ASSERT_TRUE(outcome.error) << wire;
    EXPECT_EQ(outcome.error->code, ErrorCode::IncompleteBody) << wire;
  }
}

TEST(ChunkDecoderTest, AnotherLengthThanDeclared) {
  EXPECT_EQ(decode_every_way("5\r\nhello\r\n0\r\n\r\n", unsigned_trailer(6)).error->code, ErrorCode::IncompleteBody);
  EXPECT_EQ(decode_every_way("5\r\nhello\r\n0\r\n\r\n", unsigned_trailer(4)).error->code, ErrorCode::IncompleteBody);
  EXPECT_EQ(decode_every_way("ffffffffffffffff\r\nhello", unsigned_trailer(5)).error->code, ErrorCode::IncompleteBody);
}

TEST(ChunkDecoderTest, Malformed) {
  for (const char* wire :
       {"x\r\n", "\r\n", "-1\r\n", "+1\r\nx\r\n0\r\n\r\n", "0x1\r\n", "5 \r\nhello\r\n0\r\n\r\n", "5\nhello\r\n0\r\n\r\n",
        "5\r\nhelloX\r\n", "5\r\nhello\n0\r\n\r\n", "11111111111111111\r\n", "0\r\nno colon\r\n\r\n", "0\r\n:v\r\n\r\n"}) {
    const auto outcome = decode_every_way(wire, unsigned_trailer(5));
    ASSERT_TRUE(outcome.error) << wire;
    const bool refused = outcome.error->code == ErrorCode::InvalidRequest || outcome.error->code == ErrorCode::IncompleteBody;
    EXPECT_TRUE(refused) << wire;
  }
  EXPECT_EQ(decode_every_way("3\r\nabc\r\n0\r\n\r\n", signed_plain(3)).error->code, ErrorCode::InvalidRequest);
  EXPECT_EQ(decode_every_way("0;chunk-signature=aa\r\n\r\nx", signed_plain(0)).error->code, ErrorCode::InvalidRequest);
  EXPECT_EQ(decode_every_way("0;chunk-signature=aa\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", signed_plain(0)).error->code,
            ErrorCode::InvalidRequest);
}

TEST(ChunkDecoderTest, HeadersAndTrailersAreBounded) {
  const std::string endless(limits::kChunkHeaderBytes + 1, '0');
  EXPECT_EQ(decode(endless, unsigned_trailer(1), {}).error->code, ErrorCode::InvalidRequest);
  const std::string trailers = "0\r\nx-amz-meta:" + std::string(limits::kChunkHeaderBytes, 'x');
  EXPECT_EQ(decode(trailers, unsigned_trailer(0), {}).error->code, ErrorCode::InvalidRequest);
}

class Refuser final : public ChunkDecoder::Observer {
 public:
  void chunk_data(ByteView) override {}
  Result<> chunk_end(std::string_view) override { return ErrorCode::SignatureDoesNotMatch; }
};

TEST(ChunkDecoderTest, TheObserversRefusalEndsIt) {
  Refuser refuser;
  ChunkDecoder decoder(signed_plain(1));
  std::string wire = "1;chunk-signature=aa\r\nx\r\n";
  const auto outcome = decoder.decode(std::as_writable_bytes(std::span(wire)), &refuser);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::SignatureDoesNotMatch);
}

}  // namespace
}  // namespace holdfast::s3
