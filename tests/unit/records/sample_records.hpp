// Records for tests: one with every field set, and random ones.
#pragma once

#include "storage/local/records.hpp"

#include <random>

namespace holdfast::storage::local::test {

inline TimePoint at(std::int64_t nanoseconds) { return TimePoint(std::chrono::nanoseconds(nanoseconds)); }

inline ObjectAttributes full_attributes() {
  ObjectAttributes attributes;
  attributes.headers = {{"content-type", "image/jpeg"}, {"cache-control", "max-age=60"}};
  attributes.user_metadata = {{"camera", "X100"}, {"place", "Zürich"}};
  attributes.tags = {{"album", "summer"}};
  attributes.properties = {{"storage-class", "STANDARD_IA"}, {"owner", "alice"}};
  attributes.retention = {RetentionMode::governance, at(1798761600000000000)};
  attributes.legal_hold = true;
  return attributes;
}

inline VersionRecord full_version() {
  VersionRecord record;
  record.bucket_id = 0x10000000001;
  record.file = 0x10000000007;
  record.null_version = false;
  record.version_tag = 0x9f86d081884c7d65;
  record.changed_seq = 1207;
  static_cast<ObjectAttributes&>(record.info) = full_attributes();
  record.info.key = "holiday/beach.jpg";
  record.info.size_bytes = 9437184;
  record.info.etag = "5d41402abc4b2a76b9719d911017c592-2";
  record.info.modified = at(1767323045123456789);
  record.info.checksum = Checksum{hash::Algorithm::crc64nvme, ChecksumType::full_object, "rosUhgp5mIg="};
  record.info.part_count = 2;
  record.info.upload_id = "00000000000004a09a3c0f5e1d2b4c6f";
  record.info.created_seq = 1206;
  record.info.version_id = version_id_of(record);
  Extent first;
  first.file = 0x10000000005;
  first.length = first.file_bytes = 8388608;
  first.block_bytes = 4194304;
  first.block_crc32c = {0x01020304, 0xfffefdfc};
  first.part.number = 1;
  first.part.size_bytes = 8388608;
  first.part.etag = "7d793037a0760186574b0282f2f435e7";
  first.part.modified = at(1767323040000000001);
  first.part.checksum = Checksum{hash::Algorithm::crc64nvme, ChecksumType::full_object, "AAAAAAAAAAE="};
  Extent second = first;
  second.file = 0x10000000006;
  second.length = second.file_bytes = second.part.size_bytes = 1048576;
  second.block_bytes = 1048576;
  second.block_crc32c = {0xdeadbeef};
  second.part.number = 2;
  record.extents = {first, second};
  return record;
}

inline VersionRecord plain_version(std::string key, std::uint64_t seq) {
  VersionRecord record;
  record.bucket_id = 7;
  record.file = (1ULL << kFileCounterBits) | seq;
  record.changed_seq = seq;
  record.version_tag = seq * 3;
  record.info.key = std::move(key);
  record.info.created_seq = seq;
  record.info.size_bytes = 4096;
  record.info.etag = "900150983cd24fb0d6963f7d28e17f72";
  record.info.modified = at(1767323045000000000 + static_cast<std::int64_t>(seq));
  record.info.headers = {{"content-type", "application/octet-stream"}};
  record.info.version_id = version_id_of(record);
  Extent extent;
  extent.file = record.file;
  extent.length = extent.file_bytes = 4096;
  extent.block_bytes = 1048576;
  extent.block_crc32c = {static_cast<std::uint32_t>(seq)};
  record.extents = {extent};
  return record;
}

inline UploadRecord full_upload() {
  UploadRecord record;
  record.bucket_id = 0x10000000001;
  record.file = 0x10000000004;
  record.created_seq = 1184;
  record.tag = 0x9a3c0f5e1d2b4c6f;
  record.key = "holiday/beach.jpg";
  record.initiated = at(1767323000000000000);
  record.attributes = full_attributes();
  return record;
}

inline PartRecord full_part() {
  PartRecord record;
  record.bucket_id = 0x10000000001;
  record.upload_seq = 1184;
  record.changed_seq = 1190;
  record.extent = full_version().extents.front();
  return record;
}

class RandomRecords {
 public:
  explicit RandomRecords(std::uint64_t seed) : random_(seed) {}

