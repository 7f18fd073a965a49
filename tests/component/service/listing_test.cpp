// ListObjects, ListObjectsV2, ListObjectVersions.
#include "component/service/answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ListingTest : public testing::Test {
 protected:
  void SetUp() override { harness.make_bucket("bucket"); }
  void put(std::initializer_list<const char*> encoded_keys) {
    for (const std::string key : encoded_keys) ASSERT_EQ(harness.put("/bucket/" + key, "x").status, 200) << key;
  }
  Reply v1(std::string query = {}) { return harness.get("/bucket", std::move(query)); }
  Reply v2(const std::string& query = {}) { return harness.get("/bucket", "list-type=2" + (query.empty() ? "" : "&" + query)); }
  Reply versions(const std::string& query = {}) { return harness.get("/bucket", "versions" + (query.empty() ? "" : "&" + query)); }
  void set_versioning(const std::string& status) {
    const auto reply =
        harness.put("/bucket", "<VersioningConfiguration><Status>" + status + "</Status></VersioningConfiguration>", "versioning");
    ASSERT_EQ(reply.status, 200) << reply.body;
  }
  Harness harness;
};

TEST_F(ListingTest, ListObjects_Empty) {
  const auto listing = v1();
  EXPECT_EQ(listing.status, 200);
  EXPECT_THAT(listing.body, HasSubstr("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name>"
                                      "<Prefix></Prefix><Marker></Marker><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>"));
  EXPECT_THAT(keys_of(listing), IsEmpty());
}

TEST_F(ListingTest, ListObjects_ShowsEachObject) {
  put({"key"});
  const auto listing = v1();
  EXPECT_EQ(listing.element("LastModified"), "2026-03-01T12:00:00.000Z");
  EXPECT_EQ(listing.element("ETag"), "&quot;9dd4e461268c8034f5c8564e155c67a6&quot;");
  EXPECT_EQ(listing.element("Size"), "1");
  EXPECT_EQ(listing.element("StorageClass"), "STANDARD");
  EXPECT_EQ(listing.element("DisplayName"), "root");
  EXPECT_EQ(listing.element("ChecksumAlgorithm"), "CRC64NVME");
  EXPECT_EQ(listing.element("ChecksumType"), "FULL_OBJECT");
}

TEST_F(ListingTest, ListObjects_InByteOrder) {
  put({"b", "a/b", "a", "B", "%C3%A9", "a/a"});
  EXPECT_THAT(keys_of(v1()), ElementsAre("B", "a", "a/a", "a/b", "b", "\xC3\xA9"));
}

TEST_F(ListingTest, ListObjects_PagesByMarker) {
  put({"a", "b", "c"});
  const auto first = v1("max-keys=2");
  EXPECT_THAT(keys_of(first), ElementsAre("a", "b"));
  EXPECT_EQ(first.element("IsTruncated"), "true");
  EXPECT_EQ(first.element("MaxKeys"), "2");
  EXPECT_THAT(first.body, Not(HasSubstr("NextMarker")));
  const auto second = v1("max-keys=2&marker=b");
  EXPECT_THAT(keys_of(second), ElementsAre("c"));
  EXPECT_EQ(second.element("IsTruncated"), "false");
  EXPECT_EQ(second.element("Marker"), "b");
}

TEST_F(ListingTest, ListObjects_NamesTheNextMarkerWithADelimiter) {
  put({"a/1", "a/2", "b", "c/1"});
  const auto first = v1("delimiter=%2F&max-keys=1");
  EXPECT_THAT(prefixes_of(first), ElementsAre("a/"));
  EXPECT_EQ(first.element("NextMarker"), "a/");
  const auto second = v1("delimiter=%2F&max-keys=1&marker=a%2F");
  EXPECT_THAT(keys_of(second), ElementsAre("b"));
  const auto third = v1("delimiter=%2F&marker=b");
  EXPECT_THAT(prefixes_of(third), ElementsAre("c/"));
  EXPECT_EQ(third.element("IsTruncated"), "false");
}

TEST_F(ListingTest, ListObjects_PrefixAndLongDelimiter) {
  put({"x--a--1", "x--a--2", "x--b", "y"});
  const auto listing = v1("prefix=x--&delimiter=--");
  EXPECT_EQ(listing.element("Prefix"), "x--");
  EXPECT_EQ(listing.element("Delimiter"), "--");
  EXPECT_THAT(keys_of(listing), ElementsAre("x--b"));
  EXPECT_THAT(prefixes_of(listing), ElementsAre("x--a--"));
}

