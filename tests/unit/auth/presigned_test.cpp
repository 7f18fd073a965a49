// Vector: AWS, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)".
#include "auth/sigv4.hpp"

#include "fixture.hpp"

#include <gtest/gtest.h>

namespace holdfast::auth::test {
namespace {

constexpr std::string_view kDate = "20130524T000000Z";

TestRequest example() {
  TestRequest request;
  request.path = "/test.txt";
  request.query =
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
      "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
      "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
  return request;
}

TestRequest replaced(TestRequest request, std::string_view from, std::string_view to) {
  const auto at = request.query.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  request.query.replace(at, from.size(), to);
  return request;
}

void expect_error(const Result<Authentication>& result, ErrorCode code, std::string_view message_part = "") {
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().name(), error_name(code)) << result.error().text();
  EXPECT_NE(result.error().text().find(message_part), std::string_view::npos) << result.error().text();
}

TestRequest from_url(const std::string& url, std::string_view endpoint, std::string host) {
  TestRequest request;
  const auto question = url.find('?');
  EXPECT_TRUE(url.starts_with(endpoint)) << url;
  request.path = url.substr(endpoint.size(), question - endpoint.size());
  request.query = url.substr(question + 1);
  request.host = std::move(host);
  return request;
}

std::string presign(PresignSpec spec) { return presign_url(spec, kAccessKey, kSecretKey, at(kDate)); }

PresignSpec spec_for(std::string method = "GET") {
  PresignSpec spec;
  spec.method = std::move(method);
  spec.endpoint = "http://minio:9000";
  spec.bucket = "bucket";
  spec.key = "a b/c+d%/\xc3\xa9";
  return spec;
}

TEST(PresignedVector, Example) {
  const auto result = Bench(kDate).run(example());
  ASSERT_TRUE(result) << detail(result.error(), "CanonicalRequest");
  EXPECT_EQ(result->kind, SignatureKind::v4_query);
  EXPECT_EQ(result->payload, PayloadKind::unsigned_payload);
  EXPECT_EQ(result->access_key, kAccessKey);
  EXPECT_EQ(result->signed_at, at(kDate));
}

TEST(PresignedVector, IsWhatPresignMakes) {
  PresignSpec spec;
  spec.method = "GET";
  spec.endpoint = "https://examplebucket.s3.amazonaws.com";
  spec.expires = std::chrono::seconds(86400);
  // Virtual-host style has the bucket in the host: the key alone is the path.
  spec.bucket = "test.txt";
  const std::string url = presign_url(spec, kAccessKey, kSecretKey, at(kDate));
  EXPECT_EQ(url, "https://examplebucket.s3.amazonaws.com/test.txt?" + example().query);
}

TEST(Presigned, CanonicalRequestIsShown) {
  const auto result = Bench(kDate).run(replaced(example(), "Signature=aeee", "Signature=beee"));
  expect_error(result, ErrorCode::SignatureDoesNotMatch);
  EXPECT_EQ(
      detail(result.error(), "CanonicalRequest"),
      "GET\n/test.txt\nX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&"
      "X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\nhost:examplebucket.s3.amazonaws.com\n\nhost\n"
      "UNSIGNED-PAYLOAD");
  EXPECT_EQ(detail(result.error(), "StringToSign"),
            "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"
            "3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04");
}

TEST(Presigned, OwnUrlsVerify) {
  for (const std::string method : {"GET", "PUT", "HEAD", "DELETE"}) {
    PresignSpec spec = spec_for(method);
    spec.query = {{"response-content-disposition", "attachment; filename=\"a b+c.txt\""}, {"versionId", "1"}};
    spec.region = "eu-west-1";
    TestRequest request = from_url(presign(spec), "http://minio:9000", "minio:9000");
    request.method = method;
    EXPECT_TRUE(Bench(kDate).run(request)) << method;
    request.method = "POST";
    expect_error(Bench(kDate).run(request), ErrorCode::SignatureDoesNotMatch);
  }
}

TEST(Presigned, DefaultPortsAreLeftOutOfHost) {
  PresignSpec spec = spec_for();
  spec.endpoint = "http://files.example.com:80/";
  EXPECT_TRUE(Bench(kDate).run(from_url(presign(spec), "http://files.example.com:80", "files.example.com")));
  spec.endpoint = "https://files.example.com:443";
  EXPECT_TRUE(Bench(kDate).run(from_url(presign(spec), "https://files.example.com:443", "files.example.com")));
  spec.endpoint = "https://files.example.com:80";
  EXPECT_TRUE(Bench(kDate).run(from_url(presign(spec), "https://files.example.com:80", "files.example.com:80")));
}

TEST(Presigned, BucketAlone) {
  PresignSpec spec = spec_for();
  spec.key.clear();
  spec.query = {{"list-type", "2"}, {"prefix", "a/"}};
  const std::string url = presign(spec);
  EXPECT_TRUE(url.starts_with("http://minio:9000/bucket?X-Amz-Algorithm=")) << url;
  EXPECT_TRUE(Bench(kDate).run(from_url(url, "http://minio:9000", "minio:9000")));
}

TEST(Presigned, HostAliases) {
  const TestRequest request = from_url(presign(spec_for()), "http://minio:9000", "localhost:9000");
  const auto refused = Bench(kDate).run(request);
  expect_error(refused, ErrorCode::SignatureDoesNotMatch);
  EXPECT_EQ(detail(refused.error(), "Host"), "localhost:9000");
  EXPECT_TRUE(Bench(kDate, {.host_aliases = {"other:1", "minio:9000"}}).run(request));
  const auto still = Bench(kDate, {.host_aliases = {"other:1"}}).run(request);
  expect_error(still, ErrorCode::SignatureDoesNotMatch);
  EXPECT_NE(detail(still.error(), "CanonicalRequest").find("host:localhost:9000"), std::string::npos);
}

TEST(Presigned, Expiry) {
  EXPECT_TRUE(Bench("20130525T000000Z").run(example()));
  const auto expired = Bench("20130525T000001Z").run(example());
  expect_error(expired, ErrorCode::AccessDenied, "Request has expired");
  EXPECT_EQ(detail(expired.error(), "X-Amz-Expires"), "86400");
  EXPECT_EQ(detail(expired.error(), "Expires"), "2013-05-25T00:00:00.000Z");
  EXPECT_EQ(detail(expired.error(), "ServerTime"), "2013-05-25T00:00:01.000Z");
  EXPECT_TRUE(Bench("20130523T234500Z").run(example()));
  expect_error(Bench("20130523T234459Z").run(example()), ErrorCode::AccessDenied, "Request is not valid yet");
}

TEST(Presigned, DatesAtTheEndsOfTime) {
  for (const std::string date : {"00000101T000000Z", "16000101T000000Z", "19700101T000000Z"}) {
    expect_error(Bench(kDate).run(replaced(example(), "20130524T000000Z", date)), ErrorCode::AccessDenied, "Request has expired");
  }
  expect_error(Bench(kDate).run(replaced(example(), "20130524T000000Z", "99991231T235959Z")), ErrorCode::AccessDenied, "not valid yet");
}

TEST(Presigned, ExpiresHasARange) {
  const auto with = [](std::string_view expires) {
    return Bench(kDate).run(replaced(example(), "X-Amz-Expires=86400", "X-Amz-Expires=" + std::string(expires)));
  };
  const auto code = ErrorCode::AuthorizationQueryParametersError;
  expect_error(with("0"), ErrorCode::SignatureDoesNotMatch);  // as a link that has expired: the signature is looked at first
  expect_error(with("-1"), code, "non-negative");
  expect_error(with("604801"), code, "less than a week");
  expect_error(with("99999999999999999999999"), code, "should be a number");
  expect_error(with("1.5"), code, "should be a number");
  expect_error(with("%2B5"), code, "should be a number");
  expect_error(with("604800"), ErrorCode::SignatureDoesNotMatch);
  expect_error(with("1"), ErrorCode::SignatureDoesNotMatch);
  PresignSpec spec = spec_for();
  spec.expires = std::chrono::seconds(604800);
  EXPECT_TRUE(Bench("20130530T000000Z").run(from_url(presign(spec), "http://minio:9000", "minio:9000")));
}

TEST(Presigned, EveryParameterIsNeeded) {
  const auto code = ErrorCode::AuthorizationQueryParametersError;
  for (const std::string_view name :
       {"X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Algorithm"}) {
    expect_error(Bench(kDate).run(replaced(example(), name, "X-Amz-Other")), code, "Query-string authentication version 4 requires");
  }
}

TEST(Presigned, MalformedParameters) {
  const auto code = ErrorCode::AuthorizationQueryParametersError;
  const Bench bench(kDate);
  expect_error(bench.run(replaced(example(), "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1")), code, "X-Amz-Algorithm only supports");
  expect_error(bench.run(replaced(example(), "Date=20130524T000000Z", "Date=20130524")), code, "ISO8601 Long Format");
  expect_error(bench.run(replaced(example(), "%2F20130524%2Fus-east-1", "")), code, "the Credential is mal-formed");
  expect_error(bench.run(replaced(example(), "us-east-1%2Fs3", "us-east-1%2Fiam")), code, "incorrect service \"iam\"");
  expect_error(bench.run(replaced(example(), "%2F20130524%2F", "%2F20130525%2F")), code, "Invalid credential date \"20130525\"");
  expect_error(bench.run(replaced(example(), "SignedHeaders=host", "SignedHeaders=%3B")), code, "X-Amz-SignedHeaders");
  expect_error(bench.run(replaced(example(), "SignedHeaders=host", "SignedHeaders=range")), ErrorCode::AccessDenied, "not signed");
  expect_error(bench.run(replaced(example(), "AKIAIOSFODNN7EXAMPLE", "nobody")), ErrorCode::InvalidAccessKeyId);
  expect_error(bench.run(replaced(example(), "host&", "host&X-Amz-Security-Token=t&")), ErrorCode::InvalidToken);
  const auto region = Bench(kDate, {.region = "eu-central-1"}).run(example());
  expect_error(region, code, "the region 'us-east-1' is wrong; expecting 'eu-central-1'");
  EXPECT_EQ(detail(region.error(), "Region"), "eu-central-1");
}

TEST(Presigned, UnsignedHeadersCannotChangeTheRequest) {
  const Bench bench(kDate);
  for (const std::string name : {"x-amz-copy-source", "x-amz-acl", "x-amz-meta-a", "x-amz-tagging", "x-amz-server-side-encryption",
                                 "x-amz-metadata-directive", "x-amz-bypass-governance-retention"}) {
    const auto result = bench.run(example().set(name, "v"));
    expect_error(result, ErrorCode::AccessDenied, "There were headers present in the request which were not signed");
    EXPECT_EQ(detail(result.error(), "HeadersNotSigned"), name);
  }
  for (const std::string name :
       {"x-amz-checksum-crc32", "x-amz-sdk-checksum-algorithm", "x-amz-cf-id", "content-type", "x-amz-user-agent"}) {
    EXPECT_TRUE(bench.run(example().set(name, "v"))) << name;
  }
}

TEST(Presigned, BodyHashInAHeaderIsStillChecked) {
  const auto result = Bench(kDate).run(example().set("x-amz-content-sha256", std::string(kEmptyHash)));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->payload, PayloadKind::hashed);
  EXPECT_EQ(Bench(kDate).run(example().set("x-amz-content-sha256", "UNSIGNED-PAYLOAD"))->payload, PayloadKind::unsigned_payload);
  EXPECT_EQ(Bench(kDate).run(example().set("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"))->payload,
            PayloadKind::streaming_unsigned_trailer);
  expect_error(Bench(kDate).run(example().set("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")), ErrorCode::InvalidArgument);
  expect_error(Bench(kDate).run(example().set("x-amz-content-sha256", "x")), ErrorCode::InvalidArgument);
}

