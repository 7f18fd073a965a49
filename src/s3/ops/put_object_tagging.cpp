// PutObjectTagging. Source: AWS S3 API reference.
#include "s3/body.hpp"
#include "s3/context.hpp"
#include "s3/object_config.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/tagging.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {

Answer put_object_tagging(Context& context) {
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY(tags, parse_tagging(body, kObjectTagLimit));
  ObjectChange change = [&tags](storage::ObjectAttributes& attributes) -> Result<> {
    attributes.tags = tags;
    return {};
  };
  HOLDFAST_CO_TRY(object, co_await change_object(context, std::move(change)));
  http::Response response = empty_response(200);
  set_version_id(response, *object);
  co_return response;
}

}  // namespace holdfast::s3::ops
