#include "holdfast/crypto/object_cipher.hpp"

#include "crypto/gcm.hpp"

#include "holdfast/base/random.hpp"
#include "holdfast/crypto/aead.hpp"

#include <algorithm>

namespace holdfast::crypto {

static_assert(kSealedBlockBytes == kContentBlockBytes + kTagBytes);

namespace {

Key content_key(const Key& object_key, std::uint32_t part_number, ByteView salt) {
  std::string purpose = "holdfast content v1";
  purpose += as_text(salt);
  for (int shift = 24; shift >= 0; shift -= 8) purpose += static_cast<char>(part_number >> shift & 0xFFU);
  return object_key.derive(purpose);
}

GcmNonce block_nonce(std::uint64_t index, bool last) {
  GcmNonce nonce{std::byte{last}};
  for (std::size_t i = 0; i < sizeof(index); ++i) nonce[nonce.size() - 1 - i] = std::byte(index >> 8 * i & 0xFFU);
  return nonce;
}

}  // namespace

std::uint64_t sealed_size(std::uint64_t size_bytes) noexcept {
  if (size_bytes == 0) return 0;
  const std::uint64_t blocks = (size_bytes + kContentBlockBytes - 1) / kContentBlockBytes;
  return kContentSaltBytes + size_bytes + blocks * kTagBytes;
}

std::uint64_t sealed_offset(std::uint64_t index) noexcept { return kContentSaltBytes + index * kSealedBlockBytes; }

struct ContentSealer::State {
  State(const Key& object_key, std::uint32_t part_number, ByteView random) : gcm(content_key(object_key, part_number, random)) {}

  void seal_block(ByteView plaintext, bool last, std::string& out) {
    const std::size_t at = out.size();
    out.resize(at + plaintext.size() + kTagBytes);
    gcm.encrypt(block_nonce(next++, last), {}, plaintext, std::as_writable_bytes(std::span(out).subspan(at)));
  }

  std::array<std::byte, kContentSaltBytes> salt{};
  Gcm gcm;
  std::uint64_t next = 0;
  bool begun = false;
  Secret waiting{kContentBlockBytes};
  std::size_t filled = 0;  // of `waiting`
};

ContentSealer::ContentSealer(const Key& object_key, std::uint32_t part_number) {
  std::array<std::byte, kContentSaltBytes> salt;
  random_bytes(salt);
  state_ = std::make_unique<State>(object_key, part_number, salt);
  state_->salt = salt;
}
ContentSealer::ContentSealer(ContentSealer&&) noexcept = default;
ContentSealer::~ContentSealer() = default;

void ContentSealer::update(ByteView plaintext, std::string& out) {
  State& state = *state_;
  if (plaintext.empty()) return;
  if (!std::exchange(state.begun, true)) out += as_text(state.salt);
  const ByteSpan waiting = state.waiting.span();
  while (!plaintext.empty()) {
    if (state.filled == kContentBlockBytes) {
      state.seal_block(waiting, false, out);
      state.filled = 0;
    }
    if (state.filled == 0 && plaintext.size() > kContentBlockBytes) {
      state.seal_block(plaintext.first(kContentBlockBytes), false, out);
      plaintext = plaintext.subspan(kContentBlockBytes);
      continue;
    }
    const std::size_t count = std::min(plaintext.size(), kContentBlockBytes - state.filled);
    std::ranges::copy(plaintext.first(count), waiting.begin() + static_cast<std::ptrdiff_t>(state.filled));
    state.filled += count;
    plaintext = plaintext.subspan(count);
  }
}

void ContentSealer::finish(std::string& out) {
  if (state_->begun) state_->seal_block(state_->waiting.bytes().first(state_->filled), true, out);
}

struct ContentOpener::State {
  Gcm gcm;
  std::uint64_t last_block;
};

ContentOpener::ContentOpener(const Key& object_key, std::uint32_t part_number, ByteView salt, std::uint64_t size_bytes)
    : state_(std::make_unique<State>(
          State{Gcm(content_key(object_key, part_number, salt)), size_bytes == 0 ? 0 : (size_bytes - 1) / kContentBlockBytes})) {}
ContentOpener::ContentOpener(ContentOpener&&) noexcept = default;
ContentOpener& ContentOpener::operator=(ContentOpener&&) noexcept = default;
ContentOpener::~ContentOpener() = default;

bool ContentOpener::open(std::uint64_t first_block, ByteView sealed, ByteSpan out) {
  for (std::uint64_t index = first_block; !sealed.empty(); ++index) {
    const ByteView block = sealed.first(std::min(sealed.size(), kSealedBlockBytes));
    if (!state_->gcm.decrypt(block_nonce(index, index == state_->last_block), {}, block, out)) return false;
    out = out.subspan(block.size() - kTagBytes);
    sealed = sealed.subspan(block.size());
  }
  return true;
}

}  // namespace holdfast::crypto
