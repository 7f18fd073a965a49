// PutBucketVersioning. Source: AWS S3 API reference.
#include "s3/body.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"
#include "holdfast/storage/versioning.hpp"

namespace holdfast::s3::ops {
namespace {

constexpr std::size_t kMaxExcludedPrefixes = 10;  // MinIO's

struct Configuration {
  storage::Versioning versioning = storage::Versioning::enabled;
  storage::VersioningExclusions exclusions;
};

Error illegal(const char* text) { return {ErrorCode::IllegalVersioningConfigurationException, text}; }

// MinIO's extension.
Result<storage::VersioningExclusions> parse_exclusions(XmlElement root) {
  storage::VersioningExclusions exclusions;
  exclusions.folders = trim(root.child("ExcludeFolders").text()) == "true";
  for (auto element = root.first_child(); element; element = element.next_sibling()) {
    if (element.name() != "ExcludedPrefixes") continue;
    const auto prefix = element.child("Prefix").text();
    if (prefix.empty() || prefix.find('\n') != std::string_view::npos) return illegal("An excluded prefix must have text, on one line.");
    if (exclusions.prefixes.size() == kMaxExcludedPrefixes) return illegal("There can be at most 10 excluded prefixes.");
    exclusions.prefixes.emplace_back(prefix);
  }
  return exclusions;
}

Result<Configuration> parse_configuration(std::string_view body) {
  HOLDFAST_TRY(document, XmlDocument::parse(body, "VersioningConfiguration"));
  const auto status = trim(document.root().child("Status").text());
  const auto mfa_delete = trim(document.root().child("MfaDelete").text());
  if (!mfa_delete.empty() && mfa_delete != "Disabled") {
    return Error(ErrorCode::NotImplemented, "MFA delete is not offered by this server.");
  }
  if (status.empty()) return Error(ErrorCode::IllegalVersioningConfigurationException);
  if (status != "Enabled" && status != "Suspended") return Error(ErrorCode::MalformedXML);
  Configuration configuration;
  if (status == "Suspended") configuration.versioning = storage::Versioning::suspended;
  HOLDFAST_TRY(exclusions, parse_exclusions(document.root()));
  if (!exclusions.empty() && status != "Enabled") return illegal("Prefixes and folders can be excluded only while versioning is enabled.");
  configuration.exclusions = std::move(exclusions);
  return configuration;
}

Result<> apply(const Configuration& configuration, storage::BucketInfo& bucket) {
  const bool everywhere = configuration.versioning == storage::Versioning::enabled && configuration.exclusions.empty();
  if (bucket.object_lock && !everywhere) {
    return Error(ErrorCode::InvalidBucketState,
                 "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.");
  }
  bucket.versioning = configuration.versioning;
  bucket.configuration.erase(std::string(storage::kVersioningExclusions));
  if (!configuration.exclusions.empty()) {
    bucket.configuration[std::string(storage::kVersioningExclusions)] = storage::format_versioning_exclusions(configuration.exclusions);
  }
  return {};
}

}  // namespace

Answer put_bucket_versioning(Context& context) {
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY(configuration, parse_configuration(body));
  std::function<Result<>(storage::BucketInfo&)> change = [&configuration](storage::BucketInfo& bucket) {
    return apply(configuration, bucket);
  };
  HOLDFAST_CO_TRY_VOID(co_await context.engine.update_bucket(context.bucket(), std::move(change)));
  co_return empty_response(200);
}

}  // namespace holdfast::s3::ops
