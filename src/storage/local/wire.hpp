// Tagged fields in the wire format of Protocol Buffers (docs/on-disk-format.md, Records): only what records need.
#pragma once

#include "holdfast/base/bytes.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace holdfast::storage::local::wire {

static_assert(std::endian::native == std::endian::little, "fixed numbers are copied as they lie in memory");

enum class Type : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2 };
inline constexpr std::size_t kVarintBytes = 10;

inline std::size_t put_varint(char* to, std::uint64_t value) noexcept {
  std::size_t size = 0;
  while (value >= 0x80) {
    to[size++] = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  to[size++] = static_cast<char>(value);
  return size;
}

// Takes a varint off the front of `text`; false if there is none of at most 64 bits.
inline bool take_varint(std::string_view& text, std::uint64_t& value) noexcept {
  value = 0;
  for (std::size_t i = 0; i < text.size() && i < kVarintBytes; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (i == kVarintBytes - 1 && byte > 1) return false;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      text.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

// Appends fields to a string. Zero and empty values are left out, but for `nested`.
class Writer {
 public:
  explicit Writer(std::string& out) noexcept : out_(out) {}

  void varint(unsigned number, std::uint64_t value) {
    if (value == 0) return;
    std::array<char, 2 * kVarintBytes> buffer;
    std::size_t size = put_tag(buffer.data(), number, Type::varint);
    size += put_varint(buffer.data() + size, value);
    out_.append(buffer.data(), size);
  }
  void fixed64(unsigned number, std::uint64_t value) {
    if (value == 0) return;
    std::array<char, kVarintBytes + sizeof value> buffer;
    const std::size_t size = put_tag(buffer.data(), number, Type::fixed64);
    std::memcpy(buffer.data() + size, &value, sizeof value);
    out_.append(buffer.data(), size + sizeof value);
  }
  void bytes(unsigned number, std::string_view value) {
    if (value.empty()) return;
    put_length(number, value.size());
    out_.append(value);
  }
  // Two pieces in one field.
  void joined(unsigned number, std::string_view head, std::string_view tail) {
    put_length(number, head.size() + tail.size());
    out_.append(head).append(tail);
  }
  // A name and a value in one field.
  void pair(unsigned number, std::string_view name, std::string_view value) {
    std::array<char, kVarintBytes> length;
    const std::size_t size = put_varint(length.data(), name.size());
    put_length(number, size + name.size() + value.size());
    out_.append(length.data(), size).append(name).append(value);
  }
  // `fill` writes the field's own fields to this writer.
  template <class Fill>
  void nested(unsigned number, Fill&& fill) {
    put_length(number, 0);
    const std::size_t start = out_.size();
    fill(*this);
    std::array<char, kVarintBytes> length;
    const std::size_t size = put_varint(length.data(), out_.size() - start);
    out_[start - 1] = length[0];
    if (size > 1) out_.insert(start, length.data() + 1, size - 1);
  }

 private:
  static std::size_t put_tag(char* to, unsigned number, Type type) noexcept {
    return put_varint(to, number << 3 | static_cast<unsigned>(type));
  }
  void put_length(unsigned number, std::size_t length) {
    std::array<char, 2 * kVarintBytes> buffer;
    std::size_t size = put_tag(buffer.data(), number, Type::bytes);
    size += put_varint(buffer.data() + size, length);
    out_.append(buffer.data(), size);
  }

  std::string& out_;
};

// Reads fields one after the other. Once anything is malformed, ok() is false and there are no more fields.
class Reader {
 public:
  explicit Reader(std::string_view text) noexcept : rest_(text) {}

  // False at the end and after damage.
  bool next() noexcept {
    if (!ok_ || rest_.empty()) return false;
    std::uint64_t tag = 0;
    if (!take_varint(rest_, tag) || tag >> 3 == 0 || tag >> 3 > kGreatestNumber) return fail();
    number_ = static_cast<unsigned>(tag >> 3);
    type_ = static_cast<Type>(tag & 7);
    switch (type_) {
      case Type::varint:
        return take_varint(rest_, value_) || fail();
      case Type::fixed64:
        return take_fixed64() || fail();
      case Type::bytes:
        return take_bytes() || fail();
    }
    return fail();
  }
  unsigned number() const noexcept { return number_; }
  bool ok() const noexcept { return ok_; }
  bool fail() noexcept { return ok_ = false; }

  // The field's value; damage if the field is of another type.
  std::uint64_t varint() noexcept { return expect(Type::varint) ? value_ : 0; }
  std::uint64_t fixed64() noexcept { return expect(Type::fixed64) ? value_ : 0; }
  std::string_view bytes() noexcept { return expect(Type::bytes) ? bytes_ : std::string_view(); }

 private:
  static constexpr std::uint64_t kGreatestNumber = (1U << 29) - 1;

  bool expect(Type type) noexcept {
    if (type_ != type) ok_ = false;
    return type_ == type;
  }
  bool take_fixed64() noexcept {
    if (rest_.size() < sizeof value_) return false;
    std::memcpy(&value_, rest_.data(), sizeof value_);
    rest_.remove_prefix(sizeof value_);
    return true;
  }
  bool take_bytes() noexcept {
    std::uint64_t length = 0;
    if (!take_varint(rest_, length) || length > rest_.size()) return false;
    bytes_ = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return true;
  }

  std::string_view rest_;
  std::string_view bytes_;
  std::uint64_t value_ = 0;
  unsigned number_ = 0;
  Type type_ = Type::varint;
  bool ok_ = true;
};

}  // namespace holdfast::storage::local::wire
