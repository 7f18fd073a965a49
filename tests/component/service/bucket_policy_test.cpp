// Bucket policies: kept, shown, and obeyed for anonymous callers.
#include "component/service/answers.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

std::string allow(std::string_view action, std::string_view resource) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":")" + std::string(action) +
         R"(","Resource":")" + std::string(resource) + R"("}]})";
}

class BucketPolicyTest : public testing::Test {
 protected:
  void SetUp() override {
    harness.make_bucket("bucket");
    harness.put("/bucket/key", "hello");
  }
  Reply put_policy(const std::string& policy) { return harness.put("/bucket", policy, "policy"); }
  Harness harness;
};

TEST_F(BucketPolicyTest, PutBucketPolicy_IsReturnedAsItWas) {
  const auto policy = allow("s3:GetObject", "arn:aws:s3:::bucket/*");
  EXPECT_EQ(put_policy(policy).status, 204);
  const auto got = harness.get("/bucket", "policy");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.header("Content-Type"), "application/json");
  EXPECT_EQ(got.body, policy);
}

TEST_F(BucketPolicyTest, GetBucketPolicy_OfNone) {
  const auto none = harness.get("/bucket", "policy");
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(none.code(), "NoSuchBucketPolicy");
  EXPECT_EQ(harness.get("/missing", "policy").code(), "NoSuchBucket");
}

TEST_F(BucketPolicyTest, DeleteBucketPolicy_TakesItsEffectAway) {
  put_policy(allow("s3:GetObject", "arn:aws:s3:::bucket/*"));
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 200);
  EXPECT_EQ(harness.del("/bucket", "policy").status, 204);
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 403);
  EXPECT_EQ(harness.get("/bucket", "policy").code(), "NoSuchBucketPolicy");
  EXPECT_EQ(harness.del("/bucket", "policy").status, 204);
}

TEST_F(BucketPolicyTest, PutBucketPolicy_RefusesWhatIsNoPolicy) {
  for (const std::string& policy : {std::string("nonsense"), std::string("{}"), allow("s3:GetObject", "arn:aws:s3:::another/*"),
                                    std::string(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject",)"
                                                R"("Resource":"arn:aws:s3:::bucket/*"}]})")}) {
    const auto refused = put_policy(policy);
    EXPECT_EQ(refused.status, 400) << policy;
    EXPECT_EQ(refused.code(), "MalformedPolicy") << policy;
  }
  EXPECT_EQ(harness.get("/bucket", "policy").code(), "NoSuchBucketPolicy");
}

TEST_F(BucketPolicyTest, PutBucketPolicy_OfNothing) { EXPECT_EQ(put_policy("").code(), "MissingRequestBodyError"); }

TEST_F(BucketPolicyTest, PutBucketPolicy_TooLarge) {
  const auto policy = allow("s3:GetObject", "arn:aws:s3:::bucket/*");
  EXPECT_EQ(put_policy(policy + std::string(20 * 1024 - policy.size(), ' ')).status, 204);
  EXPECT_EQ(put_policy(policy + std::string(20 * 1024 - policy.size() + 1, ' ')).code(), "MalformedPolicy");
}

TEST_F(BucketPolicyTest, PutBucketPolicy_OfNoBucket) {
  EXPECT_EQ(harness.put("/missing", allow("s3:GetObject", "arn:aws:s3:::missing/*"), "policy").code(), "NoSuchBucket");
}

TEST_F(BucketPolicyTest, PutBucketPolicy_NeedsAnAccount) {
  put_policy(allow("s3:GetObject", "arn:aws:s3:::bucket/*"));
  EXPECT_EQ(harness.send({.method = "PUT", .path = "/bucket", .query = "policy", .body = "{}", .anonymous = true}).code(), "AccessDenied");
}

TEST_F(BucketPolicyTest, Policy_OpensWhatItNamesAndNoMore) {
  put_policy(allow("s3:GetObject", "arn:aws:s3:::bucket/k*"));
  harness.put("/bucket/other", "secret");
  EXPECT_EQ(harness.get_anonymously("/bucket/key").body, "hello");
  EXPECT_EQ(harness.get_anonymously("/bucket/other").status, 403);
  EXPECT_EQ(harness.get_anonymously("/bucket").status, 403);
  EXPECT_EQ(harness.send({.method = "PUT", .path = "/bucket/key", .body = "x", .anonymous = true}).status, 403);
  EXPECT_EQ(harness.send({.method = "DELETE", .path = "/bucket/key", .anonymous = true}).status, 403);
}

TEST_F(BucketPolicyTest, Policy_ReadingAVersionNeedsItsOwnAction) {
  put_policy(allow("s3:GetObject", "arn:aws:s3:::bucket/*"));
  EXPECT_EQ(harness.get_anonymously("/bucket/key", "versionId=null").code(), "AccessDenied");
  put_policy(allow("s3:GetObjectVersion", "arn:aws:s3:::bucket/*"));
  EXPECT_EQ(harness.get_anonymously("/bucket/key", "versionId=null").status, 200);
}

TEST_F(BucketPolicyTest, Policy_TellsMissingKeysOnlyToWhoMayList) {
  put_policy(allow("s3:GetObject", "arn:aws:s3:::bucket/*"));
  EXPECT_EQ(harness.get_anonymously("/bucket/none").code(), "AccessDenied");
  put_policy(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},)"
             R"("Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::bucket/*","arn:aws:s3:::bucket"]}]})");
  EXPECT_EQ(harness.get_anonymously("/bucket/none").code(), "NoSuchKey");
}

TEST_F(BucketPolicyTest, GetBucketPolicyStatus_SaysWhatIsPublic) {
  EXPECT_EQ(harness.get("/bucket", "policyStatus").code(), "NoSuchBucketPolicy");
  put_policy(allow("s3:GetObject", "arn:aws:s3:::bucket/*"));
  EXPECT_EQ(harness.get("/bucket", "policyStatus").element("IsPublic"), "true");
  put_policy(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::bucket/*"}]})");
  EXPECT_EQ(harness.get("/bucket", "policyStatus").element("IsPublic"), "false");
}

}  // namespace
}  // namespace holdfast::s3::test
