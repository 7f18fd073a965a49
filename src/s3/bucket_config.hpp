// Configuration documents of a bucket, kept as the client sent them once they have been found good.
#pragma once

#include "s3/context.hpp"

#include <string>
#include <string_view>

namespace holdfast::s3 {

// Names in BucketInfo::configuration.
inline constexpr std::string_view kPolicyConfiguration = "policy";
inline constexpr std::string_view kCorsConfiguration = "cors";
inline constexpr std::string_view kTaggingConfiguration = "tagging";
inline constexpr std::string_view kAclConfiguration = "acl";                           // as acl.hpp has it
inline constexpr std::string_view kOwnershipConfiguration = "ownership";               // ObjectWriter, ...
inline constexpr std::string_view kPublicAccessConfiguration = "public-access-block";  // the switches that are on
inline constexpr std::string_view kWebsiteConfiguration = "website";                   // the document, as website_config.hpp renders it

inline constexpr std::string_view kRequestPaymentConfiguration = "request-payment";  // Requester, BucketOwner
inline constexpr std::string_view kAccelerateConfiguration = "accelerate";           // Suspended

// Where the requester pays, callers need an account.
bool requester_pays(const storage::BucketInfo& bucket) noexcept;

// AccessDenied if the header (x-amz-expected-bucket-owner, or x-amz-source-... for a copy's source) names another account
// than the one that owns the bucket.
Result<> check_expected_owner(const Context& context, std::string_view header, std::string_view bucket);

// The stored document; `missing` if the bucket has none.
Result<std::string> find_configuration(const Context& context, std::string_view name, ErrorCode missing);
Task<Result<>> store_configuration(Context& context, std::string_view name, std::string document);
Task<Result<>> remove_configuration(Context& context, std::string_view name);  // a missing one is fine

}  // namespace holdfast::s3
