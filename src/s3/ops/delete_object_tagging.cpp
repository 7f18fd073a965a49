// DeleteObjectTagging. Source: AWS S3 API reference.
#include "s3/context.hpp"
#include "s3/object_config.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"

namespace holdfast::s3::ops {

Answer delete_object_tagging(Context& context) {
  ObjectChange change = [](storage::ObjectAttributes& attributes) -> Result<> {
    attributes.tags.clear();
    return {};
  };
  HOLDFAST_CO_TRY(object, co_await change_object(context, std::move(change)));
  http::Response response = empty_response(204);
  set_version_id(response, *object);
  co_return response;
}

}  // namespace holdfast::s3::ops
