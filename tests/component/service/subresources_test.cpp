// The smaller questions that tools ask of every bucket, claims that requests carry, and MinIO's extensions.
#include "component/service/answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class SubresourcesTest : public testing::Test {
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

TEST_F(SubresourcesTest, WhatIsNotConfigured) {
  const std::vector<std::pair<std::string, std::string>> cases = {{"encryption", "ServerSideEncryptionConfigurationNotFoundError"},
                                                                  {"lifecycle", "NoSuchLifecycleConfiguration"},
                                                                  {"replication", "ReplicationConfigurationNotFoundError"},
                                                                  {"website", "NoSuchWebsiteConfiguration"},
                                                                  {"analytics&id=a", "NoSuchConfiguration"},
                                                                  {"intelligent-tiering&id=a", "NoSuchConfiguration"},
                                                                  {"inventory&id=a", "NoSuchConfiguration"},
                                                                  {"metrics&id=a", "NoSuchConfiguration"}};
  for (const auto& [query, code] : cases) {
    const auto none = harness.get("/bucket", query);
    EXPECT_EQ(none.status, 404) << query;
    EXPECT_EQ(none.code(), code) << query;
    EXPECT_EQ(harness.get("/missing", query).code(), "NoSuchBucket") << query;
    EXPECT_EQ(harness.get_anonymously("/bucket", query).code(), "AccessDenied") << query;
  }
}

TEST_F(SubresourcesTest, EmptyDocuments) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"notification", "<NotificationConfiguration "},      {"logging", "<BucketLoggingStatus "},
      {"accelerate", "<AccelerateConfiguration "},          {"analytics", "<ListBucketAnalyticsConfigurationResult "},
      {"inventory", "<ListInventoryConfigurationsResult "}, {"metrics", "<ListMetricsConfigurationsResult "}};
  for (const auto& [query, root] : cases) {
    const auto got = harness.get("/bucket", query);
    EXPECT_EQ(got.status, 200) << query;
    EXPECT_THAT(got.body, HasSubstr(root));
    EXPECT_EQ(harness.get("/missing", query).code(), "NoSuchBucket") << query;
  }
}

TEST_F(SubresourcesTest, DeletingWhatIsNotThere) {
  for (const std::string query : {"encryption", "lifecycle", "replication", "website"}) {
    EXPECT_EQ(harness.del("/bucket", query).status, 204) << query;
    EXPECT_EQ(harness.del("/missing", query).code(), "NoSuchBucket") << query;
  }
  EXPECT_EQ(harness.del("/bucket", "inventory&id=a").code(), "NoSuchConfiguration");
  EXPECT_EQ(harness.head("/bucket").status, 200);
}

TEST_F(SubresourcesTest, PutBucketLogging_CanOnlyBeTurnedOff) {
  EXPECT_EQ(harness.put("/bucket", "<BucketLoggingStatus/>", "logging").status, 200);
  EXPECT_EQ(harness.put("/bucket", "<BucketLoggingStatus><LoggingEnabled/></BucketLoggingStatus>", "logging").code(), "NotImplemented");
  EXPECT_EQ(harness.put("/bucket", "<Other/>", "logging").code(), "MalformedXML");
}

TEST_F(SubresourcesTest, RequestPayment_RequesterNeedsAnAccount) {
  EXPECT_EQ(harness.get("/bucket", "requestPayment").element("Payer"), "BucketOwner");
  harness.put("/bucket/key", "hello", {}, {{"x-amz-acl", "public-read"}});
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 200);
  const std::string requester = "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>";
  EXPECT_EQ(harness.put("/bucket", requester, "requestPayment").status, 200);
  EXPECT_EQ(harness.get("/bucket", "requestPayment").element("Payer"), "Requester");
  EXPECT_EQ(harness.get_anonymously("/bucket/key").code(), "AccessDenied");
  EXPECT_EQ(harness.put("/bucket", "<RequestPaymentConfiguration/>", "requestPayment").code(), "MalformedXML");
}