// A presigned PUT of /b/k at host "h" whose signature covers `payload`, by hand: presign_url leaves the payload out.
TestRequest presigned_put(std::string_view payload, std::string_view extra_query, std::string_view extra_header = "") {
  const std::string signed_headers = extra_header.empty() ? "host" : "host;x-amz-content-sha256";
  TestRequest request;
  request.method = "PUT";
  request.path = "/b/k";
  request.host = "h";
  request.query = "X-Amz-Algorithm=AWS4-HMAC-SHA256";
  request.query.append(extra_query);
  request.query.append("&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z");
  request.query.append("&X-Amz-Expires=60&X-Amz-SignedHeaders=").append(uri_encode(signed_headers, false));
  const std::string canonical =
      "PUT\n/b/k\n" + request.query + "\nhost:h\n" + std::string(extra_header) + "\n" + signed_headers + "\n" + std::string(payload);
  const auto key = derive_signing_key(kSecretKey, "20130524", "us-east-1", "s3");
  const auto text = string_to_sign_v4(kDate, "20130524/us-east-1/s3/aws4_request", canonical);
  request.query.append("&X-Amz-Signature=").append(hash::hmac_sha256(key.bytes(), as_bytes(text)).hex());
  return request;
}

TEST(Presigned, BodyHashInTheQuery) {
  const Bench bench(kDate);
  const std::string parameter = "&X-Amz-Content-Sha256=" + std::string(kEmptyHash);
  const auto result = bench.run(presigned_put(kEmptyHash, parameter));
  ASSERT_TRUE(result) << detail(result.error(), "CanonicalRequest");
  EXPECT_EQ(result->payload, PayloadKind::hashed);
  EXPECT_EQ(result->content_sha256->hex(), kEmptyHash);
  // A header does not weaken what was signed.
  const auto weakened = bench.run(presigned_put(kEmptyHash, parameter).set("x-amz-content-sha256", "UNSIGNED-PAYLOAD"));
  ASSERT_TRUE(weakened);
  EXPECT_EQ(weakened->payload, PayloadKind::hashed);
  expect_error(bench.run(presigned_put("UNSIGNED-PAYLOAD", parameter)), ErrorCode::SignatureDoesNotMatch);
  expect_error(bench.run(presigned_put("x", "&X-Amz-Content-Sha256=x")), ErrorCode::InvalidArgument, "valid sha256 value");
  EXPECT_EQ(bench.run(presigned_put("UNSIGNED-PAYLOAD", "&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD"))->payload, PayloadKind::unsigned_payload);
}

