#include "s3/multipart.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"
#include "s3/checksum.hpp"

#include <algorithm>

namespace holdfast::s3 {
namespace {

using hash::Algorithm;
using storage::ChecksumType;

bool is_crc(Algorithm algorithm) noexcept {
  return algorithm == Algorithm::crc32 || algorithm == Algorithm::crc32c || algorithm == Algorithm::crc64nvme;
}

std::string_view unquoted(std::string_view etag) noexcept {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return etag;
}

Result<NamedPart> parse_named_part(XmlElement element) {
  NamedPart part;
  const auto number = parse_u64(trim(element.child("PartNumber").text()));
  if (!number || !element.child("ETag")) return Error(ErrorCode::MalformedXML);
  if (*number == 0) return Error(ErrorCode::InvalidArgument, "PartNumber must be >= 1");
  if (*number > limits::kParts) return Error(ErrorCode::InvalidPart);
  part.number = static_cast<std::uint32_t>(*number);
  part.etag = unquoted(trim(element.child("ETag").text()));
  for (const ChecksumName& name : kChecksumNames) {
    const XmlElement value = element.child(name.element);
    if (value) part.checksum = storage::Checksum{name.algorithm, ChecksumType::full_object, std::string(trim(value.text()))};
  }
  return part;
}

const storage::PartInfo* find_part(const std::vector<storage::PartInfo>& parts, std::uint32_t number) noexcept {
  const auto found = std::ranges::lower_bound(parts, number, {}, &storage::PartInfo::number);
  return found != parts.end() && found->number == number ? &*found : nullptr;
}

Error invalid_part(const storage::UploadInfo& upload, const NamedPart& named) {
  Error error(ErrorCode::InvalidPart);
  error.details = {{"UploadId", upload.upload_id}, {"PartNumber", std::to_string(named.number)}, {"ETag", named.etag}};
  return error;
}

Error too_small(const storage::PartInfo& part) {
  Error error(ErrorCode::EntityTooSmall);
  error.details = {{"ProposedSize", std::to_string(part.size_bytes)},
                   {"MinSizeAllowed", std::to_string(limits::kMinPartBytes)},
                   {"PartNumber", std::to_string(part.number)},
                   {"ETag", part.etag}};
  return error;
}

Result<std::vector<const storage::PartInfo*>> choose_parts(const storage::UploadInfo& upload, const std::vector<storage::PartInfo>& parts,
                                                           const std::vector<NamedPart>& named) {
  std::vector<const storage::PartInfo*> chosen;
  chosen.reserve(named.size());
  for (const NamedPart& name : named) {
    const storage::PartInfo* part = find_part(parts, name.number);
    if (part == nullptr || !equals_ignoring_case(part->etag, name.etag)) return invalid_part(upload, name);
    const bool same_checksum = !name.checksum || (part->checksum && part->checksum->algorithm == name.checksum->algorithm &&
                                                  part->checksum->value == name.checksum->value);
    if (!same_checksum) return invalid_part(upload, name);
    if (part->size_bytes < limits::kMinPartBytes && &name != &named.back()) return too_small(*part);
    chosen.push_back(part);
  }
  return chosen;
}

// A composite checksum is one of checksums: who asked for it has to name them.
Result<> check_named_checksums(const storage::UploadInfo& upload, const std::vector<NamedPart>& named) {
  const UploadChecksum wanted = upload_checksum(upload.attributes);
  if (!wanted.algorithm || wanted.type != ChecksumType::composite) return {};
  const auto lacking = std::ranges::find_if(named, [](const NamedPart& part) { return !part.checksum; });
  if (lacking == named.end()) return {};
  return Error(ErrorCode::InvalidRequest, "The upload was created using a " + ascii_lower(hash::algorithm_name(*wanted.algorithm)) +
                                              " checksum. The complete request must include the checksum for each part. It was missing "
                                              "for part " +
                                              std::to_string(lacking->number) + " in the request.");
}

Result<std::string> multipart_etag(const std::vector<const storage::PartInfo*>& parts) {
  hash::Hasher md5(Algorithm::md5);
  for (const storage::PartInfo* part : parts) {
    const auto digest = hash::Digest::from_hex(Algorithm::md5, part->etag);
    if (!digest) return Error(ErrorCode::InternalError, "part " + std::to_string(part->number) + " has an ETag that is no MD5");
    md5.update(digest->bytes());
  }
  return md5.finish().hex() + "-" + std::to_string(parts.size());
}

bool all_have(const std::vector<const storage::PartInfo*>& parts, Algorithm algorithm) noexcept {
  return std::ranges::all_of(parts,
                             [&](const storage::PartInfo* part) { return part->checksum && part->checksum->algorithm == algorithm; });
}

std::optional<storage::Checksum> composite_checksum(const std::vector<const storage::PartInfo*>& parts, Algorithm algorithm) {
  hash::Hasher hasher(algorithm);
  for (const storage::PartInfo* part : parts) {
    const auto digest = hash::Digest::from_base64(algorithm, part->checksum->value);
    if (!digest) return std::nullopt;
    hasher.update(digest->bytes());
  }
  return storage::Checksum{algorithm, ChecksumType::composite, hasher.finish().base64() + "-" + std::to_string(parts.size())};
}

std::optional<storage::Checksum> whole_checksum(const std::vector<const storage::PartInfo*>& parts, Algorithm algorithm) {
  std::optional<hash::Digest> whole;
  for (const storage::PartInfo* part : parts) {
    const auto digest = hash::Digest::from_base64(algorithm, part->checksum->value);
    if (!digest) return std::nullopt;
    whole = whole ? hash::crc_combine(algorithm, *whole, *digest, part->size_bytes) : *digest;
  }
  return storage::Checksum{algorithm, ChecksumType::full_object, whole->base64()};
}

std::optional<storage::Checksum> object_checksum(const storage::UploadInfo& upload, const std::vector<const storage::PartInfo*>& parts) {
  const UploadChecksum wanted = upload_checksum(upload.attributes);
  const Algorithm algorithm = wanted.algorithm.value_or(Algorithm::crc64nvme);
  if (!all_have(parts, algorithm)) return std::nullopt;
  return wanted.type == ChecksumType::full_object ? whole_checksum(parts, algorithm) : composite_checksum(parts, algorithm);
}

}  // namespace

Result<UploadChecksum> parse_upload_checksum(const Context& context) {
  UploadChecksum checksum;
  HOLDFAST_TRY(algorithm, parse_checksum_algorithm(context.value("x-amz-checksum-algorithm")));
  checksum.algorithm = algorithm;
  const Algorithm used = algorithm.value_or(Algorithm::crc64nvme);
  const std::string_view type = context.value("x-amz-checksum-type");
  checksum.type = used == Algorithm::crc64nvme ? ChecksumType::full_object : ChecksumType::composite;
  if (type.empty()) return checksum;
  if (type != "COMPOSITE" && type != "FULL_OBJECT")
    return Error(ErrorCode::InvalidRequest, "Value for x-amz-checksum-type header is invalid.");
  checksum.type = type == "FULL_OBJECT" ? ChecksumType::full_object : ChecksumType::composite;
  const bool possible = checksum.type == ChecksumType::full_object ? is_crc(used) : used != Algorithm::crc64nvme;
  if (!possible) {
    return Error(ErrorCode::InvalidRequest, "The " + std::string(type) + " checksum type cannot be used with the " +
                                                ascii_lower(hash::algorithm_name(used)) + " checksum algorithm.");
  }
  return checksum;
}

void set_upload_checksum(storage::ObjectAttributes& attributes, const UploadChecksum& checksum) {
  if (!checksum.algorithm) return;
  storage::set_attribute(attributes.properties, kUploadChecksumAlgorithm, std::string(hash::algorithm_name(*checksum.algorithm)));
  storage::set_attribute(attributes.properties, kUploadChecksumType, std::string(checksum_type_name(checksum.type)));
}

UploadChecksum upload_checksum(const storage::ObjectAttributes& attributes) {
  UploadChecksum checksum;
  checksum.type = ChecksumType::full_object;
  const std::string* algorithm = storage::find_attribute(attributes.properties, kUploadChecksumAlgorithm);
  const std::string* type = storage::find_attribute(attributes.properties, kUploadChecksumType);
  if (algorithm != nullptr) checksum.algorithm = hash::parse_algorithm(*algorithm);
  if (type != nullptr && *type == checksum_type_name(ChecksumType::composite)) checksum.type = ChecksumType::composite;
  return checksum;
}

Result<std::uint32_t> parse_part_number(const Context& context) {
  const auto number = parse_u64(context.query.get("partNumber"));
  if (number && *number >= 1 && *number <= limits::kParts) return static_cast<std::uint32_t>(*number);
  Error error(ErrorCode::InvalidArgument, "Part number must be an integer between 1 and 10000, inclusive");
  error.details = {{"ArgumentName", "partNumber"}, {"ArgumentValue", std::string(context.query.get("partNumber"))}};
  return error;
}

hash::Algorithm default_part_checksum(const storage::UploadInfo& upload) {
  return upload_checksum(upload.attributes).algorithm.value_or(Algorithm::crc64nvme);
}

Result<> check_part_checksum(const storage::UploadInfo& upload, std::optional<hash::Algorithm> algorithm) {
  const auto wanted = upload_checksum(upload.attributes).algorithm;
  if (!wanted || !algorithm || *wanted == *algorithm) return {};
  return Error(ErrorCode::InvalidRequest,
               "Checksum Type mismatch occurred, expected checksum Type: " + ascii_lower(hash::algorithm_name(*wanted)) +
                   ", actual checksum Type: " + ascii_lower(hash::algorithm_name(*algorithm)));
}

Result<std::vector<NamedPart>> parse_complete_document(std::string_view body) {
  HOLDFAST_TRY(document, XmlDocument::parse(body, "CompleteMultipartUpload"));
  std::vector<NamedPart> named;
  for (XmlElement element = document.root().first_child(); element; element = element.next_sibling()) {
    if (element.name() != "Part" || named.size() == limits::kParts) return Error(ErrorCode::MalformedXML);
    HOLDFAST_TRY(part, parse_named_part(element));
    if (!named.empty() && part.number <= named.back().number) return Error(ErrorCode::InvalidPartOrder);
    named.push_back(std::move(part));
  }
  if (named.empty()) return Error(ErrorCode::MalformedXML);
  return named;
}

Result<storage::CompletePlan> plan_complete(const storage::UploadInfo& upload, const std::vector<storage::PartInfo>& parts,
                                            const std::vector<NamedPart>& named) {
  HOLDFAST_TRY_VOID(check_named_checksums(upload, named));
  HOLDFAST_TRY(chosen, choose_parts(upload, parts, named));
  storage::CompletePlan plan;
  for (const storage::PartInfo* part : chosen) plan.part_numbers.push_back(part->number);
  HOLDFAST_TRY(etag, multipart_etag(chosen));
  plan.etag = etag;
  plan.checksum = object_checksum(upload, chosen);
  return plan;
}

}  // namespace holdfast::s3
