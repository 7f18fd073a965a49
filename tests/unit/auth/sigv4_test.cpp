// Vectors: AWS, "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk".
#include "auth/sigv4.hpp"

#include "fixture.hpp"

#include "holdfast/base/limits.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace holdfast::auth::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kDate = "20130524T000000Z";

std::string authorization(std::string_view signed_headers, std::string_view signature,
                          std::string_view scope = "20130524/us-east-1/s3/aws4_request") {
  std::string text = "AWS4-HMAC-SHA256 Credential=";
  text.append(kAccessKey).append("/").append(scope).append(",SignedHeaders=").append(signed_headers);
  return text.append(",Signature=").append(signature);
}

TestRequest get_object() {
  TestRequest request;
  request.path = "/test.txt";
  request.set("range", "bytes=0-9").set("x-amz-content-sha256", std::string(kEmptyHash)).set("x-amz-date", std::string(kDate));
  request.set("authorization", authorization("host;range;x-amz-content-sha256;x-amz-date",
                                             "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
  return request;
}

TestRequest put_object() {
  TestRequest request;
  request.method = "PUT";
  request.path = "/test$file.text";
  request.set("date", "Fri, 24 May 2013 00:00:00 GMT").set("x-amz-date", std::string(kDate));
  request.set("x-amz-storage-class", "REDUCED_REDUNDANCY");
  request.set("x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
  request.set("authorization", authorization("date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                                             "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
  return request;
}

TestRequest list(std::string query, std::string_view signature) {
  TestRequest request;
  request.query = std::move(query);
  request.set("x-amz-content-sha256", std::string(kEmptyHash)).set("x-amz-date", std::string(kDate));
  request.set("authorization", authorization("host;x-amz-content-sha256;x-amz-date", signature));
  return request;
}

TestRequest get_lifecycle() { return list("lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"); }
TestRequest list_objects() { return list("max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"); }

// Signs `request` over these headers with `path` and `canonical_query` as a client would have them.
struct Signing {
  std::string canonical_path{};
  std::string canonical_query{};
  std::string headers{};  // "host:...\nx-amz-date:...\n"
  std::string signed_headers{};
  std::string payload = std::string(kUnsignedPayload);
  std::string region = "us-east-1";
  std::string service = "s3";
  std::string date = std::string(kDate);
};

std::string sign(std::string_view method, const Signing& signing) {
  const std::string canonical = std::string(method) + "\n" + signing.canonical_path + "\n" + signing.canonical_query + "\n" +
                                signing.headers + "\n" + signing.signed_headers + "\n" + signing.payload;
  const std::string day = signing.date.substr(0, 8);
  const auto key = derive_signing_key(kSecretKey, day, signing.region, signing.service);
  const std::string scope = day + "/" + signing.region + "/" + signing.service + "/aws4_request";
  return hash::hmac_sha256(key.bytes(), as_bytes(string_to_sign_v4(signing.date, scope, canonical))).hex();
}

// A header-signed GET with nothing but the necessary headers; the client's idea of path and query may differ from the wire's.
TestRequest plain(std::string wire_path, std::string wire_query, const Signing& overrides) {
  Signing signing = overrides;
  TestRequest request;
  request.path = std::move(wire_path);
  request.query = std::move(wire_query);
  request.host = "127.0.0.1:9000";
  signing.headers = "host:127.0.0.1:9000\nx-amz-content-sha256:" + signing.payload + "\nx-amz-date:" + signing.date + "\n";
  signing.signed_headers = "host;x-amz-content-sha256;x-amz-date";
  request.set("x-amz-content-sha256", signing.payload).set("x-amz-date", signing.date);
  request.set("authorization", authorization(signing.signed_headers, sign("GET", signing),
                                             signing.date.substr(0, 8) + "/" + signing.region + "/" + signing.service + "/aws4_request"));
  return request;
}

TestRequest plain_object() { return plain("/bucket/key", "", {.canonical_path = "/bucket/key"}); }

void expect_error(const Result<Authentication>& result, ErrorCode code, std::string_view message_part = "") {
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().name(), error_name(code)) << result.error().text();
  EXPECT_NE(result.error().text().find(message_part), std::string_view::npos) << result.error().text();
}

TEST(SigV4Vectors, GetObject) {
  const auto result = Bench(kDate).run(get_object());
  ASSERT_TRUE(result) << detail(result.error(), "CanonicalRequest");
  EXPECT_EQ(result->kind, SignatureKind::v4_header);
  EXPECT_EQ(result->access_key, kAccessKey);
  EXPECT_EQ(result->payload, PayloadKind::hashed);
  EXPECT_EQ(result->content_sha256->hex(), kEmptyHash);
  EXPECT_EQ(result->signed_at, at(kDate));
  EXPECT_FALSE(result->chunks);
}

TEST(SigV4Vectors, PutObject) {
  const auto result = Bench(kDate).run(put_object());
  ASSERT_TRUE(result) << detail(result.error(), "CanonicalRequest");
  EXPECT_EQ(result->content_sha256->hex(), "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
}

TEST(SigV4Vectors, GetBucketLifecycle) { EXPECT_TRUE(Bench(kDate).run(get_lifecycle())); }
TEST(SigV4Vectors, ListObjects) { EXPECT_TRUE(Bench(kDate).run(list_objects())); }

TEST(SigV4Vectors, CanonicalRequestAndStringToSignOfTheFirstExample) {
  TestRequest request = get_object();
  request.set("authorization", authorization("host;range;x-amz-content-sha256;x-amz-date", std::string(64, '0')));
  const auto result = Bench(kDate).run(request);
  expect_error(result, ErrorCode::SignatureDoesNotMatch);
  const Error& error = result.error();
  const std::string canonical =
      "GET\n/test.txt\n\nhost:examplebucket.s3.amazonaws.com\nrange:bytes=0-9\n"
      "x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\nx-amz-date:20130524T000000Z\n\n"
      "host;range;x-amz-content-sha256;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  EXPECT_EQ(detail(error, "CanonicalRequest"), canonical);
  EXPECT_EQ(detail(error, "StringToSign"),
            "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"
            "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972");
  EXPECT_TRUE(detail(error, "StringToSignBytes").starts_with("41 57 53 34 2d 48 4d 41 43"));
  EXPECT_TRUE(detail(error, "CanonicalRequestBytes").starts_with("47 45 54 0a 2f"));
  EXPECT_EQ(detail(error, "CanonicalRequestBytes").size(), canonical.size() * 3 - 1);
  EXPECT_EQ(detail(error, "AWSAccessKeyId"), kAccessKey);
  EXPECT_EQ(detail(error, "SignatureProvided"), std::string(64, '0'));
  EXPECT_EQ(detail(error, "Host"), "examplebucket.s3.amazonaws.com");
}

TEST(SigV4Vectors, SigningKeyOfTheGeneralReference) {
  // AWS, "Examples of how to derive a signing key for Signature Version 4".
  EXPECT_EQ(derive_signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20120215", "us-east-1", "iam").hex(),
            "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d");
}

TEST(SigV4Header, EveryPartIsCovered) {
  const Bench bench(kDate);
  const auto mismatches = [&](TestRequest request) { expect_error(bench.run(request), ErrorCode::SignatureDoesNotMatch); };
  TestRequest request = get_object();
  request.method = "HEAD";
  mismatches(request);
  request = get_object();
  request.path = "/test.txT";
  mismatches(request);
  request = get_object();
  request.query = "versionId=1";
  mismatches(request);
  request = get_object();
  request.host = "examplebucket.s3.amazonaws.com:9000";
  mismatches(request);
  mismatches(get_object().set("range", "bytes=0-10"));
  mismatches(get_object().set("x-amz-date", "20130524T000001Z"));
  mismatches(get_object().set("x-amz-content-sha256", std::string(kUnsignedPayload)));
  mismatches(get_object().remove("range"));
  request = get_object();
  request.headers.emplace_back("range", "bytes=0-10");
  mismatches(request);
}

TEST(SigV4Header, UnsignedHeadersThatAreNotAmazonsMayBeAdded) {
  EXPECT_TRUE(Bench(kDate).run(get_object().set("user-agent", "x").set("accept-encoding", "gzip").set("x-amzn-trace-id", "1")));
}

TEST(SigV4Header, UnsignedAmazonHeadersAreRefused) {
  const auto result = Bench(kDate).run(get_object().set("x-amz-acl", "public-read").set("x-amz-copy-source", "/a/b"));
  expect_error(result, ErrorCode::AccessDenied, "There were headers present in the request which were not signed");
  EXPECT_EQ(detail(result.error(), "HeadersNotSigned"), "x-amz-acl, x-amz-copy-source");
}

TEST(SigV4Header, HostMustBeSigned) {
  TestRequest request = get_object();
  request.set("authorization", authorization("range;x-amz-content-sha256;x-amz-date", std::string(64, 'a')));
  const auto result = Bench(kDate).run(request);
  expect_error(result, ErrorCode::AccessDenied, "not signed");
  EXPECT_EQ(detail(result.error(), "HeadersNotSigned"), "host");
}

TEST(SigV4Header, SpacesInAuthorizationAreOptional) {
  TestRequest request = get_object();
  std::string text = request.headers.back().second;
  text.replace(text.find(",SignedHeaders"), 1, ",   ");
  text.replace(text.find(",Signature"), 1, " , ");
  EXPECT_TRUE(Bench(kDate).run(request.set("authorization", text)));
}

TEST(SigV4Header, WhitespaceOfValuesIsCollapsed) {
  Signing signing{.canonical_path = "/b/k"};
  signing.headers =
      "host:h\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:20130524T000000Z\nx-amz-meta-a:one two,three\nx-amz-meta-b:\n";
  signing.signed_headers = "host;x-amz-content-sha256;x-amz-date;x-amz-meta-a;x-amz-meta-b";
  TestRequest request;
  request.path = "/b/k";
  request.host = "h";
  request.headers = {{"x-amz-content-sha256", std::string(kUnsignedPayload)},
                     {"x-amz-date", std::string(kDate)},
                     {"x-amz-meta-a", " one \t  two  "},
                     {"x-amz-meta-b", ""},
                     {"x-amz-meta-a", "three"}};
  request.set("authorization", authorization(signing.signed_headers, sign("GET", signing)));
  EXPECT_TRUE(Bench(kDate).run(request));
}

TEST(SigV4Header, ExpectIsKnownEvenIfAProxyDroppedIt) {
  Signing signing{.canonical_path = "/b/k"};
  signing.headers = "expect:100-continue\nhost:h\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:20130524T000000Z\n";
  signing.signed_headers = "expect;host;x-amz-content-sha256;x-amz-date";
  TestRequest request;
  request.path = "/b/k";
  request.host = "h";
  request.set("x-amz-content-sha256", std::string(kUnsignedPayload)).set("x-amz-date", std::string(kDate));
  request.set("authorization", authorization(signing.signed_headers, sign("GET", signing)));
  EXPECT_TRUE(Bench(kDate).run(request));
  EXPECT_TRUE(Bench(kDate).run(request.set("expect", "100-continue")));
}

struct PathCase {
  std::string wire;
  std::string canonical;
};

class SigV4Path : public testing::TestWithParam<PathCase> {};

TEST_P(SigV4Path, IsEncodedOnceAndNeverNormalised) {
  EXPECT_TRUE(Bench(kDate).run(plain(GetParam().wire, "", {.canonical_path = GetParam().canonical})));
}

INSTANTIATE_TEST_SUITE_P(Wire, SigV4Path,
                         testing::Values(PathCase{"/b/a b", "/b/a%20b"}, PathCase{"/b/a%20b", "/b/a%20b"}, PathCase{"/b/a+b", "/b/a%2Bb"},
                                         PathCase{"/b/a%2bb", "/b/a%2Bb"}, PathCase{"/b//c", "/b//c"}, PathCase{"/b/", "/b/"},
                                         PathCase{"/b/../c/./d", "/b/../c/./d"}, PathCase{"/b/(x)!*'", "/b/%28x%29%21%2A%27"},
                                         PathCase{"/b/%7Ex", "/b/~x"}, PathCase{"/b/caf\xc3\xa9", "/b/caf%C3%A9"},
                                         PathCase{"/b/caf%c3%a9", "/b/caf%C3%A9"}, PathCase{"/b/a%2Fb", "/b/a/b"},
                                         PathCase{"/b/100%25", "/b/100%25"},
                                         PathCase{"/b/a:b@c,d;e=f&g$h", "/b/a%3Ab%40c%2Cd%3Be%3Df%26g%24h"}, PathCase{"", "/"},
                                         PathCase{"/b/%00%0A", "/b/%00%0A"}));

struct QueryCase {
  std::string wire;
  std::string canonical;
};

class SigV4Query : public testing::TestWithParam<QueryCase> {};

TEST_P(SigV4Query, IsDecodedEncodedAndSorted) {
  EXPECT_TRUE(Bench(kDate).run(plain("/b", GetParam().wire, {.canonical_path = "/b", .canonical_query = GetParam().canonical})));
}

INSTANTIATE_TEST_SUITE_P(Wire, SigV4Query,
                         testing::Values(QueryCase{"uploads", "uploads="}, QueryCase{"uploads=", "uploads="},
                                         QueryCase{"prefix=a/b&list-type=2", "list-type=2&prefix=a%2Fb"},
                                         QueryCase{"prefix=a%2fb", "prefix=a%2Fb"}, QueryCase{"prefix=a%20b", "prefix=a%20b"},
                                         QueryCase{"prefix=a+b", "prefix=a%20b"}, QueryCase{"prefix=a%2Bb", "prefix=a%2Bb"},
                                         QueryCase{"b=2&a=1&a=0", "a=0&a=1&b=2"}, QueryCase{"a-b=1&a=2", "a=2&a-b=1"},
                                         QueryCase{"a=b=c", "a=b%3Dc"}, QueryCase{"&&a=1&", "a=1"}, QueryCase{"=x", "=x"},
                                         QueryCase{"B=1&a=1&A=1", "A=1&B=1&a=1"}, QueryCase{"delimiter=~-_.", "delimiter=~-_."},
                                         QueryCase{"k=\xc3\xa9", "k=%C3%A9"}));

TEST(SigV4Query, PlusIsASpaceAndNothingElse) {
  // Were a literal '+' accepted too, a signature over "a%2Bb" would hold for what everyone else reads as "a b".
  expect_error(Bench(kDate).run(plain("/b", "prefix=a+b", {.canonical_path = "/b", .canonical_query = "prefix=a%2Bb"})),
               ErrorCode::SignatureDoesNotMatch);
}

TEST(SigV4Header, MalformedEscapesAreInvalidUri) {
  const Bench bench(kDate);
  for (const std::string wire : {"/b/%", "/b/%2", "/b/%zz", "/b/%2z"}) {
    expect_error(bench.run(plain(wire, "", {.canonical_path = "/b"})), ErrorCode::InvalidURI);
  }
  for (const std::string wire : {"a=%", "%4=1", "a=%gg"}) {
    expect_error(bench.run(plain("/b", wire, {.canonical_path = "/b"})), ErrorCode::InvalidURI);
  }
}

TEST(SigV4Header, DateHeaderAloneIsEnough) {
  Signing signing{.canonical_path = "/b/k"};
  signing.headers = "date:Fri, 24 May 2013 00:00:00 GMT\nhost:h\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n";
  signing.signed_headers = "date;host;x-amz-content-sha256";
  TestRequest request;
  request.path = "/b/k";
  request.host = "h";
  request.set("x-amz-content-sha256", std::string(kUnsignedPayload)).set("date", "Fri, 24 May 2013 00:00:00 GMT");
  request.set("authorization", authorization(signing.signed_headers, sign("GET", signing)));
  EXPECT_TRUE(Bench(kDate).run(request));
}

TEST(SigV4Header, WithoutAValidDate) {
  const Bench bench(kDate);
  expect_error(bench.run(get_object().remove("x-amz-date")), ErrorCode::AccessDenied, "valid Date or x-amz-date");
  for (const std::string text : {"", "yesterday", "20130524", "20131324T000000Z", "20130524T000000"}) {
    const auto result = bench.run(get_object().set("x-amz-date", text));
    EXPECT_TRUE(result.has_error()) << text;
  }
}

TEST(SigV4Header, SkewOfFifteenMinutesIsAllowed) {
  EXPECT_TRUE(Bench("20130524T001500Z").run(get_object()));
  EXPECT_TRUE(Bench("20130523T234500Z").run(get_object()));
  for (const std::string_view now : {"20130524T001501Z", "20130523T234459Z", "20140524T000000Z"}) {
    const auto result = Bench(now).run(get_object());
    expect_error(result, ErrorCode::RequestTimeTooSkewed);
    EXPECT_EQ(detail(result.error(), "RequestTime"), kDate);
    EXPECT_EQ(detail(result.error(), "ServerTime"), format_iso8601_millis(at(now)));
    EXPECT_EQ(detail(result.error(), "MaxAllowedSkewMilliseconds"), "900000");
  }
}

TEST(SigV4Header, Region) {
  const TestRequest elsewhere = plain("/b/k", "", {.canonical_path = "/b/k", .region = "eu-west-3"});
  EXPECT_TRUE(Bench(kDate).run(elsewhere));
  EXPECT_TRUE(Bench(kDate, {.region = "eu-west-3"}).run(elsewhere));
  const auto result = Bench(kDate, {.region = "eu-central-1"}).run(elsewhere);
  expect_error(result, ErrorCode::AuthorizationHeaderMalformed);
  EXPECT_EQ(result.error().text(), "The authorization header is malformed; the region 'eu-west-3' is wrong; expecting 'eu-central-1'");
  EXPECT_EQ(detail(result.error(), "Region"), "eu-central-1");
}

TEST(SigV4Header, Scope) {
  const Bench bench(kDate);
  const auto with_scope = [&](std::string_view scope) {
    return bench.run(
        get_object().set("authorization", authorization("host;range;x-amz-content-sha256;x-amz-date", std::string(64, 'a'), scope)));
  };
  const auto code = ErrorCode::AuthorizationHeaderMalformed;
  expect_error(with_scope("20130524/us-east-1/s3/aws5_request"), code, "incorrect terminal \"aws5_request\"");
  expect_error(with_scope("20130524/us-east-1/ec2/aws4_request"), code, "incorrect service \"ec2\"");
  expect_error(with_scope("20130523/us-east-1/s3/aws4_request"), code, "Invalid credential date \"20130523\"");
  expect_error(with_scope("2013052/us-east-1/s3/aws4_request"), code, "incorrect date format \"2013052\"");
  expect_error(with_scope("2013052x/us-east-1/s3/aws4_request"), code, "incorrect date format");
  expect_error(with_scope("20130524//s3/aws4_request"), ErrorCode::SignatureDoesNotMatch);  // as MinIO's admin clients sign
  expect_error(with_scope("us-east-1/s3/aws4_request"), code);
  expect_error(with_scope(""), code);
  EXPECT_TRUE(bench.run(plain("/b/k", "", {.canonical_path = "/b/k", .service = "sts"})));
}

TEST(SigV4Header, MalformedAuthorization) {
  const Bench bench(kDate);
  const auto with = [&](std::string text) { return bench.run(get_object().set("authorization", std::move(text))); };
  const std::string credential = "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
  const auto malformed = ErrorCode::AuthorizationHeaderMalformed;
  expect_error(with("AWS4-HMAC-SHA256"), malformed, "missing Credential");
  expect_error(with("AWS4-HMAC-SHA256 ,,,===,"), malformed, "missing Credential");
  expect_error(with("AWS4-HMAC-SHA256 " + credential), malformed, "missing SignedHeaders");
  expect_error(with("AWS4-HMAC-SHA256 " + credential + ",SignedHeaders=host"), malformed, "missing Signature");
  expect_error(with("AWS4-HMAC-SHA256 Credential=AKID,SignedHeaders=host,Signature=a"), malformed, "the Credential is mal-formed");
  expect_error(with("AWS4-HMAC-SHA256 Credential=/20130524/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=a"), malformed,
               "the Credential is mal-formed");
  expect_error(with("AWS4-HMAC-SHA256 " + credential + ",SignedHeaders=;,Signature=a"), malformed, "SignedHeaders");
  expect_error(with("AWS4-HMAC-SHA256 " + credential + ",SignedHeaders=host;;x,Signature=a"), malformed, "SignedHeaders");
  std::string many = "host";
  for (int i = 0; i < 300; ++i) many += ";a";
  expect_error(with("AWS4-HMAC-SHA256 " + credential + ",SignedHeaders=" + many + ",Signature=a"), malformed, "SignedHeaders");
  expect_error(with("AWS4-ECDSA-P256-SHA256 " + credential + ",SignedHeaders=host,Signature=a"), ErrorCode::InvalidRequest,
               "Please use AWS4-HMAC-SHA256");
  for (const std::string other : {"Bearer secret", "Basic Zm9v", "aws AK:sig", "AWS4", "AWSX a:b"}) {
    expect_error(with(other), ErrorCode::InvalidArgument, "Unsupported Authorization Type");
  }
}

TEST(SigV4Header, WrongSignaturesOfAnyShape) {
  const Bench bench(kDate);
  const std::string right = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
  for (const std::string& signature : {right.substr(1), right + "0", "0" + right.substr(1), right.substr(0, 63) + "2", std::string("x")}) {
    expect_error(bench.run(get_object().set("authorization", authorization("host;range;x-amz-content-sha256;x-amz-date", signature))),
                 ErrorCode::SignatureDoesNotMatch);
  }
}

TEST(SigV4Header, UnknownAccessKey) {
  TestRequest request = get_object();
  std::string text = request.headers.back().second;
  text.replace(text.find(kAccessKey), kAccessKey.size(), "nobody");
  request.set("authorization", text);
  const auto result = Bench(kDate).run(request);
  expect_error(result, ErrorCode::InvalidAccessKeyId);
  EXPECT_EQ(detail(result.error(), "AWSAccessKeyId"), "nobody");
}

TEST(SigV4Header, AccessKeysWithSlashes) {
  const auto credentials = make_root_credentials("team/key", std::string(kSecretKey));
  const Authenticator authenticator(*credentials, {});
  TestRequest request = plain_object();
  std::string text = request.headers.back().second;
  text.replace(text.find(kAccessKey), kAccessKey.size(), "team/key");
  request.set("authorization", text);
  const auto headers = views(request.headers);
  const auto result = authenticator.authenticate({request.method, request.path, request.query, request.host, "", headers}, at(kDate));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->access_key, "team/key");
}

TEST(SigV4Header, SessionTokens) {
  Signing signing{.canonical_path = "/b/k"};
  signing.headers = "host:h\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:20130524T000000Z\nx-amz-security-token:t\n";
  signing.signed_headers = "host;x-amz-content-sha256;x-amz-date;x-amz-security-token";
  TestRequest request;
  request.path = "/b/k";
  request.host = "h";
  request.set("x-amz-content-sha256", std::string(kUnsignedPayload)).set("x-amz-date", std::string(kDate)).set("x-amz-security-token", "t");
  request.set("authorization", authorization(signing.signed_headers, sign("GET", signing)));
  expect_error(Bench(kDate).run(request), ErrorCode::InvalidToken);
  std::string text = request.headers.back().second;
  text.replace(text.find(kAccessKey), kAccessKey.size(), "ASIAUNKNOWN");
  expect_error(Bench(kDate).run(request.set("authorization", text)), ErrorCode::InvalidAccessKeyId);
}

TEST(SigV4Header, PayloadKinds) {
  const Bench bench(kDate);
  const auto with = [&](std::string payload) {
    return bench.run(plain("/b/k", "", {.canonical_path = "/b/k", .payload = std::move(payload)}));
  };
  EXPECT_EQ(with("UNSIGNED-PAYLOAD")->payload, PayloadKind::unsigned_payload);
  EXPECT_EQ(with(std::string(kEmptyHash))->payload, PayloadKind::hashed);
  EXPECT_EQ(with("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")->payload, PayloadKind::streaming_signed);
  EXPECT_TRUE(with("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")->chunks);
  EXPECT_EQ(with("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")->payload, PayloadKind::streaming_signed_trailer);
  EXPECT_TRUE(with("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")->chunks);
  EXPECT_EQ(with("STREAMING-UNSIGNED-PAYLOAD-TRAILER")->payload, PayloadKind::streaming_unsigned_trailer);
  EXPECT_FALSE(with("STREAMING-UNSIGNED-PAYLOAD-TRAILER")->chunks);
  for (const std::string bad : {"", "unsigned-payload", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "e3b0", "UNSIGNED-PAYLOAD-X"}) {
    expect_error(with(bad), ErrorCode::InvalidArgument, "x-amz-content-sha256 must be UNSIGNED-PAYLOAD");
  }
  expect_error(with(std::string(64, 'g')), ErrorCode::InvalidArgument, "valid sha256 value");
  expect_error(bench.run(plain_object().remove("x-amz-content-sha256")), ErrorCode::InvalidRequest,
               "Missing required header for this request: x-amz-content-sha256");
}

TEST(SigV4Header, BothMechanismsAtOnce) {
  const Bench bench(kDate);
  for (const std::string query : {"X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Signature=1", "Signature=1", "AWSAccessKeyId=1"}) {
    TestRequest request = get_object();
    request.query = query;
    expect_error(bench.run(request), ErrorCode::InvalidArgument, "Only one auth mechanism allowed");
  }
  TestRequest request;
  request.query = "X-Amz-Signature=1&Signature=2";
  expect_error(bench.run(request), ErrorCode::InvalidArgument, "Only one auth mechanism allowed");
}

TEST(Anonymous, NoSignatureAtAll) {
  const Bench bench(kDate);
  TestRequest request;
  const auto result = bench.run(request);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->kind, SignatureKind::anonymous);
  EXPECT_EQ(result->access_key, "");
  EXPECT_EQ(result->payload, PayloadKind::unsigned_payload);
  EXPECT_EQ(bench.run(request.set("x-amz-content-sha256", std::string(kEmptyHash)))->payload, PayloadKind::hashed);
  EXPECT_EQ(bench.run(request.set("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"))->payload,
            PayloadKind::streaming_unsigned_trailer);
  expect_error(bench.run(request.set("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")), ErrorCode::InvalidArgument);
  request.remove("x-amz-content-sha256").set("content-encoding", "gzip, AWS-chunked").set("x-amz-decoded-content-length", "3");
  EXPECT_EQ(bench.run(request)->payload, PayloadKind::streaming_unsigned_trailer);
  EXPECT_EQ(bench.run(request.set("content-encoding", "gzip"))->payload, PayloadKind::unsigned_payload);
}

// A store whose secret can change and whose key can go away.
struct ChangingStore final : CredentialStore {
  std::optional<Credential> credential =
      Credential{std::string(kAccessKey), std::string(kSecretKey), make_root_principal(std::string(kAccessKey))};
  std::optional<Credential> find(std::string_view access_key) const override {
    return credential && credential->access_key == access_key ? credential : std::nullopt;
  }
};

TEST(SigningKeyCache, NeverOutlivesTheSecret) {
  ChangingStore store;
  const Authenticator authenticator(store, {});
  const TestRequest request = get_object();
  const auto headers = views(request.headers);
  const RequestView view{request.method, request.path, request.query, request.host, "", headers};
  EXPECT_TRUE(authenticator.authenticate(view, at(kDate)));
  EXPECT_TRUE(authenticator.authenticate(view, at(kDate)));
  store.credential->secret_key = "another secret";
  expect_error(authenticator.authenticate(view, at(kDate)), ErrorCode::SignatureDoesNotMatch);
  store.credential.reset();
  expect_error(authenticator.authenticate(view, at(kDate)), ErrorCode::InvalidAccessKeyId);
  store.credential = Credential{std::string(kAccessKey), std::string(kSecretKey), make_root_principal(std::string(kAccessKey))};
  EXPECT_TRUE(authenticator.authenticate(view, at(kDate)));
}

TEST(SigningKeyCache, IsBounded) {
  SigningKeys keys;
  for (std::size_t i = 0; i < 3 * SigningKeys::kEntries; ++i) keys.remember("credential" + std::to_string(i), "secret", hash::Digest());
  EXPECT_LE(keys.size(), SigningKeys::kEntries);
  EXPECT_TRUE(keys.find("credential" + std::to_string(3 * SigningKeys::kEntries - 1), "secret"));
  const auto before = keys.size();
  keys.remember(std::string(SigningKeys::kCredentialBytes + 1, 'x'), "secret", hash::Digest());
  EXPECT_EQ(keys.size(), before);
}

TEST(SigningKeyCache, ServesManyThreads) {
  const Bench bench(kDate);
  std::vector<std::thread> threads;
  std::atomic<int> accepted = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&bench, &accepted, i] {
      const TestRequest request = plain("/b/k", "", {.canonical_path = "/b/k", .region = "region-" + std::to_string(i)});
      for (int round = 0; round < 50; ++round) accepted += bench.run(request).has_value() ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(accepted, 200);
}

}  // namespace
}  // namespace holdfast::auth::test
