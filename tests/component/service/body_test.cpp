// Bodies in all forms: what is wrong is refused with AWS's code, and leaves nothing behind.
#include "component/service/harness.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

constexpr std::string_view kEmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string crc32_base64(std::string_view text) { return hash::digest(hash::Algorithm::crc32, as_bytes(text)).base64(); }

class BodyTest : public testing::Test {
 protected:
  void SetUp() override {
    harness.make_bucket("bucket");
    harness.put("/bucket/key", "before");
  }
  // The call was refused: the object is what it was.
  void expect_refused(const Reply& reply, std::string_view code) {
    EXPECT_EQ(reply.code(), code) << reply.body;
    EXPECT_EQ(harness.get("/bucket/key").body, "before");
    EXPECT_EQ(harness.head("/bucket/new").status, 404);
  }
  void expect_stored(const Reply& reply, std::string_view content) {
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(harness.get("/bucket/key").body, content);
  }

  // aws-chunked in every form: chunks of the content, optionally signed, optionally with trailers.
  struct Streaming {
    std::vector<std::string> chunks;
    bool is_signed = true;
    Headers trailers = {};
    bool announce = true;                              // x-amz-trailer
    std::optional<std::uint64_t> decoded_length = {};  // default: the true one
    std::size_t bad_signature_at = SIZE_MAX;           // this chunk's signature is wrong; chunks.size(): the last one's
    bool bad_trailer_signature = false;
    std::string tail = "\r\n";
    Headers headers = {};
    std::size_t wire_step = 1U << 20U;
    bool anonymous = false;
  };

  std::string next_signature(const Signature& seed, std::string& previous, std::string_view kind, const std::string& hashed) {
    const std::string text = std::string(kind) + "\n" + seed.date + "\n" + seed.scope + "\n" + previous + "\n" + hashed;
    previous = hash::hmac_sha256(seed.key.bytes(), as_bytes(text)).hex();
    return previous;
  }

  std::string encode(const Streaming& streaming, const Signature& seed) {
    std::string previous = seed.value;
    std::string wire;
    for (std::size_t i = 0; i <= streaming.chunks.size(); ++i) {
      const std::string chunk = i < streaming.chunks.size() ? streaming.chunks[i] : "";
      char size[32];
      std::snprintf(size, sizeof size, "%zx", chunk.size());
      wire += size;
      if (streaming.is_signed) {
        auto signature = next_signature(seed, previous, "AWS4-HMAC-SHA256-PAYLOAD", std::string(kEmptySha256) + "\n" + sha256_hex(chunk));
        if (i == streaming.bad_signature_at) signature[0] = signature[0] == 'a' ? 'b' : 'a';
        wire += ";chunk-signature=" + signature;
      }
      wire += "\r\n" + chunk;
      if (i < streaming.chunks.size()) wire += "\r\n";
    }
    std::string canonical;
    for (const auto& [name, value] : streaming.trailers) {
      wire += name + ":" + value + "\r\n";
      canonical += name + ":" + value + "\n";
    }
    if (streaming.is_signed && !streaming.trailers.empty()) {
      auto signature = next_signature(seed, previous, "AWS4-HMAC-SHA256-TRAILER", sha256_hex(canonical));
      if (streaming.bad_trailer_signature) signature[0] = signature[0] == 'a' ? 'b' : 'a';
      wire += "x-amz-trailer-signature:" + signature + "\r\n";
    }
    return wire + streaming.tail;
  }

