// The versioning state of buckets and what follows from it.
#include "component/service/answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

class VersioningTest : public testing::Test {
 protected:
  void SetUp() override { harness.make_bucket("bucket"); }
  Reply set(const std::string& status) {
    return harness.put("/bucket", "<VersioningConfiguration><Status>" + status + "</Status></VersioningConfiguration>", "versioning");
  }
  Harness harness;
};

TEST_F(VersioningTest, GetBucketVersioning_NeverSetHasNoStatus) {
  const auto got = harness.get("/bucket", "versioning");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body.find("Status"), std::string::npos);
  EXPECT_EQ(harness.get("/missing", "versioning").code(), "NoSuchBucket");
}

TEST_F(VersioningTest, PutBucketVersioning_EnabledAndSuspended) {
  EXPECT_EQ(set("Enabled").status, 200);
  EXPECT_EQ(harness.get("/bucket", "versioning").element("Status"), "Enabled");
  EXPECT_EQ(set("Suspended").status, 200);
  EXPECT_EQ(harness.get("/bucket", "versioning").element("Status"), "Suspended");
}

TEST_F(VersioningTest, PutBucketVersioning_RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(set("enabled").code(), "MalformedXML");
  EXPECT_EQ(harness.put("/bucket", "<VersioningConfiguration/>", "versioning").code(), "IllegalVersioningConfigurationException");
  EXPECT_EQ(harness.put("/bucket", "<VersioningConfiguration>", "versioning").code(), "MalformedXML");
  EXPECT_EQ(harness.put("/bucket", "", "versioning").code(), "MalformedXML");
  EXPECT_EQ(harness.get("/bucket", "versioning").body.find("Status"), std::string::npos);
}

TEST_F(VersioningTest, PutBucketVersioning_MfaDeleteIsRefusedClearly) {
  const auto refused =
      harness.put("/bucket", "<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>",
                  "versioning", {{"x-amz-mfa", "serial 123456"}});
  EXPECT_EQ(refused.status, 501);
  EXPECT_EQ(refused.code(), "NotImplemented");
  EXPECT_EQ(harness.get("/bucket", "versioning").body.find("Status"), std::string::npos);
}

TEST_F(VersioningTest, PutBucketVersioning_ExcludesPrefixesAndFolders) {
  const std::string exclusions =
      "<ExcludedPrefixes><Prefix>tmp/</Prefix></ExcludedPrefixes><ExcludedPrefixes><Prefix>*/_temporary/</Prefix></ExcludedPrefixes>"
      "<ExcludeFolders>true</ExcludeFolders>";
  const auto document = [&](const std::string& status) {
    return "<VersioningConfiguration><Status>" + status + "</Status>" + exclusions + "</VersioningConfiguration>";
  };
  EXPECT_EQ(harness.put("/bucket", document("Suspended"), "versioning").code(), "IllegalVersioningConfigurationException");
  EXPECT_EQ(harness.put("/bucket", document("Enabled"), "versioning").status, 200);
  EXPECT_THAT(harness.get("/bucket", "versioning").body, testing::HasSubstr(exclusions));
  for (const std::string path : {"/bucket/tmp/a", "/bucket/job/_temporary/0", "/bucket/folder/"}) {
    EXPECT_EQ(harness.put(path, "one").header("x-amz-version-id"), "") << path;
    EXPECT_EQ(harness.put(path, "two").header("x-amz-version-id"), "") << path;
    EXPECT_EQ(harness.get(path).header("x-amz-version-id"), "null") << path;
  }
  EXPECT_NE(harness.put("/bucket/key", "one").header("x-amz-version-id"), "");
  EXPECT_EQ(texts(harness.get("/bucket", "versions").body, "VersionId").size(), 4U);
}

TEST_F(VersioningTest, PutBucketVersioning_CannotBeSuspendedUnderALock) {
  harness.make_bucket("locked", [](storage::BucketInfo& bucket) {
    bucket.versioning = storage::Versioning::enabled;
    bucket.object_lock = true;
  });
  const auto refused =
      harness.put("/locked", "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>", "versioning");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.code(), "InvalidBucketState");
}

TEST_F(VersioningTest, Versions_AreKeptAndReadById) {
  set("Enabled");
  const auto first = harness.put("/bucket/key", "one").header("x-amz-version-id");
  const auto second = harness.put("/bucket/key", "two").header("x-amz-version-id");
  ASSERT_NE(first, "");
  ASSERT_NE(first, second);
  const auto current = harness.get("/bucket/key");
  EXPECT_EQ(current.body, "two");
  EXPECT_EQ(current.header("x-amz-version-id"), second);
  EXPECT_EQ(harness.get("/bucket/key", "versionId=" + first).body, "one");
}

TEST_F(VersioningTest, Versions_WrittenBeforeAreTheNullVersion) {
  harness.put("/bucket/key", "old");
  set("Enabled");
  harness.put("/bucket/key", "new");
  EXPECT_EQ(harness.get("/bucket/key", "versionId=null").body, "old");
  set("Suspended");
  EXPECT_EQ(harness.put("/bucket/key", "newest").header("x-amz-version-id"), "");
  EXPECT_EQ(harness.get("/bucket/key").header("x-amz-version-id"), "null");
  EXPECT_EQ(harness.get("/bucket/key", "versionId=null").body, "newest");
  EXPECT_EQ(texts(harness.get("/bucket", "versions").body, "VersionId").size(), 2U);
}

TEST_F(VersioningTest, DeleteObject_MakesAMarkerThatCanBeRemoved) {
  set("Enabled");
  harness.put("/bucket/key", "one");
  const auto deleted = harness.del("/bucket/key");
  EXPECT_EQ(deleted.status, 204);
  EXPECT_EQ(deleted.header("x-amz-delete-marker"), "true");
  const auto gone = harness.get("/bucket/key");
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(gone.header("x-amz-delete-marker"), "true");
  const auto removed = harness.del("/bucket/key", "versionId=" + deleted.header("x-amz-version-id"));
  EXPECT_EQ(removed.header("x-amz-delete-marker"), "true");
  EXPECT_EQ(harness.get("/bucket/key").body, "one");
}

}  // namespace
}  // namespace holdfast::s3::test
