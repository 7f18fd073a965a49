#include "s3/query.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3 {
namespace {

TEST(QueryTest, NamesAndValues) {
  const auto query = *Query::parse("uploads&prefix=a%2Fb+c&x-id=ListParts&empty=");
  EXPECT_TRUE(query.has("uploads"));
  EXPECT_EQ(query.get("uploads"), "");
  EXPECT_EQ(query.get("prefix"), "a/b c");
  EXPECT_EQ(query.get("x-id"), "ListParts");
  EXPECT_TRUE(query.has("empty"));
  EXPECT_FALSE(query.has("Uploads"));
  EXPECT_EQ(query.get("absent"), "");
}

TEST(QueryTest, EmptyPieces) {
  EXPECT_TRUE(Query::parse("")->empty());
  EXPECT_TRUE(Query::parse("&&")->empty());
  EXPECT_EQ(Query::parse("a=b=c")->get("a"), "b=c");
  EXPECT_EQ(Query::parse("a=1&a=2")->get("a"), "1");
}

TEST(QueryTest, SurvivesBeingMoved) {
  auto parsed = Query::parse("a=%41%42&b=plain");
  const Query moved = std::move(*parsed);
  EXPECT_EQ(moved.get("a"), "AB");
  EXPECT_EQ(moved.get("b"), "plain");
}

TEST(QueryTest, Malformed) {
  for (const char* text : {"a=%", "a=%4", "a=%zz", "%zz=1", "a=%ff"}) {
    const auto query = Query::parse(text);
    ASSERT_FALSE(query) << text;
    EXPECT_EQ(query.error().code, ErrorCode::InvalidURI);
  }
}

TEST(QueryTest, Numbers) {
  const auto query = *Query::parse("max-keys=5&big=5000&bad=-1&word=x&none=");
  EXPECT_EQ(*query.number("max-keys", 1000, 1000, true), 5U);
  EXPECT_EQ(*query.number("absent", 7, 1000, true), 7U);
  EXPECT_EQ(*query.number("none", 7, 1000, true), 7U);
  EXPECT_EQ(*query.number("big", 7, 1000, true), 1000U);
  EXPECT_EQ(query.number("big", 7, 1000, false).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(query.number("bad", 7, 1000, true).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(query.number("word", 7, 1000, true).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(query.number("bad", 7, 1000, true).error().message, "Argument bad must be an integer between 0 and 2147483647");
}

}  // namespace
}  // namespace holdfast::s3
