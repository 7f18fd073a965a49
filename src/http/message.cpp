#include "holdfast/http/message.hpp"

#include "holdfast/base/encoding.hpp"

namespace holdfast::http {

std::string_view Request::header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

bool Request::has_header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers) {
    if (key == name) return true;
  }
  return false;
}

void Response::set(std::string name, std::string value) {
  for (auto& [key, old] : headers) {
    if (!equals_ignoring_case(key, name)) continue;
    old = std::move(value);
    return;
  }
  headers.emplace_back(std::move(name), std::move(value));
}

}  // namespace holdfast::http