  Reply put_streaming(const Streaming& streaming) {
    std::uint64_t length = 0;
    for (const auto& chunk : streaming.chunks) length += chunk.size();
    Call call{.method = "PUT", .path = "/bucket/key", .headers = streaming.headers, .wire_step = streaming.wire_step};
    const bool trailer = !streaming.trailers.empty() || !streaming.is_signed;
    call.payload_hash = streaming.is_signed ? "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" : "STREAMING-UNSIGNED-PAYLOAD";
    if (trailer) call.payload_hash += "-TRAILER";
    call.headers.emplace_back("content-encoding", "aws-chunked");
    call.headers.emplace_back("x-amz-decoded-content-length", std::to_string(streaming.decoded_length.value_or(length)));
    if (streaming.announce) {
      for (const auto& [name, value] : streaming.trailers) call.headers.emplace_back("x-amz-trailer", name);
    }
    if (streaming.anonymous) {
      call.headers.emplace_back("host", call.host);
      call.headers.emplace_back("x-amz-content-sha256", call.payload_hash);
      call.body = encode(streaming, {});
    } else {
      const auto seed = sign(call, harness.clock.now());
      call.body = encode(streaming, seed);
    }
    return harness.send_as_is(std::move(call));
  }

  Harness harness;
};

TEST_F(BodyTest, HashedPayload) {
  Call call{.method = "PUT", .path = "/bucket/key", .body = "hello"};
  call.payload_hash = sha256_hex("hello");
  expect_stored(harness.send(call), "hello");
}

TEST_F(BodyTest, WrongPayloadHash) {
  Call call{.method = "PUT", .path = "/bucket/key", .body = "hello"};
  call.payload_hash = sha256_hex("other");
  expect_refused(harness.send(call), "XAmzContentSHA256Mismatch");
  call.path = "/bucket/new";
  expect_refused(harness.send(call), "XAmzContentSHA256Mismatch");
}

TEST_F(BodyTest, ContentMd5) {
  const auto put = [this](std::string md5) { return harness.put("/bucket/key", "hello", {}, {{"content-md5", std::move(md5)}}); };
  expect_refused(put("XUFAKrxLKna5cZ2REBfFkw=="), "BadDigest");
  expect_refused(put("nonsense"), "InvalidDigest");
  expect_refused(put("NhCmhg=="), "InvalidDigest");
  expect_refused(put(""), "InvalidDigest");
  expect_stored(put("XUFAKrxLKna5cZ2REBfFkg=="), "hello");
}

