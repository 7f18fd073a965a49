// AbortMultipartUpload. Source: AWS S3 API reference.
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"

namespace holdfast::s3::ops {

Answer abort_multipart_upload(Context& context) {
  std::string upload_id(context.query.get("uploadId"));
  HOLDFAST_CO_TRY_VOID(co_await context.engine.abort_upload(context.bucket(), context.key(), std::move(upload_id)));
  co_return empty_response(204);
}

}  // namespace holdfast::s3::ops