TEST_F(ListingTest, ListObjects_NoKeysAskedFor) {
  put({"a"});
  const auto listing = v1("max-keys=0");
  EXPECT_EQ(listing.status, 200);
  EXPECT_EQ(listing.element("IsTruncated"), "false");
  EXPECT_THAT(keys_of(listing), IsEmpty());
}

TEST_F(ListingTest, ListObjects_MoreThanAPageIsAPage) {
  const auto listing = v1("max-keys=5000");
  EXPECT_EQ(listing.status, 200);
  EXPECT_EQ(listing.element("MaxKeys"), "1000");
}

TEST_F(ListingTest, ListObjects_RefusesBadParameters) {
  for (const std::string query :
       {"max-keys=x", "max-keys=-1", "encoding-type=base64", "list-type=2&max-keys=1.5", "list-type=2&continuation-token=%21",
        "list-type=2&continuation-token=", "versions&max-keys=x", "versions&version-id-marker=null"}) {
    const auto refused = harness.get("/bucket", query);
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_EQ(refused.code(), "InvalidArgument") << query;
  }
}

TEST_F(ListingTest, ListObjects_OfNoBucket) {
  for (const std::string query : {"", "list-type=2", "versions"}) {
    const auto missing = harness.get("/missing", query);
    EXPECT_EQ(missing.status, 404) << query;
    EXPECT_EQ(missing.code(), "NoSuchBucket") << query;
  }
}

TEST_F(ListingTest, ListObjects_EncodesNamesWhenAsked) {
  put({"a%20b%2Bc%0A", "dir%20x/y"});
  const auto listing = v1("encoding-type=url&delimiter=%2F&prefix=&marker=");
  EXPECT_EQ(listing.element("EncodingType"), "url");
  EXPECT_THAT(keys_of(listing), ElementsAre("a%20b%2Bc%0A"));
  EXPECT_THAT(prefixes_of(listing), ElementsAre("dir%20x/"));
}

TEST_F(ListingTest, ListObjects_EscapesNamesOtherwise) {
  put({"a%26b%3C%0A"});
  EXPECT_THAT(keys_of(v1()), ElementsAre("a&amp;b&lt;&#xA;"));
}

TEST_F(ListingTest, ListObjectsV2_CountsKeysAndPrefixes) {
  put({"a/1", "b", "c"});
  const auto listing = v2("delimiter=%2F");
  EXPECT_EQ(listing.element("KeyCount"), "3");
  EXPECT_THAT(keys_of(listing), ElementsAre("b", "c"));
  EXPECT_THAT(prefixes_of(listing), ElementsAre("a/"));
  EXPECT_THAT(listing.body, Not(HasSubstr("Owner")));
  EXPECT_THAT(listing.body, Not(HasSubstr("NextContinuationToken")));
}

TEST_F(ListingTest, ListObjectsV2_ContinuesWhereItStopped) {
  put({"a/1", "a/2", "b", "c/1", "d"});
  std::string token;
  std::vector<std::string> seen;
  for (int page = 0; page < 10; ++page) {
    const auto listing = v2("delimiter=%2F&max-keys=1" + (token.empty() ? "" : "&continuation-token=" + token));
    for (const auto& key : keys_of(listing)) seen.push_back(key);
    for (const auto& prefix : prefixes_of(listing)) seen.push_back(prefix);
    if (!token.empty()) {
      EXPECT_EQ(listing.element("ContinuationToken"), token);
    }
    token = listing.element("NextContinuationToken");
    if (listing.element("IsTruncated") == "false") break;
    ASSERT_NE(token, "");
  }
  EXPECT_THAT(seen, ElementsAre("a/", "b", "c/", "d"));
}

TEST_F(ListingTest, ListObjectsV2_StartAfter) {
  put({"a", "b", "c"});
  const auto listing = v2("start-after=a");
  EXPECT_EQ(listing.element("StartAfter"), "a");
  EXPECT_THAT(keys_of(listing), ElementsAre("b", "c"));
}

TEST_F(ListingTest, ListObjectsV2_TokenOutranksStartAfter) {
  put({"a", "b", "c"});
  const auto token = v2("max-keys=2").element("NextContinuationToken");
  EXPECT_THAT(keys_of(v2("start-after=a&continuation-token=" + token)), ElementsAre("c"));
}

