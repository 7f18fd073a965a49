// The files that console/ was built into. Empty where the build had no npm.
#pragma once

#include <span>
#include <string_view>

namespace holdfast::admin {

struct Asset {
  std::string_view path;  // "index.html", "assets/index-1a2b3c.js"
  std::string_view type;
  std::string_view etag;
  std::string_view plain;
  std::string_view gzip;    // empty: not worth it
  std::string_view brotli;  // empty: not worth it
};

std::span<const Asset> embedded_assets() noexcept;

}  // namespace holdfast::admin
