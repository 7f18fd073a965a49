// CopyObject. Source: AWS S3 API reference.
#include "s3/ops/operations.hpp"

#include "s3/address.hpp"
#include "s3/authorize.hpp"
#include "s3/checksum.hpp"
#include "s3/conditions.hpp"
#include "s3/context.hpp"
#include "s3/encryption.hpp"
#include "s3/metadata.hpp"
#include "s3/pump.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

namespace holdfast::s3::ops {
namespace {

constexpr int kAttempts = 8;  // while the source is overwritten under the copy

struct CopyRequest {
  CopySource source;
  bool replace_metadata = false;
  bool replace_tags = false;
  std::optional<hash::Algorithm> checksum;  // asked for
  EncryptionSpec encryption;                // asked for, or the bucket's default
  storage::ObjectAttributes attributes;     // what the request itself says
};

Result<bool> parse_directive(const Context& context, std::string_view header) {
  const auto value = context.header(header);
  if (value.empty() || value == "COPY") return false;
  if (value == "REPLACE") return true;
  Error error(ErrorCode::InvalidArgument, "Unknown directive.");
  error.details = {{"ArgumentName", std::string(header)}, {"ArgumentValue", std::string(value)}};
  return error;
}

bool changes_something(const Context& context, const CopyRequest& copy) {
  return copy.replace_metadata || copy.replace_tags || copy.checksum || !context.header("x-amz-storage-class").empty() ||
         !context.header("x-amz-website-redirect-location").empty() || copy.encryption.kind != Encryption::none;
}

Result<CopyRequest> parse_request(const Context& context, const storage::BucketInfo& bucket) {
  CopyRequest copy;
  HOLDFAST_TRY(source, parse_copy_source(context.header("x-amz-copy-source")));
  HOLDFAST_TRY(replace_metadata, parse_directive(context, "x-amz-metadata-directive"));
  HOLDFAST_TRY(replace_tags, parse_directive(context, "x-amz-tagging-directive"));
  HOLDFAST_TRY(checksum, parse_checksum_algorithm(context.header("x-amz-checksum-algorithm")));
  HOLDFAST_TRY(attributes, attributes_from_request(context));
  HOLDFAST_TRY_VOID(authorize_attributes(context, attributes));
  HOLDFAST_TRY(encryption, encryption_from_request(context, bucket));
  copy.source = std::move(source);
  copy.replace_metadata = replace_metadata;
  copy.replace_tags = replace_tags;
  copy.checksum = checksum;
  copy.encryption = std::move(encryption);
  copy.attributes = std::move(attributes);
  const bool itself = copy.source.bucket == context.bucket() && copy.source.key == context.key() && copy.source.version_id.empty();
  if (itself && !changes_something(context, copy)) {
    return Error(ErrorCode::InvalidRequest,
                 "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
                 "storage class, website redirect location or encryption attributes.");
  }
  return copy;
}

// ACL, storage class, redirect and locks are never taken over from the source.
Result<storage::ObjectAttributes> target_attributes(const Context& context, const CopyRequest& copy, const storage::ObjectInfo& source) {
  storage::ObjectAttributes attributes = copy.attributes;
  if (!copy.replace_metadata) {
    attributes.headers = source.headers;
    attributes.user_metadata = source.user_metadata;
  }
  if (copy.replace_tags || source.tags.empty()) return attributes;
  const std::string_view action = copy.source.version_id.empty() ? "s3:GetObjectTagging" : "s3:GetObjectVersionTagging";
  HOLDFAST_TRY_VOID(context.authorizer.authorize(context, action, copy.source.bucket, copy.source.key));
  attributes.tags = source.tags;
  return attributes;
}

storage::PutSpec target_spec(const Context& context, storage::ObjectAttributes attributes) {
  storage::PutSpec spec;
  spec.bucket = context.bucket();
  spec.key = context.key();
  spec.attributes = std::move(attributes);
  spec.precondition = write_precondition(context.request);
  return spec;
}

// A copy of what is encrypted never becomes plain because nobody said anything: it stays what it is, and what a customer's
// key was for gets a key of ours.
EncryptionSpec target_encryption(const Context& context, const CopyRequest& copy, const storage::ObjectInfo& source) {
  EncryptionSpec encryption = copy.encryption;
  const Encryption before = encryption_of(source);
  if (encryption.kind != Encryption::none || before == Encryption::none || context.options.keys == nullptr) return encryption;
  return kept_encryption(context, source);
}

// Content can be shared if it is sealed, or not, in both; the ETag stays with it, so it must be of the same sort.
bool can_share_content(Encryption source, Encryption target) noexcept {
  if (source == Encryption::none || target == Encryption::none) return source == target;
  return has_opaque_etag(source) == has_opaque_etag(target);
}

// Another checksum than the source has must be computed from the bytes.
bool needs_bytes(const CopyRequest& copy, const storage::ObjectInfo& source) noexcept {
  if (!copy.checksum) return false;
  return !source.checksum || source.checksum->algorithm != *copy.checksum || source.checksum->type != storage::ChecksumType::full_object;
}

// The algorithm that a copy by bytes keeps the checksum in.
hash::Algorithm source_algorithm(const storage::ObjectInfo& source) noexcept {
  return source.checksum ? source.checksum->algorithm : hash::Algorithm::crc64nvme;
}

Task<Result<storage::ObjectPtr>> copy_through(Context& context, storage::Reader& source, storage::ObjectAttributes attributes,
                                              const EncryptionSpec& encryption, hash::Algorithm algorithm) {
  const ByteRange whole{0, source.info().size_bytes};
  auto spec = target_spec(context, std::move(attributes));
  spec.size_bytes = whole.length;
  HOLDFAST_CO_TRY(writer, co_await create_object(context, std::move(spec), encryption));
  HOLDFAST_CO_TRY(digests, co_await copy_bytes(source, whole, *writer, algorithm));
  std::string etag = digests.find(hash::Algorithm::md5)->hex();
  storage::Checksum checksum{algorithm, storage::ChecksumType::full_object, digests.find(algorithm)->base64()};
  co_return co_await writer->commit(std::move(digests), std::move(etag), std::move(checksum));
}

// The source that was read for its metadata must be the one that is copied. `changed` says that it wasn't.
storage::Precondition same_version(const storage::ObjectInfo& seen, std::shared_ptr<bool> changed) {
  return [seq = seen.created_seq, changed = std::move(changed)](const storage::ObjectInfo* current) -> Result<> {
    *changed = current == nullptr || current->created_seq != seq;
    if (*changed) return ErrorCode::ConditionalRequestConflict;
    return {};
  };
}

struct Copied {
  storage::ObjectPtr object;
  std::optional<storage::Checksum> checksum;
  std::string source_version;
};

Task<Result<Copied>> copy_once(Context& context, const CopyRequest& copy, std::shared_ptr<bool> changed) {
  HOLDFAST_CO_TRY(opened, co_await open_copy_source(context));
  const storage::ObjectInfo& source = opened.reader->info();
  HOLDFAST_CO_TRY(attributes, target_attributes(context, copy, source));
  const EncryptionSpec encryption = target_encryption(context, copy, source);
  Copied copied;
  copied.source_version = source.version_id;
  copied.checksum = source.checksum;
  if (needs_bytes(copy, source) || !can_share_content(encryption_of(source), encryption.kind)) {
    const auto algorithm = copy.checksum.value_or(source_algorithm(source));
    HOLDFAST_CO_TRY(object, co_await copy_through(context, *opened.reader, std::move(attributes), encryption, algorithm));
    copied.checksum = object->checksum;
    copied.object = std::move(object);
    co_return std::move(copied);
  }
  if (opened.object_key) HOLDFAST_CO_TRY_VOID(co_await wrap_object_key(context, encryption, *opened.object_key, attributes));
  storage::CopySpec spec;
  spec.source = {copy.source.bucket, copy.source.key, copy.source.version_id};
  spec.source_precondition = same_version(source, std::move(changed));
  spec.target = target_spec(context, std::move(attributes));
  HOLDFAST_CO_TRY(object, co_await context.engine.copy(std::move(spec)));
  copied.object = std::move(object);
  co_return std::move(copied);
}

}  // namespace

Answer copy_object(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  HOLDFAST_CO_TRY(copy, parse_request(context, *bucket));
  Result<Copied> copied = ErrorCode::InternalError;
  auto changed = std::make_shared<bool>(true);
  for (int attempt = 0; attempt < kAttempts && *changed; ++attempt) {
    *changed = false;
    copied = co_await copy_once(context, copy, changed);
  }
  if (!copied) co_return std::move(copied).error();

  const storage::ObjectInfo& object = *copied->object;
  XmlWriter xml("CopyObjectResult");
  xml.time("LastModified", object.modified).etag("ETag", object.etag);
  if (const auto& checksum = copied->checksum) {
    xml.element(checksum_name(checksum->algorithm).element, checksum->value);
    xml.element("ChecksumType", checksum_type_name(checksum->type));
  }
  http::Response response = xml_response(xml);
  describe_encryption(context, object, response);
  if (bucket->versioning != storage::Versioning::unversioned) response.set("x-amz-version-id", object.version_id);
  if (copied->source_version != "null") response.set("x-amz-copy-source-version-id", copied->source_version);
  co_return response;
}

}  // namespace holdfast::s3::ops
