#include "holdfast/auth/post_policy.hpp"

#include "holdfast/base/encoding.hpp"

#include <gtest/gtest.h>

namespace holdfast::auth {
namespace {

const TimePoint kNow = *parse_iso8601("2026-03-01T12:00:00Z");

std::string policy(std::string_view conditions, std::string_view expiration = "2026-03-01T13:00:00.000Z") {
  return base64_encode(as_bytes("{\"expiration\":\"" + std::string(expiration) + "\",\"conditions\":[" + std::string(conditions) + "]}"));
}

using Fields = std::vector<HeaderView>;

// "ok", or the message.
std::string check(std::string_view conditions, const Fields& fields) {
  const auto parsed = PostPolicy::parse(policy(conditions));
  if (!parsed) return std::string(parsed.error().text());
  const auto outcome = parsed->check(fields, kNow);
  return outcome ? "ok" : std::string(outcome.error().text());
}

TEST(PostPolicyTest, EveryFormOfCondition) {
  const Fields fields = {{"key", "user/a.txt"}, {"acl", "public-read"}, {"content-type", "image/png"}, {"success_action_status", "201"}};
  EXPECT_EQ(check(R"({"acl":"public-read"},["eq","$key","user/a.txt"],["starts-with","$Content-Type","image/"],
                     {"success_action_status":201})",
                  fields),
            "ok");
  EXPECT_EQ(check(R"(["starts-with","$key","user/"],["starts-with","$acl",""],["starts-with","$content-type",""],
                     ["EQ","$success_action_status","201"])",
                  fields),
            "ok");
}

TEST(PostPolicyTest, AConditionThatFails) {
  const Fields fields = {{"key", "user/a.txt"}};
  EXPECT_EQ(check(R"(["eq","$key","user/b.txt"])", fields),
            "Invalid according to Policy: Policy Condition failed: [\"eq\", \"$key\", \"user/b.txt\"]");
  EXPECT_EQ(check(R"(["starts-with","$key","other/"])", fields),
            "Invalid according to Policy: Policy Condition failed: [\"starts-with\", \"$key\", \"other/\"]");
  EXPECT_EQ(check(R"({"key":"user/a.txt"},{"acl":"private"})", fields),
            "Invalid according to Policy: Policy Condition failed: [\"eq\", \"$acl\", \"private\"]");
}

TEST(PostPolicyTest, FieldsWithoutACondition) {
  EXPECT_EQ(check(R"({"key":"a"})", {{"key", "a"}, {"acl", "private"}}), "Invalid according to Policy: Extra input fields: acl");
  EXPECT_EQ(check(R"({"key":"a"})", {{"key", "a"}, {"bucket", "b"}}), "Invalid according to Policy: Extra input fields: bucket");
  EXPECT_EQ(
      check(R"({"key":"a"})",
            {{"key", "a"}, {"policy", "p"}, {"x-amz-signature", "s"}, {"signature", "s"}, {"awsaccesskeyid", "k"}, {"x-ignore-me", "i"}}),
      "ok");
  EXPECT_EQ(check(R"({"key":"a"})", {{"key", "a"}, {"x-amz-credential", "c"}}),
            "Invalid according to Policy: Extra input fields: x-amz-credential");
}

TEST(PostPolicyTest, EveryContentTypeOfAList) {
  EXPECT_EQ(check(R"(["starts-with","$Content-Type","image/"])", {{"content-type", "image/png, image/jpeg"}}), "ok");
  EXPECT_NE(check(R"(["starts-with","$Content-Type","image/"])", {{"content-type", "image/png, text/html"}}), "ok");
}

TEST(PostPolicyTest, Expires) {
  const auto parsed = PostPolicy::parse(policy("", "2026-03-01T12:00:00Z"));
  ASSERT_TRUE(parsed);
  const auto outcome = parsed->check({}, kNow);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::AccessDenied);
  EXPECT_EQ(outcome.error().text(), "Invalid according to Policy: Policy expired.");
  EXPECT_TRUE(parsed->check({}, kNow - std::chrono::seconds(1)));
}

TEST(PostPolicyTest, RangesNarrowEachOther) {
  const auto parsed = PostPolicy::parse(policy(R"(["content-length-range",10,1000],["content-length-range","5","100"])"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->min_bytes(), 10U);
  EXPECT_EQ(parsed->max_bytes(), 100U);
  const auto none = PostPolicy::parse(policy(""));
  EXPECT_EQ(none->min_bytes(), 0U);
  EXPECT_EQ(none->max_bytes(), std::numeric_limits<std::uint64_t>::max());
}

TEST(PostPolicyTest, WhatIsNoPolicy) {
  const auto refused = [](std::string_view base64) {
    const auto parsed = PostPolicy::parse(base64);
    return !parsed && parsed.error().code == ErrorCode::InvalidPolicyDocument;
  };
  EXPECT_TRUE(refused("not base64!"));
  for (const std::string_view json :
       {"", "{", "[]", "{\"expiration\":\"2026-03-01T13:00:00Z\"}", "{\"conditions\":[]}", "{\"expiration\":\"soon\",\"conditions\":[]}",
        "{\"expiration\":1,\"conditions\":[]}", "{\"expiration\":\"2026-03-01T13:00:00Z\",\"conditions\":{}}"}) {
    EXPECT_TRUE(refused(base64_encode(as_bytes(json)))) << json;
  }
  for (const std::string_view condition :
       {"1", "[]", R"(["eq","$key"])", R"(["eq","$key","a","b"])", R"(["matches","$key","a"])", R"(["eq","key","a"])", R"(["eq","$","a"])",
        R"(["eq","$key",["a"]])", "{}", R"({"key":"a","acl":"b"})", R"({"key":["a"]})", R"({"key":null})",
        R"(["content-length-range",-1,5])", R"(["content-length-range",6,5])", R"(["content-length-range","a",5])", R"([1,"$key","a"])"}) {
    EXPECT_TRUE(refused(policy(condition))) << condition;
  }
  EXPECT_TRUE(refused(policy(std::string(1000, '[') + std::string(1000, ']'))));
  EXPECT_TRUE(refused(base64_encode(as_bytes(std::string_view("{\"expiration\":\"2026-03-01T13:00:00Z\",\"conditions\":[]}\0x", 55)))));
}

}  // namespace
}  // namespace holdfast::auth
