#include "admin/console/assets.hpp"

#include <cstddef>
#include <vector>

// cmake/HoldfastConsole.cmake defines it where there is a console to embed.
#ifdef HOLDFAST_CONSOLE_ASSETS

asm(".section .rodata\n"
    ".balign 16\n"
    "holdfast_console_assets:\n"
    ".incbin \"console_assets.bin\"\n"
    ".previous\n");
extern "C" const char holdfast_console_assets[];

namespace holdfast::admin {
namespace {

struct Place {
  std::size_t offset;
  std::size_t size;

  std::string_view view() const noexcept { return {holdfast_console_assets + offset, size}; }
};
struct Row {
  std::string_view path;
  std::string_view type;
  std::string_view etag;
  Place plain;
  Place gzip;
  Place brotli;
};

constexpr Row kRows[] = {
#include <console_assets.inc>
};

std::vector<Asset> make_assets() {
  std::vector<Asset> assets;
  for (const Row& row : kRows) {
    if (!row.path.empty()) assets.push_back({row.path, row.type, row.etag, row.plain.view(), row.gzip.view(), row.brotli.view()});
  }
  return assets;
}

}  // namespace

std::span<const Asset> embedded_assets() noexcept {
  static const std::vector<Asset> assets = make_assets();
  return assets;
}

}  // namespace holdfast::admin

#else

std::span<const holdfast::admin::Asset> holdfast::admin::embedded_assets() noexcept { return {}; }

#endif
