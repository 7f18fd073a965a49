#include "holdfast/crypto/madmin_cipher.hpp"

#include "holdfast/base/random.hpp"
#include "holdfast/crypto/key.hpp"

#include <argon2.h>
#include <openssl/evp.h>
#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

namespace holdfast::crypto {
namespace {

constexpr std::size_t kSaltBytes = 32;
constexpr std::size_t kNonceBytes = 8;
constexpr std::size_t kHeaderBytes = kSaltBytes + 1 + kNonceBytes;
constexpr std::size_t kTagSize = 16;
constexpr std::size_t kFragmentBytes = 16 * 1024;
constexpr std::size_t kCipherNonceBytes = 12;
constexpr unsigned kPasses = 1;
constexpr unsigned kMemoryKiB = 64 * 1024;
constexpr unsigned kLanes = 4;
constexpr int kPbkdf2Rounds = 8192;
constexpr char kLastFragment = '\x80';

using Bytes = std::array<unsigned char, Key::kBytes>;

const unsigned char* raw(std::string_view text) noexcept { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* raw(std::string& text) noexcept { return reinterpret_cast<unsigned char*>(text.data()); }

void require(bool done) {
  if (!done) throw std::runtime_error("the cryptography library failed");
}

Key derive_key(std::string_view secret, std::string_view salt, MadminCipher cipher) {
  Bytes out{};
  if (cipher == MadminCipher::pbkdf2_aes_gcm) {
    require(PKCS5_PBKDF2_HMAC(secret.data(), static_cast<int>(secret.size()), raw(salt), static_cast<int>(salt.size()), kPbkdf2Rounds,
                              EVP_sha256(), static_cast<int>(out.size()), out.data()) == 1);
  } else {
    require(argon2id_hash_raw(kPasses, kMemoryKiB, kLanes, secret.data(), secret.size(), salt.data(), salt.size(), out.data(),
                              out.size()) == ARGON2_OK);
  }
  Key key = *Key::from(std::as_bytes(std::span(out)));
  wipe(std::as_writable_bytes(std::span(out)));
  return key;
}

// Seals or opens the fragments of one message: each has the next nonce, and the last one says that it is the last.
class Fragments {
 public:
  Fragments(const Key& key, std::string_view nonce, MadminCipher cipher)
      : key_(key),
        cipher_(cipher == MadminCipher::argon2id_chacha20_poly1305 ? EVP_chacha20_poly1305() : EVP_aes_256_gcm()),
        context_(EVP_CIPHER_CTX_new()),
        nonce_(nonce) {
    require(context_ != nullptr);
    associated_ = std::string(1, '\0') + seal({}, {});
  }

  std::string seal_next(std::string_view plaintext, bool last) {
    ++counter_;
    return seal(plaintext, associated(last));
  }

  std::optional<std::string> open_next(std::string_view sealed, bool last) {
    ++counter_;
    if (sealed.size() < kTagSize) return std::nullopt;
    const std::string_view text = sealed.substr(0, sealed.size() - kTagSize);
    std::string tag(sealed.substr(text.size()));
    std::string out(text.size(), '\0');
    start(false, associated(last));
    int written = 0;
    require(EVP_DecryptUpdate(context_.get(), raw(out), &written, raw(text), static_cast<int>(text.size())) == 1);
    require(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1);
    if (EVP_DecryptFinal_ex(context_.get(), raw(out) + written, &written) != 1) return std::nullopt;
    return out;
  }

 private:
  struct ContextDeleter {
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
  };

  std::string associated(bool last) const {
    std::string text = associated_;
    if (last) text.front() = kLastFragment;
    return text;
  }

  std::string seal(std::string_view plaintext, std::string_view associated) {
    std::string out(plaintext.size() + kTagSize, '\0');
    start(true, associated);
    int written = 0;
    require(EVP_EncryptUpdate(context_.get(), raw(out), &written, raw(plaintext), static_cast<int>(plaintext.size())) == 1);
    require(EVP_EncryptFinal_ex(context_.get(), raw(out) + written, &written) == 1);
    require(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, out.data() + plaintext.size()) == 1);
    return out;
  }

  void start(bool sealing, std::string_view associated) {
    std::array<unsigned char, kCipherNonceBytes> nonce{};
    std::copy(nonce_.begin(), nonce_.end(), nonce.begin());
    for (std::size_t i = 0; i < kCipherNonceBytes - kNonceBytes; ++i) {
      nonce[kNonceBytes + i] = static_cast<unsigned char>(counter_ >> (8 * i));
    }
    const auto* key = reinterpret_cast<const unsigned char*>(key_.bytes().data());
    require(EVP_CipherInit_ex(context_.get(), cipher_, nullptr, key, nonce.data(), sealing ? 1 : 0) == 1);
    int ignored = 0;
    require(EVP_CipherUpdate(context_.get(), nullptr, &ignored, raw(associated), static_cast<int>(associated.size())) == 1);
  }

  const Key& key_;
  const EVP_CIPHER* cipher_;
  std::unique_ptr<EVP_CIPHER_CTX, ContextDeleter> context_;
  std::string nonce_;
  std::string associated_;
  std::uint32_t counter_ = 0;
};

}  // namespace

std::string madmin_encrypt(std::string_view secret_key, std::string_view plaintext, MadminCipher cipher) {
  std::string out(kHeaderBytes, '\0');
  random_bytes(std::as_writable_bytes(std::span(out)));
  out[kSaltBytes] = static_cast<char>(cipher);
  const Key key = derive_key(secret_key, std::string_view(out).substr(0, kSaltBytes), cipher);
  Fragments fragments(key, std::string_view(out).substr(kSaltBytes + 1), cipher);
  do {
    const std::string_view fragment = plaintext.substr(0, kFragmentBytes);
    plaintext.remove_prefix(fragment.size());
    out += fragments.seal_next(fragment, plaintext.empty());
  } while (!plaintext.empty());
  return out;
}

std::optional<std::string> madmin_decrypt(std::string_view secret_key, std::string_view sealed) {
  if (sealed.size() < kHeaderBytes) return std::nullopt;
  const auto id = static_cast<unsigned char>(sealed[kSaltBytes]);
  if (id > static_cast<unsigned char>(MadminCipher::pbkdf2_aes_gcm)) return std::nullopt;
  const auto cipher = static_cast<MadminCipher>(id);
  const Key key = derive_key(secret_key, sealed.substr(0, kSaltBytes), cipher);
  Fragments fragments(key, sealed.substr(kSaltBytes + 1, kNonceBytes), cipher);
  sealed.remove_prefix(kHeaderBytes);
  std::string out;
  while (!sealed.empty()) {
    const std::string_view fragment = sealed.substr(0, kFragmentBytes + kTagSize);
    sealed.remove_prefix(fragment.size());
    const auto text = fragments.open_next(fragment, sealed.empty());
    if (!text) return std::nullopt;
    out += *text;
  }
  return out;
}

}  // namespace holdfast::crypto
