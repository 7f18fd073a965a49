// PutObject. Source: AWS S3 API reference.
#include "s3/ops/operations.hpp"

#include "s3/authorize.hpp"
#include "s3/body.hpp"
#include "s3/checksum.hpp"
#include "s3/conditions.hpp"
#include "s3/context.hpp"
#include "s3/encryption.hpp"
#include "s3/lifecycle_config.hpp"
#include "s3/metadata.hpp"
#include "s3/object_config.hpp"
#include "s3/object_lock.hpp"
#include "s3/pump.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {
namespace {

Result<storage::PutSpec> make_spec(const Context& context, const Body& body) {
  if (body.size_bytes().value_or(0) > limits::kObjectBytes) {
    Error error(ErrorCode::EntityTooLarge);
    error.details = {{"ProposedSize", std::to_string(*body.size_bytes())}, {"MaxSizeAllowed", std::to_string(limits::kObjectBytes)}};
    return error;
  }
  HOLDFAST_TRY(attributes, attributes_from_request(context));
  HOLDFAST_TRY_VOID(authorize_attributes(context, attributes));
  if (attributes.retention.mode != storage::RetentionMode::none ||
      storage::find_attribute(attributes.properties, kLegalHoldProperty) != nullptr) {
    HOLDFAST_TRY_VOID(require_integrity(
        context, "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters"));
  }
  storage::PutSpec spec;
  spec.bucket = context.bucket();
  spec.key = context.key();
  spec.attributes = std::move(attributes);
  spec.size_bytes = body.size_bytes();
  spec.precondition = write_precondition(context.request);
  return spec;
}

}  // namespace

Answer put_object(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  BodyOptions options;
  options.default_checksum = hash::Algorithm::crc64nvme;
  HOLDFAST_CO_TRY(body, Body::open(context, options));
  HOLDFAST_CO_TRY(spec, make_spec(context, body));
  HOLDFAST_CO_TRY(encryption, encryption_from_request(context, *bucket));
  HOLDFAST_CO_TRY(writer, co_await create_object(context, std::move(spec), encryption));
  HOLDFAST_CO_TRY_VOID(co_await pump(body, *writer, limits::kObjectBytes));
  HOLDFAST_CO_TRY(digests, body.finish());
  std::string etag = digests.find(hash::Algorithm::md5)->hex();
  auto checksum = body.checksum(digests);
  HOLDFAST_CO_TRY(object, co_await writer->commit(std::move(digests), std::move(etag), std::move(checksum)));

  http::Response response;
  response.set("ETag", quoted(object->etag));
  describe_encryption(context, *object, response);
  if (object->checksum) set_checksum_headers(response, *object->checksum);
  set_version_id(response, *object);
  set_expiration_header(context, bucket, *object, response);
  co_return response;
}

}  // namespace holdfast::s3::ops
