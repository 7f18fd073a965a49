#include "s3/object_config.hpp"

#include "s3/authorize.hpp"

namespace holdfast::s3 {

Task<Result<storage::ObjectPtr>> find_object(Context& context) {
  auto object = co_await context.engine.head(context.object_name());
  if (!object) co_return hide_missing_key(context, std::move(object).error(), context.bucket());
  if ((*object)->delete_marker) {
    context.answer_headers.emplace_back("x-amz-delete-marker", "true");
    co_return Error(context.query.get("versionId").empty() ? ErrorCode::NoSuchKey : ErrorCode::MethodNotAllowed);
  }
  co_return std::move(*object);
}

Task<Result<storage::ObjectPtr>> change_object(Context& context, ObjectChange change) {
  HOLDFAST_CO_TRY_VOID(co_await find_object(context));
  co_return co_await context.engine.update(context.object_name(), std::move(change));
}

void set_version_id(http::Response& response, const storage::ObjectInfo& object) {
  if (object.version_id != "null") response.set("x-amz-version-id", object.version_id);
}

}  // namespace holdfast::s3
