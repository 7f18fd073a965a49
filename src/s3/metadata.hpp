// What a client says about an object beside its bytes: from the headers of a write, and back into those of a read.
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/http/message.hpp"
#include "holdfast/storage/types.hpp"

#include <string>
#include <string_view>

namespace holdfast::s3 {

struct Context;

// Property names in ObjectAttributes::properties.
inline constexpr std::string_view kAclProperty = "acl";
inline constexpr std::string_view kStorageClassProperty = "storage-class";
inline constexpr std::string_view kRedirectProperty = "website-redirect";
inline constexpr std::string_view kLegalHoldProperty = "legal-hold";  // there once someone spoke of it, ON or OFF

// Everything a write's headers say but for encryption. MetadataTooLarge, InvalidArgument, InvalidTag, InvalidStorageClass,
// InvalidRequest.
Result<storage::ObjectAttributes> attributes_from_request(const Context& context);

// "a=b&c=d", percent-encoded: x-amz-tagging. InvalidTag, InvalidArgument.
Result<storage::Attributes> parse_tags(std::string_view header);
// Limits and uniqueness of a tag set. InvalidTag; BadRequest for too many.
Result<> check_tags(const storage::Attributes& tags, std::size_t max_tags);

// Legal hold, and that someone spoke of it.
void set_legal_hold(storage::ObjectAttributes& attributes, bool on);

// Headers that describe an object in the answers of GET and HEAD: dates, ETag, metadata, version, lock.
struct DescribeOptions {
  bool checksum = false;   // x-amz-checksum-mode: ENABLED
  bool versioned = false;  // the bucket has or had versions: x-amz-version-id
};
void describe_object(http::Response& response, const storage::ObjectInfo& object, DescribeOptions options);

std::string quoted(std::string_view etag);
// False for text that would break a header (line ends, NUL): what comes out of a query is checked before it becomes one.
bool is_header_text(std::string_view text) noexcept;

}  // namespace holdfast::s3
