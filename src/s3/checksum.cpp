#include "s3/checksum.hpp"

#include <algorithm>

namespace holdfast::s3 {
namespace {

constexpr std::string_view kPrefix = "x-amz-checksum-";

Error invalid_value(std::string_view header) {
  return {ErrorCode::InvalidRequest, "Value for " + std::string(header) + " header is invalid."};
}

}  // namespace

const ChecksumName& checksum_name(hash::Algorithm algorithm) noexcept {
  const auto found = std::ranges::find(kChecksumNames, algorithm, &ChecksumName::algorithm);
  return found == kChecksumNames.end() ? kChecksumNames.front() : *found;
}

std::optional<hash::Algorithm> checksum_of_header(std::string_view lower_name) noexcept {
  const auto found = std::ranges::find(kChecksumNames, lower_name, &ChecksumName::header);
  if (found == kChecksumNames.end()) return std::nullopt;
  return found->algorithm;
}

std::string_view checksum_type_name(storage::ChecksumType type) noexcept {
  return type == storage::ChecksumType::composite ? "COMPOSITE" : "FULL_OBJECT";
}

Result<std::optional<hash::Algorithm>> parse_checksum_algorithm(std::string_view value) {
  if (value.empty()) return std::optional<hash::Algorithm>();
  const auto algorithm = hash::parse_algorithm(value);
  if (!algorithm || *algorithm == hash::Algorithm::md5) {
    return Error(ErrorCode::InvalidRequest,
                 "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
                 "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
  }
  return algorithm;
}

Result<std::optional<DeclaredChecksum>> declared_checksum(const http::Request& request) {
  std::optional<DeclaredChecksum> declared;
  for (const auto& [name, value] : request.headers) {
    if (!name.starts_with(kPrefix)) continue;
    const auto algorithm = checksum_of_header(name);
    if (!algorithm) continue;
    if (declared) {
      return Error(ErrorCode::InvalidRequest, "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
    }
    const auto digest = hash::Digest::from_base64(*algorithm, value);
    if (!digest) return invalid_value(name);
    declared = DeclaredChecksum{*algorithm, *digest};
  }
  return declared;
}

void set_checksum_headers(http::Response& response, const storage::Checksum& checksum) {
  response.set(std::string(checksum_name(checksum.algorithm).header), checksum.value);
  response.set("x-amz-checksum-type", std::string(checksum_type_name(checksum.type)));
}

}  // namespace holdfast::s3
