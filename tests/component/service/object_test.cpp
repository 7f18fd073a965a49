// PutObject, GetObject, HeadObject, DeleteObject.
#include "component/service/harness.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

class ObjectTest : public testing::Test {
 protected:
  void SetUp() override { harness.make_bucket("bucket"); }
  Harness harness;
};

TEST_F(ObjectTest, PutGetHeadDelete) {
  const auto put = harness.put("/bucket/key", "hello");
  EXPECT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(put.header("ETag"), "\"5d41402abc4b2a76b9719d911017c592\"");
  const auto get = harness.get("/bucket/key");
  EXPECT_EQ(get.status, 200);
  EXPECT_EQ(get.body, "hello");
  EXPECT_EQ(get.content_length, 5U);
  const auto head = harness.head("/bucket/key");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.content_length, 5U);
  EXPECT_EQ(head.header("Content-Type"), "binary/octet-stream");
  EXPECT_EQ(harness.del("/bucket/key").status, 204);
  const auto gone = harness.get("/bucket/key");
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(gone.code(), "NoSuchKey");
}

}  // namespace
}  // namespace holdfast::s3::test
