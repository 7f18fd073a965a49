// PutBucketVersioning. Source: AWS S3 API reference.
#include "s3/body.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {
namespace {

Result<storage::Versioning> parse_configuration(std::string_view body) {
  HOLDFAST_TRY(document, XmlDocument::parse(body, "VersioningConfiguration"));
  const auto status = trim(document.root().child("Status").text());
  const auto mfa_delete = trim(document.root().child("MfaDelete").text());
  if (!mfa_delete.empty() && mfa_delete != "Disabled") {
    return Error(ErrorCode::NotImplemented, "MFA delete is not offered by this server.");
  }
  // MinIO's: to take the rest and leave these out would keep versions where none are wanted.
  if (document.root().child("ExcludedPrefixes") || trim(document.root().child("ExcludeFolders").text()) == "true") {
    return Error(ErrorCode::NotImplemented, "Versioning with excluded prefixes or folders is not offered by this server.");
  }
  if (status == "Enabled") return storage::Versioning::enabled;
  if (status == "Suspended") return storage::Versioning::suspended;
  return Error(ErrorCode::IllegalVersioningConfigurationException);
}

}  // namespace

Answer put_bucket_versioning(Context& context) {
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY(versioning, parse_configuration(body));
  std::function<Result<>(storage::BucketInfo&)> change = [state = versioning](storage::BucketInfo& bucket) -> Result<> {
    if (bucket.object_lock && state != storage::Versioning::enabled) {
      return Error(ErrorCode::InvalidBucketState,
                   "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.");
    }
    bucket.versioning = state;
    return {};
  };
  HOLDFAST_CO_TRY_VOID(co_await context.engine.update_bucket(context.bucket(), std::move(change)));
  co_return empty_response(200);
}

}  // namespace holdfast::s3::ops
