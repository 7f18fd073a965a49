// Vectors: AWS, "Signing and Authenticating REST Requests" (both editions of the page: awsexamplebucket1, johnsmith).
#include "auth/sigv2.hpp"

#include "fixture.hpp"

#include <gtest/gtest.h>

namespace holdfast::auth::test {
namespace {

void expect_error(const Result<Authentication>& result, ErrorCode code, std::string_view message_part = "") {
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().name(), error_name(code)) << result.error().text();
  EXPECT_NE(result.error().text().find(message_part), std::string_view::npos) << result.error().text();
}

TestRequest signed_request(std::string method, std::string path, std::string bucket, std::string date, std::string_view signature) {
  TestRequest request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.bucket = std::move(bucket);
  request.set("date", std::move(date));
  request.set("authorization", "AWS " + std::string(kAccessKey) + ":" + std::string(signature));
  return request;
}

TestRequest object_get() {
  return signed_request("GET", "/photos/puppy.jpg", "johnsmith", "Tue, 27 Mar 2007 19:36:42 +0000", "bWq2s1WEIj+Ydj0vQ697zp+IXMU=");
}

TestRequest upload() {
  TestRequest request =
      signed_request("PUT", "/db-backup.dat.gz", "static.johnsmith.net", "Tue, 27 Mar 2007 21:06:08 +0000", "ilyl83RwaSoYIEdixDQcA4OnAnc=");
  request.set("user-agent", "curl/7.15.5").set("accept", "*/*").set("x-amz-acl", "public-read");
  request.set("content-type", "application/x-download").set("content-md5", "4gJE4saaMU4BqNR0kLY+lw==");
  request.headers.emplace_back("x-amz-meta-reviewedby", "joe@johnsmith.net");
  request.headers.emplace_back("x-amz-meta-filechecksum", "0x02661779");
  request.headers.emplace_back("x-amz-meta-reviewedby", "jane@johnsmith.net");
  request.headers.emplace_back("x-amz-meta-checksumalgorithm", "crc32");
  return request;
}

TestRequest query_get() {
  TestRequest request;
  request.path = "/photos/puppy.jpg";
  request.bucket = "johnsmith";
  request.query = "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620";
  return request;
}

TestRequest replaced(TestRequest request, std::string_view from, std::string_view to) {
  const auto at = request.query.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  request.query.replace(at, from.size(), to);
  return request;
}

TEST(SigV2Vectors, ObjectGet) {
  const auto result = Bench("20070327T193642Z").run(object_get());
  ASSERT_TRUE(result) << detail(result.error(), "StringToSign");
  EXPECT_EQ(result->kind, SignatureKind::v2_header);
  EXPECT_EQ(result->access_key, kAccessKey);
  EXPECT_EQ(result->payload, PayloadKind::unsigned_payload);
  EXPECT_EQ(result->signed_at, at("20070327T193642Z"));
  EXPECT_TRUE(Bench("20070327T193642Z")
                  .run(signed_request("GET", "/photos/puppy.jpg", "awsexamplebucket1", "Tue, 27 Mar 2007 19:36:42 +0000",
                                      "qgk2+6Sv9/oM7G3qLEjTH1a1l1g=")));
}

TEST(SigV2Vectors, ObjectPut) {
  TestRequest request =
      signed_request("PUT", "/photos/puppy.jpg", "johnsmith", "Tue, 27 Mar 2007 21:15:45 +0000", "MyyxeRY7whkBe+bq8fHCL/2kKUg=");
  request.set("content-type", "image/jpeg").set("content-length", "94328");
  EXPECT_TRUE(Bench("20070327T211545Z").run(request));
}

TEST(SigV2Vectors, List) {
  TestRequest request = signed_request("GET", "/", "johnsmith", "Tue, 27 Mar 2007 19:42:41 +0000", "htDYFYduRNen8P9ZfE/s9SuKy0U=");
  request.query = "prefix=photos&max-keys=50&marker=puppy";
  EXPECT_TRUE(Bench("20070327T194241Z").run(request));
}

TEST(SigV2Vectors, Fetch) {
  TestRequest request = signed_request("GET", "/", "johnsmith", "Tue, 27 Mar 2007 19:44:46 +0000", "c2WLPFtWHVgbEmeEG93a4cG37dM=");
  request.query = "acl";
  EXPECT_TRUE(Bench("20070327T194446Z").run(request));
  request.query = "acl=";
  EXPECT_TRUE(Bench("20070327T194446Z").run(request));
}

TEST(SigV2Vectors, Upload) {
  const auto result = Bench("20070327T210608Z").run(upload());
  EXPECT_TRUE(result) << detail(result.error(), "StringToSign");
}

TEST(SigV2Vectors, ListAllMyBuckets) {
  EXPECT_TRUE(
      Bench("20070328T012959Z").run(signed_request("GET", "/", "", "Wed, 28 Mar 2007 01:29:59 +0000", "qGdzdERIC03wnaRNKh6OqZehG9s=")));
}

TEST(SigV2Vectors, UnicodeKeys) {
  EXPECT_TRUE(Bench("20070328T014949Z")
                  .run(signed_request("GET", "/dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re", "", "Wed, 28 Mar 2007 01:49:49 +0000",
                                      "DNEZGsoieTZ92F3bUfSPQcbGmlM=")));
}

TEST(SigV2Vectors, QueryString) {
  const auto result = Bench("20070327T193642Z").run(query_get());
  ASSERT_TRUE(result) << detail(result.error(), "StringToSign");
  EXPECT_EQ(result->kind, SignatureKind::v2_query);
  EXPECT_EQ(result->access_key, kAccessKey);
}

// botocore sends PUT /bucket and signs /bucket/: CreateBucket was refused.
TEST(SigV2, BucketAlone_maySignASlashAfterIt) {
  const std::string date = "Tue, 27 Mar 2007 19:36:42 +0000";
  for (const std::string_view resource : {"/bucket", "/bucket/"}) {
    const std::string signature = sign_v2(kSecretKey, "PUT\n\n\n" + date + "\n" + std::string(resource));
    EXPECT_TRUE(Bench("20070327T193642Z").run(signed_request("PUT", "/bucket", "", date, signature))) << resource;
  }
  const std::string of_a_key = sign_v2(kSecretKey, "PUT\n\n\n" + date + "\n/bucket/key/");
  expect_error(Bench("20070327T193642Z").run(signed_request("PUT", "/bucket/key", "", date, of_a_key)), ErrorCode::SignatureDoesNotMatch);
}

TEST(SigV2, MismatchSaysWhatWasSigned) {
  TestRequest request = object_get();
  request.path = "/photos/kitten.jpg";
  const auto result = Bench("20070327T193642Z").run(request);
  expect_error(result, ErrorCode::SignatureDoesNotMatch);
  EXPECT_EQ(detail(result.error(), "StringToSign"), "GET\n\n\nTue, 27 Mar 2007 19:36:42 +0000\n/johnsmith/photos/kitten.jpg");
  EXPECT_EQ(detail(result.error(), "SignatureProvided"), "bWq2s1WEIj+Ydj0vQ697zp+IXMU=");
  EXPECT_EQ(detail(result.error(), "AWSAccessKeyId"), kAccessKey);
  EXPECT_EQ(detail(result.error(), "CanonicalRequest"), "(none)");
  EXPECT_TRUE(detail(result.error(), "StringToSignBytes").starts_with("47 45 54 0a"));
}

TEST(SigV2, EveryPartIsCovered) {
  const Bench bench("20070327T210608Z");
  const auto mismatches = [&](const TestRequest& request) { expect_error(bench.run(request), ErrorCode::SignatureDoesNotMatch); };
  mismatches(upload().set("content-type", "text/plain"));
  mismatches(upload().set("content-md5", "x"));
  mismatches(upload().set("x-amz-acl", "private"));
  mismatches(upload().set("x-amz-copy-source", "/a/b"));
  mismatches(upload().remove("x-amz-meta-filechecksum"));
  mismatches(upload().set("date", "Tue, 27 Mar 2007 21:06:09 +0000"));
  TestRequest request = upload();
  request.bucket = "other";
  mismatches(request);
  request = upload();
  request.query = "versionId=1";
  mismatches(request);
  request = upload();
  request.query = "prefix=not-a-sub-resource";
  EXPECT_TRUE(bench.run(request));
}

// The signature of `text` and of nothing else.
std::string v2(std::string_view text) { return sign_v2(kSecretKey, text); }

TEST(SigV2, SubResourcesAreSortedAndDecoded) {
  const std::string text =
      "GET\n\n\n\nx-amz-date:Tue, 27 Mar 2007 19:36:42 GMT\n"
      "/b/k?partNumber=3&response-content-disposition=attachment; filename=\"a+b\"&uploadId=a b&versionId=x";
  TestRequest request = signed_request("GET", "/b/k", "", "Tue, 27 Mar 2007 19:36:42 GMT", v2(text));
  request.set("x-amz-date", "Tue, 27 Mar 2007 19:36:42 GMT");
  request.query =
      "versionId=x&uploadId=a%20b&zzz=1&response-content-disposition=attachment%3B%20filename%3D%22a%2Bb%22&partNumber=3&prefix=q";
  const auto result = Bench("20070327T193642Z").run(request);
  EXPECT_TRUE(result) << detail(result.error(), "StringToSign");
}

TEST(SigV2, AmzDateTakesThePlaceOfDate) {
  const std::string amz = "x-amz-date:Tue, 27 Mar 2007 21:20:26 +0000\n/b/k";
  TestRequest request = signed_request("DELETE", "/b/k", "", "Tue, 27 Mar 2007 01:00:00 +0000", v2("DELETE\n\n\n\n" + amz));
  request.set("x-amz-date", "Tue, 27 Mar 2007 21:20:26 +0000");
  EXPECT_TRUE(Bench("20070327T212026Z").run(request));
  // minio-go signs a Date header too.
  request.set("authorization", "AWS " + std::string(kAccessKey) + ":" + v2("DELETE\n\n\nTue, 27 Mar 2007 01:00:00 +0000\n" + amz));
  EXPECT_TRUE(Bench("20070327T212026Z").run(request));
  expect_error(Bench("20070327T010000Z").run(request), ErrorCode::RequestTimeTooSkewed);
  TestRequest iso = signed_request("DELETE", "/b/k", "", "", v2("DELETE\n\n\n\nx-amz-date:20070327T212026Z\n/b/k"));
  EXPECT_TRUE(Bench("20070327T212026Z").run(iso.remove("date").set("x-amz-date", "20070327T212026Z")));
}

TEST(SigV2, DatesOfAllKinds) {
  for (const std::string date : {"Tue, 27 Mar 2007 19:36:42 GMT", "Tue, 27 Mar 2007 19:36:42 +0000", "Tue, 27 Mar 2007 19:36:42 UTC",
                                 "Tuesday, 27-Mar-07 19:36:42 GMT", "Tue Mar 27 19:36:42 2007", "2007-03-27T19:36:42.000Z"}) {
    EXPECT_TRUE(Bench("20070327T193642Z").run(signed_request("GET", "/b/k", "", date, v2("GET\n\n\n" + date + "\n/b/k")))) << date;
  }
  const Bench bench("20070327T193642Z");
  for (const std::string date : {"", "yesterday", " +0000", "+0000"}) {
    expect_error(bench.run(object_get().set("date", date)), ErrorCode::AccessDenied, "valid Date or x-amz-date");
  }
  expect_error(bench.run(object_get().remove("date")), ErrorCode::AccessDenied, "valid Date or x-amz-date");
}

TEST(SigV2, Skew) {
  EXPECT_TRUE(Bench("20070327T195142Z").run(object_get()));
  expect_error(Bench("20070327T195143Z").run(object_get()), ErrorCode::RequestTimeTooSkewed);
  expect_error(Bench("20070327T192141Z").run(object_get()), ErrorCode::RequestTimeTooSkewed);
}

TEST(SigV2, MalformedAuthorization) {
  const Bench bench("20070327T193642Z");
  for (const std::string text : {"AWS", "AWS ", "AWS key", "AWS :signature", "AWS  "}) {
    expect_error(bench.run(object_get().set("authorization", text)), ErrorCode::InvalidArgument, "Expected AwsAccessKeyId:signature");
  }
  expect_error(bench.run(object_get().set("authorization", "AWS nobody:x")), ErrorCode::InvalidAccessKeyId);
  expect_error(bench.run(object_get().set("authorization", "AWS " + std::string(kAccessKey) + ":")), ErrorCode::SignatureDoesNotMatch);
  expect_error(bench.run(object_get().set("x-amz-security-token", "t")), ErrorCode::InvalidToken);
}

TEST(SigV2, CanBeTurnedOff) {
  const AuthenticateOptions options{.allow_v2 = false};
  const std::string_view message = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.";
  expect_error(Bench("20070327T193642Z", options).run(object_get()), ErrorCode::InvalidRequest, message);
  expect_error(Bench("20070327T193642Z", options).run(query_get()), ErrorCode::InvalidRequest, message);
}

TEST(SigV2Query, ExpiresIsADate) {
  // 1175139620 is 2007-03-29T03:40:20Z.
  EXPECT_TRUE(Bench("20070329T034020Z").run(query_get()));
  const auto expired = Bench("20070329T034021Z").run(query_get());
  expect_error(expired, ErrorCode::AccessDenied, "Request has expired");
  EXPECT_EQ(detail(expired.error(), "Expires"), "2007-03-29T03:40:20.000Z");
  EXPECT_EQ(detail(expired.error(), "ServerTime"), "2007-03-29T03:40:21.000Z");
  const Bench bench("20070329T034020Z");
  for (const std::string text : {"", "-1", "x", "99999999999999999999999", "1175139620.5"}) {
    expect_error(bench.run(replaced(query_get(), "Expires=1175139620", "Expires=" + text)), ErrorCode::AccessDenied, "Invalid date");
  }
  expect_error(bench.run(replaced(query_get(), "1175139620", "18446744073709551615")), ErrorCode::SignatureDoesNotMatch);
}

TEST(SigV2Query, EveryParameterIsNeeded) {
  const Bench bench("20070327T193642Z");
  for (const std::string_view name : {"AWSAccessKeyId", "Signature", "Expires"}) {
    expect_error(bench.run(replaced(query_get(), name, "other")), ErrorCode::AccessDenied, "Query-string authentication requires");
  }
}

TEST(SigV2Query, SignatureWithARawPlus) { EXPECT_TRUE(Bench("20070327T193642Z").run(replaced(query_get(), "%2B", "+"))); }

TEST(SigV2Query, HeadersThatBoto3PutsIntoTheQuery) {
  const std::string text = "PUT\n\ntext/plain\n1175139620\nx-amz-acl:private\nx-amz-meta-a:b c\n/b/k";
  TestRequest request;
  request.method = "PUT";
  request.path = "/b/k";
  request.query = "AWSAccessKeyId=" + std::string(kAccessKey) + "&Signature=" + uri_encode(v2(text), false) +
                  "&content-type=text%2Fplain&x-amz-meta-a=b%20c&x-amz-acl=private&Expires=1175139620";
  const Bench bench("20070327T193642Z");
  EXPECT_TRUE(bench.run(request));
  EXPECT_TRUE(bench.run(request.set("content-type", "text/plain")));
  // What is sent counts, so that it cannot differ from what was signed.
  expect_error(bench.run(request.set("content-type", "text/html")), ErrorCode::SignatureDoesNotMatch);
  request.remove("content-type").set("x-amz-acl", "public-read");
  expect_error(bench.run(request), ErrorCode::SignatureDoesNotMatch);
}

TEST(SigV2Query, PayloadFollowsTheHeaders) {
  const std::string text = "PUT\n\n\n1175139620\nx-amz-content-sha256:STREAMING-UNSIGNED-PAYLOAD-TRAILER\n/b/k";
  TestRequest request;
  request.method = "PUT";
  request.path = "/b/k";
  request.query = "AWSAccessKeyId=" + std::string(kAccessKey) + "&Signature=" + uri_encode(v2(text), false) + "&Expires=1175139620";
  request.set("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
  const auto result = Bench("20070327T193642Z").run(request);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->payload, PayloadKind::streaming_unsigned_trailer);
}

}  // namespace
}  // namespace holdfast::auth::test
