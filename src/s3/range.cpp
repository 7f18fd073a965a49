#include "s3/range.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>

namespace holdfast::s3 {
namespace {

constexpr std::string_view kUnit = "bytes=";

// The two numbers around the dash; either may be missing, not both.
struct Ends {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;
};

std::optional<Ends> parse_ends(std::string_view header) {
  if (header.size() < kUnit.size() || !equals_ignoring_case(header.substr(0, kUnit.size()), kUnit)) return std::nullopt;
  const auto spec = trim(header.substr(kUnit.size()));
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = trim(spec.substr(0, dash));
  const auto last = trim(spec.substr(dash + 1));
  Ends ends{parse_u64(first), parse_u64(last)};
  if ((!first.empty() && !ends.first) || (!last.empty() && !ends.last)) return std::nullopt;
  if (!ends.first && !ends.last) return std::nullopt;
  if (ends.first && ends.last && *ends.first > *ends.last) return std::nullopt;
  return ends;
}

Error invalid_range(std::string_view header, std::uint64_t size_bytes) {
  Error error(ErrorCode::InvalidRange);
  error.details = {{"RangeRequested", std::string(header)}, {"ActualObjectSize", std::to_string(size_bytes)}};
  return error;
}

}  // namespace

Result<std::optional<ByteRange>> parse_range(std::string_view header, std::uint64_t size_bytes) {
  if (header.empty()) return std::optional<ByteRange>();
  const auto ends = parse_ends(header);
  if (!ends) return std::optional<ByteRange>();
  if (!ends->first) {
    const auto length = std::min(*ends->last, size_bytes);
    if (length == 0) return invalid_range(header, size_bytes);
    return std::optional<ByteRange>({size_bytes - length, length});
  }
  if (*ends->first >= size_bytes) return invalid_range(header, size_bytes);
  const auto last = std::min(ends->last.value_or(size_bytes - 1), size_bytes - 1);
  return std::optional<ByteRange>({*ends->first, last - *ends->first + 1});
}

Result<ByteRange> parse_copy_range(std::string_view header, std::uint64_t size_bytes) {
  const auto ends = parse_ends(header);
  if (!ends || !ends->first || !ends->last) {
    Error error(ErrorCode::InvalidArgument,
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based "
                "offsets of the first and last bytes to copy");
    error.details = {{"ArgumentName", "x-amz-copy-source-range"}, {"ArgumentValue", std::string(header)}};
    return error;
  }
  if (*ends->last >= size_bytes) {
    Error error(ErrorCode::InvalidArgument, "Range specified is not valid for source object of size: " + std::to_string(size_bytes));
    error.details = {{"ArgumentName", "x-amz-copy-source-range"}, {"ArgumentValue", std::string(header)}};
    return error;
  }
  return ByteRange{*ends->first, *ends->last - *ends->first + 1};
}

std::string content_range(ByteRange range, std::uint64_t size_bytes) {
  return "bytes " + std::to_string(range.offset) + '-' + std::to_string(range.offset + range.length - 1) + '/' + std::to_string(size_bytes);
}

}  // namespace holdfast::s3
