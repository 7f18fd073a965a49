#include "storage/local/index/row_keys.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace holdfast::storage::local {
namespace {

std::string random_key(std::mt19937& random) {
  static constexpr char kBytes[] = {'\0', '\1', '\2', 'a', 'b', '/', '\xfe', '\xff'};
  std::string out(random() % 6, '\0');
  for (char& c : out) c = kBytes[random() % sizeof kBytes];
  return out;
}

TEST(RowKeys, EscapedKeysSortAsTheKeysDo) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::string a = random_key(random);
    const std::string b = random_key(random);
    ASSERT_EQ(a < b, noncurrent_prefix(1, a) < noncurrent_prefix(1, b));
    ASSERT_EQ(a == b, noncurrent_prefix(1, a) == noncurrent_prefix(1, b));
    if (a != b) {
      ASSERT_FALSE(noncurrent_key(1, b, 5).starts_with(noncurrent_prefix(1, a)));
    }
    std::string start = bucket_prefix(RowKind::noncurrent, 1);
    append_escaped(start, a);
    ASSERT_EQ(b >= a, noncurrent_prefix(1, b) > start);
    ASSERT_EQ(b.starts_with(a), noncurrent_prefix(1, b).starts_with(start));
  }
}

TEST(RowKeys, NewestVersionSortsFirst) {
  EXPECT_LT(noncurrent_key(1, "a", 9), noncurrent_key(1, "a", 8));
  EXPECT_LT(noncurrent_key(1, "a", UINT64_MAX), noncurrent_key(1, "a", 0));
  EXPECT_LT(upload_key(1, "a", 8), upload_key(1, "a", 9));
  EXPECT_LT(part_key(1, 9), part_key(1, 10));
  EXPECT_LT(part_key(1, 10'000), part_key(2, 1));
}

TEST(RowKeys, ComeApartAgain) {
  std::mt19937 random(2);
  for (int i = 0; i < 5'000; ++i) {
    const std::string key = random_key(random);
    const std::uint64_t bucket = random();
    const std::uint64_t seq = random();
    ParsedKey parsed;
    ASSERT_TRUE(parse_current_key(current_key(bucket, key), parsed));
    ASSERT_EQ(parsed.key, key);
    ASSERT_EQ(parsed.bucket_id, bucket);
    ASSERT_TRUE(parse_noncurrent_key(noncurrent_key(bucket, key, seq), parsed));
    ASSERT_EQ(parsed.key, key);
    ASSERT_EQ(parsed.created_seq, seq);
    ASSERT_TRUE(parse_upload_key(upload_key(bucket, key, seq), parsed));
    ASSERT_EQ(parsed.key, key);
    ASSERT_EQ(parsed.created_seq, seq);
  }
}

TEST(RowKeys, DamagedOnesAreRefused) {
  ParsedKey parsed;
  const std::string good = noncurrent_key(1, std::string("a\0b", 3), 5);
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(parse_noncurrent_key(good.substr(0, size), parsed)) << size;
  EXPECT_FALSE(parse_noncurrent_key(good + "x", parsed));
  EXPECT_FALSE(parse_upload_key(good, parsed));
  std::string broken = good;
  broken[11] = '\2';  // after the zero byte of the key
  EXPECT_FALSE(parse_noncurrent_key(broken, parsed));
}

TEST(RowKeys, SuccessorIsTheLeastBeyondAPrefix) {
  EXPECT_EQ(successor("a"), "b");
  EXPECT_EQ(successor("a\xff\xff"), "b");
  EXPECT_EQ(successor("\xff"), "");
  EXPECT_EQ(successor(""), "");
  EXPECT_EQ(successor(std::string("a\0", 2)), "a\1");
  EXPECT_EQ(successor("\x7f"), "\x80");
}

}  // namespace
}  // namespace holdfast::storage::local
