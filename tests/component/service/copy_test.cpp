// CopyObject.
#include "component/service/harness.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

constexpr const char* kHelloEtag = "\"5d41402abc4b2a76b9719d911017c592\"";

class CopyTest : public testing::Test {
 protected:
  void SetUp() override {
    harness.make_bucket("bucket");
    harness.make_bucket("other");
    harness.put("/bucket/source", "hello", {},
                {{"content-type", "text/plain"},
                 {"x-amz-meta-color", "blue"},
                 {"x-amz-tagging", "a=1"},
                 {"x-amz-acl", "public-read"},
                 {"x-amz-storage-class", "STANDARD_IA"}});
  }
  Reply copy(std::string source, std::string target, Headers headers = {}) {
    headers.emplace_back("x-amz-copy-source", std::move(source));
    return harness.put(std::move(target), {}, {}, std::move(headers));
  }
  Harness harness;
};

TEST_F(CopyTest, TakesBytesMetadataAndTags) {
  harness.clock.advance(std::chrono::seconds(5));
  const auto reply = copy("/bucket/source", "/other/target");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.element("ETag"), "&quot;5d41402abc4b2a76b9719d911017c592&quot;");
  EXPECT_EQ(reply.element("LastModified"), "2026-03-01T12:00:05.000Z");
  EXPECT_FALSE(reply.element("ChecksumCRC64NVME").empty());
  const auto target = harness.get("/other/target");
  EXPECT_EQ(target.body, "hello");
  EXPECT_EQ(target.header("Content-Type"), "text/plain");
  EXPECT_EQ(target.header("x-amz-meta-color"), "blue");
  EXPECT_EQ(target.header("x-amz-tagging-count"), "1");
  EXPECT_FALSE(target.has_header("x-amz-storage-class"));
  const auto info = *sync_wait(harness.engine->head({"other", "target", ""}));
  EXPECT_EQ(storage::find_attribute(info->properties, "acl"), nullptr);
}

TEST_F(CopyTest, SourcesAreDecoded) {
  harness.put("/bucket/a%20b%2B%25", "odd");
  EXPECT_EQ(copy("bucket/a%20b%2B%25", "/bucket/target").status, 200);
  EXPECT_EQ(harness.get("/bucket/target").body, "odd");
  EXPECT_EQ(copy("bucket", "/bucket/target").code(), "InvalidArgument");
  EXPECT_EQ(copy("bucket/absent", "/bucket/target").code(), "NoSuchKey");
  EXPECT_EQ(copy("absent/source", "/bucket/target").code(), "NoSuchBucket");
  EXPECT_EQ(copy("bucket/source", "/absent/target").code(), "NoSuchBucket");
  EXPECT_EQ(harness.get("/bucket/target").body, "odd");
}

TEST_F(CopyTest, ReplaceMetadata) {
  ASSERT_EQ(copy("bucket/source", "/bucket/target",
                 {{"x-amz-metadata-directive", "REPLACE"}, {"x-amz-meta-size", "big"}, {"content-type", "text/html"}})
                .status,
            200);
  const auto target = harness.head("/bucket/target");
  EXPECT_EQ(target.header("Content-Type"), "text/html");
  EXPECT_EQ(target.header("x-amz-meta-size"), "big");
  EXPECT_FALSE(target.has_header("x-amz-meta-color"));
  EXPECT_EQ(target.header("x-amz-tagging-count"), "1");
  EXPECT_EQ(copy("bucket/source", "/bucket/target", {{"x-amz-metadata-directive", "MERGE"}}).code(), "InvalidArgument");
}

TEST_F(CopyTest, CopyIgnoresGivenMetadata) {
  ASSERT_EQ(copy("bucket/source", "/bucket/target", {{"x-amz-meta-size", "big"}, {"content-type", "text/html"}}).status, 200);
  const auto target = harness.head("/bucket/target");
  EXPECT_EQ(target.header("Content-Type"), "text/plain");
  EXPECT_FALSE(target.has_header("x-amz-meta-size"));
}

TEST_F(CopyTest, ReplaceTags) {
  ASSERT_EQ(copy("bucket/source", "/bucket/none", {{"x-amz-tagging-directive", "REPLACE"}}).status, 200);
  EXPECT_FALSE(harness.head("/bucket/none").has_header("x-amz-tagging-count"));
  ASSERT_EQ(copy("bucket/source", "/bucket/two", {{"x-amz-tagging-directive", "REPLACE"}, {"x-amz-tagging", "x=1&y=2"}}).status, 200);
  EXPECT_EQ(harness.head("/bucket/two").header("x-amz-tagging-count"), "2");
  EXPECT_EQ(harness.head("/bucket/two").header("x-amz-meta-color"), "blue");
}

