// Buckets that the environment asks for (MINIO_DEFAULT_BUCKETS), made before the server reports ready.
#pragma once

#include "server/settings.hpp"

#include "holdfast/storage/engine.hpp"

namespace holdfast::server {

// An existing bucket is left as it is, its policy too. Blocks.
Result<> make_default_buckets(storage::Engine& engine, const DefaultBuckets& buckets);

}  // namespace holdfast::server
