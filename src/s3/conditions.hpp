// Conditional requests. Source: RFC 9110 section 13 and AWS, "Conditional reads" and "Conditional writes".
#pragma once

#include "holdfast/base/clock.hpp"
#include "holdfast/http/message.hpp"
#include "holdfast/storage/types.hpp"

#include <optional>
#include <string_view>

namespace holdfast::s3 {

struct Context;

// The four read conditions as a request has them; dates that don't parse don't count.
struct ReadConditions {
  std::string_view if_match;
  std::string_view if_none_match;
  std::optional<TimePoint> if_modified_since;
  std::optional<TimePoint> if_unmodified_since;

  static ReadConditions from_request(const http::Request& request);      // If-Match, ...
  static ReadConditions from_copy_source(const http::Request& request);  // x-amz-copy-source-if-match, ...
};

enum class Verdict { proceed, not_modified, failed };
// AWS's precedence: a true If-Match outranks If-Unmodified-Since, a false If-None-Match outranks If-Modified-Since.
Verdict evaluate(const ReadConditions& conditions, std::string_view etag, TimePoint modified) noexcept;

// If-Range ("an ETag or a date"): false means that the object is another by now and a Range doesn't count.
bool range_still_valid(std::string_view if_range, std::string_view etag, TimePoint modified);

// True if the header's list ("\"a\", \"b\"" or *; quotes may be missing) has this ETag. A weak tag never matches.
bool etag_listed(std::string_view list, std::string_view etag) noexcept;

// If-Match and If-None-Match of a write; empty when there is none. If-Match on a missing key: NoSuchKey.
storage::Precondition write_precondition(const http::Request& request);

// If-Match, x-amz-if-match-last-modified-time and x-amz-if-match-size of a DELETE, or of one entry of DeleteObjects.
struct DeleteConditions {
  std::string_view etag;
  std::string_view last_modified;
  std::string_view size;
};
// Empty when there is none. A missing key fails only If-Match (NoSuchKey); InvalidArgument for what doesn't parse.
Result<storage::Precondition> delete_precondition(const DeleteConditions& conditions);

}  // namespace holdfast::s3
