#include "s3/object_answer.hpp"

#include "s3/authorize.hpp"
#include "s3/checksum.hpp"
#include "s3/conditions.hpp"
#include "s3/context.hpp"
#include "s3/encryption.hpp"
#include "s3/metadata.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <array>
#include <utility>

namespace holdfast::s3 {
namespace {

struct Override {
  std::string_view parameter;
  std::string_view header;
};
constexpr std::array<Override, 6> kOverrides{{{"response-content-type", "Content-Type"},
                                              {"response-content-disposition", "Content-Disposition"},
                                              {"response-content-encoding", "Content-Encoding"},
                                              {"response-content-language", "Content-Language"},
                                              {"response-cache-control", "Cache-Control"},
                                              {"response-expires", "Expires"}}};

void replace_header(http::Response& response, std::string_view name, std::string_view value) {
  std::erase_if(response.headers, [name](const auto& header) { return header.first == name; });
  response.set(std::string(name), std::string(value));
}

Result<> apply_overrides(const Context& context, http::Response& response) {
  if (context.query.empty()) return {};
  for (const auto& [parameter, header] : kOverrides) {
    const auto value = context.query.find(parameter);
    if (!value) continue;
    if (context.caller.anonymous()) {
      return Error(ErrorCode::InvalidRequest, "Request specific response headers cannot be used for anonymous GET requests.");
    }
    if (!is_header_text(*value))
      return Error(ErrorCode::InvalidArgument, std::string(parameter) + " has a character that no header may hold.");
    replace_header(response, header, *value);
  }
  return {};
}

bool wants_checksum(const Context& context) noexcept { return equals_ignoring_case(context.header("x-amz-checksum-mode"), "enabled"); }

bool shows_version(const Context& context, const storage::ObjectInfo& object) {
  if (object.version_id != "null") return true;
  const auto bucket = context.find_bucket();
  return bucket && (*bucket)->versioning != storage::Versioning::unversioned;
}

http::Response not_modified(const storage::ObjectInfo& object) {
  http::Response response;
  response.status = 304;
  response.set("ETag", quoted(object.etag));
  response.set("Last-Modified", format_http_date(object.modified));
  if (const auto* value = storage::find_attribute(object.headers, "cache-control")) response.set("Cache-Control", *value);
  if (const auto* value = storage::find_attribute(object.headers, "expires")) response.set("Expires", *value);
  return response;
}

struct Selection {
  std::optional<ByteRange> range;  // nullopt: the whole
  const storage::PartInfo* part = nullptr;
};

Result<Selection> select_part(std::uint32_t number, const storage::ObjectInfo& object, const std::vector<storage::PartInfo>& parts) {
  Selection selection;
  ByteRange range;
  if (parts.empty()) {
    if (number != 1) return ErrorCode::InvalidPartNumber;
    range.length = object.size_bytes;
  } else {
    // S3 counts parts from 1 without gaps, whatever their numbers were at the upload.
    if (number > parts.size()) return ErrorCode::InvalidPartNumber;
    for (std::uint32_t i = 0; i + 1 < number; ++i) range.offset += parts[i].size_bytes;
    selection.part = &parts[number - 1];
    range.length = selection.part->size_bytes;
  }
  if (range.length > 0) selection.range = range;
  return selection;
}

Result<Selection> select_content(Context& context, const storage::ObjectInfo& object, const std::vector<storage::PartInfo>& parts) {
  const auto range_header = context.header("range");
  if (context.query.has("partNumber")) {
    if (!range_header.empty()) {
      return Error(ErrorCode::InvalidRequest, "Cannot specify both Range header and partNumber query parameter.");
    }
    const auto number = parse_u64(context.query.get("partNumber"));
    if (!number || *number == 0 || *number > limits::kParts) {
      return Error(ErrorCode::InvalidArgument,
                   "Part number must be an integer between 1 and " + std::to_string(limits::kParts) + ", inclusive");
    }
    return select_part(static_cast<std::uint32_t>(*number), object, parts);
  }
  if (!range_still_valid(context.header("if-range"), object.etag, object.modified)) return Selection();
  auto range = parse_range(range_header, object.size_bytes);
  if (!range) {
    context.answer_headers.emplace_back("Content-Range", "bytes */" + std::to_string(object.size_bytes));
    return std::move(range).error();
  }
  Selection selection;
  selection.range = *range;
  return selection;
}

}  // namespace

Error delete_marker_error(Context& context, const storage::ObjectInfo& marker) {
  context.answer_headers.emplace_back("x-amz-delete-marker", "true");
  context.answer_headers.emplace_back("x-amz-version-id", marker.version_id);
  if (context.query.get("versionId").empty()) return hide_missing_key(context, ErrorCode::NoSuchKey, context.bucket());
  context.answer_headers.emplace_back("Last-Modified", format_http_date(marker.modified));
  context.answer_headers.emplace_back("Allow", "DELETE");
  return ErrorCode::MethodNotAllowed;
}

Result<ObjectAnswer> answer_object(Context& context, const storage::ObjectInfo& object, const std::vector<storage::PartInfo>& parts) {
  if (object.delete_marker) return delete_marker_error(context, object);
  HOLDFAST_TRY_VOID(refuse_encryption_spec(context));
  ObjectAnswer answer;
  switch (evaluate(ReadConditions::from_request(context.request), object.etag, object.modified)) {
    case Verdict::failed:
      return ErrorCode::PreconditionFailed;
    case Verdict::not_modified:
      answer.response = not_modified(object);
      return answer;
    case Verdict::proceed:
      break;
  }
  HOLDFAST_TRY(selection, select_content(context, object, parts));
  const bool partial = selection.range.has_value();
  DescribeOptions options;
  // A checksum of the whole says nothing of a piece: SDKs would compare it and fail.
  options.checksum = wants_checksum(context) && (!partial || (object.part_count == 0 && selection.range->length == object.size_bytes));
  options.versioned = shows_version(context, object);
  describe_object(answer.response, object, options);
  describe_encryption(context, object, answer.response);
  HOLDFAST_TRY_VOID(apply_overrides(context, answer.response));
  if (selection.part != nullptr) {
    answer.response.set("x-amz-mp-parts-count", std::to_string(parts.size()));
    if (wants_checksum(context) && selection.part->checksum) set_checksum_headers(answer.response, *selection.part->checksum);
  }
  if (partial) {
    answer.response.status = 206;
    answer.response.set("Content-Range", content_range(*selection.range, object.size_bytes));
    answer.content = selection.range;
  } else if (object.size_bytes > 0 && selection.part == nullptr) {
    answer.content = ByteRange{0, object.size_bytes};
  }
  answer.response.content_length = answer.content ? answer.content->length : 0;
  return answer;
}

}  // namespace holdfast::s3
