#include "crypto/gcm.hpp"

#include "holdfast/crypto/aead.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <stdexcept>

namespace holdfast::crypto {
namespace {

// Never freed: threads may still encrypt while the process ends.
EVP_CIPHER* fetch(const char* name) {
  EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
  if (cipher == nullptr) throw std::runtime_error(std::string("OpenSSL has no ") + name);
  return cipher;
}

void require(int ok) {
  if (ok != 1) throw std::runtime_error("an OpenSSL cipher failed");
}

CipherContext allocate() {
  CipherContext context(EVP_CIPHER_CTX_new());
  if (!context) throw std::bad_alloc();
  return context;
}

const unsigned char* in(ByteView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* out(ByteSpan bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

int length_of(ByteView bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) throw std::length_error("a message too long for one seal");
  return static_cast<int>(bytes.size());
}

}  // namespace

Gcm::Gcm(const Key& key) : context_(allocate()) {
  static const EVP_CIPHER* const cipher = fetch("AES-256-GCM");
  require(EVP_CipherInit_ex2(context_.get(), cipher, in(key.bytes()), nullptr, 1, nullptr));
}

void Gcm::encrypt(const GcmNonce& nonce, ByteView associated, ByteView plaintext, ByteSpan sealed) {
  EVP_CIPHER_CTX* const context = context_.get();
  int written = 0;
  require(EVP_CipherInit_ex2(context, nullptr, nullptr, in(nonce), 1, nullptr));
  if (!associated.empty()) require(EVP_CipherUpdate(context, nullptr, &written, in(associated), length_of(associated)));
  if (!plaintext.empty()) require(EVP_CipherUpdate(context, out(sealed), &written, in(plaintext), length_of(plaintext)));
  require(EVP_CipherFinal_ex(context, out(sealed) + plaintext.size(), &written));
  require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, sealed.data() + plaintext.size()));
}

bool Gcm::decrypt(const GcmNonce& nonce, ByteView associated, ByteView sealed, ByteSpan plaintext) {
  if (sealed.size() < kTagBytes) return false;
  EVP_CIPHER_CTX* const context = context_.get();
  const ByteView body = sealed.first(sealed.size() - kTagBytes);
  std::array<std::byte, kTagBytes> tag;
  std::ranges::copy(sealed.last(kTagBytes), tag.begin());
  int written = 0;
  require(EVP_CipherInit_ex2(context, nullptr, nullptr, in(nonce), 0, nullptr));
  require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()));
  if (!associated.empty()) require(EVP_CipherUpdate(context, nullptr, &written, in(associated), length_of(associated)));
  if (!body.empty()) require(EVP_CipherUpdate(context, out(plaintext), &written, in(body), length_of(body)));
  if (EVP_CipherFinal_ex(context, out(plaintext) + body.size(), &written) == 1) return true;
  wipe(plaintext.first(body.size()));
  return false;
}

AesBlock encrypt_block(const Key& key, const AesBlock& block) {
  static const EVP_CIPHER* const cipher = fetch("AES-256-ECB");
  const CipherContext context = allocate();
  AesBlock sealed{};
  int written = 0;
  require(EVP_EncryptInit_ex2(context.get(), cipher, in(key.bytes()), nullptr, nullptr));
  require(EVP_CIPHER_CTX_set_padding(context.get(), 0));
  require(EVP_EncryptUpdate(context.get(), out(sealed), &written, in(block), static_cast<int>(block.size())));
  return sealed;
}

}  // namespace holdfast::crypto
