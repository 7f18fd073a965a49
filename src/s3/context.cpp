#include "s3/context.hpp"

#include "holdfast/base/encoding.hpp"

namespace holdfast::s3 {

std::string_view Context::value(std::string_view lower_name) const noexcept {
  const auto from_header = request.header(lower_name);
  if (!from_header.empty() || query.empty() || !lower_name.starts_with("x-amz-")) return from_header;
  for (const auto& parameter : query.parameters()) {
    if (equals_ignoring_case(parameter.name, lower_name)) return parameter.value;
  }
  return {};
}

}  // namespace holdfast::s3
