#include "signing_keys.hpp"

#include "holdfast/base/encoding.hpp"

#include <mutex>

namespace holdfast::auth {

hash::Digest derive_signing_key(std::string_view secret_key, std::string_view day, std::string_view region, std::string_view service) {
  std::string seed = "AWS4";
  seed.append(secret_key);
  const hash::Digest day_key = hash::hmac_sha256(as_bytes(seed), as_bytes(day));
  const hash::Digest region_key = hash::hmac_sha256(day_key.bytes(), as_bytes(region));
  const hash::Digest service_key = hash::hmac_sha256(region_key.bytes(), as_bytes(service));
  return hash::hmac_sha256(service_key.bytes(), as_bytes("aws4_request"));
}

std::optional<hash::Digest> SigningKeys::find(std::string_view credential, std::string_view secret_key) const {
  const std::shared_lock lock(mutex_);
  const auto entry = entries_.find(credential);
  if (entry == entries_.end() || !constant_time_equal(entry->second.secret_key, secret_key)) return std::nullopt;
  return entry->second.key;
}

void SigningKeys::remember(std::string_view credential, std::string_view secret_key, const hash::Digest& key) {
  if (credential.size() > kCredentialBytes) return;
  const std::unique_lock lock(mutex_);
  if (entries_.size() >= kEntries) entries_.clear();
  entries_.insert_or_assign(std::string(credential), Entry{std::string(secret_key), key});
}

std::size_t SigningKeys::size() const {
  const std::shared_lock lock(mutex_);
  return entries_.size();
}

}  // namespace holdfast::auth
