// HeadObject. Source: AWS S3 API reference.
#include "s3/ops/operations.hpp"

#include "s3/authorize.hpp"
#include "s3/context.hpp"
#include "s3/encryption.hpp"
#include "s3/object_answer.hpp"
#include "s3/sealed_content.hpp"

namespace holdfast::s3::ops {
namespace {

// Only the reader knows the parts.
Answer head_part(Context& context) {
  auto reader = co_await context.engine.open(context.object_name());
  if (!reader) co_return hide_missing_key(context, std::move(reader).error(), context.bucket());
  HOLDFAST_CO_TRY(content, co_await open_content(context, std::move(*reader), context.bucket(), context.key(), CustomerHeaders::object));
  HOLDFAST_CO_TRY(answer, answer_object(context, content->info(), content->parts()));
  co_return std::move(answer.response);
}

}  // namespace

Answer head_object(Context& context) {
  if (context.query.has("partNumber")) co_return co_await head_part(context);
  auto object = co_await context.engine.head(context.object_name());
  if (!object) co_return hide_missing_key(context, std::move(object).error(), context.bucket());
  if ((*object)->delete_marker) co_return delete_marker_error(context, **object);
  const std::vector<storage::PartInfo> no_parts;
  HOLDFAST_CO_TRY(key, co_await find_object_key(context, **object, context.bucket(), context.key(), CustomerHeaders::object));
  if (key && (*object)->checksum) {
    auto opened = std::make_shared<storage::ObjectInfo>(**object);
    opened->checksum = open_checksum(opened->checksum, *key);
    *object = std::move(opened);
  }
  HOLDFAST_CO_TRY(answer, answer_object(context, **object, no_parts));
  co_return std::move(answer.response);
}

}  // namespace holdfast::s3::ops
