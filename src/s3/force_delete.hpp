// MinIO's x-minio-force-delete: true. A bucket with all it holds, or a key and all below it, in one request.
#pragma once

#include "s3/context.hpp"

#include <string>

namespace holdfast::s3 {

bool wants_force_delete(const Context& context) noexcept;

// Removes every version of the key and of all keys that begin with it and '/'; an empty key: all keys. Stops at the
// first that can't be removed and says why. MethodNotAllowed on buckets with Object Lock, as on MinIO.
Task<Result<>> force_delete(Context& context, std::string key);

}  // namespace holdfast::s3
