#include "sigv4.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <algorithm>

namespace holdfast::auth {
namespace {

constexpr std::size_t kSignedHeaders = 256;

constexpr Complaint kHeaderComplaint{ErrorCode::AuthorizationHeaderMalformed, "The authorization header is malformed; "};
constexpr Complaint kQueryComplaint{ErrorCode::AuthorizationQueryParametersError, ""};
constexpr Complaint kQueryCredentialComplaint{ErrorCode::AuthorizationQueryParametersError,
                                              "Error parsing the X-Amz-Credential parameter; "};

std::string quoted(std::string_view before, std::string_view value, std::string_view after) {
  std::string text(before);
  return text.append(1, '"').append(value).append(1, '"').append(after);
}

struct AuthorizationFields {
  std::string_view credential;
  std::string_view signed_headers;
  std::string_view signature;
};

// `text` is what follows the algorithm: "Credential=..., SignedHeaders=..., Signature=...", spaces optional.
Result<AuthorizationFields> parse_authorization(std::string_view text) {
  AuthorizationFields fields;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const std::string_view field = trim(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    const auto equals = field.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = field.substr(0, equals);
    const std::string_view value = field.substr(equals + 1);
    if (name == "Credential") fields.credential = value;
    if (name == "SignedHeaders") fields.signed_headers = value;
    if (name == "Signature") fields.signature = value;
  }
  if (fields.credential.empty()) return kHeaderComplaint("missing Credential.");
  if (fields.signed_headers.empty()) return kHeaderComplaint("missing SignedHeaders.");
  if (fields.signature.empty()) return kHeaderComplaint("missing Signature.");
  return fields;
}

bool parse_signed_headers(std::string_view text, HeaderNames& names) {
  while (!text.empty()) {
    const auto end = std::min(text.find(';'), text.size());
    if (end == 0 || names.size() == kSignedHeaders) return false;
    names.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return !names.empty();
}

bool contains(const HeaderNames& names, std::string_view name) noexcept {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Not needed among the signed headers: the first is part of the canonical request by itself, the second is added
// between client and server by a CDN.
bool is_exempt(std::string_view name) noexcept { return name == "x-amz-content-sha256" || name == "x-amz-cf-id"; }

// What a presigned request may add unsigned, since it can only narrow the request or describe its body.
bool is_exempt_when_presigned(std::string_view name) noexcept {
  return is_exempt(name) || name.starts_with("x-amz-checksum-") || name == "x-amz-sdk-checksum-algorithm" || name == "x-amz-trailer" ||
         name == "x-amz-decoded-content-length" || name == "x-amz-date" || name == "x-amz-user-agent" ||
         name == "x-amz-expected-bucket-owner" || name == "x-amz-request-payer";
}

Result<> check_signed_headers(const RequestView& request, const HeaderNames& names, bool presigned) {
  std::string unsigned_names;
  const auto note = [&unsigned_names](std::string_view name) {
    if (!unsigned_names.empty()) unsigned_names.append(", ");
    unsigned_names.append(name);
  };
  if (!contains(names, "host")) note("host");
  for (const auto& [name, value] : request.headers) {
    if (!name.starts_with("x-amz-") || contains(names, name)) continue;
    if (!(presigned ? is_exempt_when_presigned(name) : is_exempt(name))) note(name);
  }
  if (unsigned_names.empty()) return {};
  Error error(ErrorCode::AccessDenied, "There were headers present in the request which were not signed");
  error.details.emplace_back("HeadersNotSigned", std::move(unsigned_names));
  return error;
}

// Everything that a signature is computed from, once it has been parsed.
struct Claim {
  CredentialScope scope;
  std::string_view signed_headers_text;
  HeaderNames signed_headers;
  std::string_view amz_date;
  std::string_view signature;
  std::string_view payload_hash;
  std::string_view skipped_parameter;
};

struct Attempt {
  std::string canonical_request;
  std::string string_to_sign;
  bool matches = false;
};

Result<Attempt> attempt(const RequestView& request, const CanonicalQuery& query, const Claim& claim, const hash::Digest& key,
                        std::string_view host) {
  auto canonical = canonical_request(
      {request, query, claim.skipped_parameter, host, claim.signed_headers, claim.signed_headers_text, claim.payload_hash});
  if (!canonical) return malformed_uri();
  Attempt result;
  result.canonical_request = std::move(*canonical);
  result.string_to_sign = string_to_sign_v4(claim.amz_date, claim.scope.scope, result.canonical_request);
  const hash::Digest expected = hash::hmac_sha256(key.bytes(), as_bytes(result.string_to_sign));
  result.matches = constant_time_equal(expected.hex(), claim.signature);
  return result;
}

Error mismatch_error(const RequestView& request, const Claim& claim, const Attempt& tried) {
  return signature_mismatch({claim.scope.access_key, tried.string_to_sign, claim.signature, tried.canonical_request, request.host});
}

// Tries the host as received, then `aliases`. The key that matched.
Result<hash::Digest> verify(const Context& context, const RequestView& request, const CanonicalQuery& query, const Claim& claim,
                            std::string_view secret_key, std::span<const std::string> aliases) {
  const SigningKey found = signing_key(context, claim.scope, secret_key);
  HOLDFAST_TRY(first, attempt(request, query, claim, found.key, request.host));
  bool matches = first.matches;
  for (auto alias = aliases.begin(); !matches && alias != aliases.end(); ++alias) {
    HOLDFAST_TRY(next, attempt(request, query, claim, found.key, *alias));
    matches = next.matches;
  }
  if (!matches) return mismatch_error(request, claim, first);
  if (!found.cached) context.signing_keys.remember(claim.scope.credential, secret_key, found.key);
  return found.key;
}

void add_chunk_verifier(Authentication& authentication, const Claim& claim, const hash::Digest& key) {
  if (authentication.payload != PayloadKind::streaming_signed && authentication.payload != PayloadKind::streaming_signed_trailer) return;
  authentication.chunks.emplace(key, std::string(claim.amz_date), std::string(claim.scope.scope), std::string(claim.signature));
}

bool has_value(std::optional<std::string_view> header) noexcept { return header && !header->empty(); }

struct RequestDate {
  TimePoint time;
  std::string amz_date;
};

Result<RequestDate> header_date(std::span<const HeaderView> headers) {
  auto text = find_header(headers, "x-amz-date");
  if (!text) text = find_header(headers, "date");
  const auto time = text ? parse_request_date(*text) : std::nullopt;
  if (!time) return missing_date();
  return RequestDate{*time, format_amz_date(*time)};
}

Error missing_content_sha256() { return {ErrorCode::InvalidRequest, "Missing required header for this request: x-amz-content-sha256"}; }

// X-Amz-* parameters, decoded.
struct QueryFields {
  std::string algorithm;
  std::string credential;
  std::string signature;
  std::string date;
  std::string signed_headers;
  std::string expires;
};

Result<QueryFields> query_fields(const CanonicalQuery& query) {
  QueryFields fields;
  struct Wanted {
    std::string_view name;
    std::string QueryFields::*field;
  };
  constexpr Wanted kWanted[] = {{"X-Amz-Algorithm", &QueryFields::algorithm},          {"X-Amz-Credential", &QueryFields::credential},
                                {"X-Amz-Signature", &QueryFields::signature},          {"X-Amz-Date", &QueryFields::date},
                                {"X-Amz-SignedHeaders", &QueryFields::signed_headers}, {"X-Amz-Expires", &QueryFields::expires}};
  for (const Wanted& wanted : kWanted) {
    auto value = query.value(wanted.name);
    if (!value || value->empty()) {
      return kQueryComplaint(
          "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, "
          "X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
    }
    fields.*wanted.field = std::move(*value);
  }
  return fields;
}

Result<std::chrono::seconds> parse_expires(std::string_view text) {
  if (text.starts_with('-')) return kQueryComplaint("X-Amz-Expires must be non-negative");
  const auto seconds = parse_u64(text);
  if (!seconds) return kQueryComplaint("X-Amz-Expires should be a number");
  if (*seconds > static_cast<std::uint64_t>(limits::kPresignMax.count())) {
    return kQueryComplaint(
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds");
  }
  return std::chrono::seconds(*seconds);
}

// When the signature was made; refuses it if it is of the future or too old.
Result<TimePoint> check_validity(const QueryFields& fields, TimePoint now) {
  const auto signed_at = parse_amz_date(fields.date);
  if (!signed_at) return kQueryComplaint("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  HOLDFAST_TRY(expires, parse_expires(fields.expires));
  if (*signed_at > now + limits::kClockSkew) return request_not_yet_valid(now);
  if (now <= *signed_at + expires) return *signed_at;  // no difference: a date of the year 0 would overflow
  Error error = request_expired(*signed_at + expires, now);
  error.details.emplace(error.details.begin(), "X-Amz-Expires", fields.expires);
  return error;
}

}  // namespace

std::optional<CredentialScope> parse_credential(std::string_view credential) noexcept {
  CredentialScope result;
  result.credential = credential;
  std::string_view rest = credential;
  for (std::string_view* part : {&result.terminator, &result.service, &result.region, &result.day}) {
    const auto slash = rest.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    *part = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  if (rest.empty()) return std::nullopt;
  result.access_key = rest;
  result.scope = credential.substr(rest.size() + 1);
  return result;
}

Error Complaint::operator()(std::string_view what) const { return {code, std::string(prefix).append(what)}; }

Result<> check_scope(const CredentialScope& scope, std::string_view amz_date, const AuthenticateOptions& options,
                     const Complaint& complaint) {
  if (scope.terminator != "aws4_request") {
    return complaint(quoted("incorrect terminal ", scope.terminator, ". This endpoint uses \"aws4_request\"."));
  }
  if (scope.service != "s3" && scope.service != "sts") {
    return complaint(quoted("incorrect service ", scope.service, ". This endpoint belongs to \"s3\"."));
  }
  if (scope.day.size() != 8 || !parse_u64(scope.day)) {
    return complaint(quoted("incorrect date format ", scope.day, ". This date in the credential must be in the format \"yyyyMMdd\"."));
  }
  if (!amz_date.starts_with(scope.day)) {
    return complaint(
        quoted("Invalid credential date ", scope.day, quoted(". This date is not the same as X-Amz-Date: ", amz_date.substr(0, 8), ".")));
  }
  if (scope.region.empty() || (!options.region.empty() && scope.region != options.region)) {
    std::string text = "the region '";
    text.append(scope.region).append("' is wrong; expecting '").append(options.region.empty() ? "us-east-1" : options.region).append("'");
    Error error = complaint(text);
    error.details.emplace_back("Region", options.region.empty() ? "us-east-1" : options.region);
    return error;
  }
  return {};
}

std::string string_to_sign_v4(std::string_view amz_date, std::string_view scope, std::string_view canonical_request) {
  std::string out;
  out.reserve(kV4Algorithm.size() + amz_date.size() + scope.size() + 70);
  out.append(kV4Algorithm).push_back('\n');
  out.append(amz_date).push_back('\n');
  out.append(scope).push_back('\n');
  return out.append(hash::digest(hash::Algorithm::sha256, as_bytes(canonical_request)).hex());
}

SigningKey signing_key(const Context& context, const CredentialScope& scope, std::string_view secret_key) {
  if (const auto known = context.signing_keys.find(scope.credential, secret_key)) return {*known, true};
  return {derive_signing_key(secret_key, scope.day, scope.region, scope.service), false};
}

Result<Authentication> authenticate_v4_header(const Context& context, const RequestView& request, const CanonicalQuery& query,
                                              std::string_view authorization) {
  HOLDFAST_TRY(fields, parse_authorization(authorization.substr(kV4Algorithm.size())));
  const auto scope = parse_credential(fields.credential);
  if (!scope) {
    return kHeaderComplaint("the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
  }
  HOLDFAST_TRY(date, header_date(request.headers));
  HOLDFAST_TRY_VOID(check_scope(*scope, date.amz_date, context.options, kHeaderComplaint));
  HOLDFAST_TRY_VOID(check_skew(context, date.time, date.amz_date));

  const auto payload_hash = find_header(request.headers, "x-amz-content-sha256");
  if (!payload_hash) return missing_content_sha256();
  Authentication authentication;
  HOLDFAST_TRY_VOID(set_payload(authentication, *payload_hash));

  Claim claim{*scope, fields.signed_headers, {}, date.amz_date, fields.signature, *payload_hash, {}};
  if (!parse_signed_headers(fields.signed_headers, claim.signed_headers)) return kHeaderComplaint("the SignedHeaders are mal-formed.");
  HOLDFAST_TRY_VOID(check_signed_headers(request, claim.signed_headers, false));

  const bool has_token = has_value(find_header(request.headers, "x-amz-security-token"));
  HOLDFAST_TRY(credential, find_credential(context, scope->access_key, has_token));
  HOLDFAST_TRY(key, verify(context, request, query, claim, credential.secret_key, {}));
  add_chunk_verifier(authentication, claim, key);
  authentication.kind = SignatureKind::v4_header;
  authentication.access_key = std::move(credential.access_key);
  authentication.signed_at = date.time;
  return authentication;
}

Result<Authentication> authenticate_v4_query(const Context& context, const RequestView& request, const CanonicalQuery& query) {
  HOLDFAST_TRY(fields, query_fields(query));
  if (fields.algorithm != kV4Algorithm) return kQueryComplaint("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
  const auto scope = parse_credential(fields.credential);
  if (!scope) {
    return kQueryCredentialComplaint("the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
  }
  HOLDFAST_TRY(signed_at, check_validity(fields, context.now));
  HOLDFAST_TRY_VOID(check_scope(*scope, fields.date, context.options, kQueryCredentialComplaint));

  Claim claim{*scope, fields.signed_headers, {}, fields.date, fields.signature, kUnsignedPayload, "X-Amz-Signature"};
  if (!parse_signed_headers(fields.signed_headers, claim.signed_headers)) return kQueryComplaint("X-Amz-SignedHeaders is mal-formed");
  HOLDFAST_TRY_VOID(check_signed_headers(request, claim.signed_headers, true));

  const auto hash_in_query = query.value("X-Amz-Content-Sha256");
  const auto hash_in_header = find_header(request.headers, "x-amz-content-sha256");
  if (hash_in_query) {
    claim.payload_hash = *hash_in_query;
  } else if (hash_in_header && contains(claim.signed_headers, "x-amz-content-sha256")) {
    claim.payload_hash = *hash_in_header;
  }
  Authentication authentication;
  HOLDFAST_TRY_VOID(set_payload(authentication, claim.payload_hash));
  if (authentication.payload == PayloadKind::unsigned_payload) HOLDFAST_TRY_VOID(set_unsigned_payload(authentication, request.headers));

  const auto token = query.find("X-Amz-Security-Token");
  const bool has_token = (token && !token->value.empty()) || has_value(find_header(request.headers, "x-amz-security-token"));
  HOLDFAST_TRY(credential, find_credential(context, scope->access_key, has_token));
  HOLDFAST_TRY(key, verify(context, request, query, claim, credential.secret_key, context.options.host_aliases));
  add_chunk_verifier(authentication, claim, key);
  authentication.kind = SignatureKind::v4_query;
  authentication.access_key = std::move(credential.access_key);
  authentication.signed_at = signed_at;
  return authentication;
}

}  // namespace holdfast::auth
