#include "post.hpp"

#include "sigv2.hpp"
#include "sigv4.hpp"

#include "holdfast/base/encoding.hpp"

namespace holdfast::auth {
namespace {

constexpr Complaint kComplaint{ErrorCode::InvalidArgument, "Error parsing the X-Amz-Credential form field; "};

Error missing_field(std::string_view name) {
  std::string text = "Bucket POST must contain a field named '";
  Error error(ErrorCode::InvalidArgument, text.append(name).append("'.  If it is specified, please check the order of the fields."));
  error.details.emplace_back("ArgumentName", name);
  return error;
}

std::string_view session_token(std::span<const HeaderView> fields) noexcept {
  return find_header(fields, "x-amz-security-token").value_or("");
}

Authentication accepted(SignatureKind kind, Credential credential, TimePoint signed_at) {
  Authentication authentication;
  authentication.kind = kind;
  authentication.access_key = std::move(credential.access_key);
  authentication.principal = std::move(credential.principal);
  authentication.signed_at = signed_at;
  return authentication;
}

Result<Authentication> authenticate_v4_post(const Context& context, std::span<const HeaderView> fields, std::string_view policy) {
  for (const std::string_view name : {"x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"}) {
    if (!find_header(fields, name)) return missing_field(name);
  }
  if (*find_header(fields, "x-amz-algorithm") != kV4Algorithm) {
    return Error(ErrorCode::InvalidArgument, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
  }
  const auto scope = parse_credential(*find_header(fields, "x-amz-credential"));
  if (!scope) return kComplaint("the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
  const std::string_view date = *find_header(fields, "x-amz-date");
  const auto signed_at = parse_amz_date(date);
  if (!signed_at) return Error(ErrorCode::InvalidArgument, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  HOLDFAST_TRY_VOID(check_scope(*scope, date, context.options, kComplaint));

  HOLDFAST_TRY(credential, find_credential(context, scope->access_key, session_token(fields)));
  const SigningKey found = signing_key(context, *scope, credential.secret_key);
  const std::string_view signature = *find_header(fields, "x-amz-signature");
  if (!constant_time_equal(hash::hmac_sha256(found.key.bytes(), as_bytes(policy)).hex(), signature)) {
    return signature_mismatch({scope->access_key, policy, signature, {}, {}});
  }
  if (!found.cached) context.signing_keys.remember(scope->credential, credential.secret_key, found.key);
  return accepted(SignatureKind::v4_post, std::move(credential), *signed_at);
}

Result<Authentication> authenticate_v2_post(const Context& context, std::span<const HeaderView> fields, std::string_view policy) {
  const auto access_key = find_header(fields, "awsaccesskeyid");
  const auto signature = find_header(fields, "signature");
  if (!access_key) return missing_field("AWSAccessKeyId");
  if (!signature) return missing_field("signature");
  if (!context.options.allow_v2) return mechanism_not_supported();
  HOLDFAST_TRY(credential, find_credential(context, *access_key, session_token(fields)));
  if (!constant_time_equal(sign_v2(credential.secret_key, policy), *signature)) {
    return signature_mismatch({*access_key, policy, *signature, {}, {}});
  }
  return accepted(SignatureKind::v2_post, std::move(credential), context.now);
}

bool has_any(std::span<const HeaderView> fields, std::initializer_list<std::string_view> names) noexcept {
  for (const std::string_view name : names) {
    if (find_header(fields, name)) return true;
  }
  return false;
}

}  // namespace

Result<Authentication> authenticate_post_form(const Context& context, std::span<const HeaderView> fields) {
  const auto policy = find_header(fields, "policy");
  const bool is_v4 = has_any(fields, {"x-amz-signature", "x-amz-credential", "x-amz-algorithm"});
  const bool is_v2 = has_any(fields, {"signature", "awsaccesskeyid"});
  if (!policy && !is_v4 && !is_v2) return accepted(SignatureKind::anonymous, {}, context.now);
  if (!policy) return missing_field("policy");
  return is_v4 ? authenticate_v4_post(context, fields, *policy) : authenticate_v2_post(context, fields, *policy);
}

}  // namespace holdfast::auth
