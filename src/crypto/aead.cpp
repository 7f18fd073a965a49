#include "holdfast/crypto/aead.hpp"

#include "crypto/gcm.hpp"

#include "holdfast/base/random.hpp"

#include <algorithm>

namespace holdfast::crypto {
namespace {

constexpr std::size_t kHalf = kSealNonceBytes / 2;

AesBlock doubled(const AesBlock& block) {
  constexpr std::byte kReduction{0x87};
  AesBlock out{};
  for (std::size_t i = 0; i + 1 < out.size(); ++i) out[i] = block[i] << 1 | block[i + 1] >> 7;
  out.back() = block.back() << 1;
  if ((block.front() & std::byte{0x80}) != std::byte{0}) out.back() ^= kReduction;
  return out;
}

// NIST SP 800-108 in counter mode with CMAC, of which one block each is left.
Key message_key(const Key& key, ByteView nonce) {
  const AesBlock subkey = doubled(encrypt_block(key, AesBlock{}));
  std::array<std::byte, Key::kBytes> derived;
  for (const unsigned counter : {1U, 2U}) {
    AesBlock message{std::byte{0}, std::byte(counter), std::byte{'X'}, std::byte{0}};
    std::ranges::copy(nonce.first(kHalf), message.begin() + 4);
    for (std::size_t i = 0; i < message.size(); ++i) message[i] ^= subkey[i];
    AesBlock half = encrypt_block(key, message);
    std::ranges::copy(half, derived.begin() + (counter - 1) * half.size());
    wipe(half);
  }
  const Key result = *Key::from(derived);
  wipe(derived);
  return result;
}

GcmNonce second_half(ByteView nonce) {
  GcmNonce half;
  std::ranges::copy(nonce.subspan(kHalf, kHalf), half.begin());
  return half;
}

}  // namespace

std::string seal(const Key& key, ByteView plaintext, ByteView associated) {
  std::string sealed(plaintext.size() + kSealOverheadBytes, '\0');
  const ByteSpan out = std::as_writable_bytes(std::span(sealed.data(), sealed.size()));
  const ByteSpan nonce = out.first(kSealNonceBytes);
  random_bytes(nonce);
  Gcm(message_key(key, nonce)).encrypt(second_half(nonce), associated, plaintext, out.subspan(kSealNonceBytes));
  return sealed;
}

std::optional<Secret> open(const Key& key, ByteView sealed, ByteView associated) {
  if (sealed.size() < kSealOverheadBytes) return std::nullopt;
  const ByteView nonce = sealed.first(kSealNonceBytes);
  Secret plaintext(sealed.size() - kSealOverheadBytes);
  Gcm gcm(message_key(key, nonce));
  if (!gcm.decrypt(second_half(nonce), associated, sealed.subspan(kSealNonceBytes), plaintext.span())) return std::nullopt;
  return plaintext;
}

}  // namespace holdfast::crypto
