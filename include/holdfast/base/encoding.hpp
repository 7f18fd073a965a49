// Text encodings that S3 uses. All decoders return nullopt for anything malformed.
#pragma once

#include "holdfast/base/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

std::string hex_encode(ByteView bytes);                                   // lower case
std::optional<std::vector<std::byte>> hex_decode(std::string_view text);  // either case
std::string base64_encode(ByteView bytes);                                // with padding
std::optional<std::vector<std::byte>> base64_decode(std::string_view text);
std::string base64url_encode(ByteView bytes);  // no padding
std::optional<std::vector<std::byte>> base64url_decode(std::string_view text);

// Percent-encoding as AWS's canonical requests have it: everything but A-Z a-z 0-9 - _ . ~ becomes %XX (upper case).
// keep_slash leaves '/' as it is (paths).
std::string uri_encode(std::string_view text, bool keep_slash);
// %XX becomes its byte, '+' stays '+'; nullopt for a truncated or non-hex escape.
std::optional<std::string> uri_decode(std::string_view text);
// As uri_decode, but '+' is a space: query strings.
std::optional<std::string> query_decode(std::string_view text);

bool is_valid_utf8(std::string_view text) noexcept;
std::string ascii_lower(std::string_view text);
std::string_view trim(std::string_view text) noexcept;                              // spaces and tabs
bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept;  // ASCII
// Takes the same time wherever the first difference is. Different lengths are unequal.
bool constant_time_equal(std::string_view left, std::string_view right) noexcept;
std::vector<std::string_view> split(std::string_view text, char separator);
std::optional<std::uint64_t> parse_u64(std::string_view text) noexcept;  // digits only, no sign, no overflow

}  // namespace holdfast
