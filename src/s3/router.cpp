#include "s3/router.hpp"

#include "holdfast/s3/observer.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>

namespace holdfast::s3 {
namespace {

Level level_of(const Address& address) noexcept {
  if (address.bucket.empty()) return Level::service;
  return address.key.empty() ? Level::bucket : Level::object;
}

bool selected(const Route& row, const Query& query) noexcept {
  if (row.selector.empty()) return true;
  if (query.empty()) return false;
  const auto value = query.find(row.parameter());
  if (!value || (!row.value().empty() && *value != row.value())) return false;
  return row.second().empty() || query.has(row.second());
}

bool names_subresource(const Query& query, Level level) noexcept {
  return std::ranges::any_of(kRoutes, [&](const Route& row) {
    return row.level == level && !row.selector.empty() && row.value().empty() && query.has(row.parameter());
  });
}

}  // namespace

Method parse_method(std::string_view method) noexcept {
  if (method == "GET") return Method::get;
  if (method == "HEAD") return Method::head;
  if (method == "PUT") return Method::put;
  if (method == "POST") return Method::post;
  if (method == "DELETE") return Method::del;
  return Method::other;
}

Result<const Route*> find_route(const http::Request& request, const Address& address, const Query& query) {
  const Method method = parse_method(request.method);
  const Level level = level_of(address);
  for (const Route& row : kRoutes) {
    if (row.method != method || row.level != level || !selected(row, query)) continue;
    if (!row.header.empty() && !request.has_header(row.header)) continue;
    if (row.selector.empty() && !query.empty() && names_subresource(query, level)) break;
    return &row;
  }
  Error error(ErrorCode::MethodNotAllowed);
  error.details = {{"Method", std::string(request.method)},
                   {"ResourceType", level == Level::service  ? "SERVICE"
                                    : level == Level::bucket ? "BUCKET"
                                                             : "OBJECT"}};
  return error;
}

std::span<const std::string_view> operation_names() {
  static constexpr auto kNames = [] {
    std::array<std::string_view, std::size(kRoutes)> names{};
    std::ranges::transform(kRoutes, names.begin(), &Route::name);
    return names;
  }();
  return kNames;
}

}  // namespace holdfast::s3
