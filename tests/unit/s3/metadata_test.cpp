#include "s3/metadata.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3 {
namespace {

TEST(TagsTest, Parse) {
  const auto tags = *parse_tags("a=1&b=two%20words&c=&d");
  EXPECT_EQ(tags, (storage::Attributes{{"a", "1"}, {"b", "two words"}, {"c", ""}, {"d", ""}}));
}

TEST(TagsTest, Refused) {
  EXPECT_EQ(parse_tags("a=%zz").error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(parse_tags("=v").error().code, ErrorCode::InvalidTag);
  EXPECT_EQ(parse_tags("a=1&a=2").error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(parse_tags(std::string(129, 'k') + "=v").error().code, ErrorCode::InvalidTag);
  EXPECT_EQ(parse_tags("k=" + std::string(257, 'v')).error().code, ErrorCode::InvalidTag);
  EXPECT_EQ(parse_tags("a&b&c&d&e&f&g&h&i&j&k").error().code, ErrorCode::BadRequest);
}

TEST(TagsTest, LimitsCountCharacters) {
  std::string accents;
  for (int i = 0; i < 128; ++i) accents += "%C3%A9";
  EXPECT_TRUE(parse_tags(accents + "=v"));
}

TEST(HeaderTextTest, LineEndsAreNone) {
  EXPECT_TRUE(is_header_text("a b\tc\xC3\xA9"));
  EXPECT_FALSE(is_header_text("a\r\nSet-Cookie: x"));
  EXPECT_FALSE(is_header_text(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace holdfast::s3