  std::uint64_t number() {  // of any length in bits
    const std::uint64_t value = random_();
    const unsigned shift = below(65);
    return shift == 64 ? 0 : value >> shift;
  }
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  bool coin() { return below(2) == 0; }
  TimePoint time() { return at(static_cast<std::int64_t>(number() >> 1) * (coin() ? 1 : -1)); }
  std::string bytes(unsigned limit) {
    std::string out(below(limit + 1), '\0');
    const bool text = below(4) != 0;
    for (char& c : out) c = static_cast<char>(text ? 'a' + below(26) : below(256));
    return out;
  }
  Attributes attributes() {
    Attributes out(below(4));
    for (auto& [name, value] : out) name = bytes(6), value = bytes(40);
    return out;
  }
  ObjectAttributes object_attributes() {
    ObjectAttributes out;
    out.headers = attributes();
    out.user_metadata = attributes();
    out.tags = attributes();
    out.properties = attributes();
    out.retention = {static_cast<RetentionMode>(below(3)), time()};
    out.legal_hold = coin();
    return out;
  }
  std::optional<Checksum> checksum() {
    if (coin()) return std::nullopt;
    return Checksum{static_cast<hash::Algorithm>(below(hash::kAlgorithms)), static_cast<ChecksumType>(below(2)), bytes(30)};
  }
  Extent extent() {
    Extent out;
    out.file = number();
    out.file_bytes = below(100'000);
    out.offset = out.file_bytes == 0 ? 0 : below(static_cast<unsigned>(out.file_bytes));
    out.length = out.file_bytes - out.offset;
    out.block_bytes = 1ULL << (10 + below(8));
    out.block_crc32c.resize((out.file_bytes + out.block_bytes - 1) / out.block_bytes);
    for (auto& crc : out.block_crc32c) crc = static_cast<std::uint32_t>(random_());
    out.part = {below(10'001), number(), bytes(34), time(), checksum()};
    return out;
  }
  VersionRecord version() {
    VersionRecord out;
    out.bucket_id = number();
    out.file = number();
    out.null_version = coin();
    out.version_tag = number();
    out.changed_seq = number();
    static_cast<ObjectAttributes&>(out.info) = object_attributes();
    out.info.key = bytes(60);
    out.info.delete_marker = below(8) == 0;
    out.info.size_bytes = number();
    out.info.etag = bytes(34);
    out.info.modified = time();
    out.info.checksum = checksum();
    out.info.part_count = below(3);
    out.info.upload_id = bytes(32);
    out.info.created_seq = number();
    out.info.version_id = version_id_of(out);
    out.extents.resize(below(4));
    for (Extent& each : out.extents) each = extent();
    return out;
  }
  UploadRecord upload() { return {number(), number(), number(), number(), bytes(60), time(), object_attributes()}; }
  PartRecord part() { return {number(), number(), number(), extent()}; }
  std::vector<FileId> files() {
    std::vector<FileId> out(below(4));
    for (FileId& file : out) file = number();
    return out;
  }
  Change change() {
    switch (below(9)) {
      case 0:
        return PutVersion{version(), coin(), number(), files()};
      case 1:
        return RemoveVersion{number(), bytes(50), number(), number(), files()};
      case 2:
        return PutUpload{upload()};
      case 3:
        return PutPart{part(), number()};
      case 4:
        return RemovePart{number(), number(), below(10'001), number(), coin()};
      case 5:
        return RemoveUpload{number(), bytes(50), number(), number()};
      case 6:
        return PutDocument{bytes(20), bytes(200)};
      case 7:
        return RemoveDocument{bytes(20), number()};
      default:
        return Event{{number(), bytes(30), bytes(20), bytes(50), bytes(32), bytes(32), number(), time()}};
    }
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace holdfast::storage::local::test
