#include "server/browser_redirect.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>

namespace holdfast::server {
namespace {

std::string_view without_port(std::string_view host) {
  const auto colon = host.rfind(':');
  const bool has_port = colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos;
  return has_port ? host.substr(0, colon) : host;
}

}  // namespace

Task<http::Response> BrowserRedirect::handle(const http::Request& request, http::BodyStream& body) {
  if (!is_browser_at_root(request)) co_return co_await next_.handle(request, body);
  http::Response response;
  response.status = 307;
  response.set("Location", target(request));
  response.set("Cache-Control", "no-store");
  co_return response;
}

bool BrowserRedirect::is_browser_at_root(const http::Request& request) const {
  if (options_.console_port == 0 || request.method != "GET" || request.path != "/" || !request.query.empty()) return false;
  if (request.has_header("authorization") || request.header("host").empty()) return false;
  if (request.header("accept").find("text/html") == std::string_view::npos) return false;
  const auto host = without_port(request.header("host"));
  return std::ranges::none_of(options_.domains, [host](const std::string& domain) { return host.ends_with("." + domain); });
}

std::string BrowserRedirect::target(const http::Request& request) const {
  if (!options_.url.empty()) return options_.url;
  const std::string host(without_port(request.header("host")));
  return std::string(request.secure ? "https://" : "http://") + host + ":" + std::to_string(options_.console_port) + "/";
}

}  // namespace holdfast::server
