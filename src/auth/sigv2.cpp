#include "sigv2.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace holdfast::auth {
namespace {

// Parameters that are part of the resource. The page names most of them, the SDKs the rest.
constexpr std::array kSubResources = std::to_array<std::string_view>({
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "encryption",
    "inventory",
    "legal-hold",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "retention",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
});
static_assert(std::is_sorted(kSubResources.begin(), kSubResources.end()));

using OwnedHeader = std::pair<std::string, std::string>;

// A presigned request's headers, with those that boto3 puts into the query instead. A header that was really sent counts
// before its query form, since it is what the request means.
std::vector<OwnedHeader> signed_headers(const RequestView& request, const CanonicalQuery& query, bool in_query) {
  const auto is_signed = [](std::string_view name) {
    return name.starts_with("x-amz-") || name == "content-md5" || name == "content-type";
  };
  std::vector<OwnedHeader> headers;
  for (const auto& [name, value] : request.headers) {
    if (is_signed(name)) headers.emplace_back(name, trim(value));
  }
  for (std::size_t i = 0; in_query && i < query.size(); ++i) {
    const auto parameter = query[i];
    std::string name = ascii_lower(uri_decode(parameter.name).value_or(""));
    if (is_signed(name) && !find_header(request.headers, name)) {
      headers.emplace_back(std::move(name), trim(uri_decode(parameter.value).value_or("")));
    }
  }
  std::stable_sort(headers.begin(), headers.end(), [](const auto& left, const auto& right) { return left.first < right.first; });
  return headers;
}

std::string_view value_of(const std::vector<OwnedHeader>& headers, std::string_view name) noexcept {
  const auto found = std::find_if(headers.begin(), headers.end(), [name](const auto& header) { return header.first == name; });
  return found == headers.end() ? std::string_view() : found->second;
}

void append_amz_headers(std::string& out, const std::vector<OwnedHeader>& headers) {
  std::string_view previous;
  for (const auto& [name, value] : headers) {
    if (!name.starts_with("x-amz-")) continue;
    if (name == previous) {
      out.back() = ',';
    } else {
      out.append(name).push_back(':');
    }
    out.append(value).push_back('\n');
    previous = name;
  }
}

// What clients sign differently for the same request: "uploads=" with or without its '=', and (botocore) "/bucket/" where
// "/bucket" is sent.
struct Reading {
  bool keep_empty_equals = false;
  bool slash_after_bucket = false;
};
constexpr std::array<Reading, 4> kReadings{{{false, false}, {true, false}, {false, true}, {true, true}}};

bool names_bucket_alone(const RequestView& request) noexcept {
  return request.virtual_host_bucket.empty() && request.raw_path.size() > 1 && request.raw_path.find('/', 1) == std::string_view::npos;
}

void append_resource(std::string& out, const RequestView& request, const CanonicalQuery& query, Reading reading) {
  if (!request.virtual_host_bucket.empty()) out.append(1, '/').append(request.virtual_host_bucket);
  out.append(request.raw_path.empty() ? "/" : request.raw_path);
  if (reading.slash_after_bucket) out.push_back('/');
  char separator = '?';
  for (std::size_t i = 0; i < query.size(); ++i) {
    const auto parameter = query[i];
    if (!std::binary_search(kSubResources.begin(), kSubResources.end(), parameter.name)) continue;
    out.append(1, separator).append(parameter.name);
    if (!parameter.value.empty() || (reading.keep_empty_equals && parameter.has_equals_sign)) {
      out.append(1, '=').append(uri_decode(parameter.value).value_or(""));
    }
    separator = '&';
  }
}

struct SigningInput {
  const RequestView& request;
  const CanonicalQuery& query;
  const std::vector<OwnedHeader>& headers;
};

std::string string_to_sign(const SigningInput& input, std::string_view date, Reading reading) {
  std::string out;
  out.reserve(512);
  out.append(input.request.method).push_back('\n');
  out.append(value_of(input.headers, "content-md5")).push_back('\n');
  out.append(value_of(input.headers, "content-type")).push_back('\n');
  out.append(date).push_back('\n');
  append_amz_headers(out, input.headers);
  append_resource(out, input.request, input.query, reading);
  return out;
}

struct Claim {
  std::string_view access_key;
  std::string_view secret_key;
  std::string_view signature;
};

// Clients (minio-go) differ in whether Date is signed beside x-amz-date too: `dates` holds the forms to try.
Result<> verify(const SigningInput& input, const Claim& claim, std::span<const std::string_view> dates) {
  for (const std::string_view date : dates) {
    for (const Reading reading : kReadings) {
      if (reading.slash_after_bucket && !names_bucket_alone(input.request)) continue;
      const std::string text = string_to_sign(input, date, reading);
      if (constant_time_equal(sign_v2(claim.secret_key, text), claim.signature)) return {};
    }
  }
  const std::string shown = string_to_sign(input, dates.front(), {});
  return signature_mismatch({claim.access_key, shown, claim.signature, {}, input.request.host});
}

std::string_view session_token(const std::vector<OwnedHeader>& headers) noexcept { return value_of(headers, "x-amz-security-token"); }

Result<Authentication> accept(SignatureKind kind, Credential credential, const RequestView& request, TimePoint signed_at) {
  Authentication authentication;
  HOLDFAST_TRY_VOID(set_unsigned_payload(authentication, request.headers));
  authentication.kind = kind;
  authentication.access_key = std::move(credential.access_key);
  authentication.principal = std::move(credential.principal);
  authentication.signed_at = signed_at;
  return authentication;
}

Result<> check_expires(std::string_view text, TimePoint now) {
  const auto expires = parse_u64(text);
  if (!expires) return Error(ErrorCode::AccessDenied, "Invalid date (should be seconds since epoch): " + std::string(text));
  const auto now_seconds = static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  if (*expires >= now_seconds) return {};
  return request_expired(TimePoint(std::chrono::seconds(*expires)), now);
}

}  // namespace

