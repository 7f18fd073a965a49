// DeleteObjects.
#include "component/service/harness.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

std::size_t count(const std::string& text, std::string_view word) {
  std::size_t found = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

class DeleteObjectsTest : public testing::Test {
 protected:
  void SetUp() override {
    harness.make_bucket("bucket");
    for (const char* key : {"a", "b", "c%26d"}) harness.put(std::string("/bucket/") + key, "hello");
  }
  Reply remove(const std::string& entries, Headers headers = {}, const std::string& bucket = "bucket") {
    return harness.post("/" + bucket, "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + entries + "</Delete>", "delete",
                        std::move(headers));
  }
  Harness harness;
};

TEST_F(DeleteObjectsTest, SeveralKeys) {
  const auto reply = remove("<Object><Key>a</Key></Object><Object><Key>c&amp;d</Key></Object><Object><Key>absent</Key></Object>");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(count(reply.body, "<Deleted>"), 3U);
  EXPECT_NE(reply.body.find("<Key>c&amp;d</Key>"), std::string::npos);
  EXPECT_EQ(harness.head("/bucket/a").status, 404);
  EXPECT_EQ(harness.head("/bucket/c%26d").status, 404);
  EXPECT_EQ(harness.head("/bucket/b").status, 200);
}

TEST_F(DeleteObjectsTest, Quiet) {
  const auto reply = remove("<Quiet>true</Quiet><Object><Key>a</Key></Object>");
  EXPECT_EQ(count(reply.body, "<Deleted>"), 0U);
  EXPECT_EQ(harness.head("/bucket/a").status, 404);
}

TEST_F(DeleteObjectsTest, ConditionsOfEachKey) {
  const auto reply = remove(
      "<Object><Key>a</Key><ETag>\"wrong\"</ETag></Object><Object><Key>b</Key><ETag>5d41402abc4b2a76b9719d911017c592</ETag></Object>"
      "<Object><Key>c&amp;d</Key><Size>6</Size></Object>");
  EXPECT_EQ(count(reply.body, "<Code>PreconditionFailed</Code>"), 2U) << reply.body;
  EXPECT_EQ(count(reply.body, "<Deleted>"), 1U);
  EXPECT_EQ(harness.head("/bucket/a").status, 200);
  EXPECT_EQ(harness.head("/bucket/b").status, 404);
}

TEST_F(DeleteObjectsTest, Versions) {
  harness.make_bucket("versioned", [](storage::BucketInfo& info) { info.versioning = storage::Versioning::enabled; });
  const auto first = harness.put("/versioned/key", "one").header("x-amz-version-id");
  const auto marked = remove("<Object><Key>key</Key></Object>", {}, "versioned");
  EXPECT_EQ(marked.element("DeleteMarker"), "true");
  const auto marker = marked.element("DeleteMarkerVersionId");
  EXPECT_FALSE(marker.empty());
  EXPECT_EQ(count(marked.body, "<VersionId>"), 0U);
  const auto removed = remove("<Object><Key>key</Key><VersionId>" + first + "</VersionId></Object><Object><Key>key</Key><VersionId>" +
                                  marker + "</VersionId></Object>",
                              {}, "versioned");
  EXPECT_EQ(count(removed.body, "<VersionId>"), 2U) << removed.body;
  EXPECT_EQ(count(removed.body, "<DeleteMarker>true</DeleteMarker>"), 1U);
  EXPECT_EQ(harness.get("/versioned/key", "versionId=" + first).status, 404);
}

TEST_F(DeleteObjectsTest, Malformed) {
  EXPECT_EQ(remove("").code(), "MalformedXML");
  EXPECT_EQ(remove("<Object></Object>").code(), "MalformedXML");
  EXPECT_EQ(harness.post("/bucket", "nonsense", "delete").code(), "MalformedXML");
  EXPECT_EQ(harness.post("/bucket", "<!DOCTYPE x><Delete/>", "delete").code(), "MalformedXML");
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "<Object><Key>a</Key></Object>";
  EXPECT_EQ(remove(many).code(), "MalformedXML");
  EXPECT_EQ(harness.head("/bucket/a").status, 200);
}

TEST_F(DeleteObjectsTest, AThousandKeysOfOneOfThemTooLong) {
  std::string entries = "<Object><Key>" + std::string(1025, 'k') + "</Key></Object>";
  for (int i = 0; i < 999; ++i) entries += "<Object><Key>key" + std::to_string(i) + "</Key></Object>";
  const auto reply = remove(entries);
  EXPECT_EQ(count(reply.body, "<Deleted>"), 999U);
  EXPECT_EQ(count(reply.body, "<Code>KeyTooLongError</Code>"), 1U);
}

TEST_F(DeleteObjectsTest, TheBodyIsVerified) {
  EXPECT_EQ(remove("<Object><Key>a</Key></Object>", {{"content-md5", "XUFAKrxLKna5cZ2REBfFkw=="}}).code(), "BadDigest");
  EXPECT_EQ(remove("<Object><Key>a</Key></Object>", {{"x-amz-checksum-crc32", "AAAAAA=="}}).code(), "BadDigest");
  EXPECT_EQ(harness.head("/bucket/a").status, 200);
}

TEST_F(DeleteObjectsTest, EachKeyIsAuthorized) {
  harness.set_policy("bucket", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:DeleteObject",
    "Resource":"arn:aws:s3:::bucket/a"}]})");
  const auto reply = harness.send({.method = "POST",
                                   .path = "/bucket",
                                   .query = "delete",
                                   .body = "<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>",
                                   .anonymous = true});
  EXPECT_EQ(count(reply.body, "<Deleted>"), 1U) << reply.body;
  EXPECT_EQ(count(reply.body, "<Code>AccessDenied</Code>"), 1U);
  EXPECT_EQ(harness.head("/bucket/a").status, 404);
  EXPECT_EQ(harness.head("/bucket/b").status, 200);
}

TEST_F(DeleteObjectsTest, NoSuchBucket) { EXPECT_EQ(remove("<Object><Key>a</Key></Object>", {}, "absent").code(), "NoSuchBucket"); }

}  // namespace
}  // namespace holdfast::s3::test
