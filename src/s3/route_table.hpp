// Every operation of AWS's S3 API, how a request asks for it, and who answers.
//
// A row's selector is what tells the operation from others of the same method and level: a query parameter ("uploads"),
// one with a value ("list-type=2"), or two ("analytics&id"). Rows are tried from the top: the more particular first, the
// plain one of each method and level last. `run` is nullptr while an operation isn't built: it answers NotImplemented.
// ListDirectoryBuckets has no row: nothing in the request tells it from ListBuckets.
#pragma once

#include "s3/ops/operations.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace holdfast::s3 {

enum class Method : std::uint8_t { get, head, put, post, del, other };
enum class Level : std::uint8_t { service, bucket, object };
using Operation = ops::Answer (*)(Context&);

struct Route {
  Method method;
  Level level;
  std::string_view selector;
  std::string_view header;  // a request header that must be there too
  std::string_view name;    // AWS's
  std::string_view action;  // IAM's; empty: the operation asks the Authorizer itself
  Operation run;

  // The selector's pieces.
  constexpr std::string_view parameter() const noexcept { return selector.substr(0, selector.find_first_of("=&")); }
  constexpr std::string_view value() const noexcept { return after('='); }
  constexpr std::string_view second() const noexcept { return after('&'); }

 private:
  constexpr std::string_view after(char mark) const noexcept {
    const auto at = selector.find(mark);
    return at == std::string_view::npos ? std::string_view{} : selector.substr(at + 1);
  }

 public:
  consteval Route(Method route_method, Level route_level, std::string_view route_selector, std::string_view route_header,
                  std::string_view route_name, std::string_view route_action, Operation route_run)
      : method(route_method),
        level(route_level),
        selector(route_selector),
        header(route_header),
        name(route_name),
        action(route_action),
        run(route_run) {}
};

