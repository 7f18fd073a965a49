#include "holdfast/crypto/key.hpp"

#include "holdfast/base/random.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <stdexcept>

namespace holdfast::crypto {

void wipe(ByteSpan bytes) noexcept { OPENSSL_cleanse(bytes.data(), bytes.size()); }

Key Key::random() {
  Key key;
  random_bytes(key.bytes_);
  return key;
}

std::optional<Key> Key::from(ByteView bytes) {
  if (bytes.size() != kBytes) return std::nullopt;
  Key key;
  std::ranges::copy(bytes, key.bytes_.begin());
  return key;
}

bool Key::operator==(const Key& other) const noexcept { return CRYPTO_memcmp(bytes_.data(), other.bytes_.data(), kBytes) == 0; }

Key Key::derive(std::string_view purpose) const {
  Key key;
  const auto* text = reinterpret_cast<const unsigned char*>(purpose.data());
  auto* out = reinterpret_cast<unsigned char*>(key.bytes_.data());
  unsigned size = 0;
  if (HMAC(EVP_sha256(), bytes_.data(), kBytes, text, purpose.size(), out, &size) == nullptr) throw std::runtime_error("HMAC failed");
  return key;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  clear();
  bytes_ = std::move(other.bytes_);
  other.clear();
  return *this;
}

// A short string moved from keeps its bytes in place: up to the capacity they are ours.
void Secret::clear() noexcept {
  bytes_.resize(bytes_.capacity());
  wipe(span());
  bytes_.clear();
}

}  // namespace holdfast::crypto
