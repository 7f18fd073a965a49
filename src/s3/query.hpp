// The query string of a request, decoded once. Views stay valid as long as the Query and the request do.
#pragma once

#include "holdfast/base/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace holdfast::s3 {

struct QueryParameter {
  std::string_view name;
  std::string_view value;  // empty for both "uploads" and "uploads="
};

class Query {
 public:
  // InvalidURI for a broken escape or a value that isn't UTF-8.
  static Result<Query> parse(std::string_view raw);

  bool empty() const noexcept { return parameters_.empty(); }
  bool has(std::string_view name) const noexcept { return find(name).has_value(); }
  std::optional<std::string_view> find(std::string_view name) const noexcept;  // the first of that name
  std::string_view get(std::string_view name) const noexcept { return find(name).value_or(std::string_view{}); }
  // A number of at most `max`, or `fallback` if there is none; InvalidArgument (ArgumentName, ArgumentValue) for others.
  // A greater number than `max` counts as `max` when `clamp`, else it is invalid too.
  Result<std::uint32_t> number(std::string_view name, std::uint32_t fallback, std::uint32_t max, bool clamp) const;
  const std::vector<QueryParameter>& parameters() const noexcept { return parameters_; }

 private:
  std::vector<QueryParameter> parameters_;
  std::unique_ptr<char[]> decoded_;  // only when there was something to decode
};

}  // namespace holdfast::s3
