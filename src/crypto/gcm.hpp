// One AES-256-GCM key, set up once for many messages.
#pragma once

#include "holdfast/base/bytes.hpp"
#include "holdfast/crypto/key.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>

namespace holdfast::crypto {

inline constexpr std::size_t kGcmNonceBytes = 12;
using GcmNonce = std::array<std::byte, kGcmNonceBytes>;

struct CipherContextDeleter {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, CipherContextDeleter>;

// Not for two threads at once. Input and output may be the same bytes.
class Gcm {
 public:
  explicit Gcm(const Key& key);

  // `out` has room for the plaintext and the tag, which follows it.
  void encrypt(const GcmNonce& nonce, ByteView associated, ByteView plaintext, ByteSpan out);
  // `sealed` ends with the tag; `out` has room for the rest. False if the tag is wrong: `out` is then wiped.
  bool decrypt(const GcmNonce& nonce, ByteView associated, ByteView sealed, ByteSpan out);

 private:
  CipherContext context_;
};

using AesBlock = std::array<std::byte, 16>;
AesBlock encrypt_block(const Key& key, const AesBlock& block);  // AES-256 itself

}  // namespace holdfast::crypto
