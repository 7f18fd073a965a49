#include "server/content_type.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <array>

namespace holdfast::server {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 22> kContentTypes{{
    {".avif", "image/avif"},     {".bmp", "image/bmp"},       {".css", "text/css"},          {".csv", "text/csv"},
    {".gif", "image/gif"},       {".htm", "text/html"},       {".html", "text/html"},        {".ico", "image/x-icon"},
    {".jpeg", "image/jpeg"},     {".jpg", "image/jpeg"},      {".js", "text/javascript"},    {".json", "application/json"},
    {".md", "text/markdown"},    {".mp4", "video/mp4"},       {".pdf", "application/pdf"},   {".png", "image/png"},
    {".svg", "image/svg+xml"},   {".txt", "text/plain"},      {".wasm", "application/wasm"}, {".webp", "image/webp"},
    {".xml", "application/xml"}, {".zip", "application/zip"},
}};

}  // namespace

std::string content_type_of(const std::filesystem::path& file) {
  const std::string extension = ascii_lower(file.extension().string());
  const auto found = std::ranges::find(kContentTypes, extension, &std::pair<std::string_view, std::string_view>::first);
  return std::string(found == kContentTypes.end() ? "application/octet-stream" : found->second);
}

}  // namespace holdfast::server
