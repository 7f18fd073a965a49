#include "holdfast/base/random.hpp"

#include "holdfast/base/encoding.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <random>
#include <system_error>

namespace holdfast {

namespace {

std::mt19937_64 make_generator() {
  std::array<std::uint32_t, 16> words{};
  random_bytes(std::as_writable_bytes(std::span(words)));
  std::seed_seq seed(words.begin(), words.end());
  return std::mt19937_64(seed);
}

}  // namespace

void random_bytes(ByteSpan out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::generic_category(), "getrandom");
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

std::uint64_t random_u64() {
  thread_local std::mt19937_64 generator = make_generator();
  return generator();
}

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  random_bytes(std::as_writable_bytes(std::span(raw)));
  return hex_encode(as_bytes(raw));
}

std::string random_uuid() {
  std::array<std::byte, 16> raw{};
  random_bytes(raw);
  raw[6] = (raw[6] & std::byte{0x0f}) | std::byte{0x40};  // version 4, RFC 9562
  raw[8] = (raw[8] & std::byte{0x3f}) | std::byte{0x80};  // its variant
  std::string text = hex_encode(raw);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

std::string new_request_id() {
  std::uint64_t value = random_u64();
  std::string text(16, '0');
  for (std::size_t i = text.size(); i > 0; --i, value >>= 4) text[i - 1] = "0123456789ABCDEF"[value & 15];
  return text;
}

}  // namespace holdfast