TEST_F(ListingTest, ListObjectsV2_OwnerOnlyWhenAsked) {
  put({"a"});
  EXPECT_THAT(v2("fetch-owner=true").body, HasSubstr("<Owner><ID>"));
}

TEST_F(ListingTest, ListObjectsV2_NoKeysAskedFor) {
  put({"a"});
  const auto listing = v2("max-keys=0");
  EXPECT_EQ(listing.element("KeyCount"), "0");
  EXPECT_EQ(listing.element("IsTruncated"), "false");
}

TEST_F(ListingTest, ListObjectsV2_LeavesOutDeletedKeys) {
  set_versioning("Enabled");
  put({"a", "b"});
  harness.del("/bucket/a");
  EXPECT_THAT(keys_of(v2()), ElementsAre("b"));
}

TEST_F(ListingTest, ListObjects_KeepsTheStorageClass) {
  harness.put("/bucket/a", "x", {}, {{"x-amz-storage-class", "STANDARD_IA"}});
  EXPECT_EQ(v1().element("StorageClass"), "STANDARD_IA");
  EXPECT_EQ(versions().element("StorageClass"), "STANDARD_IA");
}

TEST_F(ListingTest, ListObjectVersions_OfAnUnversionedBucket) {
  put({"a"});
  const auto listing = versions();
  EXPECT_EQ(listing.status, 200);
  EXPECT_EQ(listing.element("VersionId"), "null");
  EXPECT_EQ(listing.element("IsLatest"), "true");
  EXPECT_EQ(listing.element("DisplayName"), "root");
  EXPECT_THAT(listing.body, HasSubstr("<ListVersionsResult "));
}

TEST_F(ListingTest, ListObjectVersions_NewestFirstWithMarkers) {
  put({"a"});
  set_versioning("Enabled");
  const auto second = harness.put("/bucket/a", "two").header("x-amz-version-id");
  const auto marker = harness.del("/bucket/a").header("x-amz-version-id");
  put({"b"});
  const auto listing = versions();
  const auto ids = texts(listing.body, "VersionId");
  ASSERT_EQ(ids.size(), 4U);
  EXPECT_EQ(ids[0], marker);
  EXPECT_EQ(ids[1], second);
  EXPECT_EQ(ids[2], "null");
  EXPECT_THAT(texts(listing.body, "IsLatest"), ElementsAre("true", "false", "false", "true"));
  ASSERT_EQ(texts(listing.body, "DeleteMarker").size(), 1U);
  EXPECT_THAT(texts(listing.body, "DeleteMarker").at(0), Not(HasSubstr("ETag")));
}

TEST_F(ListingTest, ListObjectVersions_PagesThroughOneKey) {
  set_versioning("Enabled");
  put({"a", "a", "a", "b"});
  std::vector<std::string> seen;
  std::string query = "max-keys=1";
  for (int page = 0; page < 10; ++page) {
    const auto listing = versions(query);
    for (const auto& id : texts(listing.body, "VersionId")) seen.push_back(id);
    if (listing.element("IsTruncated") == "false") break;
    query = "max-keys=1&key-marker=" + listing.element("NextKeyMarker") + "&version-id-marker=" + listing.element("NextVersionIdMarker");
  }
  EXPECT_EQ(seen, texts(versions().body, "VersionId"));
  EXPECT_EQ(seen.size(), 4U);
}

TEST_F(ListingTest, ListObjectVersions_PrefixAndDelimiter) {
  put({"a/1", "a/2", "b"});
  const auto listing = versions("delimiter=%2F&max-keys=1");
  EXPECT_THAT(prefixes_of(listing), ElementsAre("a/"));
  EXPECT_EQ(listing.element("NextKeyMarker"), "a/");
  EXPECT_THAT(listing.body, Not(HasSubstr("NextVersionIdMarker")));
  EXPECT_THAT(keys_of(versions("delimiter=%2F&key-marker=a%2F")), ElementsAre("b"));
  EXPECT_THAT(keys_of(versions("prefix=a%2F")), ElementsAre("a/1", "a/2"));
}

TEST_F(ListingTest, ListObjectVersions_KeyMarkerAloneStartsAfterTheKey) {
  set_versioning("Enabled");
  put({"a", "a", "b"});
  EXPECT_THAT(keys_of(versions("key-marker=a")), ElementsAre("b"));
}

}  // namespace
}  // namespace holdfast::s3::test