TEST_F(SubresourcesTest, Accelerate_CanBeSuspended) {
  const auto put = [this](const std::string& status) {
    return harness.put("/bucket", "<AccelerateConfiguration><Status>" + status + "</Status></AccelerateConfiguration>", "accelerate");
  };
  EXPECT_EQ(put("Suspended").status, 200);
  EXPECT_EQ(harness.get("/bucket", "accelerate").element("Status"), "Suspended");
  EXPECT_EQ(put("Enabled").code(), "NotImplemented");
  EXPECT_EQ(put("Other").code(), "MalformedXML");
}

TEST_F(SubresourcesTest, RestoreObject_HasNothingToRestore) {
  const std::string document = "<RestoreRequest><Days>1</Days></RestoreRequest>";
  const auto refused = harness.post("/bucket/key", document, "restore");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.code(), "InvalidObjectState");
  EXPECT_EQ(refused.element("StorageClass"), "STANDARD");
  EXPECT_EQ(harness.post("/bucket/none", document, "restore").code(), "NoSuchKey");
  EXPECT_EQ(harness.post("/bucket/key", "<Other/>", "restore").code(), "MalformedXML");
}

TEST_F(SubresourcesTest, ExpectedBucketOwner) {
  const auto with = [this](std::string owner) {
    return harness.get("/bucket/key", {}, {{"x-amz-expected-bucket-owner", std::move(owner)}});
  };
  EXPECT_EQ(with("000000000000").status, 200);
  EXPECT_EQ(with("366dd5f399c5ed0fee2a6e86d88d9825bd106dd018d21e707c98ee1052ec1926").status, 200);
  const auto refused = with("123456789012");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.code(), "AccessDenied");
  EXPECT_EQ(harness.put("/bucket/new", "x", {}, {{"x-amz-expected-bucket-owner", "123456789012"}}).code(), "AccessDenied");
  EXPECT_EQ(harness.head("/bucket/new").status, 404);
  EXPECT_EQ(harness.del("/bucket/key", {}, {{"x-amz-expected-bucket-owner", "123456789012"}}).code(), "AccessDenied");
  EXPECT_EQ(harness.get("/bucket/key").status, 200);
  Headers copy = {{"x-amz-copy-source", "/bucket/key"}, {"x-amz-source-expected-bucket-owner", "123456789012"}};
  EXPECT_EQ(harness.put("/bucket/copy", {}, {}, copy).code(), "AccessDenied");
  copy[1].second = "000000000000";
  EXPECT_EQ(harness.put("/bucket/copy", {}, {}, copy).status, 200);
}

TEST_F(SubresourcesTest, MfaIsRefusedClearly) {
  const auto refused = harness.del("/bucket/key", "versionId=null", {{"x-amz-mfa", "serial 123456"}});
  EXPECT_EQ(refused.status, 501);
  EXPECT_EQ(refused.code(), "NotImplemented");
  EXPECT_EQ(harness.get("/bucket/key").status, 200);
}

class ForceDeleteTest : public SubresourcesTest {
 protected:
  const Headers force = {{"x-minio-force-delete", "true"}};
};

TEST_F(ForceDeleteTest, OfABucketWithAllItHolds) {
  enable_versioning();
  for (int i = 0; i < 1500; ++i) harness.put("/bucket/many/" + std::to_string(i), "x");
  harness.put("/bucket/key", "newer");
  harness.del("/bucket/key");
  harness.post("/bucket/upload", {}, "uploads");
  EXPECT_EQ(harness.del("/bucket").code(), "BucketNotEmpty");
  EXPECT_EQ(harness.del("/bucket", {}, force).status, 204);
  EXPECT_EQ(harness.head("/bucket").status, 404);
}

TEST_F(ForceDeleteTest, OfAKeyAndAllBelowIt) {
  enable_versioning();
  for (const std::string key : {"a", "a/b", "a/b/c", "ab", "a-b", "b/a"}) harness.put("/bucket/" + key, "x");
  harness.put("/bucket/a", "newer");
  EXPECT_EQ(harness.del("/bucket/a", {}, force).status, 204);
  EXPECT_THAT(keys_of(harness.get("/bucket", "versions")), ElementsAre("a-b", "ab", "b/a", "key"));
}

