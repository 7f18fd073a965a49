// GetObjectLegalHold. Source: AWS S3 API reference.
#include "s3/context.hpp"
#include "s3/metadata.hpp"
#include "s3/object_config.hpp"
#include "s3/object_lock.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

namespace holdfast::s3::ops {

Answer get_object_legal_hold(Context& context) {
  HOLDFAST_CO_TRY_VOID(require_object_lock(context));
  HOLDFAST_CO_TRY(object, co_await find_object(context));
  const bool spoken_of = object->legal_hold || storage::find_attribute(object->properties, kLegalHoldProperty) != nullptr;
  if (!spoken_of) co_return Error(ErrorCode::NoSuchObjectLockConfiguration);
  XmlWriter xml("LegalHold");
  xml.element("Status", object->legal_hold ? "ON" : "OFF");
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
