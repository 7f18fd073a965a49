// What the operations of multipart uploads share.
#pragma once

#include "s3/context.hpp"
#include "s3/xml.hpp"

#include "holdfast/storage/types.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace holdfast::s3 {

// The checksum that an upload was created to have. Kept as upload properties.
struct UploadChecksum {
  std::optional<hash::Algorithm> algorithm;  // none named: CRC64NVME of the whole, where every part has one
  storage::ChecksumType type = storage::ChecksumType::composite;
};
// x-amz-checksum-algorithm and x-amz-checksum-type. InvalidRequest for a pair that S3 doesn't have: CRC64NVME is of the
// whole object only, SHA1 and SHA256 are composite only.
Result<UploadChecksum> parse_upload_checksum(const Context& context);
void set_upload_checksum(storage::ObjectAttributes& attributes, const UploadChecksum& checksum);
UploadChecksum upload_checksum(const storage::ObjectAttributes& attributes);
inline constexpr std::string_view kUploadChecksumAlgorithm = "upload-checksum-algorithm";
inline constexpr std::string_view kUploadChecksumType = "upload-checksum-type";

// partNumber of the query: 1 to 10,000, else InvalidArgument.
Result<std::uint32_t> parse_part_number(const Context& context);

// The algorithm to compute for a part that declares none.
hash::Algorithm default_part_checksum(const storage::UploadInfo& upload);
// InvalidRequest if a part's checksum is of another algorithm than its upload's.
Result<> check_part_checksum(const storage::UploadInfo& upload, std::optional<hash::Algorithm> algorithm);

// The parts that Complete's document names, checked for order and form.
struct NamedPart {
  std::uint32_t number = 0;
  std::string etag;  // without quotes
  std::optional<storage::Checksum> checksum;
};
Result<std::vector<NamedPart>> parse_complete_document(std::string_view body);

// What the object made of the named parts is: ETag (MD5 of the parts' MD5s, -N), checksum. InvalidPart for a part that
// isn't there or is another, EntityTooSmall for a small one that isn't the last.
Result<storage::CompletePlan> plan_complete(const storage::UploadInfo& upload, const std::vector<storage::PartInfo>& parts,
                                            const std::vector<NamedPart>& named);

}  // namespace holdfast::s3