TEST_F(BodyTest, ChecksumHeaders) {
  const auto put = [this](std::string name, std::string value) {
    return harness.put("/bucket/key", "hello", {}, {{std::move(name), std::move(value)}});
  };
  expect_refused(put("x-amz-checksum-crc32", "AAAAAA=="), "BadDigest");
  expect_refused(put("x-amz-checksum-crc32c", "AAAAAA=="), "BadDigest");
  expect_refused(put("x-amz-checksum-crc64nvme", "AAAAAAAAAAA="), "BadDigest");
  expect_refused(put("x-amz-checksum-sha1", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="), "BadDigest");
  expect_refused(put("x-amz-checksum-sha256", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), "BadDigest");
  expect_refused(put("x-amz-checksum-crc32", "AAAA"), "InvalidRequest");
  for (const auto algorithm :
       {hash::Algorithm::crc32, hash::Algorithm::crc32c, hash::Algorithm::crc64nvme, hash::Algorithm::sha1, hash::Algorithm::sha256}) {
    const std::string header = "x-amz-checksum-" + ascii_lower(hash::algorithm_name(algorithm));
    const auto value = hash::digest(algorithm, as_bytes("hello")).base64();
    const auto reply = put(header, value);
    expect_stored(reply, "hello");
    EXPECT_EQ(reply.header(header), value);
  }
}

TEST_F(BodyTest, ChecksumHeadersThatContradict) {
  const auto put = [this](Headers headers) { return harness.put("/bucket/key", "hello", {}, std::move(headers)); };
  expect_refused(put({{"x-amz-checksum-crc32", "NhCmhg=="}, {"x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00="}}), "InvalidRequest");
  expect_refused(put({{"x-amz-checksum-crc32", "NhCmhg=="}, {"x-amz-sdk-checksum-algorithm", "SHA256"}}), "InvalidRequest");
  expect_refused(put({{"x-amz-sdk-checksum-algorithm", "CRC32"}}), "InvalidRequest");
  expect_refused(put({{"x-amz-sdk-checksum-algorithm", "MD5"}}), "InvalidRequest");
}

TEST_F(BodyTest, Sha256TwiceMustAgree) {
  Call call{.method = "PUT", .path = "/bucket/key", .body = "hello"};
  call.payload_hash = sha256_hex("hello");
  call.headers = {{"x-amz-checksum-sha256", hash::digest(hash::Algorithm::sha256, as_bytes("other")).base64()}};
  expect_refused(harness.send(call), "BadDigest");
  call.headers = {{"x-amz-checksum-sha256", hash::digest(hash::Algorithm::sha256, as_bytes("hello")).base64()}};
  expect_stored(harness.send(call), "hello");
}

TEST_F(BodyTest, LengthIsNeeded) {
  expect_refused(harness.send({.method = "PUT", .path = "/bucket/new", .send_content_length = false}), "MissingContentLength");
}

TEST_F(BodyTest, ChunkedTransferCodingHasNoLength) {
  expect_stored(harness.send({.method = "PUT", .path = "/bucket/key", .body = "hello", .wire_step = 2, .chunked_coding = true}), "hello");
}

TEST_F(BodyTest, AClientThatGoesAwayLeavesNothing) {
  expect_refused(harness.send({.method = "PUT", .path = "/bucket/key", .body = "hel", .declared_length = 5}), "IncompleteBody");
}

TEST_F(BodyTest, LargeBodiesStream) {
  std::string large(3'000'001, 'x');
  for (std::size_t i = 0; i < large.size(); i += 1000) large[i] = static_cast<char>(i / 1000);
  const auto reply = harness.send({.method = "PUT", .path = "/bucket/key", .body = large, .wire_step = 70'001});
  EXPECT_EQ(reply.header("ETag"), "\"" + hash::digest(hash::Algorithm::md5, as_bytes(large)).hex() + "\"");
  EXPECT_TRUE(harness.get("/bucket/key").body == large);
}

TEST_F(BodyTest, StreamingSigned) {
  expect_stored(put_streaming({.chunks = {std::string(8192, 'a'), "tail"}}), std::string(8192, 'a') + "tail");
  expect_stored(put_streaming({.chunks = {}}), "");
  for (const std::size_t step : {1U, 2U, 7U, 100U})
    expect_stored(put_streaming({.chunks = {"hello", "world"}, .wire_step = step}), "helloworld");
}

TEST_F(BodyTest, StreamingSignedIsNotContentEncoding) {
  put_streaming({.chunks = {"hello"}});
  EXPECT_FALSE(harness.head("/bucket/key").has_header("Content-Encoding"));
}

TEST_F(BodyTest, StreamingSignedWithWrongSignatures) {
  for (std::size_t i = 0; i <= 2; ++i)
    expect_refused(put_streaming({.chunks = {"hello", "world"}, .bad_signature_at = i}), "SignatureDoesNotMatch");
}

TEST_F(BodyTest, StreamingChunksInAnotherOrder) {
  Call call{.method = "PUT", .path = "/bucket/key"};
  call.payload_hash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
  call.headers = {{"x-amz-decoded-content-length", "10"}};
  const auto seed = sign(call, harness.clock.now());
  const std::string wire = encode({.chunks = {"hello", "world"}}, seed);
  const auto second = wire.find("5;", 1);
  const auto last = wire.find("0;chunk");
  call.body = wire.substr(second, last - second) + wire.substr(0, second) + wire.substr(last);
  expect_refused(harness.send_as_is(std::move(call)), "SignatureDoesNotMatch");
}

TEST_F(BodyTest, StreamingSignedWithTrailer) {
  expect_stored(put_streaming({.chunks = {"hello"}, .trailers = {{"x-amz-checksum-crc32", crc32_base64("hello")}}}), "hello");
  EXPECT_EQ(harness.head("/bucket/key", {}, {{"x-amz-checksum-mode", "ENABLED"}}).header("x-amz-checksum-crc32"), crc32_base64("hello"));
}

TEST_F(BodyTest, StreamingSignedWithWrongTrailer) {
  const Headers trailers = {{"x-amz-checksum-crc32", crc32_base64("hello")}};
  expect_refused(put_streaming({.chunks = {"hello"}, .trailers = trailers, .bad_trailer_signature = true}), "SignatureDoesNotMatch");
  expect_refused(put_streaming({.chunks = {"other"}, .trailers = trailers}), "BadDigest");
}

TEST_F(BodyTest, StreamingUnsignedWithTrailer) {
  const Headers trailers = {{"x-amz-checksum-crc32", crc32_base64("hello")}};
  expect_stored(
      put_streaming(
          {.chunks = {"he", "llo"}, .is_signed = false, .trailers = trailers, .headers = {{"x-amz-sdk-checksum-algorithm", "CRC32"}}}),
      "hello");
  expect_stored(put_streaming({.chunks = {"hello"}, .is_signed = false}), "hello");
}

TEST_F(BodyTest, StreamingUnsignedRefused) {
  const Headers right = {{"x-amz-checksum-crc32", crc32_base64("hello")}};
  const auto put = [this](Streaming streaming) {
    streaming.is_signed = false;
    return put_streaming(streaming);
  };
  expect_refused(put({.chunks = {"other"}, .trailers = right}), "BadDigest");
  expect_refused(put({.chunks = {"hello"}, .trailers = {{"x-amz-checksum-crc32", "AAAA"}}}), "InvalidRequest");
  expect_refused(put({.chunks = {"hello"}, .trailers = right, .announce = false}), "InvalidRequest");
  expect_refused(put({.chunks = {"hello"}, .headers = {{"x-amz-trailer", "x-amz-checksum-crc32"}}}), "InvalidRequest");
  expect_refused(put({.chunks = {"hello"}, .trailers = right, .headers = {{"x-amz-sdk-checksum-algorithm", "SHA1"}}}), "InvalidRequest");
  expect_refused(put({.chunks = {"hello"}, .trailers = right, .headers = {{"x-amz-checksum-crc32", crc32_base64("hello")}}}),
                 "InvalidRequest");
  expect_refused(put({.chunks = {"hello"}, .decoded_length = 6}), "IncompleteBody");
  expect_refused(put({.chunks = {"hello"}, .decoded_length = 4}), "IncompleteBody");
}

TEST_F(BodyTest, StreamingNeedsTheDecodedLength) {
  Call call{.method = "PUT", .path = "/bucket/key", .body = "0\r\n\r\n"};
  call.payload_hash = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
  expect_refused(harness.send(call), "MissingContentLength");
}

TEST_F(BodyTest, MalformedFraming) {
  Call call{.method = "PUT", .path = "/bucket/key", .body = "hello\r\n"};
  call.payload_hash = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
  call.headers = {{"x-amz-decoded-content-length", "5"}};
  expect_refused(harness.send(call), "InvalidRequest");
  call.body = "5\r\nhello\r\n";
  expect_refused(harness.send(call), "IncompleteBody");
}

class AnonymousBodyTest : public BodyTest {
 protected:
  void SetUp() override {
    BodyTest::SetUp();
    harness.set_policy("bucket", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",
      "Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::bucket/*"}]})");
  }
};

// boto3 with signature_version=UNSIGNED over TLS sends its checksum in a trailer all the same.
TEST_F(AnonymousBodyTest, UnsignedTrailer) {
  const Headers right = {{"x-amz-checksum-crc32", crc32_base64("hello")}};
  expect_stored(put_streaming({.chunks = {"hello"}, .is_signed = false, .trailers = right, .anonymous = true}), "hello");
}

TEST_F(AnonymousBodyTest, SignedChunksWithoutASignatureAreRefused) {
  const auto reply = put_streaming({.chunks = {"hello"}, .anonymous = true});
  EXPECT_GE(reply.status, 400) << reply.status;
  EXPECT_EQ(harness.get("/bucket/key").body, "before");
}

}  // namespace
}  // namespace holdfast::s3::test