TEST_F(CopyTest, OntoItself) {
  EXPECT_EQ(copy("bucket/source", "/bucket/source").code(), "InvalidRequest");
  EXPECT_EQ(copy("bucket/source", "/bucket/source", {{"x-amz-metadata-directive", "REPLACE"}, {"x-amz-meta-color", "red"}}).status, 200);
  EXPECT_EQ(harness.get("/bucket/source").body, "hello");
  EXPECT_EQ(harness.head("/bucket/source").header("x-amz-meta-color"), "red");
  EXPECT_EQ(copy("bucket/source", "/bucket/source", {{"x-amz-storage-class", "STANDARD_IA"}}).status, 200);
  EXPECT_EQ(harness.head("/bucket/source").header("x-amz-meta-color"), "red");
}

TEST_F(CopyTest, SourceConditions) {
  const auto code = [this](std::string name, std::string value) {
    return copy("bucket/source", "/bucket/conditional", {{"x-amz-copy-source-if-" + name, std::move(value)}}).code();
  };
  EXPECT_EQ(code("match", "\"other\""), "PreconditionFailed");
  EXPECT_EQ(code("none-match", kHelloEtag), "PreconditionFailed");
  EXPECT_EQ(code("modified-since", "Sun, 01 Mar 2026 12:00:00 GMT"), "PreconditionFailed");
  EXPECT_EQ(code("unmodified-since", "Sun, 01 Mar 2026 11:00:00 GMT"), "PreconditionFailed");
  EXPECT_EQ(harness.head("/bucket/conditional").status, 404);
  EXPECT_EQ(code("match", kHelloEtag), "");
  EXPECT_EQ(harness.head("/bucket/conditional").status, 200);
}

TEST_F(CopyTest, TargetConditions) {
  EXPECT_EQ(copy("bucket/source", "/bucket/target", {{"if-none-match", "*"}}).status, 200);
  EXPECT_EQ(copy("bucket/source", "/bucket/target", {{"if-none-match", "*"}}).code(), "PreconditionFailed");
  EXPECT_EQ(copy("bucket/source", "/bucket/target", {{"if-match", "\"x\""}}).code(), "PreconditionFailed");
}

TEST_F(CopyTest, AnotherChecksumIsComputed) {
  const auto reply = copy("bucket/source", "/bucket/target", {{"x-amz-checksum-algorithm", "SHA256"}});
  EXPECT_EQ(reply.element("ChecksumSHA256"), hash::digest(hash::Algorithm::sha256, as_bytes("hello")).base64()) << reply.body;
  const auto target = harness.get("/bucket/target", {}, {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(target.body, "hello");
  EXPECT_TRUE(target.has_header("x-amz-checksum-sha256"));
  EXPECT_EQ(target.header("x-amz-meta-color"), "blue");
  EXPECT_EQ(copy("bucket/source", "/bucket/target", {{"x-amz-checksum-algorithm", "MD4"}}).code(), "InvalidRequest");
}

TEST_F(CopyTest, EmptyObjects) {
  harness.put("/bucket/empty", "");
  EXPECT_EQ(copy("bucket/empty", "/bucket/target").status, 200);
  EXPECT_EQ(copy("bucket/empty", "/bucket/target", {{"x-amz-checksum-algorithm", "CRC32"}}).element("ChecksumCRC32"), "AAAAAA==");
  EXPECT_EQ(harness.get("/bucket/target").content_length, 0U);
}

TEST_F(CopyTest, Versions) {
  harness.make_bucket("versioned", [](storage::BucketInfo& info) { info.versioning = storage::Versioning::enabled; });
  const auto first = harness.put("/versioned/key", "one").header("x-amz-version-id");
  harness.put("/versioned/key", "two");
  const auto reply = copy("versioned/key?versionId=" + first, "/versioned/key");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.header("x-amz-copy-source-version-id"), first);
  EXPECT_FALSE(reply.header("x-amz-version-id").empty());
  EXPECT_EQ(harness.get("/versioned/key").body, "one");
  const auto marker = harness.del("/versioned/key").header("x-amz-version-id");
  EXPECT_EQ(copy("versioned/key", "/bucket/target").code(), "NoSuchKey");
  EXPECT_EQ(copy("versioned/key?versionId=" + marker, "/bucket/target").code(), "InvalidRequest");
  EXPECT_EQ(copy("versioned/key?versionId=nonsense", "/bucket/target").code(), "InvalidArgument");
  EXPECT_EQ(copy("versioned/key?versionId=00000000000000000000000000000000", "/bucket/target").code(), "NoSuchVersion");
}

TEST_F(CopyTest, EncryptionIsNeverIgnored) {
  EXPECT_EQ(copy("bucket/source", "/bucket/target", {{"x-amz-server-side-encryption", "aws:kms"}}).code(), "NotImplemented");
}

TEST_F(CopyTest, TheSourceNeedsAPermissionOfItsOwn) {
  harness.set_policy(
      "other", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:PutObject","s3:PutObjectTagging"],
    "Resource":"arn:aws:s3:::other/*"}]})");
  Call call{.method = "PUT", .path = "/other/stolen", .headers = {{"x-amz-copy-source", "bucket/source"}}, .anonymous = true};
  EXPECT_EQ(harness.send(call).code(), "AccessDenied");
  EXPECT_EQ(harness.head("/other/stolen").status, 404);
}

}  // namespace
}  // namespace holdfast::s3::test
