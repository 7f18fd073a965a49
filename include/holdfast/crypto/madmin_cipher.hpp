// The envelope of MinIO's admin clients: bodies encrypted under the caller's secret key.
//
//   salt (32) | cipher id (1) | nonce (8) | fragments of 16 KiB and a tag each
//
// Cipher ids: 0 Argon2id and AES-256-GCM, 1 Argon2id and ChaCha20-Poly1305, 2 PBKDF2-SHA256 and AES-256-GCM. Argon2id runs
// with one pass over 64 MiB in four lanes: ask for one at a time, and for nobody whose signature hasn't been verified.
#pragma once

#include "holdfast/base/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace holdfast::crypto {

enum class MadminCipher : unsigned char { argon2id_aes_gcm = 0, argon2id_chacha20_poly1305 = 1, pbkdf2_aes_gcm = 2 };

std::string madmin_encrypt(std::string_view secret_key, std::string_view plaintext, MadminCipher cipher = MadminCipher::argon2id_aes_gcm);
// nullopt unless it is whole, unchanged and of this secret key.
std::optional<std::string> madmin_decrypt(std::string_view secret_key, std::string_view sealed);

}  // namespace holdfast::crypto
