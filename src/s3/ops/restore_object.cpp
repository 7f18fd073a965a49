// RestoreObject. Source: AWS S3 API reference. No object is ever archived, so that there is nothing to restore.
#include "s3/body.hpp"
#include "s3/context.hpp"
#include "s3/metadata.hpp"
#include "s3/object_config.hpp"
#include "s3/ops/operations.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {

Answer restore_object(Context& context) {
  HOLDFAST_CO_TRY(object, co_await find_object(context));
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY_VOID(XmlDocument::parse(body, "RestoreRequest"));
  const auto* storage_class = storage::find_attribute(object->properties, kStorageClassProperty);
  Error error(ErrorCode::InvalidObjectState, "Restore is not allowed for the object's current storage class");
  error.details = {{"StorageClass", storage_class == nullptr ? "STANDARD" : *storage_class}};
  co_return error;
}

}  // namespace holdfast::s3::ops
