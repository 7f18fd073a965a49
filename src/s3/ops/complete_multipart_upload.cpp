// CompleteMultipartUpload. Source: AWS S3 API reference.
#include "s3/body.hpp"
#include "s3/checksum.hpp"
#include "s3/conditions.hpp"
#include "s3/context.hpp"
#include "s3/encryption.hpp"
#include "s3/lifecycle_config.hpp"
#include "s3/links.hpp"
#include "s3/metadata.hpp"
#include "s3/multipart.hpp"
#include "s3/object_config.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/sealed_content.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {
namespace {

// What the client expects of the whole object, in headers of Complete.
struct Expected {
  std::optional<DeclaredChecksum> checksum;
  std::string_view type;
  std::optional<std::uint64_t> size_bytes;
};

// A composite checksum may carry the count of its parts, "value-N".
Result<std::optional<DeclaredChecksum>> object_checksum(const Context& context) {
  std::optional<DeclaredChecksum> checksum;
  for (const auto& [name, value] : context.request.headers) {
    const auto algorithm = checksum_of_header(name);
    if (!algorithm) continue;
    const auto digest = hash::Digest::from_base64(*algorithm, value.substr(0, value.find('-')));
    if (!digest || checksum) return Error(ErrorCode::InvalidRequest, "Value for " + std::string(name) + " header is invalid.");
    checksum = DeclaredChecksum{*algorithm, *digest};
  }
  return checksum;
}

Result<Expected> parse_expected(const Context& context) {
  Expected expected;
  HOLDFAST_TRY(checksum, object_checksum(context));
  expected.checksum = checksum;
  expected.type = context.header("x-amz-checksum-type");
  if (const auto size = context.header("x-amz-mp-object-size"); !size.empty()) {
    expected.size_bytes = parse_u64(size);
    if (!expected.size_bytes) return Error(ErrorCode::InvalidRequest, "Value for x-amz-mp-object-size header is invalid.");
  }
  return expected;
}

Result<> check_expected(const Expected& expected, const storage::UploadInfo& upload, const storage::CompletePlan& plan,
                        std::uint64_t size_bytes) {
  if (expected.size_bytes && *expected.size_bytes != size_bytes) {
    return Error(ErrorCode::InvalidRequest, "The provided 'x-amz-mp-object-size' header value " + std::to_string(*expected.size_bytes) +
                                                " does not match what was computed: " + std::to_string(size_bytes));
  }
  const auto type = checksum_type_name(upload_checksum(upload.attributes).type);
  if (!expected.type.empty() && expected.type != type) {
    return Error(ErrorCode::InvalidRequest, "The upload was created using the " + std::string(type) +
                                                " checksum mode. The complete request must use the same checksum mode.");
  }
  if (!expected.checksum) return {};
  HOLDFAST_TRY_VOID(check_part_checksum(upload, expected.checksum->algorithm));
  if (!plan.checksum || plan.checksum->algorithm != expected.checksum->algorithm) {
    return Error(ErrorCode::InvalidRequest, "The parts don't have the checksums that " +
                                                std::string(checksum_name(expected.checksum->algorithm).header) +
                                                " could be checked with.");
  }
  const std::string& value = plan.checksum->value;  // a composite value ends in -N, which the header leaves out
  if (value.substr(0, value.find('-')) != expected.checksum->value.base64()) return Error(ErrorCode::BadDigest);
  return {};
}

std::uint64_t planned_size(const std::vector<storage::PartInfo>& parts, const storage::CompletePlan& plan) {
  std::uint64_t size = 0;
  auto next = plan.part_numbers.begin();
  for (const storage::PartInfo& part : parts) {
    if (next == plan.part_numbers.end() || part.number != *next) continue;
    size += part.size_bytes;
    ++next;
  }
  return size;
}

// nullopt too for an upload that is completed already: what came of it is answered once more.
Task<Result<std::optional<crypto::Key>>> key_of_upload(Context& context, std::string upload_id) {
  auto upload = co_await context.engine.upload(context.bucket(), context.key(), std::move(upload_id));
  if (!upload) co_return std::optional<crypto::Key>();
  HOLDFAST_CO_TRY(key, co_await find_upload_key_if_given(context, *upload));
  if (!key && encryption_of(upload->attributes) == Encryption::customer && upload_checksum(upload->attributes).algorithm) {
    co_return Error(ErrorCode::InvalidRequest,
                    "The object's checksum can't be computed without the customer's key: the complete request of an upload that was "
                    "created with a checksum algorithm must include the encryption parameters.");
  }
  co_return std::move(key);
}

}  // namespace

Answer complete_multipart_upload(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  BodyOptions options;
  options.header_checksum = false;  // it is the object's
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded, options));
  HOLDFAST_CO_TRY(named, parse_complete_document(body));
  HOLDFAST_CO_TRY(expected, parse_expected(context));
  std::string upload_id(context.query.get("uploadId"));
  HOLDFAST_CO_TRY(key, co_await key_of_upload(context, upload_id));
  storage::CompletePlanner planner = [&named, &expected, &key](const storage::UploadInfo& upload,
                                                               std::vector<storage::PartInfo> parts) -> Result<storage::CompletePlan> {
    for (storage::PartInfo& part : parts) part.checksum = shown_checksum(upload.attributes, part.checksum, key);
    HOLDFAST_TRY(plan, plan_complete(upload, parts, named));
    const std::uint64_t size = planned_size(parts, plan);
    if (size > limits::kObjectBytes) return Error(ErrorCode::EntityTooLarge);
    HOLDFAST_TRY_VOID(check_expected(expected, upload, plan, size));
    if (key) plan.checksum = seal_checksum(plan.checksum, *key);
    return std::move(plan);
  };
  storage::Precondition precondition = write_precondition(context.request);
  HOLDFAST_CO_TRY(object, co_await context.engine.complete_upload(context.bucket(), context.key(), std::move(upload_id), std::move(planner),
                                                                  std::move(precondition)));

  std::optional<storage::Checksum> checksum = shown_checksum(*object, object->checksum, key);
  XmlWriter xml("CompleteMultipartUploadResult");
  xml.element("Location", object_url(context, context.bucket(), context.key()));
  xml.element("Bucket", context.bucket()).element("Key", context.key()).etag("ETag", object->etag);
  if (checksum) {
    xml.element(checksum_name(checksum->algorithm).element, checksum->value);
    xml.element("ChecksumType", checksum_type_name(checksum->type));
  }
  http::Response response = xml_response(xml);
  describe_encryption(context, *object, response);
  set_version_id(response, *object);
  set_expiration_header(context, bucket, *object, response);
  co_return response;
}

}  // namespace holdfast::s3::ops
