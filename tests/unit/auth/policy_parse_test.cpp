#include "holdfast/auth/policy.hpp"
#include "holdfast/base/limits.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace holdfast::auth::test {
namespace {

struct ParseCase {
  std::string json;
  std::string complaint;  // empty: it is right
};

void PrintTo(const ParseCase& given, std::ostream* out) { *out << given.json.substr(0, 200); }

std::string document(std::string_view statement, std::string_view version = "2012-10-17") {
  return std::string(R"({"Version":")").append(version).append(R"(","Statement":[)").append(statement).append("]}");
}

// A bucket policy statement that is right, with one element replaced or added.
std::string with(std::string_view element, std::string_view value) {
  std::string out = "{";
  bool replaced = false;
  const auto add = [&](std::string_view name, std::string_view text) {
    if (out.size() > 1) out += ',';
    out.append("\"").append(name).append("\":").append(text);
  };
  const std::pair<std::string_view, std::string_view> parts[] = {
      {"Effect", R"("Allow")"}, {"Principal", R"("*")"}, {"Action", R"("s3:GetObject")"}, {"Resource", R"("arn:aws:s3:::b/*")"}};
  for (const auto& [name, text] : parts) {
    const bool is_it = name == element || "Not" + std::string(name) == element;
    replaced = replaced || is_it;
    if (is_it && !value.empty()) add(element, value);
    if (!is_it) add(name, text);
  }
  if (!replaced) add(element, value);
  return document(out + "}");
}

std::string with_condition(std::string_view block) { return with("Condition", block); }

void check(const Result<PolicyDocument>& result, const ParseCase& given) {
  if (given.complaint.empty()) {
    EXPECT_TRUE(result) << given.json << '\n' << result.error().text();
    return;
  }
  ASSERT_TRUE(result.has_error()) << given.json;
  EXPECT_EQ(result.error().name(), "MalformedPolicy");
  EXPECT_NE(result.error().text().find(given.complaint), std::string_view::npos) << given.json << '\n' << result.error().text();
}

class BucketPolicyParse : public testing::TestWithParam<ParseCase> {};

TEST_P(BucketPolicyParse, Says) { check(PolicyDocument::parse_bucket_policy(GetParam().json, "b"), GetParam()); }

const std::string kJson = "Policies must be valid JSON";

INSTANTIATE_TEST_SUITE_P(
    Json, BucketPolicyParse,
    testing::Values(ParseCase{"", kJson}, ParseCase{"{", kJson}, ParseCase{"[]", kJson}, ParseCase{"null", kJson},
                    ParseCase{"\"x\"", kJson}, ParseCase{"{}{}", kJson}, ParseCase{R"({"Version":"2012-10-17","Statement":[],})", kJson},
                    ParseCase{"{\"Statement\":\"\xff\"}", kJson}, ParseCase{"{'Statement':[]}", kJson}, ParseCase{"{} x", kJson},
                    ParseCase{std::string("{}\0", 3), kJson}, ParseCase{R"({"Statement":NaN})", kJson},
                    ParseCase{R"({"Version":"2012-10-17","Version":"2012-10-17","Statement":[]})", "duplicate element: Version"},
                    ParseCase{with_condition(R"({"Bool":{"aws:SecureTransport":"true","aws:SecureTransport":"false"}})"),
                              "duplicate element: aws:SecureTransport"},
                    ParseCase{std::string(2000, '['), "nested too deeply"}, ParseCase{std::string(20000, '['), "nested too deeply"},
                    ParseCase{with("Condition", R"({"a":{"b":{"c":{"d":{"e":{"f":{"g":1}}}}}}})"), "nested too deeply"},
                    ParseCase{std::string(limits::kPolicyBytes + 1, ' '), "exceeds the maximum allowed document size"},
                    ParseCase{R"({"Version":"2012-10-17"})", "Missing required field Statement"},
                    ParseCase{R"({"Version":"2012-10-17","Statement":[]})", "Statement is empty"},
                    ParseCase{R"({"Version":"2012-10-17","Statement":[1]})", "invalid value for: Statement"},
                    ParseCase{R"({"Version":"2012-10-17","Statement":"x"})", "invalid value for: Statement"},
                    ParseCase{R"({"Version":"2012-10-18","Statement":[{}]})", "valid version string: 2012-10-18"},
                    ParseCase{R"({"Version":2012,"Statement":[{}]})", "valid version string"},
                    ParseCase{R"({"Version":null,"Statement":[{}]})", "valid version string"},
                    ParseCase{R"({"version":"2012-10-17","Statement":[{}]})", "Unknown field: version"},
                    ParseCase{R"({"Id":1,"Statement":[{}]})", "invalid value for: Id"},
                    ParseCase{R"({"Version":"2012-10-17","Statement":[{}],"Extra":1})", "Unknown field: Extra"}));

INSTANTIATE_TEST_SUITE_P(
    Elements, BucketPolicyParse,
    testing::Values(
        ParseCase{with("Sid", R"("")"), ""}, ParseCase{with("Sid", R"("one")"), ""}, ParseCase{with("Sid", "1"), "invalid value for: Sid"},
        ParseCase{document(R"({"Sid":"a","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/*"},
                              {"Sid":"a","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/*"})"),
                  "must be unique: a"},
        ParseCase{document(R"({"Sid":"","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/*"},
                              {"Sid":"","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/*"})"),
                  ""},
        ParseCase{R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/*"}})", ""},
        ParseCase{
            R"({"Version":"2008-10-17","Id":"x","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"}]})",
            ""},
        ParseCase{
            R"({"ID":"","Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"}]})",
            ""},
        ParseCase{with("Effect", ""), "Missing required field Effect"}, ParseCase{with("Effect", R"("allow")"), "Invalid effect: allow"},
        ParseCase{with("Effect", "true"), "Invalid effect: true"}, ParseCase{with("Effect", "{}"), "Invalid effect"},
        ParseCase{with("Effect", R"("Deny")"), ""}, ParseCase{with("Extra", "1"), "Unknown field: Extra"},
        ParseCase{with("action", R"("s3:GetObject")"), "Unknown field: action"},
        ParseCase{with("Principal", ""), "Missing required field Principal"},
        ParseCase{with("Action", ""), "Missing required field Action"},
        ParseCase{with("Resource", ""), "Missing required field Resource"}));

INSTANTIATE_TEST_SUITE_P(
    Principals, BucketPolicyParse,
    testing::Values(ParseCase{with("Principal", R"({"AWS":"*"})"), ""}, ParseCase{with("Principal", R"({"AWS":["*"]})"), ""},
                    ParseCase{with("Principal", R"({"AWS":"arn:aws:iam::123456789012:user/x"})"), ""},
                    ParseCase{with("Principal", R"({"AWS":["123456789012","arn:aws:iam::123456789012:root"]})"), ""},
                    ParseCase{with("Principal", R"({"CanonicalUser":"79a59df900b949e5"})"), ""},
                    ParseCase{with("Principal", R"({"Service":"logging.s3.amazonaws.com"})"), ""},
                    ParseCase{with("Principal", R"({"Federated":"accounts.google.com","AWS":"*"})"), ""},
                    ParseCase{with("NotPrincipal", R"({"AWS":"arn:aws:iam::123456789012:user/x"})"), ""},
                    ParseCase{with("Principal", R"("everyone")"), "Invalid principal in policy: everyone"},
                    ParseCase{with("Principal", R"(["*"])"), "Invalid principal"}, ParseCase{with("Principal", "{}"), "Invalid principal"},
                    ParseCase{with("Principal", "null"), "Invalid principal"},
                    ParseCase{with("Principal", R"({"AWS":[]})"), "invalid value for: Principal"},
                    ParseCase{with("Principal", R"({"AWS":1})"), "invalid value for: Principal"},
                    ParseCase{with("Principal", R"({"AWS":""})"), "Invalid principal"},
                    ParseCase{with("Principal", R"({"AWS":"arn:aws:iam::123456789012:user/*"})"), "Invalid principal"},
                    ParseCase{with("Principal", R"({"CanonicalUser":"*"})"), "Invalid principal"},
                    ParseCase{with("Principal", R"({"Everyone":"*"})"), "Invalid principal in policy: Everyone"},
                    ParseCase{with("Principal", R"("*","NotPrincipal":"*")"), "both elements: Principal and NotPrincipal"}));

INSTANTIATE_TEST_SUITE_P(
    Actions, BucketPolicyParse,
    testing::Values(
        ParseCase{with("Action", R"("*")"), ""}, ParseCase{with("Action", R"("s3:*")"), ""},
        ParseCase{with("Action", R"("S3:getobject")"), ""}, ParseCase{with("Action", R"(["s3:GetObject","s3:PutObject"])"), ""},
        ParseCase{with("Action", R"("s3:Get*")"), ""}, ParseCase{with("Action", R"("s3:?etObject")"), ""},
        ParseCase{with("NotAction", R"("s3:GetObject")"), ""}, ParseCase{with("Action", R"("s3:GetObjct")"), "invalid action: s3:GetObjct"},
        ParseCase{with("Action", R"("s3:Got*")"), "invalid action: s3:Got*"}, ParseCase{with("Action", R"("s3:")"), "invalid action"},
        ParseCase{with("Action", R"("s3")"), "invalid action"}, ParseCase{with("Action", R"("")"), "invalid action"},
        ParseCase{with("Action", R"("ec2:RunInstances")"), "invalid action: ec2:RunInstances"},
        ParseCase{with("Action", R"("admin:*")"), "invalid action"}, ParseCase{with("Action", "[]"), "invalid value for: Action"},
        ParseCase{with("Action", "1"), "invalid value for: Action"},
        ParseCase{with("Action", R"(["s3:GetObject",1])"), "invalid value for: Action"},
        ParseCase{with("Action", R"("s3:*","NotAction":"s3:*")"), "both elements: Action and NotAction"},
        ParseCase{with("Action", R"("s3:ListBucket")"), "does not apply to any resource(s) in statement: s3:ListBucket"},
        ParseCase{with("Action", R"(["s3:*","s3:ListBucket"])"), "does not apply"}));

INSTANTIATE_TEST_SUITE_P(
    Resources, BucketPolicyParse,
    testing::Values(ParseCase{with("Resource", R"("arn:aws:s3:::b/prefix/*")"), ""},
                    ParseCase{with("Resource", R"("arn:aws:s3:::b*")"), ""},
                    ParseCase{with("Resource", R"(["arn:aws:s3:::b","arn:aws:s3:::b/*"])"), ""},
                    ParseCase{with("NotResource", R"("arn:aws:s3:::b/private/*")"), ""},
                    ParseCase{with("Resource", R"("arn:aws:s3:::b/${aws:username}/*")"), ""},
                    ParseCase{with("Resource", R"("arn:aws:s3:::b/${aws:username, 'nobody'}/${*}")"), ""},
                    ParseCase{with("Resource", R"("arn:aws:s3:::other/*")"), "invalid resource: arn:aws:s3:::other/*"},
                    ParseCase{with("Resource", R"("arn:aws:s3:::bb/*")"), "invalid resource"},
                    ParseCase{with("Resource", R"("arn:aws:s3:::*")"), "invalid resource"},
                    ParseCase{with("Resource", R"("*")"), "invalid resource"}, ParseCase{with("Resource", R"("b/*")"), "invalid resource"},
                    ParseCase{with("Resource", R"("arn:aws:sqs:::b/*")"), "invalid resource"},
                    ParseCase{with("Resource", "[]"), "invalid value for: Resource"},
                    ParseCase{with("Resource", R"("arn:aws:s3:::b")"), "does not apply to any resource(s) in statement: s3:GetObject"},
                    ParseCase{with("Resource", R"("arn:aws:s3:::b/*","NotResource":"arn:aws:s3:::b/*")"),
                              "both elements: Resource and NotResource"},
                    ParseCase{with("Resource", R"("arn:aws:s3:::b/${aws:username")"), "variable that is not closed"},
                    ParseCase{with("Resource", R"("arn:aws:s3:::b/${}")"), "invalid variable"},
                    ParseCase{with("Resource", R"("arn:aws:s3:::b/${a b}")"), "invalid variable"},
                    ParseCase{with("Resource", R"("arn:aws:s3:::b/${aws:username, nobody}")"), "invalid default value"},
                    ParseCase{with("Resource", R"("arn:aws:s3:::b/${aws:username,'}")"), "invalid default value"}));

INSTANTIATE_TEST_SUITE_P(
    Conditions, BucketPolicyParse,
    testing::Values(
        ParseCase{with_condition("{}"), ""}, ParseCase{with_condition(R"({"StringEquals":{"s3:prefix":"a"}})"), ""},
        ParseCase{with_condition(R"({"StringEquals":{"S3:Prefix":["a","b"]}})"), ""},
        ParseCase{with_condition(R"({"StringEquals":{"s3:ExistingObjectTag/team":"red"}})"), ""},
        ParseCase{with_condition(R"({"Bool":{"aws:SecureTransport":true}})"), ""},
        ParseCase{with_condition(R"({"NumericLessThan":{"s3:max-keys":10}})"), ""},
        ParseCase{with_condition(R"({"NumericLessThan":{"s3:max-keys":"1e3"}})"), ""},
        ParseCase{with_condition(R"({"DateLessThan":{"aws:CurrentTime":"2026-11-21T10:00:00Z"}})"), ""},
        ParseCase{with_condition(R"({"DateLessThan":{"aws:EpochTime":1795256100}})"), ""},
        ParseCase{with_condition(R"({"IpAddress":{"aws:SourceIp":["10.0.0.0/8","2001:db8::/32","192.168.1.1"]}})"), ""},
        ParseCase{with_condition(R"({"ArnLike":{"aws:SourceArn":"arn:aws:s3:*:*:bucket-*"}})"), ""},
        ParseCase{with_condition(R"({"Null":{"s3:x-amz-acl":"true"}})"), ""},
        ParseCase{with_condition(R"({"Null":{"s3:x-amz-acl":false}})"), ""},
        ParseCase{with_condition(R"({"ForAnyValue:StringLikeIfExists":{"aws:TagKeys":["a*"]}})"), ""},
        ParseCase{with_condition(R"({"ForAllValues:StringEquals":{"aws:TagKeys":["a"]}})"), ""},
        ParseCase{with_condition(R"({"BinaryEquals":{"aws:userid":"AAEC"}})"), ""},
        ParseCase{with_condition(R"({"StringEqual":{"s3:prefix":"a"}})"), "unknown condition operator: StringEqual"},
        ParseCase{with_condition(R"({"stringequals":{"s3:prefix":"a"}})"), "unknown condition operator"},
        ParseCase{with_condition(R"({"StringEqualsIfExistsIfExists":{"s3:prefix":"a"}})"), "unknown condition operator"},
        ParseCase{with_condition(R"({"ForAnyValue:ForAllValues:StringEquals":{"s3:prefix":"a"}})"), "unknown condition operator"},
        ParseCase{with_condition(R"({"ForSomeValue:StringEquals":{"s3:prefix":"a"}})"), "unknown condition operator"},
        ParseCase{with_condition(R"({"NullIfExists":{"s3:prefix":"true"}})"), "unknown condition operator: NullIfExists"},
        ParseCase{with_condition(R"({"":{"s3:prefix":"a"}})"), "unknown condition operator"},
        ParseCase{with_condition("[]"), "invalid value for: Condition"},
        ParseCase{with_condition(R"({"StringEquals":"x"})"), "invalid value for: StringEquals"},
        ParseCase{with_condition(R"({"StringEquals":{"s3:prefix":[]}})"), "invalid value for: s3:prefix"},
        ParseCase{with_condition(R"({"StringEquals":{"s3:prefix":null}})"), "invalid value for: s3:prefix"},
        ParseCase{with_condition(R"({"StringEquals":{"s3:prefix":{"a":1}}})"), "invalid value for: s3:prefix"},
        ParseCase{with_condition(R"({"StringEquals":{"s3:prefix":[["a"]]}})"), "invalid value for: s3:prefix"},
        ParseCase{with_condition(R"({"StringEquals":{"s3:prefx":"a"}})"), "invalid condition key: s3:prefx"},
        ParseCase{with_condition(R"({"StringEquals":{"prefix":"a"}})"), "invalid condition key: prefix"},
        ParseCase{with_condition(R"({"StringEquals":{"s3:ExistingObjectTag/":"a"}})"), "invalid condition key"},
        ParseCase{with_condition(R"({"StringEquals":{"":"a"}})"), "invalid condition key"},
        ParseCase{with_condition(R"({"StringLike":{"s3:prefix":"${aws:username"}})"), "not closed"},
        ParseCase{with_condition(R"({"NumericEquals":{"s3:max-keys":"ten"}})"), "not a number: ten"},
        ParseCase{with_condition(R"({"NumericEquals":{"s3:max-keys":"inf"}})"), "not a number"},
        ParseCase{with_condition(R"({"NumericEquals":{"s3:max-keys":""}})"), "not a number"},
        ParseCase{with_condition(R"({"DateEquals":{"aws:CurrentTime":"tomorrow"}})"), "not a date: tomorrow"},
        ParseCase{with_condition(R"({"DateEquals":{"aws:CurrentTime":"99999999999999"}})"), "not a date"},
        ParseCase{with_condition(R"({"Bool":{"aws:SecureTransport":"yes"}})"), "not true or false: yes"},
        ParseCase{with_condition(R"({"BinaryEquals":{"aws:userid":"%%"}})"), "not base64"},
        ParseCase{with_condition(R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}})"), "not an IP address or network: 10.0.0.0/33"},
        ParseCase{with_condition(R"({"IpAddress":{"aws:SourceIp":"10.0.0"}})"), "not an IP address"},
        ParseCase{with_condition(R"({"IpAddress":{"aws:SourceIp":"::1/129"}})"), "not an IP address"},
        ParseCase{with_condition(R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/"}})"), "not an IP address"},
        ParseCase{with_condition(R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/-1"}})"), "not an IP address"},
        ParseCase{with_condition(R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/0008"}})"), "not an IP address"},
        ParseCase{with_condition(R"({"ArnEquals":{"aws:SourceArn":"bucket"}})"), "invalid ARN: bucket"},
        ParseCase{with_condition(R"({"ArnEquals":{"aws:SourceArn":"arn:aws:s3"}})"), "invalid ARN"},
        ParseCase{with_condition(R"({"Null":{"s3:prefix":"maybe"}})"), "Null condition"},
        ParseCase{with_condition(R"({"Null":{"s3:prefix":["true","false"]}})"), "Null condition"}));

class IdentityPolicyParse : public testing::TestWithParam<ParseCase> {};

TEST_P(IdentityPolicyParse, Says) { check(PolicyDocument::parse(GetParam().json), GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Documents, IdentityPolicyParse,
    testing::Values(
        ParseCase{document(R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::*"})"), ""},
        ParseCase{document(R"({"Effect":"Allow","Action":"*","Resource":"*"})"), ""},
        ParseCase{document(R"({"Effect":"Allow","Action":["admin:*","kms:*","sts:AssumeRole"]})"), ""},
        ParseCase{document(R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"jwt:sub":"x"}}})"), ""},
        ParseCase{document(R"({"Effect":"Allow","Action":["admin:*","s3:*"]})"), "Missing required field Resource"},
        ParseCase{document(R"({"Effect":"Allow","Action":"s3:*","Resource":"bucket"})"), "invalid resource: bucket"},
        ParseCase{document(R"({"Effect":"Allow","Action":"GetObject","Resource":"*"})"), "invalid action: GetObject"},
        ParseCase{document(R"({"Effect":"Allow","Action":":GetObject","Resource":"*"})"), "invalid action"},
        ParseCase{document(R"({"Effect":"Allow","Action":"s3:","Resource":"*"})"), "invalid action"},
        ParseCase{document(R"({"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"})"), "should not specify a principal"},
        ParseCase{document(R"({"Effect":"Allow","NotPrincipal":"*","Action":"s3:*","Resource":"*"})"), "should not specify a principal"}));

TEST(PolicyParse, VariablesAreTextInTheOldVersion) {
  const std::string statement = R"({"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username"})";
  EXPECT_TRUE(PolicyDocument::parse_bucket_policy(document(statement, "2008-10-17"), "b"));
  EXPECT_TRUE(PolicyDocument::parse_bucket_policy(R"({"Statement":[)" + statement + "]}", "b"));
  EXPECT_FALSE(PolicyDocument::parse_bucket_policy(document(statement), "b"));
}

TEST(PolicyParse, ConditionKeysAreListed) {
  const auto policy = PolicyDocument::parse_bucket_policy(
      document(R"({"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}/*",
                   "Condition":{"StringLike":{"s3:prefix":"${aws:userid}/*"},"Bool":{"aws:SecureTransport":"true"},
                                "ArnLike":{"aws:SourceArn":"arn:aws:s3:::${aws:PrincipalAccount}"}}},
                  {"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*",
                   "Condition":{"Null":{"AWS:SecureTransport":"true"}}})"),
      "b");
  ASSERT_TRUE(policy) << policy.error().text();
  EXPECT_EQ(policy->condition_keys(), (std::vector<std::string>{"aws:principalaccount", "aws:securetransport", "aws:sourcearn",
                                                                "aws:userid", "aws:username", "s3:prefix"}));
}

TEST(PolicyParse, LargestPolicy) {
  std::string text = with("Sid", R"("")");
  text.insert(text.size() - 1, limits::kPolicyBytes - text.size(), ' ');
  EXPECT_TRUE(PolicyDocument::parse_bucket_policy(text, "b"));
}

TEST(CannedPolicy, AsMcMakesThem) {
  EXPECT_EQ(*canned_bucket_policy("none", "b"), "");
  EXPECT_EQ(*canned_bucket_policy("private", "b"), "");
  EXPECT_EQ(
      *canned_bucket_policy("download", "b"),
      R"({"Version":"2012-10-17","Statement":[)"
      R"({"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["s3:GetBucketLocation","s3:ListBucket"],"Resource":["arn:aws:s3:::b"]},)"
      R"({"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::b/*"]}]})");
  EXPECT_EQ(
      *canned_bucket_policy("upload", "b"),
      R"({"Version":"2012-10-17","Statement":[)"
      R"({"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["s3:GetBucketLocation","s3:ListBucketMultipartUploads"],"Resource":["arn:aws:s3:::b"]},)"
      R"({"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["s3:AbortMultipartUpload","s3:DeleteObject","s3:ListMultipartUploadParts","s3:PutObject"],"Resource":["arn:aws:s3:::b/*"]}]})");
  EXPECT_EQ(
      *canned_bucket_policy("public", "b"),
      R"({"Version":"2012-10-17","Statement":[)"
      R"({"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["s3:GetBucketLocation","s3:ListBucket","s3:ListBucketMultipartUploads"],"Resource":["arn:aws:s3:::b"]},)"
      R"({"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["s3:AbortMultipartUpload","s3:DeleteObject","s3:GetObject","s3:ListMultipartUploadParts","s3:PutObject"],"Resource":["arn:aws:s3:::b/*"]}]})");
  const auto unknown = canned_bucket_policy("readwrite", "b");
  ASSERT_TRUE(unknown.has_error());
  EXPECT_EQ(unknown.error().code, ErrorCode::InvalidArgument);
  EXPECT_NE(unknown.error().text().find("readwrite"), std::string_view::npos);
}

TEST(CannedPolicy, AllowWhatTheySay) {
  const auto decide = [](std::string_view name, std::string action, std::string resource) {
    const auto policy = PolicyDocument::parse_bucket_policy(*canned_bucket_policy(name, "b"), "b");
    EXPECT_TRUE(policy) << name;
    return policy->evaluate({"", std::move(action), "arn:aws:s3:::" + std::move(resource), {}}) == Decision::allow;
  };
  EXPECT_TRUE(decide("download", "s3:GetObject", "b/k"));
  EXPECT_TRUE(decide("download", "s3:ListBucket", "b"));
  EXPECT_FALSE(decide("download", "s3:PutObject", "b/k"));
  EXPECT_FALSE(decide("download", "s3:GetObject", "c/k"));
  EXPECT_TRUE(decide("upload", "s3:PutObject", "b/k"));
  EXPECT_FALSE(decide("upload", "s3:GetObject", "b/k"));
  EXPECT_FALSE(decide("upload", "s3:ListBucket", "b"));
  EXPECT_TRUE(decide("public", "s3:GetObject", "b/k"));
  EXPECT_TRUE(decide("public", "s3:PutObject", "b/k"));
  EXPECT_FALSE(decide("public", "s3:PutBucketPolicy", "b"));
  EXPECT_FALSE(decide("public", "s3:GetObjectVersion", "b/k"));
}

TEST(CannedPolicy, OfMcWithAPrefix) {
  // As `mc anonymous set download ALIAS/b/pre` sends it.
  const auto policy = PolicyDocument::parse_bucket_policy(
      R"({"Version":"2012-10-17","Statement":[{"Action":["s3:GetBucketLocation"],"Effect":"Allow","Principal":{"AWS":["*"]},"Resource":["arn:aws:s3:::b"],"Sid":""},)"
      R"({"Action":["s3:ListBucket"],"Condition":{"StringLike":{"s3:prefix":["pre*"]}},"Effect":"Allow","Principal":{"AWS":["*"]},"Resource":["arn:aws:s3:::b"],"Sid":""},)"
      R"({"Action":["s3:GetObject"],"Effect":"Allow","Principal":{"AWS":["*"]},"Resource":["arn:aws:s3:::b/pre*"],"Sid":""}]})",
      "b");
  ASSERT_TRUE(policy) << policy.error().text();
  EXPECT_EQ(policy->evaluate({"", "s3:GetObject", "arn:aws:s3:::b/prefix/x", {}}), Decision::allow);
  EXPECT_EQ(policy->evaluate({"", "s3:GetObject", "arn:aws:s3:::b/other", {}}), Decision::neutral);
  EXPECT_EQ(policy->evaluate({"", "s3:ListBucket", "arn:aws:s3:::b", {{"s3:prefix", {"pre/"}}}}), Decision::allow);
  EXPECT_EQ(policy->evaluate({"", "s3:ListBucket", "arn:aws:s3:::b", {{"s3:prefix", {""}}}}), Decision::neutral);
  EXPECT_EQ(policy->evaluate({"", "s3:ListBucket", "arn:aws:s3:::b", {}}), Decision::neutral);
}

}  // namespace
}  // namespace holdfast::auth::test
