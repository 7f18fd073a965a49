// The pipeline: ids, addresses, errors, who may do what, CORS, default credentials.
#include "component/service/harness.hpp"

#include <gtest/gtest.h>

#include <set>

namespace holdfast::s3::test {
namespace {

constexpr const char* kReadPolicy = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",
  "Action":["s3:GetObject"],"Resource":"arn:aws:s3:::public/*"}]})";
constexpr const char* kListPolicy = R"({"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Principal":"*","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::public/*"},
  {"Effect":"Allow","Principal":"*","Action":["s3:ListBucket"],"Resource":"arn:aws:s3:::public"}]})";

class ServiceTest : public testing::Test {
 protected:
  void SetUp() override { harness.make_bucket("public"); }
  Harness harness;
};

TEST_F(ServiceTest, EveryAnswerHasIds) {
  harness.put("/public/key", "x");
  std::set<std::string> ids;
  for (const auto& reply : {harness.get("/public/key"), harness.get("/public/absent"), harness.get_anonymously("/public/key"),
                            harness.send({.method = "PATCH", .path = "/public"}), harness.send({.method = "OPTIONS"})}) {
    EXPECT_EQ(reply.header("x-amz-request-id").size(), 16U);
    EXPECT_TRUE(reply.has_header("x-amz-id-2"));
    ids.insert(reply.header("x-amz-request-id"));
  }
  EXPECT_EQ(ids.size(), 5U);
}

TEST_F(ServiceTest, ErrorsAreXml) {
  const auto reply = harness.get("/public/a%26b");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.header("Content-Type"), "application/xml");
  EXPECT_EQ(reply.code(), "NoSuchKey");
  EXPECT_EQ(reply.element("Key"), "a&amp;b");
  EXPECT_EQ(reply.element("BucketName"), "public");
  EXPECT_EQ(reply.element("Resource"), "/public/a%26b");
  EXPECT_EQ(reply.element("RequestId"), reply.header("x-amz-request-id"));
}

TEST_F(ServiceTest, BadRequests) {
  EXPECT_EQ(harness.send({.method = "GET", .path = "/public/%zz", .anonymous = true}).code(), "InvalidURI");
  EXPECT_EQ(harness.send({.method = "GET", .path = "/public", .query = "prefix=%", .anonymous = true}).code(), "InvalidURI");
  EXPECT_EQ(harness.send({.method = "PATCH", .path = "/public"}).code(), "MethodNotAllowed");
  const auto acl = harness.del("/public", "versioning");
  EXPECT_EQ(acl.status, 405);
  EXPECT_EQ(harness.get("/public/key").code(), "NoSuchKey");  // the bucket is still there
}

TEST_F(ServiceTest, WhatIsNotBuiltSaysSo) {
  const auto reply = harness.get("/public/key", "torrent");
  EXPECT_EQ(reply.status, 501);
  EXPECT_EQ(reply.code(), "NotImplemented");
  EXPECT_EQ(harness.send({.method = "GET", .path = "/public/key", .query = "torrent", .anonymous = true}).code(), "AccessDenied");
}

TEST_F(ServiceTest, WrongSignatures) {
  Call call{.method = "PUT", .path = "/public/key", .body = "x"};
  sign(call, harness.clock.now());
  auto& authorization = call.headers.back().second;
  authorization.back() = authorization.back() == '0' ? '1' : '0';
  const auto reply = harness.send_as_is(call);
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.code(), "SignatureDoesNotMatch");
  EXPECT_NE(reply.body.find("<CanonicalRequest>"), std::string::npos);
  EXPECT_NE(reply.body.find("<Host>localhost:9000</Host>"), std::string::npos);
  EXPECT_EQ(reply.body.find(kSecretKey), std::string::npos);
  EXPECT_EQ(harness.get("/public/key").code(), "NoSuchKey");

  Call stale{.method = "GET", .path = "/public/key"};
  sign(stale, harness.clock.now() - std::chrono::minutes(16));
  EXPECT_EQ(harness.send_as_is(stale).code(), "RequestTimeTooSkewed");
}

TEST_F(ServiceTest, PresignedUrls) {
  auth::PresignSpec spec;
  spec.method = "GET";
  spec.endpoint = "http://localhost:9000";
  spec.bucket = "public";
  spec.key = "a key/+&=";
  const std::string url = auth::presign_url(spec, kAccessKey, kSecretKey, harness.clock.now());
  const std::string target = url.substr(spec.endpoint.size());
  const auto question = target.find('?');
  harness.put("/public/" + uri_encode(spec.key, true), "content");
  const Call call{.method = "GET", .path = target.substr(0, question), .query = target.substr(question + 1), .anonymous = true};
  EXPECT_EQ(harness.send(call).body, "content");
  harness.clock.advance(std::chrono::hours(2));
  EXPECT_EQ(harness.send(call).code(), "AccessDenied");
}

TEST_F(ServiceTest, AnonymousNeedsAPolicy) {
  harness.put("/public/key", "x");
  EXPECT_EQ(harness.get_anonymously("/").code(), "AccessDenied");
  EXPECT_EQ(harness.get_anonymously("/public").code(), "AccessDenied");
  EXPECT_EQ(harness.get_anonymously("/public/key").code(), "AccessDenied");
  EXPECT_EQ(harness.get_anonymously("/absent/key").code(), "NoSuchBucket");
  EXPECT_EQ(harness.send({.method = "PUT", .path = "/mine", .anonymous = true}).code(), "AccessDenied");
  EXPECT_EQ(harness.send({.method = "DELETE", .path = "/public/key", .anonymous = true}).code(), "AccessDenied");
  EXPECT_EQ(harness.get("/public/key").body, "x");
}

TEST_F(ServiceTest, AnonymousReadsByPolicy) {
  harness.put("/public/key", "x");
  harness.set_policy("public", kReadPolicy);
  EXPECT_EQ(harness.get_anonymously("/public/key").body, "x");
  EXPECT_EQ(harness.send({.method = "HEAD", .path = "/public/key", .anonymous = true}).status, 200);
  EXPECT_EQ(harness.send({.method = "PUT", .path = "/public/key", .body = "y", .anonymous = true}).code(), "AccessDenied");
  EXPECT_EQ(harness.send({.method = "DELETE", .path = "/public/key", .anonymous = true}).code(), "AccessDenied");
  EXPECT_EQ(harness.get_anonymously("/public/key", "versionId=null").code(), "AccessDenied");
  EXPECT_EQ(harness.get_anonymously("/public/key", "tagging").code(), "AccessDenied");
  EXPECT_EQ(harness.get_anonymously("/public/key", "response-content-type=a").code(), "InvalidRequest");
  EXPECT_EQ(harness.get("/public/key").body, "x");
}

TEST_F(ServiceTest, WhoMayNotListDoesNotLearnWhatIsMissing) {
  harness.set_policy("public", kReadPolicy);
  EXPECT_EQ(harness.get_anonymously("/public/absent").code(), "AccessDenied");
  EXPECT_EQ(harness.send({.method = "HEAD", .path = "/public/absent", .anonymous = true}).status, 403);
  harness.set_policy("public", kListPolicy);
  EXPECT_EQ(harness.get_anonymously("/public/absent").code(), "NoSuchKey");
}

TEST_F(ServiceTest, AChangedPolicyCountsAtOnce) {
  harness.put("/public/key", "x");
  harness.set_policy("public", kReadPolicy);
  EXPECT_EQ(harness.get_anonymously("/public/key").status, 200);
  harness.set_policy("public", R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*",
    "Resource":["arn:aws:s3:::public","arn:aws:s3:::public/*"]}]})");
  EXPECT_EQ(harness.get_anonymously("/public/key").code(), "AccessDenied");
  EXPECT_EQ(harness.get("/public/key").status, 200);
  harness.set_policy("public", "not json");
  EXPECT_EQ(harness.get_anonymously("/public/key").code(), "AccessDenied");
}

TEST_F(ServiceTest, TheSourceAddressIsTheSocketsAndNotAHeaders) {
  harness.put("/public/key", "x");
  harness.set_policy("public", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
    "Resource":"arn:aws:s3:::public/*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}]})");
  EXPECT_EQ(harness.send({.method = "GET", .path = "/public/key", .anonymous = true, .peer = "10.1.2.3"}).status, 200);
  EXPECT_EQ(harness.send({.method = "GET", .path = "/public/key", .anonymous = true, .peer = "192.0.2.1"}).code(), "AccessDenied");
  EXPECT_EQ(harness
                .send({.method = "GET",
                       .path = "/public/key",
                       .headers = {{"x-forwarded-for", "10.1.2.3"}},
                       .anonymous = true,
                       .peer = "192.0.2.1"})
                .code(),
            "AccessDenied");
}

TEST_F(ServiceTest, AnonymousWritesWithTagsNeedMore) {
  harness.set_policy("public", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:PutObject",
    "Resource":"arn:aws:s3:::public/*"}]})");
  EXPECT_EQ(harness.send({.method = "PUT", .path = "/public/up", .body = "x", .anonymous = true}).status, 200);
  const auto tagged =
      harness.send({.method = "PUT", .path = "/public/tagged", .headers = {{"x-amz-tagging", "a=1"}}, .body = "x", .anonymous = true});
  EXPECT_EQ(tagged.code(), "AccessDenied");
}

TEST_F(ServiceTest, CorsOnEveryAnswer) {
  const Headers origin = {{"origin", "https://app.example"}};
  harness.put("/public/key", "x");
  for (const auto& reply : {harness.get("/public/key", {}, origin), harness.get("/public/absent", {}, origin),
                            harness.send({.method = "GET", .path = "/public/key", .headers = origin, .anonymous = true})}) {
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "*");
    EXPECT_NE(reply.header("Access-Control-Expose-Headers").find("ETag"), std::string::npos);
    EXPECT_FALSE(reply.has_header("Access-Control-Allow-Credentials"));
  }
  EXPECT_FALSE(harness.get("/public/key").has_header("Access-Control-Allow-Origin"));
}

TEST_F(ServiceTest, Preflight) {
  const auto reply = harness.send({.method = "OPTIONS",
                                   .path = "/public/key",
                                   .headers = {{"origin", "https://app.example"},
                                               {"access-control-request-method", "PUT"},
                                               {"access-control-request-headers", "authorization,x-amz-date"}},
                                   .anonymous = true});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "*");
  EXPECT_NE(reply.header("Access-Control-Allow-Methods").find("PUT"), std::string::npos);
  EXPECT_EQ(reply.header("Access-Control-Allow-Headers"), "authorization,x-amz-date");
  EXPECT_FALSE(reply.header("Access-Control-Max-Age").empty());
  EXPECT_EQ(harness.send({.method = "OPTIONS", .path = "/public", .anonymous = true}).status, 400);
}

TEST(ServiceOptionsTest, NamedOrigins) {
  ServiceOptions options;
  options.cors_allow_origin = "https://app.example,https://*.other.example";
  Harness harness(std::move(options));
  harness.make_bucket("bucket");
  const auto ask = [&](std::string origin) {
    return harness.send({.method = "OPTIONS",
                         .path = "/bucket",
                         .headers = {{"origin", std::move(origin)}, {"access-control-request-method", "GET"}},
                         .anonymous = true});
  };
  const auto allowed = ask("https://x.other.example");
  EXPECT_EQ(allowed.status, 200);
  EXPECT_EQ(allowed.header("Access-Control-Allow-Origin"), "https://x.other.example");
  EXPECT_EQ(allowed.header("Vary"), "Origin");
  const auto refused = ask("https://evil.example");
  EXPECT_EQ(refused.status, 403);
  EXPECT_FALSE(refused.has_header("Access-Control-Allow-Origin"));
}

TEST(ServiceOptionsTest, VirtualHosts) {
  ServiceOptions options;
  options.domains = {"s3.example.org"};
  Harness harness(std::move(options));
  harness.make_bucket("bucket");
  EXPECT_EQ(harness.send({.method = "PUT", .path = "/dir/key", .body = "x", .host = "bucket.s3.example.org:9000"}).status, 200);
  EXPECT_EQ(harness.send({.method = "GET", .path = "/dir/key", .host = "bucket.s3.example.org"}).body, "x");
  EXPECT_EQ(harness.send({.method = "GET", .path = "/bucket/dir/key", .host = "s3.example.org"}).body, "x");
}

TEST(ServiceOptionsTest, DefaultCredentialsAreForThisMachine) {
  ServiceOptions options;
  options.default_credentials = true;
  Harness harness(std::move(options));
  harness.make_bucket("public");
  harness.put("/public/key", "x");
  harness.set_policy("public", kReadPolicy);
  const Call local{.method = "GET", .path = "/public/key"};
  EXPECT_EQ(harness.send(local).status, 200);
  for (Call call : {Call{.peer = "192.0.2.1"}, Call{.host = "files.example:9000"}, Call{.headers = {{"x-forwarded-for", "127.0.0.1"}}},
                    Call{.headers = {{"forwarded", "for=127.0.0.1"}}}, Call{.headers = {{"x-forwarded-host", "localhost"}}}}) {
    call.path = "/public/key";
    const auto reply = harness.send(call);
    EXPECT_EQ(reply.code(), "AccessDenied");
    EXPECT_NE(reply.body.find("MINIO_ROOT_USER"), std::string::npos);
    EXPECT_NE(reply.body.find("MINIO_ROOT_PASSWORD"), std::string::npos);
  }
  EXPECT_EQ(harness.send({.method = "GET", .path = "/public/key", .anonymous = true, .peer = "192.0.2.1"}).status, 200);
}

Task<http::Response> answer_health(const http::Request& request, http::BodyStream& /*body*/) {
  http::Response response;
  response.body = "health " + std::string(request.path);
  co_return response;
}

TEST(ServiceOptionsTest, ReservedPaths) {
  Harness harness({}, answer_health);
  EXPECT_EQ(harness.send({.method = "GET", .path = "/minio/health/live", .anonymous = true}).body, "health /minio/health/live");
  EXPECT_EQ(harness.send({.method = "GET", .path = "/minio/health/live", .headers = {{"origin", "https://a"}}, .anonymous = true})
                .header("Access-Control-Allow-Origin"),
            "*");
  EXPECT_EQ(harness.get("/miniox/key").code(), "NoSuchBucket");
}

TEST(ServiceOptionsTest, ErrorsOfTheTransport) {
  Harness harness;
  const auto response = harness.service->handle_error(Error(ErrorCode::RequestHeaderSectionTooLarge));
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("<Code>RequestHeaderSectionTooLarge</Code>"), std::string::npos);
}

}  // namespace
}  // namespace holdfast::s3::test
