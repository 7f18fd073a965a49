// Every failure that can reach a client: its S3 code, HTTP status and default message, in one table.
//
// Adding an error is one line in HOLDFAST_ERRORS. Codes and statuses are those of the AWS S3 API reference
// ("Error responses"); names that start with X are extensions that minio's clients know. KMS_ stands for AWS's "KMS.".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast {

// clang-format off
#define HOLDFAST_ERRORS(X) \
  X(AccessControlListNotSupported, 400, "The bucket does not allow ACLs.") \
  X(AccessDenied, 403, "Access Denied.") \
  X(AccessForbidden, 403, "CORSResponse: This CORS request is not allowed. This is usually because the evaluation of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.") \
  X(AuthorizationHeaderMalformed, 400, "The authorization header is malformed.") \
  X(AuthorizationQueryParametersError, 400, "The authorization query parameters are malformed.") \
  X(BadDigest, 400, "The Content-MD5 or checksum value that you specified did not match what we received.") \
  X(BadRequest, 400, "The request could not be understood.") \
  X(BucketAlreadyExists, 409, "The requested bucket name is not available. Select a different name and try again.") \
  X(BucketAlreadyOwnedByYou, 409, "Your previous request to create the named bucket succeeded and you already own it.") \
  X(BucketNotEmpty, 409, "The bucket you tried to delete is not empty.") \
  X(ConditionalRequestConflict, 409, "The conditional request cannot succeed because of a concurrent operation on this object. Retry the request.") \
  X(CrossLocationLoggingProhibited, 403, "Cross-location logging is not allowed.") \
  X(EntityTooLarge, 400, "Your proposed upload exceeds the maximum allowed object size.") \
  X(EntityTooSmall, 400, "Your proposed upload is smaller than the minimum allowed object size.") \
  X(ExpiredToken, 400, "The provided token has expired.") \
  X(IllegalLocationConstraintException, 400, "The specified location constraint is not valid for this server.") \
  X(IllegalVersioningConfigurationException, 400, "The versioning configuration specified in the request is not valid.") \
  X(IncorrectNumberOfFilesInPostRequest, 400, "POST requires exactly one file upload per request.") \
  X(IncompleteBody, 400, "You did not provide the number of bytes specified by the Content-Length HTTP header.") \
  X(InternalError, 500, "We encountered an internal error. Please try again.") \
  X(InvalidAccessKeyId, 403, "The access key ID that you provided does not exist in our records.") \
  X(InvalidArgument, 400, "Invalid argument.") \
  X(InvalidBucketAclWithObjectOwnership, 400, "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting.") \
  X(InvalidBucketName, 400, "The specified bucket is not valid.") \
  X(InvalidBucketState, 409, "The request is not valid with the current state of the bucket.") \
  X(InvalidClientTokenId, 403, "The security token included in the request is invalid.") \
  X(InvalidDigest, 400, "The Content-MD5 or checksum value that you specified is not valid.") \
  X(InvalidEncryptionAlgorithmError, 400, "The encryption request that you specified is not valid.") \
  X(InvalidLocationConstraint, 400, "The specified location (Region) constraint is not valid.") \
  X(InvalidObjectState, 403, "The operation is not valid for the current state of the object.") \
  X(InvalidPart, 400, "One or more of the specified parts could not be found. The part might not have been uploaded, or the specified ETag might not have matched the uploaded part's ETag.") \
  X(InvalidPartNumber, 416, "The requested partnumber is not satisfiable.") \
  X(InvalidPartOrder, 400, "The list of parts was not in ascending order. The parts list must be specified in order by part number.") \
  X(InvalidPolicyDocument, 400, "The content of the form does not meet the conditions specified in the policy document.") \
  X(InvalidRange, 416, "The requested range is not satisfiable.") \
  X(InvalidRequest, 400, "The request is not valid.") \
  X(InvalidStorageClass, 400, "The storage class that you specified is not valid.") \
  X(InvalidTag, 400, "The tag provided was not a valid tag.") \
  X(InvalidTargetBucketForLogging, 400, "The target bucket for logging does not exist, is not owned by you, or does not have the appropriate grants for the log-delivery group.") \
  X(InvalidToken, 400, "The provided token is malformed or otherwise not valid.") \
  X(InvalidURI, 400, "The specified URI couldn't be parsed.") \
  X(KMS_InvalidCiphertextException, 400, "A key could not be unwrapped: the master key or the stored metadata has changed.") \
  X(KMS_NotFoundException, 400, "The specified master key does not exist.") \
  X(KeyTooLongError, 400, "Your key is too long.") \
  X(MalformedACLError, 400, "The ACL that you provided was not well formed or did not validate against our published schema.") \
  X(MalformedPOSTRequest, 400, "The body of your POST request is not well-formed multipart/form-data.") \
  X(MalformedPolicyDocument, 400, "The policy document was malformed.") \
  X(MalformedPolicy, 400, "Policy has invalid resource.") \
  X(MalformedXML, 400, "The XML that you provided was not well formed or did not validate against our published schema.") \
  X(MaxMessageLengthExceeded, 400, "Your request was too large.") \
  X(MaxPostPreDataLengthExceededError, 400, "Your POST request fields preceding the upload file were too large.") \
  X(MetadataTooLarge, 400, "Your metadata headers exceed the maximum allowed metadata size.") \
  X(MethodNotAllowed, 405, "The specified method is not allowed against this resource.") \
  X(MissingContentLength, 411, "You must provide the Content-Length HTTP header.") \
  X(MissingRequestBodyError, 400, "Request body is empty.") \
  X(MissingSecurityHeader, 400, "Your request is missing a required header.") \
  X(NoSuchBucket, 404, "The specified bucket does not exist.") \
  X(NoSuchBucketPolicy, 404, "The bucket policy does not exist.") \
  X(NoSuchCORSConfiguration, 404, "The CORS configuration does not exist.") \
  X(NoSuchConfiguration, 404, "The specified configuration does not exist.") \
  X(NoSuchKey, 404, "The specified key does not exist.") \
  X(NoSuchLifecycleConfiguration, 404, "The lifecycle configuration does not exist.") \
  X(NoSuchObjectLockConfiguration, 404, "The specified object does not have an ObjectLock configuration.") \
  X(NoSuchPublicAccessBlockConfiguration, 404, "The public access block configuration was not found.") \
  X(NoSuchTagSet, 404, "The TagSet does not exist.") \
  X(NoSuchUpload, 404, "The specified multipart upload does not exist. The upload ID might not be valid, or the multipart upload might have been aborted or completed.") \
  X(NoSuchVersion, 404, "The specified version does not exist.") \
  X(NoSuchWebsiteConfiguration, 404, "The specified bucket does not have a website configuration.") \
  X(NotImplemented, 501, "A header or query you provided implies functionality that is not implemented.") \
  X(NotModified, 304, "Not Modified.") \
  X(ObjectLockConfigurationNotFoundError, 404, "Object Lock configuration does not exist for this bucket.") \
  X(OwnershipControlsNotFoundError, 404, "The bucket ownership controls were not found.") \
  X(PreconditionFailed, 412, "At least one of the preconditions that you specified did not hold.") \
  X(ReplicationConfigurationNotFoundError, 404, "The replication configuration was not found.") \
  X(RequestExpired, 400, "Request has expired.") \
  X(RequestHeaderSectionTooLarge, 400, "Your request header section exceeds the maximum allowed size.") \
  X(RequestIsNotMultiPartContent, 400, "A bucket POST must be of the enclosure-type multipart/form-data.") \
  X(RequestTimeTooSkewed, 403, "The difference between the request time and the server's time is too large.") \
  X(RequestTimeout, 400, "Your socket connection to the server was not read from or written to within the timeout period.") \
  X(RestoreAlreadyInProgress, 409, "The object restore is already in progress.") \
  X(ServerSideEncryptionConfigurationNotFoundError, 404, "The server side encryption configuration was not found.") \
  X(SignatureDoesNotMatch, 403, "The request signature that the server calculated does not match the signature that you provided. Check your secret access key and signing method.") \
  X(SlowDown, 503, "Please reduce your request rate.") \
  X(ServiceUnavailable, 503, "Service is unable to handle the request.") \
  X(TooManyBuckets, 400, "You have attempted to create more buckets than are allowed.") \
  X(UnexpectedContent, 400, "This request contains unsupported content.") \
  X(UnresolvableGrantByEmailAddress, 400, "The email address that you provided does not match any account on record.") \
  X(UserKeyMustBeSpecified, 400, "The bucket POST must contain the specified field name. If it is specified, check the order of the fields.") \
  X(ValidationError, 400, "The input fails to satisfy the constraints.") \
  X(XAmzContentChecksumMismatch, 400, "The provided checksum does not match what was computed.") \
  X(XAmzContentSHA256Mismatch, 400, "The provided 'x-amz-content-sha256' header does not match what was computed.") \
  X(XMinioAdminAccountExists, 409, "An account of this name or with this access key exists already.") \
  X(XMinioAdminConfigBadJSON, 400, "JSON configuration provided is of incorrect format.") \
  X(XMinioAdminConfigEnvOverridden, 409, "Unable to update config via Admin API due to environment variable override.") \
  X(XMinioAdminGroupDisabled, 400, "The specified group is disabled.") \
  X(XMinioAdminGroupNotEmpty, 400, "The specified group is not empty - cannot remove it.") \
  X(XMinioAdminInvalidAccessKey, 400, "The access key is invalid.") \
  X(XMinioAdminInvalidArgument, 400, "Invalid arguments specified.") \
  X(XMinioAdminInvalidSecretKey, 400, "The secret key is invalid.") \
  X(XMinioAdminNoSuchAccessKey, 404, "The specified access key does not exist.") \
  X(XMinioAdminNoSuchAccount, 404, "The specified account does not exist.") \
  X(XMinioAdminNoSuchConfigTarget, 400, "No such named configuration target exists.") \
  X(XMinioAdminNoSuchGroup, 404, "The specified group does not exist.") \
  X(XMinioAdminNoSuchPolicy, 404, "The canned policy does not exist.") \
  X(XMinioAdminNoSuchQuotaConfiguration, 404, "The quota configuration does not exist.") \
  X(XMinioAdminNoSuchUser, 404, "The specified user does not exist.") \
  X(XMinioAdminPolicyChangeAlreadyApplied, 400, "The specified policy change is already in effect.") \
  X(XMinioAdminPolicyInUse, 400, "The policy cannot be removed, as it is in use.") \
  X(XMinioAdminServiceAccountNotFound, 404, "The specified service account is not found.") \
  X(XMinioAdminNotificationTargetsTestFailed, 400, "Configuration update failed due to an unsuccessful attempt to connect to one or more notification servers.") \
  X(XMinioConfigError, 400, "The configuration is not valid.") \
  X(XMinioHealNotImplemented, 400, "This server does not implement heal functionality.") \
  X(XMinioIAMActionNotAllowed, 403, "Specified IAM action is not allowed.") \
  X(XMinioInsecureClientRequest, 400, "Cannot respond to plain-text request from TLS-encrypted server.") \
  X(XMinioMalformedIAMPolicy, 400, "The policy is not valid.") \
  X(XMinioMalformedJSON, 400, "The JSON you provided was not well-formed or did not validate against our published format.") \
  X(XMinioServerNotInitialized, 503, "Server is not initialized yet, please try again.") \
  X(XMinioStorageFull, 507, "Storage backend has reached its minimum free drive threshold. Delete a few objects to proceed.") \
  X(XMinioAdminBucketQuotaExceeded, 400, "Bucket quota exceeded.") \
  X(XHoldfastCorruptObject, 500, "The object's data or metadata on disk is damaged. Run 'holdfast check' on the data folder.")
