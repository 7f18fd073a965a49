#include "holdfast/admin/metrics.hpp"

namespace holdfast::admin {
namespace {

constexpr std::string_view kPrefix = "/minio/v2/metrics/";
constexpr std::string_view kBearer = "Bearer ";

http::Response text_response(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.body = std::move(body);
  return response;
}

std::optional<services::MetricsPage> page_of(std::string_view name) {
  if (name == "cluster") return services::MetricsPage::cluster;
  if (name == "node") return services::MetricsPage::node;
  if (name == "bucket") return services::MetricsPage::bucket;
  if (name == "resource") return services::MetricsPage::resource;
  return std::nullopt;
}

}  // namespace

std::optional<http::Response> MetricsPages::answer(const http::Request& request, bool on_console) const {
  std::string_view path = request.path;
  const bool all = on_console && path == "/metrics";
  if (!all && !path.starts_with(kPrefix)) return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") return text_response(405, "Use GET.\n");
  if (!admitted(request)) {
    return text_response(
        403, "A bearer token is needed: make one with 'mc admin prometheus generate', or set MINIO_PROMETHEUS_AUTH_TYPE=public.\n");
  }
  if (all) return text_response(200, metrics_.render_all());
  path.remove_prefix(kPrefix.size());
  const auto page = page_of(path);
  if (!page) return text_response(404, "There are cluster, node, bucket and resource.\n");
  return text_response(200, metrics_.render(*page));
}

bool MetricsPages::admitted(const http::Request& request) const {
  if (auth_ == MetricsAuth::anyone) return true;
  std::string_view header = request.header("authorization");
  if (!header.starts_with(kBearer)) return false;
  header.remove_prefix(kBearer.size());
  return verify_bearer_token(header, credentials_, clock_.now()).has_value();
}

}  // namespace holdfast::admin