std::string sign_v2(std::string_view secret_key, std::string_view text) {
  return base64_encode(hash::hmac_sha1(as_bytes(secret_key), as_bytes(text)).bytes());
}

Result<Authentication> authenticate_v2_header(const Context& context, const RequestView& request, const CanonicalQuery& query,
                                              std::string_view authorization) {
  if (!context.options.allow_v2) return mechanism_not_supported();
  const std::string_view pair = trim(authorization.substr(std::string_view("AWS").size()));
  const auto colon = pair.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return Error(ErrorCode::InvalidArgument, "AWS authorization header is invalid. Expected AwsAccessKeyId:signature");
  }
  const auto date = find_header(request.headers, "date");
  const auto amz_date = find_header(request.headers, "x-amz-date");
  const std::string_view shown_date = amz_date.value_or(date.value_or(""));
  const auto signed_at = parse_request_date(shown_date);
  if (!signed_at) return missing_date();
  HOLDFAST_TRY_VOID(check_skew(context, *signed_at, shown_date));

  const auto headers = signed_headers(request, query, false);
  HOLDFAST_TRY(credential, find_credential(context, pair.substr(0, colon), session_token(headers)));
  const std::array<std::string_view, 2> dates{amz_date ? std::string_view() : *date, date.value_or("")};
  const Claim claim{credential.access_key, credential.secret_key, pair.substr(colon + 1)};
  HOLDFAST_TRY_VOID(verify({request, query, headers}, claim, dates));
  return accept(SignatureKind::v2_header, std::move(credential), request, *signed_at);
}

Result<Authentication> authenticate_v2_query(const Context& context, const RequestView& request, const CanonicalQuery& query) {
  if (!context.options.allow_v2) return mechanism_not_supported();
  const auto access_key = query.value("AWSAccessKeyId");
  const auto expires = query.value("Expires");
  auto signature = query.value("Signature");
  if (!access_key || !expires || !signature) {
    return Error(ErrorCode::AccessDenied, "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters");
  }
  // Base64 that a client didn't encode: its '+' has become a space.
  std::replace(signature->begin(), signature->end(), ' ', '+');
  HOLDFAST_TRY_VOID(check_expires(*expires, context.now));

  const auto headers = signed_headers(request, query, true);
  HOLDFAST_TRY(credential, find_credential(context, *access_key, session_token(headers)));
  const std::array<std::string_view, 1> dates{*expires};
  const Claim claim{credential.access_key, credential.secret_key, *signature};
  HOLDFAST_TRY_VOID(verify({request, query, headers}, claim, dates));
  return accept(SignatureKind::v2_query, std::move(credential), request, context.now);
}

}  // namespace holdfast::auth