TEST_F(ForceDeleteTest, OfAPrefixThatEndsInASlash) {
  for (const std::string key : {"a", "a/b", "a/b/c"}) harness.put("/bucket/" + key, "x");
  EXPECT_EQ(harness.del("/bucket/a/", {}, force).status, 204);
  EXPECT_THAT(keys_of(harness.get("/bucket")), ElementsAre("a", "key"));
  EXPECT_EQ(harness.del("/bucket/none/", {}, force).status, 204);
}

TEST_F(ForceDeleteTest, NeverUnderALock) {
  harness.put("/locked", {}, {}, {{"x-amz-bucket-object-lock-enabled", "true"}});
  harness.put("/locked/key", "x");
  for (const std::string path : {"/locked", "/locked/key"}) {
    const auto refused = harness.del(path, {}, force);
    EXPECT_EQ(refused.status, 405) << path;
    EXPECT_EQ(refused.code(), "MethodNotAllowed") << path;
  }
  EXPECT_EQ(harness.get("/locked/key").status, 200);
}

TEST_F(ForceDeleteTest, NeedsItsPermissions) {
  harness.set_policy("bucket",
                     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",)"
                     R"("Action":["s3:DeleteObject","s3:DeleteBucket"],"Resource":["arn:aws:s3:::bucket/*","arn:aws:s3:::bucket"]}]})");
  for (const std::string path : {"/bucket", "/bucket/key"}) {
    EXPECT_EQ(harness.send({.method = "DELETE", .path = path, .headers = force, .anonymous = true}).code(), "AccessDenied") << path;
  }
  EXPECT_EQ(harness.get("/bucket/key").status, 200);
  EXPECT_EQ(harness.del("/missing", {}, force).code(), "NoSuchBucket");
}

class MetadataListingTest : public SubresourcesTest {
 protected:
  void SetUp() override {
    SubresourcesTest::SetUp();
    harness.put("/bucket/described", "x", {},
                {{"content-type", "text/plain"},
                 {"x-amz-meta-eye-color", "blue & green"},
                 {"x-amz-meta-a~b", "hidden"},
                 {"x-amz-tagging", "a=1&b=2%203"}});
  }
};

TEST_F(MetadataListingTest, InListObjectsV2) {
  const auto listing = harness.get("/bucket", "list-type=2&metadata=true");
  EXPECT_EQ(listing.status, 200);
  EXPECT_THAT(keys_of(listing), ElementsAre("described", "key"));
  EXPECT_EQ(listing.element("content-type"), "text/plain");
  EXPECT_EQ(listing.element("X-Amz-Meta-Eye-Color"), "blue &amp; green");
  EXPECT_EQ(listing.element("UserTags"), "a=1&amp;b=2%203");
  EXPECT_THAT(listing.body, Not(HasSubstr("hidden")));
  EXPECT_THAT(harness.get("/bucket", "list-type=2").body, Not(HasSubstr("UserMetadata")));
}

TEST_F(MetadataListingTest, InListObjectVersions) {
  enable_versioning();
  harness.del("/bucket/described");
  const auto listing = harness.get("/bucket", "versions&metadata=true");
  EXPECT_EQ(listing.element("X-Amz-Meta-Eye-Color"), "blue &amp; green");
  EXPECT_EQ(texts(listing.body, "UserTags").size(), 1U);
}

TEST_F(MetadataListingTest, OnlyWhatTheCallerMayRead) {
  harness.set_policy("bucket",
                     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",)"
                     R"("Action":["s3:ListBucket","s3:GetObject"],"Resource":["arn:aws:s3:::bucket/d*","arn:aws:s3:::bucket"]}]})");
  const auto listing = harness.get_anonymously("/bucket", "list-type=2&metadata=true");
  EXPECT_THAT(keys_of(listing), ElementsAre("described", "key"));
  EXPECT_EQ(listing.element("X-Amz-Meta-Eye-Color"), "blue &amp; green");
  EXPECT_THAT(texts(listing.body, "UserTags"), IsEmpty());
  EXPECT_EQ(texts(listing.body, "UserMetadata").size(), 1U);
}

}  // namespace
}  // namespace holdfast::s3::test
