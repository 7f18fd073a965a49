#include "s3/range.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3 {
namespace {

constexpr std::uint64_t kSize = 100;

TEST(RangeTest, Single) {
  EXPECT_EQ(**parse_range("bytes=0-9", kSize), (ByteRange{0, 10}));
  EXPECT_EQ(**parse_range("bytes=90-", kSize), (ByteRange{90, 10}));
  EXPECT_EQ(**parse_range("bytes=90-1000", kSize), (ByteRange{90, 10}));
  EXPECT_EQ(**parse_range("bytes=99-99", kSize), (ByteRange{99, 1}));
  EXPECT_EQ(**parse_range("bytes=-10", kSize), (ByteRange{90, 10}));
  EXPECT_EQ(**parse_range("bytes=-1000", kSize), (ByteRange{0, 100}));
  EXPECT_EQ(**parse_range("Bytes=0-0", kSize), (ByteRange{0, 1}));
}

TEST(RangeTest, WhatMeansTheWhole) {
  for (const char* header : {"", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-1", "bytes=0-1,4-5", "items=0-1", "bytes 0-1", "bytes=1--2",
                             "bytes=+1-2", "bytes=99999999999999999999-"}) {
    const auto range = parse_range(header, kSize);
    ASSERT_TRUE(range) << header;
    EXPECT_FALSE(range->has_value()) << header;
  }
}

TEST(RangeTest, NotSatisfiable) {
  EXPECT_EQ(parse_range("bytes=100-", kSize).error().code, ErrorCode::InvalidRange);
  EXPECT_EQ(parse_range("bytes=100-200", kSize).error().code, ErrorCode::InvalidRange);
  EXPECT_EQ(parse_range("bytes=-0", kSize).error().code, ErrorCode::InvalidRange);
  EXPECT_EQ(parse_range("bytes=0-", 0).error().code, ErrorCode::InvalidRange);
  EXPECT_EQ(parse_range("bytes=-5", 0).error().code, ErrorCode::InvalidRange);
}

TEST(RangeTest, CopyRanges) {
  EXPECT_EQ(*parse_copy_range("bytes=0-99", kSize), (ByteRange{0, 100}));
  for (const char* header : {"bytes=0-", "bytes=-5", "bytes=5-1", "0-5", "bytes=0-100"}) {
    EXPECT_EQ(parse_copy_range(header, kSize).error().code, ErrorCode::InvalidArgument) << header;
  }
}

TEST(RangeTest, Header) { EXPECT_EQ(content_range({90, 10}, kSize), "bytes 90-99/100"); }

}  // namespace
}  // namespace holdfast::s3
