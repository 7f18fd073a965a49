// Health endpoints: /minio/health/{live,ready,cluster,cluster/read} on the S3 port, /health on the console's.
// GET and HEAD, without a signature. They read memory only, so they answer under load.
#pragma once

#include "holdfast/http/message.hpp"
#include "holdfast/storage/engine.hpp"

#include <optional>

namespace holdfast::admin {

// nullopt: not a health path. `engine` is null while the server recovers.
std::optional<http::Response> answer_health(const http::Request& request, const storage::Engine* engine);

}  // namespace holdfast::admin
