// Reading and changing what hangs on one version of an object: tags, retention, legal hold, ACL.
#pragma once

#include "s3/context.hpp"

#include <functional>

namespace holdfast::s3 {

// The version that the request names. A delete marker: MethodNotAllowed if it was named, else NoSuchKey.
Task<Result<storage::ObjectPtr>> find_object(Context& context);

using ObjectChange = std::function<Result<>(storage::ObjectAttributes&)>;
// Changes that version in place; refuses delete markers as find_object does.
Task<Result<storage::ObjectPtr>> change_object(Context& context, ObjectChange change);

// x-amz-version-id, where the object has one of its own: AWS leaves it out of the answer to a write that made a null version.
void set_version_id(http::Response& response, const storage::ObjectInfo& object);

}  // namespace holdfast::s3
