#include "holdfast/base/encoding.hpp"

#include <gtest/gtest.h>

#include "holdfast/base/random.hpp"

namespace holdfast {
namespace {

std::string text(const std::optional<std::vector<std::byte>>& bytes) { return bytes ? std::string(as_text(*bytes)) : "nullopt"; }

TEST(Hex, Encodes) {
  EXPECT_EQ(hex_encode(as_bytes("")), "");
  EXPECT_EQ(hex_encode(as_bytes(std::string_view("\x00\x7f\xff\xa0", 4))), "007fffa0");
}

TEST(Hex, DecodesEitherCase) {
  EXPECT_EQ(text(hex_decode("")), "");
  EXPECT_EQ(text(hex_decode("4a6B")), "Jk");
}

TEST(Hex, RefusesMalformed) {
  for (const char* bad : {"4", "4g", "g4", "4a 6b", "0x41", "4\xff"}) EXPECT_FALSE(hex_decode(bad)) << bad;
}

TEST(Base64, Rfc4648Vectors) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(base64_encode(as_bytes(plain)), encoded);
    EXPECT_EQ(text(base64_decode(encoded)), plain);
  }
}

TEST(Base64, AlphabetsDiffer) {
  const std::string_view raw = "\xfb\xff\xbf";
  EXPECT_EQ(base64_encode(as_bytes(raw)), "+/+/");
  EXPECT_EQ(base64url_encode(as_bytes(raw)), "-_-_");
  EXPECT_FALSE(base64_decode("-_-_"));
  EXPECT_FALSE(base64url_decode("+/+/"));
}

TEST(Base64, RefusesMalformed) {
  // short, no padding, padding within, too much of it, alien characters, bits beyond the last byte
  for (const char* bad : {"Z", "Zg", "Zg=", "Zg=a", "Zg===", "====", "=", "Z===", "Zm9v=", "Zm 9", "Zm9v\n", "Zh==", "Zm9="}) {
    EXPECT_FALSE(base64_decode(bad)) << bad;
  }
  for (const char* bad : {"Z", "Zg==", "Zh", "Zm9v*"}) EXPECT_FALSE(base64url_decode(bad)) << bad;
}

TEST(Base64, RoundTripsEveryLength) {
  for (std::size_t size = 0; size < 70; ++size) {
    std::string raw(size, '\0');
    random_bytes(std::as_writable_bytes(std::span(raw)));
    EXPECT_EQ(text(base64_decode(base64_encode(as_bytes(raw)))), raw);
    EXPECT_EQ(text(base64url_decode(base64url_encode(as_bytes(raw)))), raw);
    EXPECT_EQ(text(hex_decode(hex_encode(as_bytes(raw)))), raw);
  }
}

TEST(Uri, EncodesAllButUnreserved) {
  EXPECT_EQ(uri_encode("AZaz09-_.~", false), "AZaz09-_.~");
  EXPECT_EQ(uri_encode("a/b", true), "a/b");
  EXPECT_EQ(uri_encode("a/b", false), "a%2Fb");
  EXPECT_EQ(uri_encode(" +=&?#%*!'()", false), "%20%2B%3D%26%3F%23%25%2A%21%27%28%29");
  EXPECT_EQ(uri_encode("\xc3\xa9", true), "%C3%A9");
  EXPECT_EQ(uri_encode(std::string_view("\0\xff", 2), true), "%00%FF");
}

TEST(Uri, Decodes) {
  EXPECT_EQ(uri_decode("a%2Fb%2fc"), "a/b/c");
  EXPECT_EQ(uri_decode("a+b"), "a+b");
  EXPECT_EQ(query_decode("a+b%2B"), "a b+");
  EXPECT_EQ(uri_decode("%00"), std::string(1, '\0'));
  EXPECT_EQ(uri_decode(""), "");
}

TEST(Uri, RefusesBrokenEscapes) {
  for (const char* bad : {"%", "a%", "%4", "%4g", "%g4", "%%41"}) {
    EXPECT_FALSE(uri_decode(bad)) << bad;
    EXPECT_FALSE(query_decode(bad)) << bad;
  }
}

TEST(Uri, RoundTripsEveryByte) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  EXPECT_EQ(uri_decode(uri_encode(all, false)), all);
  EXPECT_EQ(uri_decode(uri_encode(all, true)), all);
}

TEST(Utf8, AcceptsWellFormed) {
  for (const char* good : {"", "plain ascii text of some length", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "12345678\xf0\x9f\x98\x80"}) {
    EXPECT_TRUE(is_valid_utf8(good)) << good;
  }
}

TEST(Utf8, RefusesMalformed) {
  // lone continuation, overlong forms, surrogates, above U+10FFFF, cut short
  for (const char* bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
        "\xc2", "\xe1\x80", "\xf1\x80\x80", "\xc2\x41", "12345678\xff", "1234567\x80 and more text"}) {
    EXPECT_FALSE(is_valid_utf8(bad));
  }
}

TEST(Text, LowerTrimEquals) {
  EXPECT_EQ(ascii_lower("X-Amz-\xc3\x84Z"), "x-amz-\xc3\x84z");
  EXPECT_EQ(trim(" \t a b \t"), "a b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_TRUE(equals_ignoring_case("Content-MD5", "content-md5"));
  EXPECT_FALSE(equals_ignoring_case("Content-MD5", "content-md"));
  EXPECT_FALSE(equals_ignoring_case("a@", "a`"));
}

TEST(Text, ConstantTimeEqual) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("secret", "secret"));
  EXPECT_FALSE(constant_time_equal("secret", "secreT"));
  EXPECT_FALSE(constant_time_equal("secret", "Secret"));
  EXPECT_FALSE(constant_time_equal("secret", "secret1"));
}

TEST(Text, SplitKeepsEmptyParts) {
  using Parts = std::vector<std::string_view>;
  EXPECT_EQ(split("", '/'), Parts{""});
  EXPECT_EQ(split("a", '/'), Parts{"a"});
  EXPECT_EQ(split("/a//b/", '/'), (Parts{"", "a", "", "b", ""}));
}

TEST(Text, ParseU64) {
  EXPECT_EQ(parse_u64("0"), 0U);
  EXPECT_EQ(parse_u64("007"), 7U);
  EXPECT_EQ(parse_u64("18446744073709551615"), UINT64_MAX);
  for (const char* bad : {"", "-1", "+1", " 1", "1 ", "0x1", "1.0", "18446744073709551616", "99999999999999999999999"}) {
    EXPECT_FALSE(parse_u64(bad)) << bad;
  }
}

}  // namespace
}  // namespace holdfast
