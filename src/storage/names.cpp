#include "holdfast/storage/names.hpp"

#include <algorithm>

namespace holdfast::storage {
namespace {

bool is_label_character(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool looks_like_ipv4(std::string_view name) noexcept {
  return std::ranges::count(name, '.') == 3 && std::ranges::all_of(name, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

}  // namespace

bool is_valid_bucket_name(std::string_view name) noexcept {
  if (name.size() < 3 || name.size() > 63 || name == "minio") return false;
  if (!std::ranges::all_of(name, [](char c) { return is_label_character(c) || c == '-' || c == '.'; })) return false;
  if (!is_label_character(name.front()) || !is_label_character(name.back())) return false;
  for (const std::string_view pair : {"..", ".-", "-."}) {
    if (name.find(pair) != std::string_view::npos) return false;
  }
  if (looks_like_ipv4(name)) return false;
  if (name.starts_with("xn--") || name.starts_with("sthree-") || name.starts_with("amzn-s3-demo-")) return false;
  return !name.ends_with("-s3alias") && !name.ends_with("--ol-s3") && !name.ends_with(".mrap") && !name.ends_with("--x-s3");
}

}  // namespace holdfast::storage
