#include "context.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <algorithm>

namespace holdfast::auth {
namespace {

// Longer texts are shown, but not as bytes again.
constexpr std::size_t kShownAsBytes = 8 * limits::kKiB;

std::string spaced_hex(std::string_view text) {
  const std::string hex = hex_encode(as_bytes(text));
  std::string out;
  out.reserve(text.size() * 3);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    if (i > 0) out.push_back(' ');
    out.append(hex, i, 2);
  }
  return out;
}

void add_text_and_bytes(Error& error, const std::string& name, std::string_view text) {
  error.details.emplace_back(name, text);
  if (text.size() <= kShownAsBytes) error.details.emplace_back(name + "Bytes", spaced_hex(text));
}

bool says_aws_chunked(std::string_view content_encoding) {
  const auto encodings = split(content_encoding, ',');
  return std::any_of(encodings.begin(), encodings.end(),
                     [](std::string_view encoding) { return equals_ignoring_case(trim(encoding), "aws-chunked"); });
}

Error invalid_content_sha256() {
  Error error(ErrorCode::InvalidArgument,
              "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
              "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.");
  error.details.emplace_back("ArgumentName", "x-amz-content-sha256");
  return error;
}

Error unknown_access_key(std::string_view access_key) {
  Error error(ErrorCode::InvalidAccessKeyId);
  error.details.emplace_back("AWSAccessKeyId", access_key);
  return error;
}

}  // namespace

Error signature_mismatch(const Mismatch& mismatch) {
  Error error(ErrorCode::SignatureDoesNotMatch);
  error.details.emplace_back("AWSAccessKeyId", mismatch.access_key);
  add_text_and_bytes(error, "StringToSign", mismatch.string_to_sign);
  error.details.emplace_back("SignatureProvided", mismatch.signature_provided);
  if (!mismatch.canonical_request.empty()) add_text_and_bytes(error, "CanonicalRequest", mismatch.canonical_request);
  error.details.emplace_back("Host", mismatch.host);
  return error;
}

Result<Credential> find_credential(const Context& context, std::string_view access_key, std::string_view session_token) {
  if (session_token.empty()) {
    if (auto credential = context.credentials.find(access_key)) return std::move(*credential);
    return unknown_access_key(access_key);
  }
  auto credential = context.credentials.find_session(access_key, session_token);
  if (!credential && credential.error().code == ErrorCode::InvalidAccessKeyId) return unknown_access_key(access_key);
  return credential;
}

Result<> check_skew(const Context& context, TimePoint time, std::string_view text) {
  if (time <= context.now + limits::kClockSkew && time >= context.now - limits::kClockSkew) return {};
  Error error(ErrorCode::RequestTimeTooSkewed);
  error.details.emplace_back("RequestTime", text);
  error.details.emplace_back("ServerTime", format_iso8601_millis(context.now));
  error.details.emplace_back("MaxAllowedSkewMilliseconds", std::to_string(std::chrono::milliseconds(limits::kClockSkew).count()));
  return error;
}

Error missing_date() { return {ErrorCode::AccessDenied, "AWS authentication requires a valid Date or x-amz-date header"}; }

Error request_expired(TimePoint expired_at, TimePoint now) {
  Error error(ErrorCode::AccessDenied, "Request has expired");
  error.details.emplace_back("Expires", format_iso8601_millis(expired_at));
  error.details.emplace_back("ServerTime", format_iso8601_millis(now));
  return error;
}

Error request_not_yet_valid(TimePoint now) {
  Error error(ErrorCode::AccessDenied, "Request is not valid yet");
  error.details.emplace_back("ServerTime", format_iso8601_millis(now));
  return error;
}

Error mechanism_not_supported() {
  return {ErrorCode::InvalidRequest, "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."};
}

Error malformed_uri() { return {ErrorCode::InvalidURI}; }

std::optional<TimePoint> parse_request_date(std::string_view text) {
  if (const auto time = parse_amz_date(text)) return time;
  // Python's and Ruby's formatters end an HTTP date so.
  for (const std::string_view zone : {" +0000", " -0000", " UTC"}) {
    if (!text.ends_with(zone)) continue;
    std::string in_gmt(text.substr(0, text.size() - zone.size()));
    return parse_http_date(in_gmt.append(" GMT"));
  }
  if (const auto time = parse_http_date(text)) return time;
  return parse_iso8601(text);
}

Result<> set_payload(Authentication& authentication, std::string_view text) {
  if (text == kUnsignedPayload) {
    authentication.payload = PayloadKind::unsigned_payload;
  } else if (text == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") {
    authentication.payload = PayloadKind::streaming_signed;
  } else if (text == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") {
    authentication.payload = PayloadKind::streaming_signed_trailer;
  } else if (text == "STREAMING-UNSIGNED-PAYLOAD-TRAILER") {
    authentication.payload = PayloadKind::streaming_unsigned_trailer;
  } else {
    authentication.content_sha256 = hash::Digest::from_hex(hash::Algorithm::sha256, text);
    if (!authentication.content_sha256) return invalid_content_sha256();
    authentication.payload = PayloadKind::hashed;
  }
  return {};
}

Result<> set_unsigned_payload(Authentication& authentication, std::span<const HeaderView> headers) {
  authentication.payload = PayloadKind::unsigned_payload;
  if (const auto declared = find_header(headers, "x-amz-content-sha256")) {
    HOLDFAST_TRY_VOID(set_payload(authentication, *declared));
    // Chunk signatures would need a seed signature over the same header.
    const bool chunks_are_signed =
        authentication.payload == PayloadKind::streaming_signed || authentication.payload == PayloadKind::streaming_signed_trailer;
    if (chunks_are_signed) return invalid_content_sha256();
  }
  // Clients with checksums in trailers and without a SigV4 signature say no more than this.
  const bool framed = authentication.payload == PayloadKind::unsigned_payload && find_header(headers, "x-amz-decoded-content-length") &&
                      says_aws_chunked(find_header(headers, "content-encoding").value_or(""));
  if (framed) authentication.payload = PayloadKind::streaming_unsigned_trailer;
  return {};
}

}  // namespace holdfast::auth
