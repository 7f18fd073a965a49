// x-amz-checksum-*: names, headers in and out.
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/hash/digest.hpp"
#include "holdfast/http/message.hpp"
#include "holdfast/storage/types.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace holdfast::s3 {

struct Context;

struct ChecksumName {
  hash::Algorithm algorithm;
  std::string_view header;   // x-amz-checksum-crc32
  std::string_view element;  // ChecksumCRC32, as XML has it
};
inline constexpr std::array<ChecksumName, 5> kChecksumNames{{
    {hash::Algorithm::crc32, "x-amz-checksum-crc32", "ChecksumCRC32"},
    {hash::Algorithm::crc32c, "x-amz-checksum-crc32c", "ChecksumCRC32C"},
    {hash::Algorithm::crc64nvme, "x-amz-checksum-crc64nvme", "ChecksumCRC64NVME"},
    {hash::Algorithm::sha1, "x-amz-checksum-sha1", "ChecksumSHA1"},
    {hash::Algorithm::sha256, "x-amz-checksum-sha256", "ChecksumSHA256"},
}};

const ChecksumName& checksum_name(hash::Algorithm algorithm) noexcept;
std::optional<hash::Algorithm> checksum_of_header(std::string_view lower_name) noexcept;  // or trailer
std::string_view checksum_type_name(storage::ChecksumType type) noexcept;                 // FULL_OBJECT, COMPOSITE

// x-amz-checksum-algorithm or x-amz-sdk-checksum-algorithm: InvalidRequest for one that S3 doesn't have (MD5 is none).
Result<std::optional<hash::Algorithm>> parse_checksum_algorithm(std::string_view value);

// The one x-amz-checksum-* header of a request. InvalidRequest for two of them or a value of the wrong length.
struct DeclaredChecksum {
  hash::Algorithm algorithm;
  hash::Digest value;
};
Result<std::optional<DeclaredChecksum>> declared_checksum(const http::Request& request);

// Adds x-amz-checksum-* and x-amz-checksum-type.
void set_checksum_headers(http::Response& response, const storage::Checksum& checksum);

}  // namespace holdfast::s3
