// Secret bytes that are wiped when they go.
#pragma once

#include "holdfast/base/bytes.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::crypto {

void wipe(ByteSpan bytes) noexcept;  // the compiler doesn't leave it out

// A 256-bit key.
class Key {
 public:
  static constexpr std::size_t kBytes = 32;

  static Key random();
  static std::optional<Key> from(ByteView bytes);  // nullopt unless it is exactly kBytes

  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  ~Key() { wipe(bytes_); }

  ByteView bytes() const noexcept { return bytes_; }
  bool operator==(const Key& other) const noexcept;  // in constant time

  // Another key for another purpose: HMAC-SHA256(key, purpose).
  Key derive(std::string_view purpose) const;

 private:
  Key() = default;
  std::array<std::byte, kBytes> bytes_{};
};

// A string of secret bytes. Moves wipe what they leave.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::size_t size) : bytes_(size, '\0') {}
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.clear(); }
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { clear(); }

  std::string_view text() const noexcept { return bytes_; }
  ByteView bytes() const noexcept { return as_bytes(bytes_); }
  ByteSpan span() noexcept { return std::as_writable_bytes(std::span(bytes_.data(), bytes_.size())); }

 private:
  void clear() noexcept;
  std::string bytes_;
};

}  // namespace holdfast::crypto