// clang-format off
inline constexpr Route kRoutes[] = {
  // --- service ---
  {Method::get,  Level::service, "", "", "ListBuckets", "s3:ListAllMyBuckets", ops::list_buckets},

  // --- bucket ---
  {Method::head, Level::bucket, "", "", "HeadBucket", "s3:ListBucket", ops::head_bucket},

  {Method::get,  Level::bucket, "location", "", "GetBucketLocation", "s3:GetBucketLocation", ops::get_bucket_location},
  {Method::get,  Level::bucket, "policyStatus", "", "GetBucketPolicyStatus", "s3:GetBucketPolicyStatus", ops::get_bucket_policy_status},
  {Method::get,  Level::bucket, "policy", "", "GetBucketPolicy", "s3:GetBucketPolicy", ops::get_bucket_policy},
  {Method::get,  Level::bucket, "versioning", "", "GetBucketVersioning", "s3:GetBucketVersioning", ops::get_bucket_versioning},
  {Method::get,  Level::bucket, "versions", "", "ListObjectVersions", "s3:ListBucketVersions", ops::list_object_versions},
  {Method::get,  Level::bucket, "uploads", "", "ListMultipartUploads", "s3:ListBucketMultipartUploads", ops::list_multipart_uploads},
  {Method::get,  Level::bucket, "tagging", "", "GetBucketTagging", "s3:GetBucketTagging", ops::get_bucket_tagging},
  {Method::get,  Level::bucket, "acl", "", "GetBucketAcl", "s3:GetBucketAcl", ops::get_bucket_acl},
  {Method::get,  Level::bucket, "cors", "", "GetBucketCors", "s3:GetBucketCORS", ops::get_bucket_cors},
  {Method::get,  Level::bucket, "object-lock", "", "GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration", ops::get_object_lock_configuration},
  {Method::get,  Level::bucket, "lifecycle", "", "GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration", ops::get_unconfigured},
  {Method::get,  Level::bucket, "encryption", "", "GetBucketEncryption", "s3:GetEncryptionConfiguration", ops::get_bucket_encryption},
  {Method::get,  Level::bucket, "notification", "", "GetBucketNotificationConfiguration", "s3:GetBucketNotification", ops::get_bucket_notification_configuration},
  {Method::get,  Level::bucket, "replication", "", "GetBucketReplication", "s3:GetReplicationConfiguration", ops::get_unconfigured},
  {Method::get,  Level::bucket, "website", "", "GetBucketWebsite", "s3:GetBucketWebsite", ops::get_unconfigured},
  {Method::get,  Level::bucket, "logging", "", "GetBucketLogging", "s3:GetBucketLogging", ops::get_bucket_logging},
  {Method::get,  Level::bucket, "ownershipControls", "", "GetBucketOwnershipControls", "s3:GetBucketOwnershipControls", ops::get_bucket_ownership_controls},
  {Method::get,  Level::bucket, "publicAccessBlock", "", "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", ops::get_public_access_block},
  {Method::get,  Level::bucket, "requestPayment", "", "GetBucketRequestPayment", "s3:GetBucketRequestPayment", ops::get_bucket_request_payment},
  {Method::get,  Level::bucket, "accelerate", "", "GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration", ops::get_bucket_accelerate_configuration},
  {Method::get,  Level::bucket, "abac", "", "GetBucketAbac", "s3:GetBucketAbac", nullptr},
  {Method::get,  Level::bucket, "analytics&id", "", "GetBucketAnalyticsConfiguration", "s3:GetAnalyticsConfiguration", ops::get_unconfigured},
  {Method::get,  Level::bucket, "analytics", "", "ListBucketAnalyticsConfigurations", "s3:GetAnalyticsConfiguration", ops::list_unconfigured},
  {Method::get,  Level::bucket, "intelligent-tiering&id", "", "GetBucketIntelligentTieringConfiguration", "s3:GetIntelligentTieringConfiguration", ops::get_unconfigured},
  {Method::get,  Level::bucket, "intelligent-tiering", "", "ListBucketIntelligentTieringConfigurations", "s3:GetIntelligentTieringConfiguration", ops::list_unconfigured},
  {Method::get,  Level::bucket, "inventory&id", "", "GetBucketInventoryConfiguration", "s3:GetInventoryConfiguration", ops::get_unconfigured},
  {Method::get,  Level::bucket, "inventory", "", "ListBucketInventoryConfigurations", "s3:GetInventoryConfiguration", ops::list_unconfigured},
  {Method::get,  Level::bucket, "metrics&id", "", "GetBucketMetricsConfiguration", "s3:GetMetricsConfiguration", ops::get_unconfigured},
  {Method::get,  Level::bucket, "metrics", "", "ListBucketMetricsConfigurations", "s3:GetMetricsConfiguration", ops::list_unconfigured},
  {Method::get,  Level::bucket, "metadataConfiguration", "", "GetBucketMetadataConfiguration", "s3:GetBucketMetadataTableConfiguration", nullptr},
  {Method::get,  Level::bucket, "metadataTable", "", "GetBucketMetadataTableConfiguration", "s3:GetBucketMetadataTableConfiguration", nullptr},
  {Method::get,  Level::bucket, "session", "", "CreateSession", "s3express:CreateSession", nullptr},
  {Method::get,  Level::bucket, "list-type=2", "", "ListObjectsV2", "s3:ListBucket", ops::list_objects_v2},
  {Method::get,  Level::bucket, "", "", "ListObjects", "s3:ListBucket", ops::list_objects},

  {Method::put,  Level::bucket, "policy", "", "PutBucketPolicy", "s3:PutBucketPolicy", ops::put_bucket_policy},
  {Method::put,  Level::bucket, "versioning", "", "PutBucketVersioning", "s3:PutBucketVersioning", ops::put_bucket_versioning},
  {Method::put,  Level::bucket, "tagging", "", "PutBucketTagging", "s3:PutBucketTagging", ops::put_bucket_tagging},
  {Method::put,  Level::bucket, "acl", "", "PutBucketAcl", "s3:PutBucketAcl", ops::put_bucket_acl},
  {Method::put,  Level::bucket, "cors", "", "PutBucketCors", "s3:PutBucketCORS", ops::put_bucket_cors},
  {Method::put,  Level::bucket, "object-lock", "", "PutObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration", ops::put_object_lock_configuration},
  {Method::put,  Level::bucket, "lifecycle", "", "PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration", nullptr},
  {Method::put,  Level::bucket, "encryption", "", "PutBucketEncryption", "s3:PutEncryptionConfiguration", ops::put_bucket_encryption},
  {Method::put,  Level::bucket, "notification", "", "PutBucketNotificationConfiguration", "s3:PutBucketNotification", nullptr},
  {Method::put,  Level::bucket, "replication", "", "PutBucketReplication", "s3:PutReplicationConfiguration", nullptr},
  {Method::put,  Level::bucket, "website", "", "PutBucketWebsite", "s3:PutBucketWebsite", nullptr},
  {Method::put,  Level::bucket, "logging", "", "PutBucketLogging", "s3:PutBucketLogging", ops::put_bucket_logging},
  {Method::put,  Level::bucket, "ownershipControls", "", "PutBucketOwnershipControls", "s3:PutBucketOwnershipControls", ops::put_bucket_ownership_controls},
  {Method::put,  Level::bucket, "publicAccessBlock", "", "PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock", ops::put_public_access_block},
  {Method::put,  Level::bucket, "requestPayment", "", "PutBucketRequestPayment", "s3:PutBucketRequestPayment", ops::put_bucket_request_payment},
  {Method::put,  Level::bucket, "accelerate", "", "PutBucketAccelerateConfiguration", "s3:PutAccelerateConfiguration", ops::put_bucket_accelerate_configuration},
  {Method::put,  Level::bucket, "abac", "", "PutBucketAbac", "s3:PutBucketAbac", nullptr},
  {Method::put,  Level::bucket, "analytics", "", "PutBucketAnalyticsConfiguration", "s3:PutAnalyticsConfiguration", nullptr},
  {Method::put,  Level::bucket, "intelligent-tiering", "", "PutBucketIntelligentTieringConfiguration", "s3:PutIntelligentTieringConfiguration", nullptr},
  {Method::put,  Level::bucket, "inventory", "", "PutBucketInventoryConfiguration", "s3:PutInventoryConfiguration", nullptr},
  {Method::put,  Level::bucket, "metrics", "", "PutBucketMetricsConfiguration", "s3:PutMetricsConfiguration", nullptr},
  {Method::put,  Level::bucket, "metadataInventoryTable", "", "UpdateBucketMetadataInventoryTableConfiguration", "s3:UpdateBucketMetadataInventoryTableConfiguration", nullptr},
  {Method::put,  Level::bucket, "metadataJournalTable", "", "UpdateBucketMetadataJournalTableConfiguration", "s3:UpdateBucketMetadataJournalTableConfiguration", nullptr},
  {Method::put,  Level::bucket, "", "", "CreateBucket", "s3:CreateBucket", ops::create_bucket},

  {Method::del,  Level::bucket, "policy", "", "DeleteBucketPolicy", "s3:DeleteBucketPolicy", ops::delete_bucket_policy},
  {Method::del,  Level::bucket, "tagging", "", "DeleteBucketTagging", "s3:PutBucketTagging", ops::delete_bucket_tagging},
  {Method::del,  Level::bucket, "cors", "", "DeleteBucketCors", "s3:PutBucketCORS", ops::delete_bucket_cors},
  {Method::del,  Level::bucket, "lifecycle", "", "DeleteBucketLifecycle", "s3:PutLifecycleConfiguration", ops::delete_unconfigured},
  {Method::del,  Level::bucket, "encryption", "", "DeleteBucketEncryption", "s3:PutEncryptionConfiguration", ops::delete_bucket_encryption},
  {Method::del,  Level::bucket, "replication", "", "DeleteBucketReplication", "s3:PutReplicationConfiguration", ops::delete_unconfigured},
  {Method::del,  Level::bucket, "website", "", "DeleteBucketWebsite", "s3:DeleteBucketWebsite", ops::delete_unconfigured},
  {Method::del,  Level::bucket, "ownershipControls", "", "DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls", ops::delete_bucket_ownership_controls},
  {Method::del,  Level::bucket, "publicAccessBlock", "", "DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock", ops::delete_public_access_block},
  {Method::del,  Level::bucket, "analytics", "", "DeleteBucketAnalyticsConfiguration", "s3:PutAnalyticsConfiguration", ops::delete_unconfigured},
  {Method::del,  Level::bucket, "intelligent-tiering", "", "DeleteBucketIntelligentTieringConfiguration", "s3:PutIntelligentTieringConfiguration", ops::delete_unconfigured},
  {Method::del,  Level::bucket, "inventory", "", "DeleteBucketInventoryConfiguration", "s3:PutInventoryConfiguration", ops::delete_unconfigured},
  {Method::del,  Level::bucket, "metrics", "", "DeleteBucketMetricsConfiguration", "s3:PutMetricsConfiguration", ops::delete_unconfigured},
  {Method::del,  Level::bucket, "metadataConfiguration", "", "DeleteBucketMetadataConfiguration", "s3:DeleteBucketMetadataTableConfiguration", nullptr},
  {Method::del,  Level::bucket, "metadataTable", "", "DeleteBucketMetadataTableConfiguration", "s3:DeleteBucketMetadataTableConfiguration", nullptr},
  {Method::del,  Level::bucket, "", "", "DeleteBucket", "s3:DeleteBucket", ops::delete_bucket},

  {Method::post, Level::bucket, "delete", "", "DeleteObjects", "", ops::delete_objects},
  {Method::post, Level::bucket, "metadataConfiguration", "", "CreateBucketMetadataConfiguration", "s3:CreateBucketMetadataTableConfiguration", nullptr},
  {Method::post, Level::bucket, "metadataTable", "", "CreateBucketMetadataTableConfiguration", "s3:CreateBucketMetadataTableConfiguration", nullptr},
  {Method::post, Level::bucket, "", "x-amz-request-route", "WriteGetObjectResponse", "s3-object-lambda:WriteGetObjectResponse", nullptr},
  {Method::post, Level::bucket, "", "", "PostObject", "", ops::post_object},

  // --- object ---
  {Method::head, Level::object, "", "", "HeadObject", "s3:GetObject", ops::head_object},

  {Method::get,  Level::object, "uploadId", "", "ListParts", "s3:ListMultipartUploadParts", ops::list_parts},
  {Method::get,  Level::object, "attributes", "", "GetObjectAttributes", "s3:GetObjectAttributes", ops::get_object_attributes},
  {Method::get,  Level::object, "tagging", "", "GetObjectTagging", "s3:GetObjectTagging", ops::get_object_tagging},
  {Method::get,  Level::object, "acl", "", "GetObjectAcl", "s3:GetObjectAcl", ops::get_object_acl},
  {Method::get,  Level::object, "retention", "", "GetObjectRetention", "s3:GetObjectRetention", ops::get_object_retention},
  {Method::get,  Level::object, "legal-hold", "", "GetObjectLegalHold", "s3:GetObjectLegalHold", ops::get_object_legal_hold},
  {Method::get,  Level::object, "torrent", "", "GetObjectTorrent", "s3:GetObjectTorrent", nullptr},
  {Method::get,  Level::object, "", "", "GetObject", "s3:GetObject", ops::get_object},

  {Method::put,  Level::object, "uploadId", "x-amz-copy-source", "UploadPartCopy", "s3:PutObject", ops::upload_part_copy},
  {Method::put,  Level::object, "uploadId", "", "UploadPart", "s3:PutObject", ops::upload_part},
  {Method::put,  Level::object, "tagging", "", "PutObjectTagging", "s3:PutObjectTagging", ops::put_object_tagging},
  {Method::put,  Level::object, "acl", "", "PutObjectAcl", "s3:PutObjectAcl", ops::put_object_acl},
  {Method::put,  Level::object, "retention", "", "PutObjectRetention", "s3:PutObjectRetention", ops::put_object_retention},
  {Method::put,  Level::object, "legal-hold", "", "PutObjectLegalHold", "s3:PutObjectLegalHold", ops::put_object_legal_hold},
  {Method::put,  Level::object, "renameObject", "", "RenameObject", "s3express:CreateSession", nullptr},
  {Method::put,  Level::object, "encryption", "", "UpdateObjectEncryption", "s3:UpdateObjectEncryption", nullptr},
  {Method::put,  Level::object, "", "x-amz-copy-source", "CopyObject", "s3:PutObject", ops::copy_object},
  {Method::put,  Level::object, "", "", "PutObject", "s3:PutObject", ops::put_object},

  {Method::post, Level::object, "uploads", "", "CreateMultipartUpload", "s3:PutObject", ops::create_multipart_upload},
  {Method::post, Level::object, "uploadId", "", "CompleteMultipartUpload", "s3:PutObject", ops::complete_multipart_upload},
  {Method::post, Level::object, "select", "", "SelectObjectContent", "s3:GetObject", nullptr},
  {Method::post, Level::object, "restore", "", "RestoreObject", "s3:RestoreObject", ops::restore_object},

  {Method::del,  Level::object, "uploadId", "", "AbortMultipartUpload", "s3:AbortMultipartUpload", ops::abort_multipart_upload},
  {Method::del,  Level::object, "tagging", "", "DeleteObjectTagging", "s3:DeleteObjectTagging", ops::delete_object_tagging},
  {Method::del,  Level::object, "", "", "DeleteObject", "s3:DeleteObject", ops::delete_object},
};
// clang-format on

}  // namespace holdfast::s3
