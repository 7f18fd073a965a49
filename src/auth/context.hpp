// What every kind of signature needs to be checked, and the errors that they share.
#pragma once

#include "canonical_request.hpp"
#include "signing_keys.hpp"

#include "holdfast/auth/authenticate.hpp"

#include <string>
#include <string_view>

namespace holdfast::auth {

struct Context {
  const CredentialStore& credentials;
  const AuthenticateOptions& options;
  SigningKeys& signing_keys;
  TimePoint now;
};

// What the client signed and what it sent, for SignatureDoesNotMatch. canonical_request is empty in SigV2.
struct Mismatch {
  std::string_view access_key;
  std::string_view string_to_sign;
  std::string_view signature_provided;
  std::string_view canonical_request;
  std::string_view host;
};
Error signature_mismatch(const Mismatch& mismatch);

// InvalidAccessKeyId; InvalidToken and ExpiredToken for a session's. `session_token` is empty where there is none.
Result<Credential> find_credential(const Context& context, std::string_view access_key, std::string_view session_token);

// RequestTimeTooSkewed if `time` is further from now than limits::kClockSkew. `text` is the time as sent.
Result<> check_skew(const Context& context, TimePoint time, std::string_view text);
Error missing_date();
Error request_expired(TimePoint expired_at, TimePoint now);
Error request_not_yet_valid(TimePoint now);
Error mechanism_not_supported();
Error malformed_uri();

// X-Amz-Date in its own format, or any form of an HTTP date.
std::optional<TimePoint> parse_request_date(std::string_view text);

// InvalidArgument unless `text` is a value that x-amz-content-sha256 may have.
Result<> set_payload(Authentication& authentication, std::string_view text);
// For signatures that leave the payload out (anonymous, SigV2, presigned): what the headers say about the body.
Result<> set_unsigned_payload(Authentication& authentication, std::span<const HeaderView> headers);

}  // namespace holdfast::auth
