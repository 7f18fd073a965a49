#include "holdfast/crypto/object_cipher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace holdfast::crypto {
namespace {

constexpr std::size_t kBlock = kContentBlockBytes;

std::string text_of(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string text(size, '\0');
  std::ranges::generate(text, [&] { return static_cast<char>(random()); });
  return text;
}

// Sealed in pieces of random size.
std::string sealed(const Key& key, std::uint32_t part, std::string_view text, unsigned seed = 1) {
  std::mt19937 random(seed);
  ContentSealer sealer(key, part);
  std::string out;
  while (!text.empty()) {
    const auto piece = text.substr(0, 1 + random() % (3 * kBlock));
    sealer.update(as_bytes(piece), out);
    text.remove_prefix(piece.size());
  }
  sealer.finish(out);
  return out;
}

// Blocks [first, end) of `content`; nullopt if they aren't genuine.
std::optional<std::string> opened(const Key& key, std::uint32_t part, std::string_view content, std::uint64_t size, std::uint64_t first = 0,
                                  std::uint64_t end = UINT64_MAX) {
  ContentOpener opener(key, part, as_bytes(content.substr(0, kContentSaltBytes)), size);
  const auto begin = std::min<std::uint64_t>(sealed_offset(first), content.size());
  const auto stop = end == UINT64_MAX ? content.size() : std::min<std::uint64_t>(sealed_offset(end), content.size());
  std::string out((end == UINT64_MAX ? size : std::min<std::uint64_t>(size, end * kBlock)) - first * kBlock, '\0');
  if (!opener.open(first, as_bytes(content.substr(begin, stop - begin)), std::as_writable_bytes(std::span(out)))) return std::nullopt;
  return out;
}

TEST(ObjectCipher, EverySizeComesBack) {
  const Key key = Key::random();
  for (const std::size_t size : {std::size_t{1}, std::size_t{4096}, kBlock - 1, kBlock, kBlock + 1, 4 * kBlock, 5 * kBlock + 17}) {
    const std::string text = text_of(size);
    for (unsigned seed = 1; seed <= 8; ++seed) {
      const std::string content = sealed(key, 0, text, seed);
      ASSERT_EQ(content.size(), sealed_size(size)) << size;
      ASSERT_EQ(opened(key, 0, content, size), text) << size;
    }
  }
  EXPECT_EQ(sealed(key, 0, "").size(), 0U);
  EXPECT_EQ(sealed_size(0), 0U);
}

TEST(ObjectCipher, AnyRunOfBlocksOpensByItself) {
  const Key key = Key::random();
  const std::string text = text_of(5 * kBlock + 100);
  const std::string content = sealed(key, 3, text);
  for (std::uint64_t first = 0; first < 6; ++first) {
    for (std::uint64_t end = first + 1; end <= 6; ++end) {
      const auto part = opened(key, 3, content, text.size(), first, end);
      ASSERT_TRUE(part) << first << ' ' << end;
      EXPECT_EQ(*part, text.substr(first * kBlock, (end - first) * kBlock));
    }
  }
}

TEST(ObjectCipher, TheSameTextNeverLooksTheSame) {
  const Key key = Key::random();
  const std::string text(3 * kBlock, 'a');
  const std::string one = sealed(key, 1, text);
  const std::string two = sealed(key, 1, text);
  EXPECT_NE(one.substr(kContentSaltBytes, 32), two.substr(kContentSaltBytes, 32));
  EXPECT_NE(one.substr(sealed_offset(0), kBlock), one.substr(sealed_offset(1), kBlock));
  EXPECT_THAT(one, testing::Not(testing::HasSubstr("aaaa")));
}

TEST(ObjectCipher, RefusesWhatIsNotTheContentThatWasSealed) {
  const Key key = Key::random();
  const std::string text = text_of(3 * kBlock);
  const std::string content = sealed(key, 2, text);
  std::string swapped = content;
  std::swap_ranges(swapped.begin() + static_cast<std::ptrdiff_t>(sealed_offset(0)),
                   swapped.begin() + static_cast<std::ptrdiff_t>(sealed_offset(1)),
                   swapped.begin() + static_cast<std::ptrdiff_t>(sealed_offset(1)));
  EXPECT_FALSE(opened(key, 2, swapped, text.size())) << "blocks swapped";
  EXPECT_FALSE(opened(key, 2, content.substr(0, sealed_offset(2)), 2 * kBlock)) << "the last block left out";
  EXPECT_FALSE(opened(key, 1, content, text.size())) << "another part";
  EXPECT_FALSE(opened(Key::random(), 2, content, text.size())) << "another object";
  const std::string other = sealed(key, 2, text_of(3 * kBlock, 2));
  std::string mixed = content;
  mixed.replace(sealed_offset(1), kSealedBlockBytes, other, sealed_offset(1), kSealedBlockBytes);
  EXPECT_FALSE(opened(key, 2, mixed, text.size())) << "a block of another writing of the same part";
  std::mt19937 random(7);
  for (int i = 0; i < 50; ++i) {
    std::string changed = content;
    char& byte = changed[random() % changed.size()];
    byte = static_cast<char>(byte ^ (1 << random() % 8));
    EXPECT_FALSE(opened(key, 2, changed, text.size()));
  }
}

}  // namespace
}  // namespace holdfast::crypto
