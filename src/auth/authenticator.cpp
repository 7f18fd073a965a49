#include "context.hpp"
#include "post.hpp"
#include "sigv2.hpp"
#include "sigv4.hpp"

#include "holdfast/auth/authenticate.hpp"

namespace holdfast::auth {
namespace {

Error only_one_mechanism() {
  Error error(ErrorCode::InvalidArgument,
              "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the "
              "Authorization header should be specified");
  error.details.emplace_back("ArgumentName", "Authorization");
  return error;
}

Error unsupported_type() {
  Error error(ErrorCode::InvalidArgument, "Unsupported Authorization Type");
  error.details.emplace_back("ArgumentName", "Authorization");
  return error;
}

Result<Authentication> anonymous(const Context& context, const RequestView& request) {
  Authentication authentication;
  HOLDFAST_TRY_VOID(set_unsigned_payload(authentication, request.headers));
  authentication.signed_at = context.now;
  return authentication;
}

bool has_scheme(std::string_view authorization, std::string_view scheme) noexcept {
  return authorization.starts_with(scheme) && (authorization.size() == scheme.size() || authorization[scheme.size()] == ' ');
}

Result<Authentication> authenticate_header(const Context& context, const RequestView& request, const CanonicalQuery& query,
                                           std::string_view authorization) {
  if (has_scheme(authorization, kV4Algorithm)) return authenticate_v4_header(context, request, query, authorization);
  if (has_scheme(authorization, "AWS")) return authenticate_v2_header(context, request, query, authorization);
  if (authorization.starts_with("AWS4-")) return mechanism_not_supported();
  return unsupported_type();
}

bool is_v4_query(const CanonicalQuery& query) noexcept {
  return query.find("X-Amz-Algorithm") || query.find("X-Amz-Signature") || query.find("X-Amz-Credential");
}

bool is_v2_query(const CanonicalQuery& query) noexcept { return query.find("AWSAccessKeyId") || query.find("Signature"); }

}  // namespace

Result<> check_body(const Authentication& authentication, std::string_view body) {
  if (authentication.payload == PayloadKind::unsigned_payload) return {};
  if (authentication.payload != PayloadKind::hashed) return Error(ErrorCode::InvalidRequest, "This request can't have a body in chunks.");
  const bool right = hash::digest(hash::Algorithm::sha256, as_bytes(body)) == *authentication.content_sha256;
  return right ? Result<>() : Result<>(ErrorCode::XAmzContentSHA256Mismatch);
}

struct Authenticator::State {
  const CredentialStore& credentials;
  AuthenticateOptions options;
  SigningKeys signing_keys;

  Context context(TimePoint now) { return {credentials, options, signing_keys, now}; }
};

Authenticator::Authenticator(const CredentialStore& credentials, AuthenticateOptions options)
    : state_(new State{credentials, std::move(options), {}}) {}
Authenticator::~Authenticator() = default;

Result<Authentication> Authenticator::authenticate(const RequestView& request, TimePoint now) const {
  const Context context = state_->context(now);
  const auto query = CanonicalQuery::parse(request.raw_query);
  if (!query) return malformed_uri();
  const bool v4_query = is_v4_query(*query);
  const bool v2_query = is_v2_query(*query);
  auto authorization = find_header(request.headers, "authorization");
  if (authorization && authorization->empty()) authorization.reset();
  if (int{authorization.has_value()} + int{v4_query} + int{v2_query} > 1) return only_one_mechanism();
  if (authorization) return authenticate_header(context, request, *query, *authorization);
  if (v4_query) return authenticate_v4_query(context, request, *query);
  if (v2_query) return authenticate_v2_query(context, request, *query);
  return anonymous(context, request);
}

Result<Authentication> Authenticator::authenticate_post(std::span<const HeaderView> fields, TimePoint now) const {
  return authenticate_post_form(state_->context(now), fields);
}

}  // namespace holdfast::auth
