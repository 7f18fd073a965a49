// UploadPartCopy. Source: AWS S3 API reference.
#include "s3/address.hpp"
#include "s3/checksum.hpp"
#include "s3/conditions.hpp"
#include "s3/context.hpp"
#include "s3/encryption.hpp"
#include "s3/metadata.hpp"
#include "s3/multipart.hpp"
#include "s3/ops/operations.hpp"
#include "s3/pump.hpp"
#include "s3/range.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {

Answer upload_part_copy(Context& context) {
  HOLDFAST_CO_TRY(number, parse_part_number(context));
  std::string upload_id(context.query.get("uploadId"));
  HOLDFAST_CO_TRY(upload, co_await context.engine.upload(context.bucket(), context.key(), upload_id));
  HOLDFAST_CO_TRY(key, co_await find_upload_key(context, upload));
  HOLDFAST_CO_TRY(opened, co_await open_copy_source(context));
  const storage::ObjectInfo& source = opened.reader->info();
  ByteRange range{0, source.size_bytes};
  if (const auto header = context.header("x-amz-copy-source-range"); !header.empty()) {
    HOLDFAST_CO_TRY(parsed, parse_copy_range(header, source.size_bytes));
    range = parsed;
  }
  if (range.length > limits::kPartBytes) {
    co_return Error(ErrorCode::InvalidRequest,
                    "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120");
  }

  const hash::Algorithm algorithm = default_part_checksum(upload);
  HOLDFAST_CO_TRY(writer, co_await create_part(context, upload, number, range.length, key));
  HOLDFAST_CO_TRY(digests, co_await copy_bytes(*opened.reader, range, *writer, algorithm));
  std::string etag = digests.find(hash::Algorithm::md5)->hex();
  storage::Checksum checksum{algorithm, storage::ChecksumType::full_object, digests.find(algorithm)->base64()};
  HOLDFAST_CO_TRY(part, co_await writer->commit(digests, std::move(etag), std::move(checksum)));

  XmlWriter xml("CopyPartResult");
  xml.etag("ETag", part.etag).time("LastModified", part.modified);
  if (part.checksum) xml.element(checksum_name(part.checksum->algorithm).element, part.checksum->value);
  http::Response response = xml_response(xml);
  describe_encryption(context, upload.attributes, response);
  if (source.version_id != "null") response.set("x-amz-copy-source-version-id", source.version_id);
  co_return response;
}

}  // namespace holdfast::s3::ops
