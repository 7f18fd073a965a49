#include "canonical_request.hpp"
#include "holdfast/auth/authenticate.hpp"
#include "holdfast/base/encoding.hpp"

#include <initializer_list>

namespace holdfast::auth {
namespace {

std::string join_lines(std::initializer_list<std::string_view> lines) {
  std::string out;
  out.reserve(320);
  for (const std::string_view line : lines) {
    if (!out.empty()) out.push_back('\n');
    out.append(line);
  }
  return out;
}

// The signature if it is right.
Result<std::string> verify(const hash::Digest& key, std::string_view string_to_sign, std::string_view signature) {
  std::string expected = hash::hmac_sha256(key.bytes(), as_bytes(string_to_sign)).hex();
  if (constant_time_equal(expected, signature)) return expected;
  Error error(ErrorCode::SignatureDoesNotMatch);
  error.details.emplace_back("StringToSign", string_to_sign);
  error.details.emplace_back("SignatureProvided", signature);
  return error;
}

}  // namespace

ChunkVerifier::ChunkVerifier(hash::Digest signing_key, std::string amz_date, std::string scope, std::string seed_signature)
    : signing_key_(signing_key), amz_date_(std::move(amz_date)), scope_(std::move(scope)), previous_signature_(std::move(seed_signature)) {}

Result<> ChunkVerifier::verify_chunk(const hash::Digest& chunk_sha256, std::string_view signature) {
  const std::string text =
      join_lines({"AWS4-HMAC-SHA256-PAYLOAD", amz_date_, scope_, previous_signature_, kEmptySha256, chunk_sha256.hex()});
  HOLDFAST_TRY(verified, verify(signing_key_, text, signature));
  previous_signature_ = std::move(verified);
  return {};
}

Result<> ChunkVerifier::verify_trailer(std::string_view canonical_trailers, std::string_view signature) {
  const std::string trailers = hash::digest(hash::Algorithm::sha256, as_bytes(canonical_trailers)).hex();
  const std::string text = join_lines({"AWS4-HMAC-SHA256-TRAILER", amz_date_, scope_, previous_signature_, trailers});
  HOLDFAST_TRY(verified, verify(signing_key_, text, signature));
  previous_signature_ = std::move(verified);
  return {};
}

}  // namespace holdfast::auth
