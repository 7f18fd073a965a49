// The Range header. Source: RFC 9110 section 14 and AWS, GetObject.
#pragma once

#include "holdfast/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::s3 {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool operator==(const ByteRange&) const = default;
};

// The one range that `header` asks for of `size_bytes`. nullopt, which means the whole: an empty header, one that isn't
// a byte range, or several ranges (S3 answers those with the whole). InvalidRange if nothing of it lies inside.
Result<std::optional<ByteRange>> parse_range(std::string_view header, std::uint64_t size_bytes);

// "bytes=first-last" of x-amz-copy-source-range, both ends needed and inside: InvalidArgument, InvalidRange.
Result<ByteRange> parse_copy_range(std::string_view header, std::uint64_t size_bytes);

std::string content_range(ByteRange range, std::uint64_t size_bytes);  // "bytes 0-9/100"

}  // namespace holdfast::s3
