#include "s3/conditions.hpp"

#include "holdfast/base/encoding.hpp"

#include <string>

namespace holdfast::s3 {
namespace {

std::string_view unquoted(std::string_view tag) noexcept {
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') return tag.substr(1, tag.size() - 2);
  return tag;
}

// HTTP's dates have whole seconds: what was modified within the named second counts as of that second.
TimePoint whole_seconds(TimePoint time) noexcept { return std::chrono::floor<std::chrono::seconds>(time); }

std::optional<TimePoint> date_header(const http::Request& request, std::string_view name) {
  const auto text = request.header(name);
  if (text.empty()) return std::nullopt;
  return parse_http_date(text);
}

Error precondition_failed(const char* condition) {
  Error error(ErrorCode::PreconditionFailed);
  error.details = {{"Condition", condition}};
  return error;
}

}  // namespace

ReadConditions ReadConditions::from_request(const http::Request& request) {
  return {request.header("if-match"), request.header("if-none-match"), date_header(request, "if-modified-since"),
          date_header(request, "if-unmodified-since")};
}

ReadConditions ReadConditions::from_copy_source(const http::Request& request) {
  return {request.header("x-amz-copy-source-if-match"), request.header("x-amz-copy-source-if-none-match"),
          date_header(request, "x-amz-copy-source-if-modified-since"), date_header(request, "x-amz-copy-source-if-unmodified-since")};
}

Verdict evaluate(const ReadConditions& conditions, std::string_view etag, TimePoint modified) noexcept {
  const auto seconds = whole_seconds(modified);
  if (!conditions.if_match.empty()) {
    if (!etag_listed(conditions.if_match, etag)) return Verdict::failed;
  } else if (conditions.if_unmodified_since && seconds > *conditions.if_unmodified_since) {
    return Verdict::failed;
  }
  if (!conditions.if_none_match.empty()) {
    if (etag_listed(conditions.if_none_match, etag)) return Verdict::not_modified;
  } else if (conditions.if_modified_since && seconds <= *conditions.if_modified_since) {
    return Verdict::not_modified;
  }
  return Verdict::proceed;
}

bool range_still_valid(std::string_view if_range, std::string_view etag, TimePoint modified) {
  if (if_range.empty()) return true;
  if (const auto date = parse_http_date(if_range)) return *date == whole_seconds(modified);
  return unquoted(if_range) == etag;
}

bool etag_listed(std::string_view list, std::string_view etag) noexcept {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const auto tag = trim(list.substr(0, comma));
    if (tag == "*" || unquoted(tag) == etag) return true;
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
  return false;
}

storage::Precondition write_precondition(const http::Request& request) {
  std::string if_match(request.header("if-match"));
  std::string if_none_match(request.header("if-none-match"));
  if (if_match.empty() && if_none_match.empty()) return {};
  return [if_match = std::move(if_match), if_none_match = std::move(if_none_match)](const storage::ObjectInfo* current) -> Result<> {
    if (!if_match.empty()) {
      if (current == nullptr) return ErrorCode::NoSuchKey;
      if (!etag_listed(if_match, current->etag)) return precondition_failed("If-Match");
    }
    if (!if_none_match.empty() && current != nullptr && etag_listed(if_none_match, current->etag)) {
      return precondition_failed("If-None-Match");
    }
    return {};
  };
}

Result<storage::Precondition> delete_precondition(const DeleteConditions& conditions) {
  if (conditions.etag.empty() && conditions.last_modified.empty() && conditions.size.empty()) return storage::Precondition();
  std::optional<TimePoint> modified;
  if (!conditions.last_modified.empty()) {
    modified = parse_http_date(conditions.last_modified);
    if (!modified) modified = parse_iso8601(conditions.last_modified);
    if (!modified) return Error(ErrorCode::InvalidArgument, "The last-modified time to match isn't a date.");
  }
  std::optional<std::uint64_t> size;
  if (!conditions.size.empty()) {
    size = parse_u64(conditions.size);
    if (!size) return Error(ErrorCode::InvalidArgument, "The size to match isn't a number.");
  }
  return storage::Precondition([etag = std::string(conditions.etag), modified, size](const storage::ObjectInfo* current) -> Result<> {
    if (current == nullptr && !etag.empty()) return ErrorCode::NoSuchKey;
    if (current == nullptr) return {};
    if (!etag.empty() && !etag_listed(etag, current->etag)) return precondition_failed("If-Match");
    if (modified && whole_seconds(*modified) != whole_seconds(current->modified)) {
      return precondition_failed("x-amz-if-match-last-modified-time");
    }
    if (size && *size != current->size_bytes) return precondition_failed("x-amz-if-match-size");
    return {};
  });
}

}  // namespace holdfast::s3
