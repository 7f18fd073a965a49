// GetObjectTagging. Source: AWS S3 API reference.
#include "s3/context.hpp"
#include "s3/object_config.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/tagging.hpp"
#include "s3/xml.hpp"

namespace holdfast::s3::ops {

Answer get_object_tagging(Context& context) {
  HOLDFAST_CO_TRY(object, co_await find_object(context));
  XmlWriter xml("Tagging");
  append_tag_set(xml, object->tags);
  http::Response response = xml_response(xml);
  set_version_id(response, *object);
  co_return response;
}

}  // namespace holdfast::s3::ops