TEST(Presigned, BodyHashInASignedHeader) {
  const Bench bench(kDate);
  const std::string header = "x-amz-content-sha256:" + std::string(kEmptyHash) + "\n";
  TestRequest request = presigned_put(kEmptyHash, "", header);
  const auto result = bench.run(request.set("x-amz-content-sha256", std::string(kEmptyHash)));
  ASSERT_TRUE(result) << detail(result.error(), "CanonicalRequest");
  EXPECT_EQ(result->payload, PayloadKind::hashed);
  expect_error(bench.run(request.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD")), ErrorCode::SignatureDoesNotMatch);
  expect_error(bench.run(request.remove("x-amz-content-sha256")), ErrorCode::SignatureDoesNotMatch);
}

TEST(Presigned, SignedChunks) {
  const std::string streaming = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
  TestRequest request = presigned_put(streaming, "", "x-amz-content-sha256:" + streaming + "\n");
  const auto result = Bench(kDate).run(request.set("x-amz-content-sha256", streaming));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->payload, PayloadKind::streaming_signed);
  EXPECT_TRUE(result->chunks);
}

TEST(Presigned, AddedParametersBreakIt) {
  TestRequest request = example();
  request.query += "&versionId=1";
  expect_error(Bench(kDate).run(request), ErrorCode::SignatureDoesNotMatch);
}

TEST(Presigned, OrderAndEncodingOfTheWireDoNotMatter) {
  TestRequest request = example();
  request.query =
      "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404&X-Amz-SignedHeaders=host&X-Amz-Expires=86400&"
      "X-Amz-Date=20130524T000000Z&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
      "aws4_request&X-Amz-Algorithm=AWS4-HMAC-SHA256";
  EXPECT_TRUE(Bench(kDate).run(request));
}

}  // namespace
}  // namespace holdfast::auth::test
