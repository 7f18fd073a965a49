#include "policy/vocabulary.hpp"

#include "policy/pattern.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <array>

namespace holdfast::auth {
namespace {

constexpr auto kBucket = ActionLevel::bucket;
constexpr auto kObject = ActionLevel::object;

constexpr std::array kActions = std::to_array<KnownAction>({
    {"AbortMultipartUpload", kObject},
    {"BypassGovernanceRetention", kObject},
    {"CreateBucket", kBucket},
    {"DeleteBucket", kBucket},
    {"DeleteBucketOwnershipControls", kBucket},
    {"DeleteBucketPolicy", kBucket},
    {"DeleteBucketWebsite", kBucket},
    {"DeleteObject", kObject},
    {"DeleteObjectTagging", kObject},
    {"DeleteObjectVersion", kObject},
    {"DeleteObjectVersionTagging", kObject},
    {"ForceDeleteBucket", kBucket},
    {"GetAccelerateConfiguration", kBucket},
    {"GetAnalyticsConfiguration", kBucket},
    {"GetBucketAcl", kBucket},
    {"GetBucketCORS", kBucket},
    {"GetBucketLocation", kBucket},
    {"GetBucketLogging", kBucket},
    {"GetBucketNotification", kBucket},
    {"GetBucketObjectLockConfiguration", kBucket},
    {"GetBucketOwnershipControls", kBucket},
    {"GetBucketPolicy", kBucket},
    {"GetBucketPolicyStatus", kBucket},
    {"GetBucketPublicAccessBlock", kBucket},
    {"GetBucketRequestPayment", kBucket},
    {"GetBucketTagging", kBucket},
    {"GetBucketVersioning", kBucket},
    {"GetBucketWebsite", kBucket},
    {"GetEncryptionConfiguration", kBucket},
    {"GetIntelligentTieringConfiguration", kBucket},
    {"GetInventoryConfiguration", kBucket},
    {"GetLifecycleConfiguration", kBucket},
    {"GetMetricsConfiguration", kBucket},
    {"GetObject", kObject},
    {"GetObjectAcl", kObject},
    {"GetObjectAttributes", kObject},
    {"GetObjectLegalHold", kObject},
    {"GetObjectRetention", kObject},
    {"GetObjectTagging", kObject},
    {"GetObjectTorrent", kObject},
    {"GetObjectVersion", kObject},
    {"GetObjectVersionAcl", kObject},
    {"GetObjectVersionAttributes", kObject},
    {"GetObjectVersionForReplication", kObject},
    {"GetObjectVersionTagging", kObject},
    {"GetObjectVersionTorrent", kObject},
    {"GetReplicationConfiguration", kBucket},
    {"HeadBucket", kBucket},
    {"InitiateReplication", kObject},
    {"ListBucket", kBucket},
    {"ListBucketMultipartUploads", kBucket},
    {"ListBucketVersions", kBucket},
    {"ListMultipartUploadParts", kObject},
    {"ListenBucketNotification", kBucket},
    {"ListenNotification", kBucket},
    {"ObjectOwnerOverrideToBucketOwner", kObject},
    {"PutAccelerateConfiguration", kBucket},
    {"PutAnalyticsConfiguration", kBucket},
    {"PutBucketAcl", kBucket},
    {"PutBucketCORS", kBucket},
    {"PutBucketLogging", kBucket},
    {"PutBucketNotification", kBucket},
    {"PutBucketObjectLockConfiguration", kBucket},
    {"PutBucketOwnershipControls", kBucket},
    {"PutBucketPolicy", kBucket},
    {"PutBucketPublicAccessBlock", kBucket},
    {"PutBucketRequestPayment", kBucket},
    {"PutBucketTagging", kBucket},
    {"PutBucketVersioning", kBucket},
    {"PutBucketWebsite", kBucket},
    {"PutEncryptionConfiguration", kBucket},
    {"PutIntelligentTieringConfiguration", kBucket},
    {"PutInventoryConfiguration", kBucket},
    {"PutLifecycleConfiguration", kBucket},
    {"PutMetricsConfiguration", kBucket},
    {"PutObject", kObject},
    {"PutObjectAcl", kObject},
    {"PutObjectFanOut", kObject},
    {"PutObjectLegalHold", kObject},
    {"PutObjectRetention", kObject},
    {"PutObjectTagging", kObject},
    {"PutObjectVersionAcl", kObject},
    {"PutObjectVersionTagging", kObject},
    {"PutReplicationConfiguration", kBucket},
    {"ReplicateDelete", kObject},
    {"ReplicateObject", kObject},
    {"ReplicateTags", kObject},
    {"ResetBucketReplicationState", kBucket},
    {"RestoreObject", kObject},
});

constexpr std::array kConditionKeys = std::to_array<std::string_view>({
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:currenttime",
    "aws:ec2instancesourceprivateipv4",
    "aws:ec2instancesourcevpc",
    "aws:epochtime",
    "aws:federatedprovider",
    "aws:groups",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:principaltype",
    "aws:referer",
    "aws:requestedregion",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
    "aws:securetransport",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:tagkeys",
    "aws:tokenissuetime",
    "aws:useragent",
    "aws:userid",
    "aws:username",
    "aws:viaawsservice",
    "aws:vpcsourceip",
    "s3:accesspointnetworkorigin",
    "s3:authtype",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:delimiter",
    "s3:if-match",
    "s3:if-none-match",
    "s3:locationconstraint",
    "s3:max-keys",
    "s3:object-lock-legal-hold",
    "s3:object-lock-mode",
    "s3:object-lock-remaining-retention-days",
    "s3:object-lock-retain-until-date",
    "s3:objectcreationoperation",
    "s3:prefix",
    "s3:requestobjecttagkeys",
    "s3:resourceaccount",
    "s3:signatureage",
    "s3:signatureversion",
    "s3:tlsversion",
    "s3:versionid",
    "s3:x-amz-acl",
    "s3:x-amz-content-sha256",
    "s3:x-amz-copy-source",
    "s3:x-amz-grant-full-control",
    "s3:x-amz-grant-read",
    "s3:x-amz-grant-read-acp",
    "s3:x-amz-grant-write",
    "s3:x-amz-grant-write-acp",
    "s3:x-amz-metadata-directive",
    "s3:x-amz-object-ownership",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:x-amz-server-side-encryption-customer-algorithm",
    "s3:x-amz-storage-class",
    "s3:x-amz-website-redirect-location",
});
static_assert(std::is_sorted(kConditionKeys.begin(), kConditionKeys.end()));

// Keys with a tag's name behind the slash.
constexpr std::array kConditionKeyFamilies = std::to_array<std::string_view>({
    "aws:principaltag/",
    "aws:requesttag/",
    "aws:resourcetag/",
    "s3:existingobjecttag/",
    "s3:requestobjecttag/",
});

constexpr std::array kRestrictingKeys = std::to_array<std::string_view>({
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:username",
    "aws:vpcsourceip",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
});
static_assert(std::is_sorted(kRestrictingKeys.begin(), kRestrictingKeys.end()));

}  // namespace

const KnownAction* find_action(std::string_view name) noexcept {
  const auto found =
      std::find_if(kActions.begin(), kActions.end(), [name](const KnownAction& action) { return equals_ignoring_case(action.name, name); });
  return found == kActions.end() ? nullptr : &*found;
}

bool matches_some_action(std::string_view pattern) {
  const auto compiled = Pattern::compile(pattern, {.wildcards = true, .variables = false, .ignore_case = true});
  const AccessRequest nothing;
  return compiled && std::any_of(kActions.begin(), kActions.end(),
                                 [&](const KnownAction& action) { return compiled->match(action.name, nothing) == Match::yes; });
}

bool is_known_condition_key(std::string_view key) noexcept {
  if (std::binary_search(kConditionKeys.begin(), kConditionKeys.end(), key)) return true;
  return std::any_of(kConditionKeyFamilies.begin(), kConditionKeyFamilies.end(),
                     [key](std::string_view family) { return key.starts_with(family) && key.size() > family.size(); });
}

bool restricts_the_public(std::string_view key) noexcept {
  return std::binary_search(kRestrictingKeys.begin(), kRestrictingKeys.end(), key);
}

}  // namespace holdfast::auth
