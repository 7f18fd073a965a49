#include "bucket.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"
#include "holdfast/base/random.hpp"

#include <algorithm>
#include <array>

namespace holdfast::storage::memory {
namespace {

constexpr std::size_t kSeqDigits = 16;

std::string hex_u64(std::uint64_t value) {
  std::array<std::byte, sizeof value> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(value >> (8 * (bytes.size() - 1 - i)));
  return hex_encode(bytes);
}

}  // namespace

std::string new_id(std::uint64_t seq) { return hex_u64(seq) + hex_u64(random_u64()); }

std::uint64_t seq_of_id(std::string_view id) {
  if (id.size() != 2 * kSeqDigits) return 0;
  const auto bytes = hex_decode(id.substr(0, kSeqDigits));
  if (!bytes) return 0;
  std::uint64_t seq = 0;
  for (const std::byte byte : *bytes) seq = seq << 8 | std::to_integer<std::uint64_t>(byte);
  return seq;
}

ObjectPtr snapshot(const Version& version, bool is_latest) {
  auto copy = std::make_shared<ObjectInfo>(version.info);
  copy->is_latest = is_latest;
  return copy;
}

Usage usage_of(const Bucket& bucket) {
  Usage usage;
  for (const auto& [key, history] : bucket.keys) {
    if (!history.back().info.delete_marker) ++usage.objects;
    for (const Version& version : history) {
      if (version.info.delete_marker) {
        ++usage.delete_markers;
      } else {
        ++usage.versions;
        usage.bytes += version.info.size_bytes;
      }
    }
  }
  return usage;
}

Result<> check_key(std::string_view key) {
  if (key.empty()) return Error(ErrorCode::InvalidArgument, "An object's key can't be empty.");
  if (key.size() > limits::kKeyBytes) return ErrorCode::KeyTooLongError;
  return {};
}

Result<const Version*> find_version(const Bucket& bucket, const std::string& key, const std::string& version_id) {
  if (version_id.empty()) {
    const Version* version = current_version(bucket, key);
    if (version == nullptr) return ErrorCode::NoSuchKey;
    return version;
  }
  const auto found = bucket.keys.find(key);
  if (found == bucket.keys.end()) return ErrorCode::NoSuchVersion;
  for (const Version& version : found->second) {
    if (version.info.version_id == version_id) return &version;
  }
  return ErrorCode::NoSuchVersion;
}

bool is_current(const Bucket& bucket, const Version& version) { return current_version(bucket, version.info.key) == &version; }

const ObjectInfo* visible(const Version* version) { return version == nullptr || version->info.delete_marker ? nullptr : &version->info; }

const Version* current_version(const Bucket& bucket, const std::string& key) {
  const auto found = bucket.keys.find(key);
  return found == bucket.keys.end() ? nullptr : &found->second.back();
}

const Version* null_version(const Bucket& bucket, const std::string& key) {
  const auto found = find_version(bucket, key, "null");
  return found ? *found : nullptr;
}

Result<> check_removable(const ObjectInfo& version, bool bypass_governance, TimePoint now) {
  if (version.legal_hold) return Error(ErrorCode::AccessDenied, "The object is under a legal hold.");
  if (version.retention.mode == RetentionMode::none || version.retention.until <= now) return {};
  if (version.retention.mode == RetentionMode::governance && bypass_governance) return {};
  return Error(ErrorCode::AccessDenied, "The object is protected by its retention period.");
}

void remove_version(Bucket& bucket, const std::string& key, std::uint64_t created_seq) {
  const auto found = bucket.keys.find(key);
  if (found == bucket.keys.end()) return;
  std::erase_if(found->second, [&](const Version& version) { return version.info.created_seq == created_seq; });
  if (found->second.empty()) bucket.keys.erase(found);
}

}  // namespace holdfast::storage::memory
