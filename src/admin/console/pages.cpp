#include "admin/console/pages.hpp"

#include "admin/console/assets.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>

namespace holdfast::admin {
namespace {

constexpr std::string_view kIndex = "index.html";

const Asset* find_asset(std::string_view path) {
  const auto assets = embedded_assets();
  const auto found = std::ranges::find(assets, path, &Asset::path);
  return found == assets.end() ? nullptr : &*found;
}

bool accepts(const http::Request& request, std::string_view coding) {
  for (const std::string_view item : split(request.header("accept-encoding"), ',')) {
    const auto name = trim(item.substr(0, item.find(';')));
    if (equals_ignoring_case(name, coding))
      return item.find("q=0") == std::string_view::npos || item.find("q=0.") != std::string_view::npos;
  }
  return false;
}

std::string content_policy(std::string_view s3_origin) {
  return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; font-src 'self'; frame-src 'self'; "
         "connect-src 'self' " +
         std::string(s3_origin) + "; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
}

http::Response plain(int status, std::string text) {
  http::Response response;
  response.status = status;
  response.set("Content-Type", "text/plain; charset=utf-8");
  response.body = std::move(text);
  return response;
}

// Names under assets/ change with their content.
void set_caching(http::Response& response, const Asset& asset) {
  const bool forever = asset.path.starts_with("assets/");
  response.set("Cache-Control", forever ? "public, max-age=31536000, immutable" : "no-cache");
  response.set("ETag", "\"" + std::string(asset.etag) + "\"");
  response.set("Vary", "Accept-Encoding");
}

}  // namespace

bool has_pages() noexcept { return !embedded_assets().empty(); }

http::Response answer_page(const http::Request& request, std::string_view path, std::string_view s3_origin) {
  if (!has_pages()) return plain(404, "The web console is not in this build. S3 is served on the other port; health is at /health.\n");
  if (request.method != "GET" && request.method != "HEAD") return plain(405, "Pages can only be read.\n");
  path.remove_prefix(std::min<std::size_t>(1, path.size()));
  const Asset* asset = find_asset(path.empty() ? kIndex : path);
  if (asset == nullptr) return plain(404, "There is no such page.\n");
  http::Response response;
  set_caching(response, *asset);
  response.set("Content-Security-Policy", content_policy(s3_origin));
  response.set("X-Frame-Options", "DENY");
  if (request.header("if-none-match").find(asset->etag) != std::string_view::npos) {
    response.status = 304;
    return response;
  }
  response.set("Content-Type", std::string(asset->type));
  std::string_view content = asset->plain;
  if (!asset->brotli.empty() && accepts(request, "br")) {
    content = asset->brotli;
    response.set("Content-Encoding", "br");
  } else if (!asset->gzip.empty() && accepts(request, "gzip")) {
    content = asset->gzip;
    response.set("Content-Encoding", "gzip");
  }
  response.body = content;
  return response;
}

}  // namespace holdfast::admin
