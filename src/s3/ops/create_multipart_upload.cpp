// CreateMultipartUpload. Source: AWS S3 API reference.
#include "s3/authorize.hpp"
#include "s3/checksum.hpp"
#include "s3/context.hpp"
#include "s3/encryption.hpp"
#include "s3/metadata.hpp"
#include "s3/multipart.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

namespace holdfast::s3::ops {

Answer create_multipart_upload(Context& context) {
  HOLDFAST_CO_TRY(attributes, attributes_from_request(context));
  HOLDFAST_CO_TRY_VOID(authorize_attributes(context, attributes));
  HOLDFAST_CO_TRY(checksum, parse_upload_checksum(context));
  set_upload_checksum(attributes, checksum);
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  HOLDFAST_CO_TRY(encryption, encryption_from_request(context, *bucket));
  HOLDFAST_CO_TRY_VOID(co_await add_object_key(context, encryption, attributes));
  storage::PutSpec spec;
  spec.bucket = context.bucket();
  spec.key = context.key();
  spec.attributes = std::move(attributes);
  HOLDFAST_CO_TRY(upload, co_await context.engine.create_upload(std::move(spec)));

  XmlWriter xml("InitiateMultipartUploadResult");
  xml.element("Bucket", context.bucket()).element("Key", context.key()).element("UploadId", upload.upload_id);
  http::Response response = xml_response(xml);
  describe_encryption(context, upload.attributes, response);
  if (checksum.algorithm) {
    response.set("x-amz-checksum-algorithm", std::string(hash::algorithm_name(*checksum.algorithm)));
    response.set("x-amz-checksum-type", std::string(checksum_type_name(checksum.type)));
  }
  co_return response;
}

}  // namespace holdfast::s3::ops
