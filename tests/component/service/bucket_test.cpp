// Buckets: CreateBucket, HeadBucket, DeleteBucket, ListBuckets, GetBucketLocation.
#include "component/service/answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string located(std::string_view region) {
  return "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>" + std::string(region) +
         "</LocationConstraint></CreateBucketConfiguration>";
}

TEST(CreateBucket, AnswersWithItsLocation) {
  Harness harness;
  const auto made = harness.put("/fresh");
  EXPECT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.header("Location"), "/fresh");
  EXPECT_EQ(made.body, "");
  EXPECT_EQ(harness.head("/fresh").status, 200);
}

TEST(CreateBucket, OfOnesOwnAgainIsAConflict) {
  Harness harness;
  harness.put("/fresh");
  const auto again = harness.put("/fresh");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.code(), "BucketAlreadyOwnedByYou");
  EXPECT_EQ(again.element("BucketName"), "fresh");
}

TEST(CreateBucket, RefusesBadNames) {
  Harness harness;
  for (const std::string name : {"ab", "Upper", "under_score", "-dash", "dot.", "two..dots", "192.168.0.1", "minio", "a%20b",
                                 "this-name-is-far-too-long-for-a-bucket-because-63-characters-are-the-most"}) {
    const auto refused = harness.put("/" + name);
    EXPECT_EQ(refused.status, 400) << name;
    EXPECT_EQ(refused.code(), "InvalidBucketName") << name;
  }
}

TEST(CreateBucket, KeepsTheRegionAskedFor) {
  Harness harness;
  EXPECT_EQ(harness.put("/fresh", located("eu-west-1")).status, 200);
  const auto location = harness.get("/fresh", "location");
  EXPECT_THAT(location.body, HasSubstr("<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">eu-west-1</"));
  EXPECT_EQ(harness.head("/fresh").header("x-amz-bucket-region"), "eu-west-1");
  EXPECT_EQ(texts(harness.get("/").body, "BucketRegion"), std::vector<std::string>{"eu-west-1"});
}

TEST(CreateBucket, RefusesAnotherRegionThanTheServers) {
  ServiceOptions options;
  options.region = "us-east-1";
  Harness harness(std::move(options));
  const auto refused = harness.put("/fresh", located("eu-west-1"));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code(), "IllegalLocationConstraintException");
  EXPECT_EQ(harness.head("/fresh").status, 404);
}

TEST(CreateBucket, RefusesMalformedXml) {
  Harness harness;
  for (const std::string body : {"<CreateBucketConfiguration>", "<Other/>", "nonsense"}) {
    const auto refused = harness.put("/fresh", body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(refused.code(), "MalformedXML") << body;
  }
}

TEST(CreateBucket, WithLockIsVersioned) {
  Harness harness;
  EXPECT_EQ(harness.put("/fresh", {}, {}, {{"x-amz-bucket-object-lock-enabled", "true"}}).status, 200);
  EXPECT_EQ(harness.get("/fresh", "versioning").element("Status"), "Enabled");
  EXPECT_EQ(harness.put("/other", {}, {}, {{"x-amz-bucket-object-lock-enabled", "maybe"}}).code(), "InvalidArgument");
}

TEST(CreateBucket, NeedsAnAccount) {
  Harness harness;
  const auto refused = harness.send({.method = "PUT", .path = "/fresh", .anonymous = true});
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.code(), "AccessDenied");
}

TEST(HeadBucket, OfNoneIs404WithoutABody) {
  Harness harness;
  const auto missing = harness.head("/missing");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.body, "");
}

TEST(HeadBucket, NamesTheDefaultRegion) {
  Harness harness;
  harness.make_bucket("bucket");
  EXPECT_EQ(harness.head("/bucket").header("x-amz-bucket-region"), "us-east-1");
}

TEST(GetBucketLocation, IsEmptyInTheDefaultRegion) {
  Harness harness;
  harness.make_bucket("bucket");
  const auto location = harness.get("/bucket", "location");
  EXPECT_EQ(location.status, 200);
  EXPECT_THAT(location.body, HasSubstr("<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></LocationConstraint>"));
  EXPECT_EQ(harness.get("/missing", "location").code(), "NoSuchBucket");
}

TEST(DeleteBucket, RemovesAnEmptyOne) {
  Harness harness;
  harness.make_bucket("bucket");
  EXPECT_EQ(harness.del("/bucket").status, 204);
  const auto gone = harness.del("/bucket");
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(gone.code(), "NoSuchBucket");
}

TEST(DeleteBucket, RefusesOneWithObjects) {
  Harness harness;
  harness.make_bucket("bucket");
  harness.put("/bucket/key", "x");
  const auto refused = harness.del("/bucket");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.code(), "BucketNotEmpty");
}

TEST(DeleteBucket, RefusesOneWithOnlyADeleteMarker) {
  Harness harness;
  harness.make_bucket("bucket", [](storage::BucketInfo& bucket) { bucket.versioning = storage::Versioning::enabled; });
  harness.del("/bucket/key");
  EXPECT_EQ(harness.del("/bucket").code(), "BucketNotEmpty");
}

TEST(DeleteBucket, AbortsItsUploads) {
  Harness harness;
  harness.make_bucket("bucket");
  EXPECT_EQ(harness.post("/bucket/key", {}, "uploads").status, 200);
  EXPECT_EQ(harness.del("/bucket").status, 204);
}

TEST(ListBuckets, ShowsOwnerAndDates) {
  Harness harness;
  harness.make_bucket("beta");
  harness.make_bucket("alpha");
  const auto listing = harness.get("/");
  EXPECT_EQ(listing.status, 200);
  EXPECT_EQ(listing.header("Content-Type"), "application/xml");
  EXPECT_THAT(texts(listing.body, "Name"), ElementsAre("alpha", "beta"));
  EXPECT_EQ(texts(listing.body, "CreationDate").at(0), "2026-03-01T12:00:00.000Z");
  EXPECT_EQ(listing.element("ID").size(), 64U);
  EXPECT_THAT(texts(listing.body, "ContinuationToken"), IsEmpty());
}

TEST(ListBuckets, PagesByPrefix) {
  Harness harness;
  for (const std::string name : {"aa1", "aa2", "aa3", "bb1"}) harness.make_bucket(name);
  const auto first = harness.get("/", "prefix=aa&max-buckets=2");
  EXPECT_THAT(texts(first.body, "Name"), ElementsAre("aa1", "aa2"));
  EXPECT_EQ(first.element("Prefix"), "aa");
  const auto token = first.element("ContinuationToken");
  ASSERT_NE(token, "");
  const auto second = harness.get("/", "prefix=aa&max-buckets=2&continuation-token=" + token);
  EXPECT_THAT(texts(second.body, "Name"), ElementsAre("aa3"));
  EXPECT_EQ(second.element("ContinuationToken"), "");
}

TEST(ListBuckets, RefusesBadParameters) {
  Harness harness;
  for (const std::string query : {"max-buckets=0", "max-buckets=10001", "max-buckets=x", "continuation-token=%21"}) {
    EXPECT_EQ(harness.get("/", query).code(), "InvalidArgument") << query;
  }
}

TEST(ListBuckets, NeedsAnAccount) {
  Harness harness;
  EXPECT_EQ(harness.get_anonymously("/").code(), "AccessDenied");
}

}  // namespace
}  // namespace holdfast::s3::test
