#include "s3/checksum.hpp"

#include <algorithm>

namespace holdfast::s3 {
namespace {

constexpr std::string_view kPrefix = "x-amz-checksum-";

// Those that name no algorithm's value.
bool speaks_of_checksums(std::string_view name) noexcept {
  return name == "x-amz-checksum-algorithm" || name == "x-amz-checksum-type" || name == "x-amz-checksum-mode";
}

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
  const std::pair<std::string_view, std::string_view>* declared = nullptr;
  bool unknown = false;
  for (const auto& header : request.headers) {
    if (!header.first.starts_with(kPrefix) || speaks_of_checksums(header.first)) continue;
    if (!checksum_of_header(header.first)) {
      unknown = true;
      continue;
    }
    if (declared != nullptr) {
      return Error(ErrorCode::InvalidRequest, "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
    }
    declared = &header;
  }
  if (declared == nullptr && unknown) {
    return Error(ErrorCode::InvalidRequest, "The algorithm type you specified in x-amz-checksum- header is invalid.");
  }
  if (declared == nullptr) return std::optional<DeclaredChecksum>();
  const auto algorithm = *checksum_of_header(declared->first);
  const auto digest = hash::Digest::from_base64(algorithm, declared->second);
  if (!digest) return invalid_value(declared->first);
  return std::optional(DeclaredChecksum{algorithm, *digest});
}

void set_checksum_headers(http::Response& response, const storage::Checksum& checksum) {
  response.set(std::string(checksum_name(checksum.algorithm).header), checksum.value);
  response.set("x-amz-checksum-type", std::string(checksum_type_name(checksum.type)));
}

}  // namespace holdfast::s3
