// Authenticated encryption of small blobs: XAES-256-GCM (c2sp.org/XAES-256-GCM), which is AES-256-GCM under a key derived
// from the first half of a 192-bit nonce. Random nonces are safe for any number of blobs under one key.
#pragma once

#include "holdfast/base/bytes.hpp"
#include "holdfast/base/result.hpp"
#include "holdfast/crypto/key.hpp"

#include <string>

namespace holdfast::crypto {

inline constexpr std::size_t kSealNonceBytes = 24;
inline constexpr std::size_t kTagBytes = 16;
inline constexpr std::size_t kSealOverheadBytes = kSealNonceBytes + kTagBytes;

// nonce, ciphertext, tag. `associated` is not in it, but must be the same for open.
std::string seal(const Key& key, ByteView plaintext, ByteView associated);
// nullopt if `sealed` isn't what seal() made with this key and `associated`.
std::optional<Secret> open(const Key& key, ByteView sealed, ByteView associated);

}  // namespace holdfast::crypto
