// CORS rules of buckets: kept, and obeyed in place of the server-wide setting.
#include "component/service/answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

using testing::ElementsAre;

std::string configuration(std::string_view rules) {
  return "<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + std::string(rules) + "</CORSConfiguration>";
}
std::string rule(std::string_view inner) { return "<CORSRule>" + std::string(inner) + "</CORSRule>"; }
std::string minimal() { return rule("<AllowedOrigin>https://a.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"); }

class CorsRulesTest : public testing::Test {
 protected:
  void SetUp() override {
    harness.make_bucket("bucket");
    harness.make_bucket("other");
    harness.put("/bucket/key", "hello");
  }
  Reply put_rules(const std::string& document) { return harness.put("/bucket", document, "cors"); }
  void set_rules() {
    const auto put = put_rules(configuration(
        rule("<ID>app</ID><AllowedOrigin>https://*.app.example</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>"
             "<AllowedMethod>GET</AllowedMethod><AllowedHeader>x-amz-*</AllowedHeader><AllowedHeader>Content-Type</AllowedHeader>"
             "<ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-amz-version-id</ExposeHeader><MaxAgeSeconds>600</MaxAgeSeconds>") +
        rule("<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>")));
    ASSERT_EQ(put.status, 200) << put.body;
  }
  Reply preflight(std::string origin, std::string method, std::string headers = {}, std::string path = "/bucket/key") {
    Call call{.method = "OPTIONS", .path = std::move(path), .anonymous = true};
    call.headers = {{"origin", std::move(origin)}, {"access-control-request-method", std::move(method)}};
    if (!headers.empty()) call.headers.emplace_back("access-control-request-headers", std::move(headers));
    return harness.send(std::move(call));
  }
  Harness harness;
};

TEST_F(CorsRulesTest, PutBucketCors_IsReturned) {
  set_rules();
  const auto got = harness.get("/bucket", "cors");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.header("Content-Type"), "application/xml");
  EXPECT_THAT(texts(got.body, "AllowedOrigin"), ElementsAre("https://*.app.example", "*"));
  EXPECT_THAT(texts(got.body, "AllowedMethod"), ElementsAre("PUT", "GET", "GET"));
  EXPECT_THAT(texts(got.body, "AllowedHeader"), ElementsAre("x-amz-*", "Content-Type"));
  EXPECT_THAT(texts(got.body, "ExposeHeader"), ElementsAre("ETag", "x-amz-version-id"));
  EXPECT_EQ(got.element("ID"), "app");
  EXPECT_EQ(got.element("MaxAgeSeconds"), "600");
}

TEST_F(CorsRulesTest, GetBucketCors_OfNone) {
  const auto none = harness.get("/bucket", "cors");
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(none.code(), "NoSuchCORSConfiguration");
  EXPECT_EQ(harness.get("/missing", "cors").code(), "NoSuchBucket");
}

TEST_F(CorsRulesTest, DeleteBucketCors_BringsTheServersSettingBack) {
  set_rules();
  EXPECT_EQ(preflight("https://evil.example", "PUT").status, 403);
  EXPECT_EQ(harness.del("/bucket", "cors").status, 204);
  EXPECT_EQ(harness.get("/bucket", "cors").code(), "NoSuchCORSConfiguration");
  EXPECT_EQ(preflight("https://evil.example", "PUT").header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(harness.del("/bucket", "cors").status, 204);
}

TEST_F(CorsRulesTest, PutBucketCors_RefusesMalformedXml) {
  for (const std::string& document :
       {std::string(), std::string("<CORSConfiguration>"), configuration(""), configuration("<Other/>"), configuration(rule("")),
        configuration(rule("<AllowedOrigin>*</AllowedOrigin>")), configuration(rule("<AllowedMethod>GET</AllowedMethod>")),
        configuration(rule("<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><MaxAgeSeconds>soon</MaxAgeSeconds>")),
        configuration(rule("<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><Unknown>x</Unknown>")),
        configuration(rule("<AllowedOrigin></AllowedOrigin><AllowedMethod>GET</AllowedMethod>"))}) {
    const auto refused = put_rules(document);
    EXPECT_EQ(refused.status, 400) << document;
    EXPECT_EQ(refused.code(), "MalformedXML") << document;
  }
}

TEST_F(CorsRulesTest, PutBucketCors_RefusesWhatRulesMayNotSay) {
  const std::string base = "<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"<AllowedOrigin>*</AllowedOrigin><AllowedMethod>PATCH</AllowedMethod>", "Unsupported method is PATCH"},
      {"<AllowedOrigin>*</AllowedOrigin><AllowedMethod>get</AllowedMethod>", "Unsupported method is get"},
      {"<AllowedOrigin>http://*.*.com</AllowedOrigin><AllowedMethod>GET</AllowedMethod>", "can not have more than one wildcard"},
      {base + "<AllowedHeader>*-*</AllowedHeader>", "can not have more than one wildcard"},
      {base + "<ExposeHeader>x-*</ExposeHeader>", "do not support wildcard for ExposeHeader"},
      {base + "<ExposeHeader>a&#10;b: c</ExposeHeader>", "not the name of a header"}};
  for (const auto& [inner, message] : cases) {
    const auto refused = put_rules(configuration(rule(inner)));
    EXPECT_EQ(refused.status, 400) << inner;
    EXPECT_EQ(refused.code(), "InvalidRequest") << inner;
    EXPECT_THAT(refused.element("Message"), testing::HasSubstr(message));
  }
  EXPECT_EQ(put_rules(configuration(rule(base + "<ID>" + std::string(256, 'i') + "</ID>"))).code(), "InvalidArgument");
  EXPECT_EQ(harness.get("/bucket", "cors").code(), "NoSuchCORSConfiguration");
}

