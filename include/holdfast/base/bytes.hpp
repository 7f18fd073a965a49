// Views of bytes, and the pieces in which an object's content travels from the engine to the wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace holdfast {

using ByteView = std::span<const std::byte>;
using ByteSpan = std::span<std::byte>;

inline ByteView as_bytes(std::string_view text) noexcept { return std::as_bytes(std::span(text.data(), text.size())); }
inline std::string_view as_text(ByteView bytes) noexcept { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// Bytes in memory; `owner` keeps them alive until the last copy of this struct is gone.
struct SharedBytes {
  std::shared_ptr<const void> owner;
  ByteView bytes;

  static SharedBytes from(std::string text);
};

// A range of an open file; `owner` keeps the descriptor open.
struct FileRange {
  std::shared_ptr<const void> owner;
  int descriptor = -1;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

// One piece of content. An empty SharedBytes means the end.
using Piece = std::variant<SharedBytes, FileRange>;

}  // namespace holdfast