// clang-format on

enum class ErrorCode : std::uint16_t {
#define HOLDFAST_ERROR_ENUM(name, status, message) name,
  HOLDFAST_ERRORS(HOLDFAST_ERROR_ENUM)
#undef HOLDFAST_ERROR_ENUM
};

// One failure. `message` is empty unless it says more than the table's default. `details` become further
// elements of the XML error body (for example BucketName, CanonicalRequest); never put a secret there.
struct Error {
  ErrorCode code = ErrorCode::InternalError;
  std::string message;
  std::vector<std::pair<std::string, std::string>> details;
  int os_error = 0;  // errno, where the failure came from the system; never shown to clients

  Error() = default;
  Error(ErrorCode error_code) : code(error_code) {}  // NOLINT(google-explicit-constructor): `return ErrorCode::X`
  Error(ErrorCode error_code, std::string text) : code(error_code), message(std::move(text)) {}

  std::string_view name() const noexcept;  // the S3 code, e.g. "NoSuchKey"
  int http_status() const noexcept;        // e.g. 404
  std::string_view text() const noexcept;  // message, or the table's default
};

std::string_view error_name(ErrorCode code) noexcept;
int error_http_status(ErrorCode code) noexcept;
std::string_view error_default_message(ErrorCode code) noexcept;

// The one place where errno becomes an error. ENOSPC, EDQUOT -> XMinioStorageFull; EMFILE, ENFILE, ENOMEM -> SlowDown;
// everything else -> InternalError. ENOENT is deliberately InternalError: only the caller knows whether a missing
// file is NoSuchKey or corruption. `what` names the call and the file, for the log.
Error error_from_errno(int errno_value, std::string_view what);

}  // namespace holdfast