TEST_F(CorsRulesTest, PutBucketCors_HundredRulesAtMost) {
  std::string rules;
  for (int i = 0; i < 100; ++i) rules += minimal();
  EXPECT_EQ(put_rules(configuration(rules)).status, 200);
  EXPECT_EQ(put_rules(configuration(rules + minimal())).code(), "InvalidRequest");
}

TEST_F(CorsRulesTest, PutBucketCors_OfNoBucketOrWithoutPermission) {
  EXPECT_EQ(harness.put("/missing", configuration(minimal()), "cors").code(), "NoSuchBucket");
  Call call{.method = "PUT", .path = "/bucket", .query = "cors", .body = configuration(minimal()), .anonymous = true};
  EXPECT_EQ(harness.send(call).code(), "AccessDenied");
}

TEST_F(CorsRulesTest, Preflight_OfANamedOrigin) {
  set_rules();
  const auto allowed = preflight("https://one.app.example", "PUT", "X-Amz-Date, content-type");
  EXPECT_EQ(allowed.status, 200);
  EXPECT_EQ(allowed.header("Access-Control-Allow-Origin"), "https://one.app.example");
  EXPECT_EQ(allowed.header("Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(allowed.header("Access-Control-Allow-Methods"), "PUT, GET");
  EXPECT_EQ(allowed.header("Access-Control-Allow-Headers"), "x-amz-date, content-type");
  EXPECT_EQ(allowed.header("Access-Control-Expose-Headers"), "ETag, x-amz-version-id");
  EXPECT_EQ(allowed.header("Access-Control-Max-Age"), "600");
  EXPECT_EQ(allowed.header("Vary"), "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

TEST_F(CorsRulesTest, Preflight_OfAnyOriginHasNoCredentials) {
  set_rules();
  const auto allowed = preflight("https://elsewhere.example", "GET");
  EXPECT_EQ(allowed.status, 200);
  EXPECT_EQ(allowed.header("Access-Control-Allow-Origin"), "*");
  EXPECT_FALSE(allowed.has_header("Access-Control-Allow-Credentials"));
  EXPECT_FALSE(allowed.has_header("Access-Control-Max-Age"));
}

TEST_F(CorsRulesTest, Preflight_RefusesWhatNoRuleAllows) {
  set_rules();
  for (const auto& refused :
       {preflight("https://elsewhere.example", "PUT"), preflight("https://one.app.example", "DELETE"),
        preflight("https://one.app.example", "PUT", "x-amz-date,authorization"), preflight("https://one.app.example.evil", "PUT")}) {
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.code(), "AccessForbidden");
    EXPECT_FALSE(refused.has_header("Access-Control-Allow-Origin"));
    EXPECT_EQ(refused.header("Vary"), "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
  }
}

TEST_F(CorsRulesTest, Preflight_NeedsItsHeaders) {
  set_rules();
  EXPECT_EQ(harness.send({.method = "OPTIONS", .path = "/bucket/key", .anonymous = true}).status, 400);
  EXPECT_EQ(harness.send({.method = "OPTIONS", .path = "/bucket/key", .headers = {{"origin", "https://a"}}, .anonymous = true}).status,
            400);
}

TEST_F(CorsRulesTest, Preflight_OfAnotherBucketFollowsTheServer) {
  set_rules();
  EXPECT_EQ(preflight("https://evil.example", "PUT", {}, "/other/key").status, 200);
  EXPECT_EQ(preflight("https://evil.example", "PUT", {}, "/missing/key").status, 200);
}

TEST_F(CorsRulesTest, Answers_CarryTheRulesHeaders) {
  set_rules();
  const Headers origin = {{"origin", "https://one.app.example"}};
  for (const auto& reply :
       {harness.get("/bucket/key", {}, origin), harness.get("/bucket/none", {}, origin), harness.put("/bucket/new", "x", {}, origin),
        harness.send({.method = "GET", .path = "/bucket/key", .headers = origin, .anonymous = true})}) {
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "https://one.app.example") << reply.status;
    EXPECT_EQ(reply.header("Access-Control-Allow-Credentials"), "true");
    EXPECT_EQ(reply.header("Access-Control-Expose-Headers"), "ETag, x-amz-version-id");
    EXPECT_EQ(reply.header("Vary"), "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
  }
}

TEST_F(CorsRulesTest, Answers_ToOthersCarryNone) {
  set_rules();
  const auto deleted = harness.del("/bucket/key", {}, {{"origin", "https://one.app.example"}});
  EXPECT_EQ(deleted.status, 204);
  EXPECT_FALSE(deleted.has_header("Access-Control-Allow-Origin"));
  const auto plain = harness.get("/bucket/none");
  EXPECT_FALSE(plain.has_header("Access-Control-Allow-Origin"));
  EXPECT_EQ(plain.header("Vary"), "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
  EXPECT_FALSE(harness.get("/other/none").has_header("Vary"));
}

TEST_F(CorsRulesTest, Answers_UnderVirtualHosts) {
  ServiceOptions options;
  options.domains = {"s3.example.org"};
  Harness hosted(std::move(options));
  hosted.make_bucket("bucket");
  hosted.put("/bucket", configuration(minimal()), "cors");
  Call call{.method = "OPTIONS", .path = "/key", .anonymous = true, .host = "bucket.s3.example.org"};
  call.headers = {{"origin", "https://a.example"}, {"access-control-request-method", "GET"}};
  EXPECT_EQ(hosted.send(call).status, 200);
  call.headers[0].second = "https://b.example";
  EXPECT_EQ(hosted.send(call).status, 403);
}

}  // namespace
}  // namespace holdfast::s3::test
