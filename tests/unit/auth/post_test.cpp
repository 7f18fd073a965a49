// Vector: AWS, "Examples: Browser-Based Upload using HTTP POST (Using AWS Signature Version 4)".
#include "fixture.hpp"

#include <gtest/gtest.h>

namespace holdfast::auth::test {
namespace {

constexpr std::string_view kPolicy =
    "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifS"
    "wN"
    "CiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaX"
    "Jl"
    "Y3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb2"
    "50"
    "ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb2"
    "4i"
    "OiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0"
    "VY"
    "QU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW"
    "16"
    "LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9";

using Fields = std::vector<std::pair<std::string, std::string>>;

Fields v4_fields() {
  return {{"key", "user/user1/${filename}"},       {"x-amz-credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},
          {"x-amz-algorithm", "AWS4-HMAC-SHA256"}, {"x-amz-date", "20151229T000000Z"},
          {"policy", std::string(kPolicy)},        {"x-amz-signature", "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"}};
}

Fields v2_fields() {
  const auto signature = hash::hmac_sha1(as_bytes(kSecretKey), as_bytes(kPolicy));
  return {{"awsaccesskeyid", std::string(kAccessKey)}, {"policy", std::string(kPolicy)}, {"signature", base64_encode(signature.bytes())}};
}

Fields with(Fields fields, std::string_view name, std::string value) {
  for (auto& field : fields) {
    if (field.first == name) field.second = value;
  }
  return fields;
}

Fields without(Fields fields, std::string_view name) {
  std::erase_if(fields, [name](const auto& field) { return field.first == name; });
  return fields;
}

Result<Authentication> run(const Fields& fields, AuthenticateOptions options = {}) {
  const Bench bench("20151229T000000Z", std::move(options));
  return bench.authenticator.authenticate_post(views(fields), bench.now);
}

void expect_error(const Result<Authentication>& result, ErrorCode code, std::string_view message_part = "") {
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().name(), error_name(code)) << result.error().text();
  EXPECT_NE(result.error().text().find(message_part), std::string_view::npos) << result.error().text();
}

TEST(PostVector, SigV4) {
  const auto result = run(v4_fields());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->kind, SignatureKind::v4_post);
  EXPECT_EQ(result->access_key, kAccessKey);
  EXPECT_EQ(result->signed_at, at("20151229T000000Z"));
}

TEST(Post, SigV4IsChecked) {
  expect_error(run(with(v4_fields(), "policy", "e30=")), ErrorCode::SignatureDoesNotMatch);
  expect_error(run(with(v4_fields(), "x-amz-signature", "")), ErrorCode::SignatureDoesNotMatch);
  expect_error(run(with(v4_fields(), "x-amz-credential", "AKIAIOSFODNN7EXAMPLE/20151229/eu-west-1/s3/aws4_request")),
               ErrorCode::SignatureDoesNotMatch);
  expect_error(run(with(v4_fields(), "x-amz-credential", "nobody/20151229/us-east-1/s3/aws4_request")), ErrorCode::InvalidAccessKeyId);
  expect_error(run(with(v4_fields(), "x-amz-credential", "nobody")), ErrorCode::InvalidArgument, "Credential is mal-formed");
  expect_error(run(with(v4_fields(), "x-amz-date", "20151230T000000Z")), ErrorCode::InvalidArgument, "Invalid credential date");
  expect_error(run(with(v4_fields(), "x-amz-date", "today")), ErrorCode::InvalidArgument, "ISO8601");
  expect_error(run(with(v4_fields(), "x-amz-algorithm", "AWS4-HMAC-SHA1")), ErrorCode::InvalidArgument, "X-Amz-Algorithm");
  expect_error(run(v4_fields(), {.region = "eu-west-1"}), ErrorCode::InvalidArgument, "the region 'us-east-1' is wrong");
  for (const std::string_view name : {"x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature", "policy"}) {
    expect_error(run(without(v4_fields(), name)), ErrorCode::InvalidArgument, "field named '" + std::string(name) + "'");
  }
  Fields fields = v4_fields();
  fields.emplace_back("x-amz-security-token", "t");
  expect_error(run(fields), ErrorCode::InvalidToken);
}

TEST(Post, SigV2IsChecked) {
  const auto result = run(v2_fields());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->kind, SignatureKind::v2_post);
  EXPECT_EQ(result->access_key, kAccessKey);
  expect_error(run(with(v2_fields(), "policy", "e30=")), ErrorCode::SignatureDoesNotMatch);
  expect_error(run(with(v2_fields(), "signature", "e30=")), ErrorCode::SignatureDoesNotMatch);
  expect_error(run(with(v2_fields(), "awsaccesskeyid", "nobody")), ErrorCode::InvalidAccessKeyId);
  expect_error(run(without(v2_fields(), "awsaccesskeyid")), ErrorCode::InvalidArgument, "'AWSAccessKeyId'");
  expect_error(run(without(v2_fields(), "signature")), ErrorCode::InvalidArgument, "'signature'");
  expect_error(run(without(v2_fields(), "policy")), ErrorCode::InvalidArgument, "'policy'");
  expect_error(run(v2_fields(), {.allow_v2 = false}), ErrorCode::InvalidRequest, "Please use AWS4-HMAC-SHA256");
}

TEST(Post, APolicyWithoutASignatureIsRefused) {
  expect_error(run({{"key", "k"}, {"policy", "e30="}}), ErrorCode::InvalidArgument, "'AWSAccessKeyId'");
}

TEST(Post, Anonymous) {
  const auto result = run({{"key", "k"}, {"acl", "private"}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->kind, SignatureKind::anonymous);
  EXPECT_EQ(result->access_key, "");
}

}  // namespace
}  // namespace holdfast::auth::test
