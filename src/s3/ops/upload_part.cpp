// UploadPart. Source: AWS S3 API reference.
#include "s3/body.hpp"
#include "s3/checksum.hpp"
#include "s3/context.hpp"
#include "s3/encryption.hpp"
#include "s3/metadata.hpp"
#include "s3/multipart.hpp"
#include "s3/ops/operations.hpp"
#include "s3/pump.hpp"
#include "s3/responses.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {

Answer upload_part(Context& context) {
  HOLDFAST_CO_TRY(number, parse_part_number(context));
  std::string upload_id(context.query.get("uploadId"));
  HOLDFAST_CO_TRY(upload, co_await context.engine.upload(context.bucket(), context.key(), upload_id));
  HOLDFAST_CO_TRY(key, co_await find_upload_key(context, upload));
  BodyOptions options;
  options.default_checksum = default_part_checksum(upload);
  HOLDFAST_CO_TRY(body, Body::open(context, options));
  HOLDFAST_CO_TRY_VOID(check_part_checksum(upload, body.checksum_algorithm()));
  const auto size = body.size_bytes();
  if (size && *size > limits::kPartBytes) co_return Error(ErrorCode::EntityTooLarge);

  HOLDFAST_CO_TRY(writer, co_await create_part(context, upload, number, size, key));
  HOLDFAST_CO_TRY_VOID(co_await pump(body, *writer, limits::kPartBytes));
  HOLDFAST_CO_TRY(digests, body.finish());
  std::string etag = digests.find(hash::Algorithm::md5)->hex();
  auto checksum = body.checksum(digests);
  HOLDFAST_CO_TRY(part, co_await writer->commit(digests, std::move(etag), std::move(checksum)));

  http::Response response = empty_response(200);
  response.set("ETag", quoted(part.etag));
  describe_encryption(context, upload.attributes, response);
  if (part.checksum) response.set(std::string(checksum_name(part.checksum->algorithm).header), part.checksum->value);
  co_return response;
}

}  // namespace holdfast::s3::ops
