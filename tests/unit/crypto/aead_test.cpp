#include "holdfast/crypto/aead.hpp"

#include "crypto/gcm.hpp"

#include "holdfast/base/encoding.hpp"

#include <gtest/gtest.h>

#include <set>

namespace holdfast::crypto {
namespace {

Key key_of(char byte) { return *Key::from(as_bytes(std::string(Key::kBytes, byte))); }

// A sealed text with the nonce given: what seal() would make if it drew that nonce.
struct Vector {
  char key_byte;
  std::string_view associated;
  std::string_view sealed_hex;  // without the nonce
};

// From the specification, c2sp.org/XAES-256-GCM; nonce and plaintext are the same in both. They cover both branches of
// the subkey's derivation.
constexpr std::string_view kNonce = "ABCDEFGHIJKLMNOPQRSTUVWX";
constexpr std::string_view kPlaintext = "XAES-256-GCM";
constexpr Vector kVectors[] = {{'\x01', "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"},
                               {'\x03', "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"}};

TEST(Aead, OpensThePublishedVectors) {
  for (const auto& [byte, associated, hex] : kVectors) {
    std::string sealed(kNonce);
    sealed += as_text(*hex_decode(hex));
    const auto opened = open(key_of(byte), as_bytes(sealed), as_bytes(associated));
    ASSERT_TRUE(opened) << hex;
    EXPECT_EQ(opened->text(), kPlaintext);
  }
}

TEST(Aead, OpensWhatItSealed) {
  const Key key = Key::random();
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 4096U, 100'000U}) {
    const std::string plaintext(size, 'p');
    const std::string sealed = seal(key, as_bytes(plaintext), as_bytes("about"));
    EXPECT_EQ(sealed.size(), size + kSealOverheadBytes);
    const auto opened = open(key, as_bytes(sealed), as_bytes("about"));
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->text(), plaintext);
  }
}

TEST(Aead, EveryNonceIsAnother) {
  const Key key = Key::random();
  std::set<std::string> nonces;
  for (int i = 0; i < 1000; ++i) nonces.insert(seal(key, as_bytes("x"), {}).substr(0, kSealNonceBytes));
  EXPECT_EQ(nonces.size(), 1000U);
}

TEST(Aead, RefusesWhatWasChanged) {
  const Key key = Key::random();
  const std::string sealed = seal(key, as_bytes("the text"), as_bytes("about"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(open(key, as_bytes(changed), as_bytes("about"))) << i;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) EXPECT_FALSE(open(key, as_bytes(sealed.substr(0, size)), as_bytes("about")));
  EXPECT_FALSE(open(key, as_bytes(sealed), as_bytes("other")));
  EXPECT_FALSE(open(key, as_bytes(sealed), {}));
  EXPECT_FALSE(open(Key::random(), as_bytes(sealed), as_bytes("about")));
}

TEST(Gcm, LeavesNoPlaintextOfAMessageThatIsNotGenuine) {
  Gcm gcm(Key::random());
  const GcmNonce nonce{};
  std::string bytes(64 + kTagBytes, 'p');
  const ByteSpan span = std::as_writable_bytes(std::span(bytes.data(), bytes.size()));
  gcm.encrypt(nonce, {}, span.first(64), span);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  EXPECT_FALSE(gcm.decrypt(nonce, {}, span, span.first(64)));
  EXPECT_EQ(bytes.substr(0, 64), std::string(64, '\0'));
}

TEST(KeyBytes, ComparesAndDerives) {
  const Key key = key_of('k');
  EXPECT_TRUE(key == key_of('k'));
  EXPECT_FALSE(key == key_of('l'));
  EXPECT_FALSE(key.derive("one") == key.derive("two"));
  EXPECT_TRUE(key.derive("one") == key_of('k').derive("one"));
  EXPECT_FALSE(Key::from(as_bytes("short")));
}

TEST(SecretBytes, MovingLeavesNothingBehind) {
  for (const std::size_t size : {4U, 400U}) {
    Secret from(size);
    std::ranges::fill(from.span(), std::byte{'s'});
    Secret to(std::move(from));
    EXPECT_EQ(to.text(), std::string(size, 's'));
    EXPECT_TRUE(from.text().empty());  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(*from.text().data(), '\0');
  }
}

}  // namespace
}  // namespace holdfast::crypto
