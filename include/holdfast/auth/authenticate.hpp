// Who sent this request: SigV4 and SigV2, in header and query; POST form fields; aws-chunked signatures.
// Functions of a view of the request: no sockets, no clocks of their own.
// Source: AWS, "Authenticating Requests (AWS Signature Version 4)" and "Signing and Authenticating REST Requests" (V2).
#pragma once

#include "holdfast/auth/credentials.hpp"
#include "holdfast/base/clock.hpp"
#include "holdfast/base/result.hpp"
#include "holdfast/hash/digest.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::auth {

using HeaderView = std::pair<std::string_view, std::string_view>;  // name in lower case, value trimmed

// A request as it came in: path and query still percent-encoded. All views must outlive the call.
struct RequestView {
  std::string_view method;
  std::string_view raw_path;
  std::string_view raw_query;            // without '?'
  std::string_view host;                 // the Host header
  std::string_view virtual_host_bucket;  // bucket taken from Host, or empty: SigV2 signs /bucket/key
  std::span<const HeaderView> headers;
};

// How the body is protected.
enum class PayloadKind {
  unsigned_payload,            // UNSIGNED-PAYLOAD, presigned, SigV2, anonymous
  hashed,                      // x-amz-content-sha256 has the body's SHA-256
  streaming_signed,            // STREAMING-AWS4-HMAC-SHA256-PAYLOAD
  streaming_signed_trailer,    // STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER
  streaming_unsigned_trailer,  // STREAMING-UNSIGNED-PAYLOAD-TRAILER
};

// Checks the signatures of aws-chunked chunks, each over the one before it.
class ChunkVerifier {
 public:
  ChunkVerifier(hash::Digest signing_key, std::string amz_date, std::string scope, std::string seed_signature);
  // SignatureDoesNotMatch unless `signature` (hex) is right for a chunk whose SHA-256 is `chunk_sha256`.
  Result<> verify_chunk(const hash::Digest& chunk_sha256, std::string_view signature);
  // The same for the trailer headers, given as canonical text ("name:value\n" in order sent).
  Result<> verify_trailer(std::string_view canonical_trailers, std::string_view signature);

 private:
  hash::Digest signing_key_;
  std::string amz_date_;
  std::string scope_;
  std::string previous_signature_;
};

enum class SignatureKind { anonymous, v4_header, v4_query, v2_header, v2_query, v4_post, v2_post };

struct Authentication {
  SignatureKind kind = SignatureKind::anonymous;
  std::string access_key;  // empty: anonymous
  PrincipalPtr principal;  // null: anonymous
  PayloadKind payload = PayloadKind::unsigned_payload;
  std::optional<hash::Digest> content_sha256;  // PayloadKind::hashed
  std::optional<ChunkVerifier> chunks;         // the streaming_signed kinds
  TimePoint signed_at;
};

// For bodies that are held in memory: XAmzContentSHA256Mismatch unless `body` is what was signed; InvalidRequest for the
// streaming kinds.
Result<> check_body(const Authentication& authentication, std::string_view body);

struct AuthenticateOptions {
  std::string region{};  // empty: any region in the scope is accepted
  bool allow_v2 = true;
  std::vector<std::string> host_aliases{};  // hosts that a presigned signature is tried with when the received one fails
};

// Finds out who sent a request. Keeps derived signing keys (bounded, in memory; one per access key, day and region) and
// nothing else: each signature is verified anew and each request looks its credential up. Any thread.
class Authenticator {
 public:
  // `credentials` must outlive the Authenticator.
  Authenticator(const CredentialStore& credentials, AuthenticateOptions options);
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;
  ~Authenticator();

  // The one entry point for requests: finds out which kind of signature there is, checks all of it (algorithm, scope,
  // date and skew, expiry, signed headers, signature) and names the caller. Errors are AWS's: AccessDenied,
  // AuthorizationHeaderMalformed, AuthorizationQueryParametersError, InvalidAccessKeyId, RequestTimeTooSkewed,
  // SignatureDoesNotMatch (details: AWSAccessKeyId, StringToSign, SignatureProvided, StringToSignBytes,
  // CanonicalRequest, CanonicalRequestBytes, Host), AccessDenied "Request has expired", InvalidToken,
  // InvalidArgument for a malformed x-amz-content-sha256, InvalidURI for a path or query that doesn't decode.
  Result<Authentication> authenticate(const RequestView& request, TimePoint now) const;

  // POST form uploads: `fields` are the form's fields (names in lower case). Checks the policy's signature and not its
  // conditions; returns who signed. Without a signature or policy: anonymous.
  Result<Authentication> authenticate_post(std::span<const HeaderView> fields, TimePoint now) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Makes presigned URLs (console, `holdfast presign`) and the query string of one. SigV4.
struct PresignSpec {
  std::string method;
  std::string endpoint;  // http[s]://host[:port], no trailing slash
  std::string bucket;
  std::string key;                                         // raw
  std::vector<std::pair<std::string, std::string>> query;  // extra parameters, raw
  std::string region = "us-east-1";
  std::chrono::seconds expires{3600};
};
std::string presign_url(const PresignSpec& spec, std::string_view access_key, std::string_view secret_key, TimePoint now);

}  // namespace holdfast::auth
