#include "holdfast/admin/health.hpp"

namespace holdfast::admin {
namespace {

constexpr std::string_view kPrefix = "/minio/health/";

http::Response answer(int status, const std::string& why = {}) {
  http::Response response;
  response.status = status;
  if (!why.empty()) response.set("X-Minio-Server-Status", why);
  return response;
}

http::Response readiness(const storage::Engine* engine) {
  if (engine == nullptr) return answer(503, "starting");
  const storage::Health health = engine->health();
  return health.ready ? answer(200) : answer(503, health.why);
}

}  // namespace

std::optional<http::Response> answer_health(const http::Request& request, const storage::Engine* engine) {
  std::string_view path = request.path;
  const bool on_console = path == "/health";
  if (!on_console && !path.starts_with(kPrefix)) return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") return answer(405);
  if (on_console) return readiness(engine);
  path.remove_prefix(kPrefix.size());
  if (path == "live") return answer(200);
  if (path == "ready" || path == "cluster" || path == "cluster/read") {
    // One node: taking it away for maintenance takes the service away, which minio answers with 412.
    if (path == "cluster" && request.query == "maintenance=true") return answer(412);
    return readiness(engine);
  }
  return answer(404);
}

}  // namespace holdfast::admin
