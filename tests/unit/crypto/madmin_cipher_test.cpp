#include "holdfast/crypto/madmin_cipher.hpp"

#include "holdfast/base/encoding.hpp"

#include <gtest/gtest.h>

namespace holdfast::crypto {
namespace {

constexpr MadminCipher kCiphers[] = {MadminCipher::argon2id_aes_gcm, MadminCipher::argon2id_chacha20_poly1305,
                                     MadminCipher::pbkdf2_aes_gcm};

TEST(MadminCipher, OpensWhatItSealed) {
  for (const MadminCipher cipher : kCiphers) {
    for (const std::size_t size : {0, 1, 16384, 16385, 50000}) {
      const std::string text(size, 'x');
      const std::string sealed = madmin_encrypt("secret-key", text, cipher);
      EXPECT_EQ(sealed[32], static_cast<char>(cipher));
      EXPECT_EQ(madmin_decrypt("secret-key", sealed), text) << size;
    }
  }
}

// Made by minio-py 7 with salt 0, 1, 2... and nonce 0, 1, 2...
TEST(MadminCipher, OpensWhatMinioPySealed) {
  const auto sealed = hex_decode(
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f000001020304050607778fcffa34092bb5f2c35e9a10d3cf24202296c869887ee370"
      "d264064e0e2cdcac0a9e9fab");
  EXPECT_EQ(madmin_decrypt("minioadmin", as_text(*sealed)), R"({"secretKey":"hello"})");
}

TEST(MadminCipher, RefusesWhatIsChangedOrCutShort) {
  const std::string sealed = madmin_encrypt("secret-key", std::string(20000, 'x'), MadminCipher::pbkdf2_aes_gcm);
  EXPECT_FALSE(madmin_decrypt("other-key", sealed));
  for (const std::size_t at : {0UL, 33UL, 41UL, 16441UL, sealed.size() - 1}) {
    std::string changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(madmin_decrypt("secret-key", changed)) << at;
  }
  EXPECT_FALSE(madmin_decrypt("secret-key", sealed.substr(0, 41 + 16384 + 16)));
  EXPECT_FALSE(madmin_decrypt("secret-key", sealed.substr(0, 40)));
  std::string unknown = sealed;
  unknown[32] = 3;
  EXPECT_FALSE(madmin_decrypt("secret-key", unknown));
}

}  // namespace
}  // namespace holdfast::crypto
