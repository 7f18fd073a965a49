// Which bucket and key a request speaks of: path style (/bucket/key) or virtual host (bucket.domain/key).
#pragma once

#include "holdfast/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::s3 {

struct Address {
  std::string bucket;  // empty: the service itself
  std::string key;     // decoded, as sent: slashes and dots mean nothing
  bool virtual_host = false;
};

// `path` is percent-encoded and begins with '/'. InvalidURI for broken escapes, invalid UTF-8 or a NUL; KeyTooLongError.
Result<Address> parse_address(std::string_view path, std::string_view host, const std::vector<std::string>& domains);

// False for text that no version was ever called by: AWS answers it with InvalidArgument, not NoSuchVersion.
bool is_version_id(std::string_view text) noexcept;

// "bucket/key", "/bucket/key" or an access point's form, percent-encoded, with "?versionId=": x-amz-copy-source.
// InvalidArgument if it names no bucket and key.
struct CopySource {
  std::string bucket;
  std::string key;
  std::string version_id;
};
Result<CopySource> parse_copy_source(std::string_view header);

}  // namespace holdfast::s3
