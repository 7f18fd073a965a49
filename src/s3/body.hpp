// A request's body, decoded and verified: aws-chunked framing, chunk and trailer signatures, Content-MD5,
// x-amz-content-sha256 and x-amz-checksum-*. Bytes stream through one buffer; only finish() says that they were right.
#pragma once

#include "s3/chunk_decoder.hpp"

#include "holdfast/auth/authenticate.hpp"
#include "holdfast/hash/digest.hpp"
#include "holdfast/hash/md5_lanes.hpp"
#include "holdfast/http/message.hpp"
#include "holdfast/storage/types.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::s3 {

struct Context;

struct BodyOptions {
  bool md5 = true;                                    // computed even if not declared: it is the ETag
  std::optional<hash::Algorithm> default_checksum{};  // computed when the client declares none
  bool header_checksum = true;                        // x-amz-checksum-* headers speak of this body
};

class Body {
 public:
  // Reads the headers that speak of the body. InvalidDigest, InvalidRequest, MissingContentLength, InvalidArgument.
  static Result<Body> open(const Context& context, BodyOptions options);
  Body(Body&&) noexcept = default;
  Body& operator=(Body&&) = delete;

  // The decoded length, when it is known before the end (nullopt: chunked transfer coding).
  std::optional<std::uint64_t> size_bytes() const noexcept { return size_bytes_; }
  // The checksum that the client declares, in a header or a trailer to come; else the default one.
  std::optional<hash::Algorithm> checksum_algorithm() const noexcept { return checksum_algorithm_; }

  // The next bytes, valid until the next call; empty at the end.
  Task<Result<ByteView>> next();

  // After next() gave the end: the digests of a body that is what the client said, or what was wrong with it.
  Result<hash::VerifiedDigests> finish();

  // After finish: the checksum to keep with the object.
  std::optional<storage::Checksum> checksum(const hash::VerifiedDigests& digests) const;

 private:
  struct SignedChunks;
  Body(http::BodyStream& stream, hash::Verifier verifier);
  Result<> open_chunked(const Context& context, auth::PayloadKind kind);
  Result<> verify_trailers();
  Result<std::size_t> decode(ByteSpan wire);

  http::BodyStream* stream_;
  hash::Verifier verifier_;
  hash::Md5Lanes::Stream md5_stream_;  // of a large body
  std::optional<std::uint64_t> size_bytes_;
  std::optional<hash::Algorithm> checksum_algorithm_;
  std::optional<ChunkDecoder> decoder_;
  std::unique_ptr<SignedChunks, void (*)(SignedChunks*)> signed_chunks_;
  std::vector<std::string> declared_trailers_;
  std::unique_ptr<std::byte[]> buffer_;
  std::size_t buffer_bytes_ = 0;
  bool signed_trailers_ = false;
  bool ended_ = false;
};

// A whole small body (XML, JSON), verified; `max_bytes` or more: `too_large`.
Task<Result<std::string>> read_document(const Context& context, std::size_t max_bytes, ErrorCode too_large, BodyOptions options = {});

}  // namespace holdfast::s3
