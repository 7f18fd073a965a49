#include "harness.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

class LifecycleTest : public ::testing::Test {
 protected:
  LifecycleTest() { harness.make_bucket("bucket"); }
  Reply put(const std::string& rules) {
    return harness.put("/bucket", "<LifecycleConfiguration>" + rules + "</LifecycleConfiguration>", "lifecycle");
  }
  static std::string rule(const std::string& inside, const std::string& filter = "<Filter/>") {
    return "<Rule><ID>one</ID>" + filter + "<Status>Enabled</Status>" + inside + "</Rule>";
  }
  Harness harness;
};

constexpr const char* kDays = "<Expiration><Days>3</Days></Expiration>";

TEST_F(LifecycleTest, GivesBackWhatItGot) {
  EXPECT_EQ(harness.get("/bucket", "lifecycle").code(), "NoSuchLifecycleConfiguration");
  const std::string filter =
      "<Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></And></"
      "Filter>";
  const std::string rules =
      rule(std::string(kDays) +
               "<NoncurrentVersionExpiration><NoncurrentDays>7</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions>"
               "</NoncurrentVersionExpiration>",
           filter);
  EXPECT_EQ(put(rules).status, 200);
  EXPECT_NE(harness.get("/bucket", "lifecycle").body.find(rules), std::string::npos) << harness.get("/bucket", "lifecycle").body;
  EXPECT_EQ(harness.del("/bucket", "lifecycle").status, 204);
  EXPECT_EQ(harness.get("/bucket", "lifecycle").code(), "NoSuchLifecycleConfiguration");
}

TEST_F(LifecycleTest, RefusesWhatAwsRefuses) {
  EXPECT_EQ(put("").code(), "MalformedXML");
  EXPECT_EQ(put(rule("")).code(), "InvalidRequest");
  EXPECT_EQ(put(rule(kDays, "")).code(), "MalformedXML");
  EXPECT_EQ(put(rule(kDays, "<Filter/><Prefix>a</Prefix>")).code(), "MalformedXML");
  EXPECT_EQ(put(rule(kDays, "<Filter><And><Prefix>a</Prefix></And></Filter>")).code(), "MalformedXML");
  EXPECT_EQ(put(rule("<Expiration><Days>0</Days></Expiration>")).code(), "InvalidArgument");
  EXPECT_EQ(put(rule("<Expiration><Days>1</Days><Date>2030-01-01T00:00:00Z</Date></Expiration>")).code(), "MalformedXML");
  EXPECT_EQ(put(rule("<Expiration><Date>2030-01-01T01:00:00Z</Date></Expiration>")).code(), "InvalidArgument");
  EXPECT_EQ(put(rule("<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>")).code(), "InvalidStorageClass");
  EXPECT_EQ(put(rule(kDays) + rule(kDays)).code(), "InvalidArgument") << "the same ID twice";
  EXPECT_EQ(put("<Rule><Filter/>" + std::string(kDays) + "</Rule>").code(), "MalformedXML") << "no status";
  EXPECT_EQ(put(rule("<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>",
                     "<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>"))
                .code(),
            "InvalidRequest");
}

TEST_F(LifecycleTest, SaysWhenAnObjectExpires) {
  ASSERT_EQ(put(rule(kDays, "<Filter><Prefix>tmp/</Prefix></Filter>")).status, 200);
  const std::string expected = R"(expiry-date="Thu, 05 Mar 2026 00:00:00 GMT", rule-id="one")";
  EXPECT_EQ(harness.put("/bucket/tmp/a", "x").header("x-amz-expiration"), expected);
  EXPECT_EQ(harness.head("/bucket/tmp/a").header("x-amz-expiration"), expected);
  EXPECT_EQ(harness.get("/bucket/tmp/a").header("x-amz-expiration"), expected);
  EXPECT_FALSE(harness.put("/bucket/keep", "x").has_header("x-amz-expiration"));
}

}  // namespace
}  // namespace holdfast::s3::test
