#include "s3/query.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <cstring>

namespace holdfast::s3 {
namespace {

constexpr std::uint64_t kMaxInteger = 2'147'483'647;  // greater ones aren't clamped, as on AWS

// Not find_first_of, which calls a function for each character.
bool needs_decoding(std::string_view text) noexcept {
  return text.find('%') != std::string_view::npos || text.find('+') != std::string_view::npos;
}

Error invalid_query() { return {ErrorCode::InvalidURI, "The query string couldn't be parsed."}; }

}  // namespace

Result<Query> Query::parse(std::string_view raw) {
  Query query;
  if (raw.empty()) return query;
  char* out = nullptr;
  if (needs_decoding(raw)) {
    query.decoded_ = std::make_unique_for_overwrite<char[]>(raw.size());
    out = query.decoded_.get();
  }
  const auto decode = [&out](std::string_view text) -> std::optional<std::string_view> {
    if (!needs_decoding(text)) return text;
    const auto plain = query_decode(text);
    if (!plain || !is_valid_utf8(*plain)) return std::nullopt;
    std::memcpy(out, plain->data(), plain->size());
    const std::string_view view(out, plain->size());
    out += plain->size();
    return view;
  };
  query.parameters_.reserve(static_cast<std::size_t>(std::ranges::count(raw, '&')) + 1);
  while (!raw.empty()) {
    const auto end = raw.find('&');
    const std::string_view pair = raw.substr(0, end);
    raw = end == std::string_view::npos ? std::string_view{} : raw.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto name = decode(pair.substr(0, equals));
    const auto value = equals == std::string_view::npos ? std::string_view{} : decode(pair.substr(equals + 1));
    if (!name || !value) return invalid_query();
    query.parameters_.push_back({*name, *value});
  }
  return query;
}

std::optional<std::string_view> Query::find(std::string_view name) const noexcept {
  for (const auto& parameter : parameters_) {
    if (parameter.name == name) return parameter.value;
  }
  return std::nullopt;
}

Result<std::uint32_t> Query::number(std::string_view name, std::uint32_t fallback, std::uint32_t max, bool clamp) const {
  const auto text = find(name);
  if (!text || text->empty()) return fallback;
  const auto value = parse_u64(*text);
  if (!value || *value > kMaxInteger || (*value > max && !clamp)) {
    const bool negative = text->starts_with('-') && parse_u64(text->substr(1)).value_or(kMaxInteger + 1) <= kMaxInteger;
    Error error(ErrorCode::InvalidArgument, negative ? "Argument " + std::string(name) + " must be an integer between 0 and 2147483647"
                                                     : "Provided " + std::string(name) + " not an integer or within integer range");
    error.details = {{"ArgumentName", std::string(name)}, {"ArgumentValue", std::string(*text)}};
    return error;
  }
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(*value, max));
}

}  // namespace holdfast::s3
