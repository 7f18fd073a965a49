// Object content, encrypted: a random salt, then AES-256-GCM blocks of 64 KiB, each followed by its tag; the last one may be
// short. An empty content stays empty.
//
// The blocks' key is derived from the object's key, the salt and the part number; a block's nonce is its place and whether
// it is the last. So blocks can't be changed, swapped, left out at the end or moved to another object or part, and any
// range is opened by opening the blocks that it touches.
#pragma once

#include "holdfast/base/bytes.hpp"
#include "holdfast/crypto/key.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace holdfast::crypto {

inline constexpr std::size_t kContentSaltBytes = 32;
inline constexpr std::size_t kContentBlockBytes = 64 * 1024;
inline constexpr std::size_t kSealedBlockBytes = kContentBlockBytes + 16;

// Bytes that a content of `size_bytes` becomes.
std::uint64_t sealed_size(std::uint64_t size_bytes) noexcept;
// Where block `index` begins in the sealed content.
std::uint64_t sealed_offset(std::uint64_t index) noexcept;

// Seals one content. Not for two threads at once.
class ContentSealer {
 public:
  // `part_number` 0: not a part of a multipart upload.
  ContentSealer(const Key& object_key, std::uint32_t part_number);
  ContentSealer(ContentSealer&&) noexcept;
  ~ContentSealer();

  // Appends to `out` what can be sealed so far: up to one block waits for what follows it.
  void update(ByteView plaintext, std::string& out);
  void finish(std::string& out);  // once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Opens blocks of one content. Not for two threads at once.
class ContentOpener {
 public:
  // `salt` is the sealed content's beginning, `size_bytes` the plaintext's length, which is checked by the last block.
  ContentOpener(const Key& object_key, std::uint32_t part_number, ByteView salt, std::uint64_t size_bytes);
  ContentOpener(ContentOpener&&) noexcept;
  ContentOpener& operator=(ContentOpener&&) noexcept;
  ~ContentOpener();

  // `sealed` is whole blocks from `first_block` on; `out` has room for their plaintext. False if one of them is not what
  // was sealed there.
  bool open(std::uint64_t first_block, ByteView sealed, ByteSpan out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace holdfast::crypto
