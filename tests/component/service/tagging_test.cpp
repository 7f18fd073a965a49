// Tags of objects and buckets.
#include "component/service/answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string tagging(std::initializer_list<std::pair<std::string, std::string>> tags) {
  std::string xml = "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet>";
  for (const auto& [key, value] : tags) xml += "<Tag><Key>" + key + "</Key><Value>" + value + "</Value></Tag>";
  return xml + "</TagSet></Tagging>";
}

std::string many_tags(int count) {
  std::string xml = "<Tagging><TagSet>";
  for (int i = 0; i < count; ++i) xml += "<Tag><Key>k" + std::to_string(i) + "</Key><Value>v</Value></Tag>";
  return xml + "</TagSet></Tagging>";
}

class TaggingTest : public testing::Test {
 protected:
  void SetUp() override {
    harness.make_bucket("bucket");
    harness.put("/bucket/key", "hello");
  }
  void enable_versioning() {
    harness.put("/bucket", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", "versioning");
  }
  Harness harness;
};

TEST_F(TaggingTest, PutObjectTagging_IsReturned) {
  const auto put = harness.put("/bucket/key", tagging({{"b", "2"}, {"a", "1 + 2 \xC3\xA9"}}), "tagging");
  EXPECT_EQ(put.status, 200) << put.body;
  const auto got = harness.get("/bucket/key", "tagging");
  EXPECT_EQ(got.status, 200);
  EXPECT_THAT(texts(got.body, "Key"), ElementsAre("b", "a"));
  EXPECT_THAT(texts(got.body, "Value"), ElementsAre("2", "1 + 2 \xC3\xA9"));
  EXPECT_EQ(harness.head("/bucket/key").header("x-amz-tagging-count"), "2");
}

TEST_F(TaggingTest, PutObjectTagging_ReplacesTheSet) {
  harness.put("/bucket/key", tagging({{"a", "1"}}), "tagging");
  harness.put("/bucket/key", tagging({{"b", "2"}}), "tagging");
  EXPECT_THAT(texts(harness.get("/bucket/key", "tagging").body, "Key"), ElementsAre("b"));
  EXPECT_EQ(harness.put("/bucket/key", tagging({}), "tagging").status, 200);
  EXPECT_THAT(texts(harness.get("/bucket/key", "tagging").body, "Key"), IsEmpty());
}

TEST_F(TaggingTest, PutObjectTagging_KeepsETagAndTime) {
  const auto before = harness.head("/bucket/key");
  harness.clock.advance(std::chrono::hours(1));
  harness.put("/bucket/key", tagging({{"a", "1"}}), "tagging");
  const auto after = harness.head("/bucket/key");
  EXPECT_EQ(after.header("ETag"), before.header("ETag"));
  EXPECT_EQ(after.header("Last-Modified"), before.header("Last-Modified"));
}

TEST_F(TaggingTest, PutObjectTagging_OfOneVersion) {
  enable_versioning();
  const auto first = harness.put("/bucket/key", "one").header("x-amz-version-id");
  const auto second = harness.put("/bucket/key", "two").header("x-amz-version-id");
  const auto put = harness.put("/bucket/key", tagging({{"a", "1"}}), "tagging&versionId=" + first);
  EXPECT_EQ(put.status, 200);
  EXPECT_EQ(put.header("x-amz-version-id"), first);
  EXPECT_THAT(texts(harness.get("/bucket/key", "tagging&versionId=" + first).body, "Key"), ElementsAre("a"));
  const auto current = harness.get("/bucket/key", "tagging");
  EXPECT_THAT(texts(current.body, "Key"), IsEmpty());
  EXPECT_EQ(current.header("x-amz-version-id"), second);
  EXPECT_EQ(harness.get("/bucket/key").body, "two");
}

TEST_F(TaggingTest, PutObjectTagging_RefusesBadSets) {
  const std::string long_key(129, 'k');
  const std::string long_value(257, 'v');
  for (const auto& body : {tagging({{"", "1"}}), tagging({{long_key, "1"}}), tagging({{"a", long_value}}),
                           tagging({{"a", "1"}, {"a", "2"}}), tagging({{"aws:reserved", "1"}}), tagging({{"a{b", "1"}})}) {
    const auto refused = harness.put("/bucket/key", body, "tagging");
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(refused.code(), "InvalidTag") << body;
  }
  EXPECT_EQ(harness.put("/bucket/key", many_tags(10), "tagging").status, 200);
  EXPECT_EQ(harness.put("/bucket/key", many_tags(11), "tagging").code(), "BadRequest");
}

TEST_F(TaggingTest, PutObjectTagging_RefusesMalformedXml) {
  for (const std::string body :
       {"", "<Tagging>", "<Tagging/>", "<Other><TagSet/></Other>", "<Tagging><TagSet><Tag/></TagSet></Tagging>",
        "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>", "<Tagging><TagSet><Other/></TagSet></Tagging>",
        "<!DOCTYPE x [<!ENTITY e \"v\">]><Tagging><TagSet/></Tagging>"}) {
    const auto refused = harness.put("/bucket/key", body, "tagging");
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(refused.code(), "MalformedXML") << body;
  }
}

TEST_F(TaggingTest, ObjectTagging_OfWhatIsNotThere) {
  EXPECT_EQ(harness.get("/bucket/none", "tagging").code(), "NoSuchKey");
  EXPECT_EQ(harness.put("/bucket/none", tagging({{"a", "1"}}), "tagging").code(), "NoSuchKey");
  EXPECT_EQ(harness.del("/bucket/none", "tagging").code(), "NoSuchKey");
  EXPECT_EQ(harness.get("/bucket/key", "tagging&versionId=00000000000000000000000000000000").code(), "NoSuchVersion");
  EXPECT_EQ(harness.get("/missing/key", "tagging").code(), "NoSuchBucket");
}

TEST_F(TaggingTest, ObjectTagging_OfADeleteMarker) {
  enable_versioning();
  const auto marker = harness.del("/bucket/key").header("x-amz-version-id");
  const auto current = harness.get("/bucket/key", "tagging");
  EXPECT_EQ(current.code(), "NoSuchKey");
  EXPECT_EQ(current.header("x-amz-delete-marker"), "true");
  const auto named = harness.get("/bucket/key", "tagging&versionId=" + marker);
  EXPECT_EQ(named.status, 405);
  EXPECT_EQ(named.code(), "MethodNotAllowed");
  EXPECT_EQ(harness.put("/bucket/key", tagging({{"a", "1"}}), "tagging&versionId=" + marker).code(), "MethodNotAllowed");
}

TEST_F(TaggingTest, DeleteObjectTagging_RemovesAll) {
  harness.put("/bucket/key", tagging({{"a", "1"}}), "tagging");
  EXPECT_EQ(harness.del("/bucket/key", "tagging").status, 204);
  EXPECT_THAT(texts(harness.get("/bucket/key", "tagging").body, "Key"), IsEmpty());
  EXPECT_EQ(harness.head("/bucket/key").header("x-amz-tagging-count"), "");
}

TEST_F(TaggingTest, PutObject_WithTagsInItsHeader) {
  EXPECT_EQ(harness.put("/bucket/tagged", "x", {}, {{"x-amz-tagging", "a=1&b=two%20words&c"}}).status, 200);
  const auto got = harness.get("/bucket/tagged", "tagging");
  EXPECT_THAT(texts(got.body, "Key"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(texts(got.body, "Value"), ElementsAre("1", "two words", ""));
}

TEST_F(TaggingTest, CreateMultipartUpload_WithTagsInItsHeader) {
  const auto id = harness.post("/bucket/parts", {}, "uploads", {{"x-amz-tagging", "a=1"}}).element("UploadId");
  const auto etag = harness.put("/bucket/parts", "x", "partNumber=1&uploadId=" + id).header("ETag");
  harness.post("/bucket/parts",
               "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag + "</ETag></Part></CompleteMultipartUpload>",
               "uploadId=" + id);
  EXPECT_THAT(texts(harness.get("/bucket/parts", "tagging").body, "Key"), ElementsAre("a"));
}

TEST_F(TaggingTest, BucketTagging_IsKeptAndRemoved) {
  EXPECT_EQ(harness.get("/bucket", "tagging").code(), "NoSuchTagSet");
  EXPECT_EQ(harness.put("/bucket", tagging({{"team", "blue"}}), "tagging").status, 204);
  const auto got = harness.get("/bucket", "tagging");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.element("Key"), "team");
  EXPECT_EQ(got.element("Value"), "blue");
  EXPECT_EQ(harness.del("/bucket", "tagging").status, 204);
  EXPECT_EQ(harness.get("/bucket", "tagging").status, 404);
}

TEST_F(TaggingTest, BucketTagging_Limits) {
  EXPECT_EQ(harness.put("/bucket", many_tags(50), "tagging").status, 204);
  EXPECT_EQ(harness.put("/bucket", many_tags(51), "tagging").status, 400);
  EXPECT_EQ(harness.put("/bucket", tagging({{"a", "1"}, {"a", "2"}}), "tagging").code(), "InvalidTag");
  EXPECT_EQ(harness.put("/bucket", "<Tagging>", "tagging").code(), "MalformedXML");
  EXPECT_EQ(harness.put("/missing", tagging({{"a", "1"}}), "tagging").code(), "NoSuchBucket");
}

}  // namespace
}  // namespace holdfast::s3::test
