#include "s3/body.hpp"

#include "s3/checksum.hpp"
#include "s3/context.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <algorithm>

namespace holdfast::s3 {

// Hashes each chunk and compares it with its signature.
struct Body::SignedChunks final : ChunkDecoder::Observer {
  explicit SignedChunks(auth::ChunkVerifier chunk_verifier) : verifier(std::move(chunk_verifier)) {}

  void chunk_data(ByteView bytes) override { hasher.update(bytes); }
  Result<> chunk_end(std::string_view signature) override {
    const auto digest = hasher.finish();
    hasher = hash::Hasher(hash::Algorithm::sha256);
    return verifier.verify_chunk(digest, signature);
  }

  auth::ChunkVerifier verifier;
  hash::Hasher hasher{hash::Algorithm::sha256};
};

namespace {

using auth::PayloadKind;

constexpr std::string_view kUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

// An anonymous or presigned request may say so too: its body is framed all the same.
PayloadKind payload_kind(const Context& context) noexcept {
  const auto kind = context.authentication.payload;
  if (kind == PayloadKind::unsigned_payload && context.header("x-amz-content-sha256") == kUnsignedTrailer) {
    return PayloadKind::streaming_unsigned_trailer;
  }
  return kind;
}

bool has_length(const Context& context) noexcept {
  return !context.stream.content_length().has_value() || context.stream.has_body() || context.request.has_header("content-length");
}

Result<std::optional<hash::Digest>> declared_md5(const Context& context) {
  if (!context.request.has_header("content-md5")) return std::optional<hash::Digest>();
  auto digest = hash::Digest::from_base64(hash::Algorithm::md5, context.header("content-md5"));
  if (!digest) return Error(ErrorCode::InvalidDigest, "The Content-MD5 you specified was invalid.");
  return digest;
}

Result<std::optional<hash::Digest>> declared_sha256(const Context& context) {
  if (context.authentication.content_sha256) return context.authentication.content_sha256;
  constexpr std::size_t kHexDigits = 64;
  const auto text = context.header("x-amz-content-sha256");
  if (text.size() != kHexDigits) return std::optional<hash::Digest>();
  auto digest = hash::Digest::from_hex(hash::Algorithm::sha256, text);
  if (!digest) return Error(ErrorCode::InvalidArgument, "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-* or a SHA-256 in hex.");
  return digest;
}

// What the headers say that the body will be.
struct Declared {
  PayloadKind kind = PayloadKind::unsigned_payload;
  std::optional<hash::Digest> md5;
  std::optional<hash::Digest> sha256;
  std::optional<DeclaredChecksum> checksum;
  std::vector<std::string> trailers;
  std::optional<hash::Algorithm> algorithm;  // of the header or the trailer
};

Result<> read_trailer_names(const Context& context, Declared& declared) {
  for (const auto name : split(context.header("x-amz-trailer"), ',')) {
    if (trim(name).empty()) continue;
    declared.trailers.push_back(ascii_lower(trim(name)));
    const auto algorithm = checksum_of_header(declared.trailers.back());
    if (!algorithm) continue;
    if (declared.algorithm) {
      return Error(ErrorCode::InvalidRequest, "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
    }
    declared.algorithm = algorithm;
  }
  return {};
}

Result<> check_named_algorithm(const Context& context, std::optional<hash::Algorithm> declared) {
  HOLDFAST_TRY(named, parse_checksum_algorithm(context.header("x-amz-sdk-checksum-algorithm")));
  if (!named || named == declared) return {};
  if (declared) return Error(ErrorCode::InvalidRequest, "Value for x-amz-sdk-checksum-algorithm header is invalid.");
  return Error(ErrorCode::InvalidRequest,
               "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.");
}

bool has_trailers(PayloadKind kind) noexcept {
  return kind == PayloadKind::streaming_signed_trailer || kind == PayloadKind::streaming_unsigned_trailer;
}

bool is_chunked(PayloadKind kind) noexcept { return kind == PayloadKind::streaming_signed || has_trailers(kind); }

Result<Declared> read_declared(const Context& context, bool header_checksum) {
  if (!has_length(context)) return ErrorCode::MissingContentLength;
  Declared declared;
  declared.kind = payload_kind(context);
  HOLDFAST_TRY(md5, declared_md5(context));
  HOLDFAST_TRY(sha256, declared_sha256(context));
  std::optional<DeclaredChecksum> checksum;
  if (header_checksum) {
    HOLDFAST_TRY(found, declared_checksum(context.request));
    checksum = found;
  }
  declared.md5 = md5;
  declared.sha256 = sha256;
  declared.checksum = checksum;
  if (checksum) declared.algorithm = checksum->algorithm;
  if (has_trailers(declared.kind)) HOLDFAST_TRY_VOID(read_trailer_names(context, declared));
  HOLDFAST_TRY_VOID(check_named_algorithm(context, declared.algorithm));
  if (checksum && sha256 && checksum->algorithm == hash::Algorithm::sha256 && !(checksum->value == *sha256)) {
    // No body could be both.
    return Error(ErrorCode::BadDigest, "The SHA256 you specified did not match the calculated checksum.");
  }
  return declared;
}

hash::Verifier make_verifier(const Declared& declared, bool md5, std::optional<hash::Algorithm> checksum) {
  hash::AlgorithmSet algorithms;
  if (md5) algorithms.add(hash::Algorithm::md5);
  if (checksum) algorithms.add(*checksum);
  hash::Verifier verifier(algorithms);
  if (declared.md5) verifier.expect(hash::Algorithm::md5, *declared.md5, ErrorCode::BadDigest);
  if (declared.checksum) verifier.expect(declared.checksum->algorithm, declared.checksum->value, ErrorCode::BadDigest);
  if (declared.sha256) verifier.expect(hash::Algorithm::sha256, *declared.sha256, ErrorCode::XAmzContentSHA256Mismatch);
  return verifier;
}

Error malformed_trailer(std::string_view why, std::string_view name) {
  return {ErrorCode::InvalidRequest, "The trailing headers " + std::string(why) + " " + std::string(name) + "."};
}

}  // namespace

Body::Body(http::BodyStream& stream, hash::Verifier verifier)
    : stream_(&stream), verifier_(std::move(verifier)), signed_chunks_(nullptr, [](SignedChunks* chunks) { delete chunks; }) {}

Result<Body> Body::open(const Context& context, BodyOptions options) {
  HOLDFAST_TRY(declared, read_declared(context, options.header_checksum));
  const auto algorithm = declared.algorithm ? declared.algorithm : options.default_checksum;
  Body body(context.stream, make_verifier(declared, options.md5, algorithm));
  body.checksum_algorithm_ = algorithm;
  body.declared_trailers_ = std::move(declared.trailers);
  body.size_bytes_ = context.stream.content_length();
  if (is_chunked(declared.kind)) HOLDFAST_TRY_VOID(body.open_chunked(context, declared.kind));
  if (body.size_bytes_) body.verifier_.expect_size(*body.size_bytes_);
  body.buffer_bytes_ = limits::kBodyBufferBytes;
  const auto wire_bytes = context.stream.content_length();
  if (wire_bytes && *wire_bytes < body.buffer_bytes_) {
    body.buffer_bytes_ = static_cast<std::size_t>(*wire_bytes);
  } else {
    body.md5_stream_ = hash::Md5Lanes::Stream(context.md5_lanes);
  }
  return body;
}

Result<> Body::open_chunked(const Context& context, PayloadKind kind) {
  const auto decoded = parse_u64(context.header("x-amz-decoded-content-length"));
  if (!decoded) return Error(ErrorCode::MissingContentLength, "You must provide the x-amz-decoded-content-length HTTP header.");
  size_bytes_ = *decoded;
  ChunkDecoder::Format format;
  format.signed_chunks = context.authentication.chunks.has_value();
  format.trailers = has_trailers(kind);
  format.decoded_bytes = *decoded;
  decoder_.emplace(format);
  signed_trailers_ = kind == PayloadKind::streaming_signed_trailer;
  if (format.signed_chunks) signed_chunks_.reset(new SignedChunks(*context.authentication.chunks));
  // Claimed, but without a signature to start from: nothing that follows could be checked.
  if (kind != PayloadKind::streaming_unsigned_trailer && !format.signed_chunks) return ErrorCode::AccessDenied;
  return {};
}

Task<Result<ByteView>> Body::next() {
  if (!buffer_ && buffer_bytes_ > 0) buffer_ = std::make_unique_for_overwrite<std::byte[]>(buffer_bytes_);
  const ByteSpan buffer(buffer_.get(), buffer_bytes_);
  std::size_t filled = 0;
  while (!ended_ && filled < buffer.size()) {
    const auto wire = co_await stream_->read(buffer.subspan(filled));
    if (!wire) co_return wire.error();
    ended_ = *wire == 0;
    const auto content = decode(buffer.subspan(filled, *wire));
    if (!content) co_return content.error();
    filled += *content;
  }
  const ByteView content = buffer.first(filled);
  if (md5_stream_) {
    co_await verifier_.update(content, md5_stream_.lanes());
  } else {
    verifier_.update(content);
  }
  co_return content;
}

Result<std::size_t> Body::decode(ByteSpan wire) {
  if (!decoder_) return wire.size();
  return decoder_->decode(wire, signed_chunks_.get());
}

Result<hash::VerifiedDigests> Body::finish() {
  if (decoder_) {
    HOLDFAST_TRY_VOID(decoder_->finish());
    HOLDFAST_TRY_VOID(verify_trailers());
  }
  return verifier_.finish();
}

Result<> Body::verify_trailers() {
  const auto& trailers = decoder_->trailers();
  std::string canonical;
  for (const auto& [name, value] : trailers) {
    if (std::ranges::find(declared_trailers_, name) == declared_trailers_.end()) {
      return malformed_trailer("weren't declared in x-amz-trailer:", name);
    }
    canonical.append(name).append(":").append(value).append("\n");
  }
  if (signed_trailers_) HOLDFAST_TRY_VOID(signed_chunks_->verifier.verify_trailer(canonical, decoder_->trailer_signature()));
  for (const auto& name : declared_trailers_) {
    const auto trailer = std::ranges::find(trailers, name, &std::pair<std::string, std::string>::first);
    if (trailer == trailers.end()) return malformed_trailer("lack the declared", name);
    const auto algorithm = checksum_of_header(name);
    if (!algorithm) continue;
    const auto digest = hash::Digest::from_base64(*algorithm, trailer->second);
    if (!digest) return Error(ErrorCode::InvalidRequest, "Value for " + name + " trailing header is invalid.");
    verifier_.expect(*algorithm, *digest, ErrorCode::BadDigest);
  }
  return {};
}

std::optional<storage::Checksum> Body::checksum(const hash::VerifiedDigests& digests) const {
  if (!checksum_algorithm_) return std::nullopt;
  const auto* digest = digests.find(*checksum_algorithm_);
  if (digest == nullptr) return std::nullopt;
  return storage::Checksum{*checksum_algorithm_, storage::ChecksumType::full_object, digest->base64()};
}

Task<Result<std::string>> read_document(const Context& context, std::size_t max_bytes, ErrorCode too_large, BodyOptions options) {
  options.md5 = false;
  auto body = Body::open(context, options);
  if (!body) co_return body.error();
  if (body->size_bytes().value_or(0) > max_bytes) co_return too_large;
  std::string text;
  while (true) {
    const auto bytes = co_await body->next();
    if (!bytes) co_return bytes.error();
    if (bytes->empty()) break;
    if (text.size() + bytes->size() > max_bytes) co_return too_large;
    text += as_text(*bytes);
  }
  const auto verified = body->finish();
  if (!verified) co_return verified.error();
  co_return text;
}

}  // namespace holdfast::s3
