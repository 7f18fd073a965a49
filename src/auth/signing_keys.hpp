// SigV4 signing keys, derived once per credential scope.
#pragma once

#include "holdfast/hash/digest.hpp"

#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace holdfast::auth {

// HMAC over HMAC: secret, day, region, service, "aws4_request".
hash::Digest derive_signing_key(std::string_view secret_key, std::string_view day, std::string_view region, std::string_view service);

// Keys that have verified a signature, so that nobody without a secret can push entries out. Any thread.
class SigningKeys {
 public:
  static constexpr std::size_t kEntries = 1024;
  static constexpr std::size_t kCredentialBytes = 512;

  // `credential` is the whole "AKID/day/region/service/aws4_request". nullopt if unknown, or known with another secret.
  std::optional<hash::Digest> find(std::string_view credential, std::string_view secret_key) const;
  void remember(std::string_view credential, std::string_view secret_key, const hash::Digest& key);
  std::size_t size() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  struct Entry {
    std::string secret_key;
    hash::Digest key;
  };

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
};

}  // namespace holdfast::auth
