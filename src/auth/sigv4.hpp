// AWS Signature Version 4, in the Authorization header and in the query (presigned).
#pragma once

#include "context.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace holdfast::auth {

inline constexpr std::string_view kV4Algorithm = "AWS4-HMAC-SHA256";

// "AKID/day/region/service/aws4_request"; the access key may have slashes of its own.
struct CredentialScope {
  std::string_view credential;  // all of it
  std::string_view access_key;
  std::string_view day;
  std::string_view region;
  std::string_view service;
  std::string_view terminator;
  std::string_view scope;  // from day on
};
std::optional<CredentialScope> parse_credential(std::string_view credential) noexcept;

// How a complaint about the credential is worded: header, query and form have a code and a prefix each.
struct Complaint {
  ErrorCode code;
  std::string_view prefix;

  Error operator()(std::string_view what) const;
};
// Terminator, service, region and day (which must be `amz_date`'s).
Result<> check_scope(const CredentialScope& scope, std::string_view amz_date, const AuthenticateOptions& options,
                     const Complaint& complaint);

std::string string_to_sign_v4(std::string_view amz_date, std::string_view scope, std::string_view canonical_request);

// The key for a scope, from the cache or derived. Call remember on the cache once it has verified something.
struct SigningKey {
  hash::Digest key;
  bool cached;
};
SigningKey signing_key(const Context& context, const CredentialScope& scope, std::string_view secret_key);

Result<Authentication> authenticate_v4_header(const Context& context, const RequestView& request, const CanonicalQuery& query,
                                              std::string_view authorization);
Result<Authentication> authenticate_v4_query(const Context& context, const RequestView& request, const CanonicalQuery& query);

}  // namespace holdfast::auth
