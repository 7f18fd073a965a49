#include "holdfast/auth/policy.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <ostream>

namespace holdfast::auth::test {
namespace {

using Conditions = std::map<std::string, std::vector<std::string>, std::less<>>;

PolicyDocument parse(const std::string& statements, std::string_view version = "2012-10-17") {
  auto policy =
      PolicyDocument::parse(std::string(R"({"Version":")").append(version).append(R"(","Statement":[)").append(statements).append("]}"));
  EXPECT_TRUE(policy) << statements << '\n' << policy.error().text();
  return policy ? *policy : PolicyDocument();
}

PolicyDocument parse_bucket(const std::string& statements) {
  auto policy = PolicyDocument::parse_bucket_policy(R"({"Version":"2012-10-17","Statement":[)" + statements + "]}", "b");
  EXPECT_TRUE(policy) << statements << '\n' << policy.error().text();
  return policy ? *policy : PolicyDocument();
}

std::string json_text(std::string_view text) { return "\"" + std::string(text) + "\""; }

struct MatchCase {
  std::string pattern;
  std::string subject;
  bool matches;
};

void PrintTo(const MatchCase& given, std::ostream* out) { *out << given.pattern << " ~ " << given.subject; }

class ResourcePattern : public testing::TestWithParam<MatchCase> {};

TEST_P(ResourcePattern, Matches) {
  const std::string resource = json_text("arn:aws:s3:::" + GetParam().pattern);
  const AccessRequest request{"", "s3:GetObject", "arn:aws:s3:::" + GetParam().subject, {}};
  const auto allowing = parse(R"({"Effect":"Allow","Action":"s3:*","Resource":)" + resource + "}");
  EXPECT_EQ(allowing.evaluate(request), GetParam().matches ? Decision::allow : Decision::neutral);
  const auto allowing_others = parse(R"({"Effect":"Allow","Action":"s3:*","NotResource":)" + resource + "}");
  EXPECT_EQ(allowing_others.evaluate(request), GetParam().matches ? Decision::neutral : Decision::allow);
  const auto denying = parse(R"({"Effect":"Deny","Action":"s3:*","Resource":)" + resource + "}");
  EXPECT_EQ(denying.evaluate(request), GetParam().matches ? Decision::deny : Decision::neutral);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ResourcePattern,
    testing::Values(
        MatchCase{"b/k", "b/k", true}, MatchCase{"b/k", "b/K", false}, MatchCase{"b/k", "b/kk", false}, MatchCase{"b/kk", "b/k", false},
        MatchCase{"*", "b/k", true}, MatchCase{"b*", "b", true}, MatchCase{"b*", "b/k", true}, MatchCase{"b*", "bb", true},
        MatchCase{"b/*", "b", false}, MatchCase{"b/*", "b/", true}, MatchCase{"b/*", "b/a/b/c", true}, MatchCase{"b/*", "bb/a", false},
        MatchCase{"b/**", "b/x", true}, MatchCase{"b/*/c", "b/a/c", true}, MatchCase{"b/*/c", "b/a/b/c", true},
        MatchCase{"b/*/c", "b/c", false}, MatchCase{"b/*/c", "b//c", true}, MatchCase{"b/*.jpg", "b/a.jpg.png", false},
        MatchCase{"b/*.jpg", "b/a.png.jpg", true}, MatchCase{"b/*a*b*c", "b/xaxxbxxc", true}, MatchCase{"b/*a*b*c", "b/xaxxcxxb", false},
        MatchCase{"b/?", "b/k", true}, MatchCase{"b/?", "b/", false}, MatchCase{"b/?", "b/kk", false}, MatchCase{"b/??", "b/kk", true},
        MatchCase{"b/?*", "b/k", true}, MatchCase{"b/?*", "b/", false}, MatchCase{"b/*?", "b/k", true}, MatchCase{"b/*?", "b/", false},
        MatchCase{"b/?", "b/\xc3\xa9", true}, MatchCase{"b/??", "b/\xc3\xa9", false}, MatchCase{"b/?x", "b/\xf0\x9f\x98\x80x", true},
        MatchCase{"b/*?x", "b/\xc3\xa9x", true}, MatchCase{"b/[a]", "b/a", false}, MatchCase{"b/[a]", "b/[a]", true},
        MatchCase{"b/a.c", "b/abc", false}, MatchCase{"b/a\\\\*", "b/a\\x", true}, MatchCase{"b/$", "b/$", true},
        MatchCase{"b/{x}", "b/{x}", true}, MatchCase{"b/${*}", "b/*", true}, MatchCase{"b/${*}", "b/x", false},
        MatchCase{"b/${?}", "b/?", true}, MatchCase{"b/${?}", "b/x", false}, MatchCase{"b/${$}{x}", "b/${x}", true},
        MatchCase{"b/aaaaaaaaaaaaaaaaaaaaaaaaa*b", "b/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false},
        MatchCase{"b/*a*a*a*a*a*a*a*a*a*a*a*a*a*b", "b/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
        MatchCase{"b/a b", "b/a b", true}, MatchCase{"b/a:b", "b/a:b", true}));

class ActionPattern : public testing::TestWithParam<MatchCase> {};

TEST_P(ActionPattern, MatchesIgnoringCase) {
  const AccessRequest request{"", GetParam().subject, "arn:aws:s3:::b/k", {}};
  const auto plain = parse(R"({"Effect":"Allow","Action":)" + json_text(GetParam().pattern) + R"(,"Resource":"*"})");
  EXPECT_EQ(plain.evaluate(request) == Decision::allow, GetParam().matches);
  const auto negated = parse(R"({"Effect":"Allow","NotAction":)" + json_text(GetParam().pattern) + R"(,"Resource":"*"})");
  EXPECT_EQ(negated.evaluate(request) == Decision::allow, !GetParam().matches);
}

INSTANTIATE_TEST_SUITE_P(Table, ActionPattern,
                         testing::Values(MatchCase{"s3:GetObject", "s3:GetObject", true}, MatchCase{"S3:GETOBJECT", "s3:GetObject", true},
                                         MatchCase{"s3:getobject", "s3:GetObject", true}, MatchCase{"s3:Get*", "s3:GetObjectAcl", true},
                                         MatchCase{"s3:get*", "s3:GetObjectAcl", true}, MatchCase{"s3:Get*", "s3:PutObject", false},
                                         MatchCase{"s3:*", "s3:PutObject", true}, MatchCase{"*", "s3:PutObject", true},
                                         MatchCase{"s3:*Object", "s3:PutObjectAcl", false}, MatchCase{"s3:?etObject", "s3:GetObject", true},
                                         MatchCase{"s3:GetObject", "s3:GetObjectVersion", false},
                                         MatchCase{"admin:*", "s3:GetObject", false}, MatchCase{"s3:${*}", "s3:GetObject", false}));

struct ConditionCase {
  std::string operator_name;
  std::string values;                             // JSON
  std::optional<std::vector<std::string>> given;  // nullopt: the key isn't there
  bool holds;
};

void PrintTo(const ConditionCase& given, std::ostream* out) {
  *out << given.operator_name << ' ' << given.values << " with";
  if (!given.given) *out << " nothing";
  if (given.given) {
    for (const auto& value : *given.given) *out << " '" << value << "'";
  }
}

class ConditionOperator : public testing::TestWithParam<ConditionCase> {};

TEST_P(ConditionOperator, Holds) {
  const auto policy = parse(R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{")" + GetParam().operator_name +
                            R"(":{"test:Key":)" + GetParam().values + "}}}");
  AccessRequest request{"", "s3:GetObject", "arn:aws:s3:::b/k", {{"test:other", {"x"}}}};
  if (GetParam().given) request.conditions["test:key"] = *GetParam().given;
  EXPECT_EQ(policy.evaluate(request) == Decision::allow, GetParam().holds);
}

using Given = std::vector<std::string>;

INSTANTIATE_TEST_SUITE_P(
    String, ConditionOperator,
    testing::Values(
        ConditionCase{"StringEquals", R"("a")", Given{"a"}, true}, ConditionCase{"StringEquals", R"("a")", Given{"A"}, false},
        ConditionCase{"StringEquals", R"("a")", Given{"b"}, false}, ConditionCase{"StringEquals", R"("a")", std::nullopt, false},
        ConditionCase{"StringEquals", R"("a")", Given{}, false}, ConditionCase{"StringEquals", R"("")", Given{""}, true},
        ConditionCase{"StringEquals", R"(["a","b"])", Given{"b"}, true}, ConditionCase{"StringEquals", R"("a*")", Given{"ab"}, false},
        ConditionCase{"StringEquals", R"("a*")", Given{"a*"}, true}, ConditionCase{"StringEquals", R"("a")", Given{"b", "a"}, true},
        ConditionCase{"StringEquals", "1", Given{"1"}, true}, ConditionCase{"StringEquals", "true", Given{"true"}, true},
        ConditionCase{"StringNotEquals", R"("a")", Given{"b"}, true}, ConditionCase{"StringNotEquals", R"("a")", Given{"a"}, false},
        ConditionCase{"StringNotEquals", R"(["a","b"])", Given{"b"}, false},
        ConditionCase{"StringNotEquals", R"(["a","b"])", Given{"c"}, true}, ConditionCase{"StringNotEquals", R"("a")", std::nullopt, true},
        ConditionCase{"StringNotEquals", R"("a")", Given{"b", "a"}, false},
        ConditionCase{"StringNotEquals", R"("a")", Given{"b", "c"}, true},
        ConditionCase{"StringEqualsIgnoreCase", R"("aB")", Given{"Ab"}, true},
        ConditionCase{"StringEqualsIgnoreCase", R"("a")", Given{"b"}, false},
        ConditionCase{"StringNotEqualsIgnoreCase", R"("aB")", Given{"Ab"}, false},
        ConditionCase{"StringNotEqualsIgnoreCase", R"("a")", Given{"b"}, true}, ConditionCase{"StringLike", R"("a*")", Given{"abc"}, true},
        ConditionCase{"StringLike", R"("a*")", Given{"bc"}, false}, ConditionCase{"StringLike", R"("a?c")", Given{"abc"}, true},
        ConditionCase{"StringLike", R"("*")", Given{""}, true}, ConditionCase{"StringLike", R"("*")", std::nullopt, false},
        ConditionCase{"StringLike", R"("A*")", Given{"abc"}, false}, ConditionCase{"StringLike", R"(["x","a*"])", Given{"abc"}, true},
        ConditionCase{"StringLike", R"("a${*}")", Given{"a*"}, true}, ConditionCase{"StringLike", R"("a${*}")", Given{"ab"}, false},
        ConditionCase{"StringNotLike", R"("a*")", Given{"abc"}, false}, ConditionCase{"StringNotLike", R"("a*")", Given{"bc"}, true},
        ConditionCase{"StringNotLike", R"("a*")", std::nullopt, true}));

INSTANTIATE_TEST_SUITE_P(
    Numeric, ConditionOperator,
    testing::Values(
        ConditionCase{"NumericEquals", "10", Given{"10"}, true}, ConditionCase{"NumericEquals", R"("10")", Given{"10.0"}, true},
        ConditionCase{"NumericEquals", "10", Given{"11"}, false}, ConditionCase{"NumericEquals", "10", std::nullopt, false},
        ConditionCase{"NumericEquals", "[1,2]", Given{"2"}, true}, ConditionCase{"NumericEquals", "10", Given{"ten"}, false},
        ConditionCase{"NumericNotEquals", "10", Given{"11"}, true}, ConditionCase{"NumericNotEquals", "10", Given{"10"}, false},
        ConditionCase{"NumericNotEquals", "10", std::nullopt, true}, ConditionCase{"NumericNotEquals", "10", Given{"ten"}, false},
        ConditionCase{"NumericLessThan", "10", Given{"9"}, true}, ConditionCase{"NumericLessThan", "10", Given{"10"}, false},
        ConditionCase{"NumericLessThan", "10", Given{"-1"}, true}, ConditionCase{"NumericLessThan", "10", std::nullopt, false},
        ConditionCase{"NumericLessThanEquals", "10", Given{"10"}, true}, ConditionCase{"NumericLessThanEquals", "10", Given{"10.5"}, false},
        ConditionCase{"NumericGreaterThan", "10", Given{"11"}, true}, ConditionCase{"NumericGreaterThan", "10", Given{"10"}, false},
        ConditionCase{"NumericGreaterThan", "9", Given{"10"}, true}, ConditionCase{"NumericGreaterThanEquals", "10", Given{"10"}, true},
        ConditionCase{"NumericGreaterThanEquals", "10", Given{"9"}, false},
        ConditionCase{"NumericGreaterThan", "5497558138880", Given{"5497558138881"}, true},
        ConditionCase{"NumericEquals", "10", Given{""}, false}, ConditionCase{"NumericEquals", "10", Given{"10 "}, false},
        ConditionCase{"NumericGreaterThan", "0", Given{"nan"}, false}, ConditionCase{"NumericGreaterThan", "0", Given{"inf"}, false}));

INSTANTIATE_TEST_SUITE_P(
    Date, ConditionOperator,
    testing::Values(ConditionCase{"DateEquals", R"("2026-11-21T10:00:00Z")", Given{"2026-11-21T10:00:00Z"}, true},
                    ConditionCase{"DateEquals", R"("2026-11-21T10:00:00Z")", Given{"2026-11-21T11:00:00+01:00"}, true},
                    ConditionCase{"DateEquals", R"("2026-11-21")", Given{"2026-11-21T00:00:00Z"}, true},
                    ConditionCase{"DateEquals", R"("1970-01-01T00:00:10Z")", Given{"10"}, true},
                    ConditionCase{"DateEquals", "10", Given{"1970-01-01T00:00:10Z"}, true},
                    ConditionCase{"DateEquals", R"("2026-11-21T10:00:00Z")", Given{"2026-11-21T10:00:01Z"}, false},
                    ConditionCase{"DateNotEquals", R"("2026-11-21T10:00:00Z")", Given{"2026-11-21T10:00:01Z"}, true},
                    ConditionCase{"DateNotEquals", R"("2026-11-21T10:00:00Z")", Given{"soon"}, false},
                    ConditionCase{"DateNotEquals", R"("2026-11-21T10:00:00Z")", std::nullopt, true},
                    ConditionCase{"DateLessThan", R"("2026-11-21T10:00:00Z")", Given{"2026-11-21T09:59:59Z"}, true},
                    ConditionCase{"DateLessThan", R"("2026-11-21T10:00:00Z")", Given{"2026-11-21T10:00:00Z"}, false},
                    ConditionCase{"DateLessThanEquals", R"("2026-11-21T10:00:00Z")", Given{"2026-11-21T10:00:00Z"}, true},
                    ConditionCase{"DateGreaterThan", R"("2026-11-21T10:00:00Z")", Given{"2026-11-21T10:00:00.001Z"}, true},
                    ConditionCase{"DateGreaterThan", R"("2026-11-21T10:00:00Z")", Given{"2026-11-21T10:00:00Z"}, false},
                    ConditionCase{"DateGreaterThanEquals", R"("2026-11-21T10:00:00Z")", Given{"2026-11-21T10:00:00Z"}, true},
                    ConditionCase{"DateGreaterThan", "0", std::nullopt, false}));

INSTANTIATE_TEST_SUITE_P(
    BoolAndBinary, ConditionOperator,
    testing::Values(ConditionCase{"Bool", R"("true")", Given{"true"}, true}, ConditionCase{"Bool", "true", Given{"true"}, true},
                    ConditionCase{"Bool", "true", Given{"True"}, true}, ConditionCase{"Bool", "true", Given{"false"}, false},
                    ConditionCase{"Bool", "false", Given{"false"}, true}, ConditionCase{"Bool", "false", Given{"true"}, false},
                    ConditionCase{"Bool", "false", std::nullopt, false}, ConditionCase{"Bool", "false", Given{"no"}, false},
                    ConditionCase{"BoolIfExists", "false", std::nullopt, true},
                    ConditionCase{"BinaryEquals", R"("AAEC")", Given{"AAEC"}, true},
                    ConditionCase{"BinaryEquals", R"("AAEC")", Given{"AAED"}, false},
                    ConditionCase{"BinaryEquals", R"("AAEC")", Given{"%"}, false},
                    ConditionCase{"BinaryEquals", R"("AAEC")", std::nullopt, false}));

INSTANTIATE_TEST_SUITE_P(IpAddress, ConditionOperator,
                         testing::Values(ConditionCase{"IpAddress", R"("10.0.0.0/8")", Given{"10.255.0.1"}, true},
                                         ConditionCase{"IpAddress", R"("10.0.0.0/8")", Given{"11.0.0.1"}, false},
                                         ConditionCase{"IpAddress", R"("10.1.2.3")", Given{"10.1.2.3"}, true},
                                         ConditionCase{"IpAddress", R"("10.1.2.3")", Given{"10.1.2.4"}, false},
                                         ConditionCase{"IpAddress", R"("10.1.2.3/8")", Given{"10.9.9.9"}, true},
                                         ConditionCase{"IpAddress", R"("0.0.0.0/0")", Given{"8.8.8.8"}, true},
                                         ConditionCase{"IpAddress", R"("192.168.1.0/25")", Given{"192.168.1.127"}, true},
                                         ConditionCase{"IpAddress", R"("192.168.1.0/25")", Given{"192.168.1.128"}, false},
                                         ConditionCase{"IpAddress", R"("192.168.1.128/31")", Given{"192.168.1.129"}, true},
                                         ConditionCase{"IpAddress", R"("192.168.1.128/31")", Given{"192.168.1.130"}, false},
                                         ConditionCase{"IpAddress", R"(["10.0.0.0/8","172.16.0.0/12"])", Given{"172.31.0.1"}, true},
                                         ConditionCase{"IpAddress", R"("10.0.0.0/8")", Given{"::ffff:10.0.0.1"}, true},
                                         ConditionCase{"IpAddress", R"("::ffff:10.0.0.0/104")", Given{"10.0.0.1"}, true},
                                         ConditionCase{"IpAddress", R"("2001:db8::/32")", Given{"2001:db8:1::1"}, true},
                                         ConditionCase{"IpAddress", R"("2001:db8::/32")", Given{"2001:db9::1"}, false},
                                         ConditionCase{"IpAddress", R"("2001:db8::/33")", Given{"2001:db8:8000::1"}, false},
                                         ConditionCase{"IpAddress", R"("::1")", Given{"::1"}, true},
                                         ConditionCase{"IpAddress", R"("::/0")", Given{"10.0.0.1"}, false},
                                         ConditionCase{"IpAddress", R"("0.0.0.0/0")", Given{"::1"}, false},
                                         ConditionCase{"IpAddress", R"("::/0")", Given{"2001:db8::1"}, true},
                                         ConditionCase{"IpAddress", R"("10.0.0.0/8")", Given{"elsewhere"}, false},
                                         ConditionCase{"IpAddress", R"("10.0.0.0/8")", std::nullopt, false},
                                         ConditionCase{"IpAddress", R"("10.0.0.0/8")", Given{"10.0.0.0/7"}, false},
                                         ConditionCase{"NotIpAddress", R"("10.0.0.0/8")", Given{"11.0.0.1"}, true},
                                         ConditionCase{"NotIpAddress", R"("10.0.0.0/8")", Given{"10.0.0.1"}, false},
                                         ConditionCase{"NotIpAddress", R"(["10.0.0.0/8","11.0.0.0/8"])", Given{"11.0.0.1"}, false},
                                         ConditionCase{"NotIpAddress", R"("10.0.0.0/8")", std::nullopt, true},
                                         ConditionCase{"NotIpAddress", R"("10.0.0.0/8")", Given{"elsewhere"}, false}));

INSTANTIATE_TEST_SUITE_P(
    Arn, ConditionOperator,
    testing::Values(ConditionCase{"ArnEquals", R"("arn:aws:s3:::b")", Given{"arn:aws:s3:::b"}, true},
                    ConditionCase{"ArnEquals", R"("arn:aws:s3:::b")", Given{"arn:aws:s3:::c"}, false},
                    ConditionCase{"ArnLike", R"("arn:aws:sns:*:123:topic-*")", Given{"arn:aws:sns:eu-west-1:123:topic-1"}, true},
                    ConditionCase{"ArnEquals", R"("arn:aws:sns:*:123:topic-*")", Given{"arn:aws:sns:eu-west-1:123:topic-1"}, true},
                    ConditionCase{"ArnLike", R"("arn:aws:sns:*::topic-1")", Given{"arn:aws:sns:eu-west-1:123:topic-1"}, false},
                    ConditionCase{"ArnLike", R"("*")", Given{"arn:aws:sns:eu-west-1:123:topic-1"}, true},
                    ConditionCase{"ArnLike", R"("*")", Given{"topic"}, false},
                    ConditionCase{"ArnLike", R"("arn:aws:iam::123:*")", Given{"arn:aws:iam::123:user/a:b"}, true},
                    ConditionCase{"ArnNotEquals", R"("arn:aws:s3:::b")", Given{"arn:aws:s3:::c"}, true},
                    ConditionCase{"ArnNotLike", R"("arn:aws:s3:::b*")", Given{"arn:aws:s3:::bc"}, false},
                    ConditionCase{"ArnNotLike", R"("arn:aws:s3:::b*")", Given{"topic"}, false},
                    ConditionCase{"ArnNotLike", R"("arn:aws:s3:::b*")", std::nullopt, true},
                    ConditionCase{"ArnLike", R"("arn:aws:s3:::b*")", std::nullopt, false}));

INSTANTIATE_TEST_SUITE_P(Null, ConditionOperator,
                         testing::Values(ConditionCase{"Null", "true", std::nullopt, true},
                                         ConditionCase{"Null", "true", Given{"x"}, false}, ConditionCase{"Null", "true", Given{}, true},
                                         ConditionCase{"Null", R"("false")", Given{"x"}, true},
                                         ConditionCase{"Null", R"(["false"])", std::nullopt, false},
                                         ConditionCase{"Null", "false", Given{}, false}, ConditionCase{"Null", "false", Given{""}, true}));

INSTANTIATE_TEST_SUITE_P(IfExists, ConditionOperator,
                         testing::Values(ConditionCase{"StringEqualsIfExists", R"("a")", std::nullopt, true},
                                         ConditionCase{"StringEqualsIfExists", R"("a")", Given{"a"}, true},
                                         ConditionCase{"StringEqualsIfExists", R"("a")", Given{"b"}, false},
                                         ConditionCase{"StringNotEqualsIfExists", R"("a")", std::nullopt, true},
                                         ConditionCase{"StringNotEqualsIfExists", R"("a")", Given{"a"}, false},
                                         ConditionCase{"NumericLessThanIfExists", "1", std::nullopt, true},
                                         ConditionCase{"IpAddressIfExists", R"("10.0.0.0/8")", std::nullopt, true},
                                         ConditionCase{"ArnLikeIfExists", R"("*")", std::nullopt, true},
                                         ConditionCase{"DateLessThanIfExists", "1", std::nullopt, true},
                                         ConditionCase{"ForAnyValue:StringEqualsIfExists", R"("a")", std::nullopt, true}));

INSTANTIATE_TEST_SUITE_P(Sets, ConditionOperator,
                         testing::Values(ConditionCase{"ForAnyValue:StringEquals", R"(["a","b"])", Given{"c", "b"}, true},
                                         ConditionCase{"ForAnyValue:StringEquals", R"(["a","b"])", Given{"c", "d"}, false},
                                         ConditionCase{"ForAnyValue:StringEquals", R"("a")", std::nullopt, false},
                                         ConditionCase{"ForAnyValue:StringEquals", R"("a")", Given{}, false},
                                         ConditionCase{"ForAnyValue:StringNotEquals", R"("a")", Given{"a", "b"}, true},
                                         ConditionCase{"ForAnyValue:StringNotEquals", R"(["a","b"])", Given{"a", "b"}, false},
                                         ConditionCase{"ForAnyValue:StringNotEquals", R"("a")", std::nullopt, false},
                                         ConditionCase{"ForAnyValue:StringLike", R"("a*")", Given{"b", "ab"}, true},
                                         ConditionCase{"ForAllValues:StringEquals", R"(["a","b"])", Given{"a", "b", "a"}, true},
                                         ConditionCase{"ForAllValues:StringEquals", R"(["a","b"])", Given{"a", "c"}, false},
                                         ConditionCase{"ForAllValues:StringEquals", R"("a")", std::nullopt, true},
                                         ConditionCase{"ForAllValues:StringEquals", R"("a")", Given{}, true},
                                         ConditionCase{"ForAllValues:StringNotEquals", R"("a")", Given{"b", "c"}, true},
                                         ConditionCase{"ForAllValues:StringNotEquals", R"("a")", Given{"b", "a"}, false},
                                         ConditionCase{"ForAllValues:StringNotEquals", R"("a")", std::nullopt, true},
                                         ConditionCase{"ForAllValues:NumericLessThan", "10", Given{"1", "9"}, true},
                                         ConditionCase{"ForAllValues:NumericLessThan", "10", Given{"1", "10"}, false},
                                         ConditionCase{"ForAnyValue:IpAddress", R"("10.0.0.0/8")", Given{"1.1.1.1", "10.0.0.1"}, true}));

struct VariableCase {
  std::string resource;
  std::string key;
  Conditions conditions;
  bool matches;
};

void PrintTo(const VariableCase& given, std::ostream* out) { *out << given.resource << " ~ " << given.key; }

class PolicyVariable : public testing::TestWithParam<VariableCase> {};

TEST_P(PolicyVariable, IsReplaced) {
  const auto policy = parse(R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/)" + GetParam().resource + R"("})");
  const AccessRequest request{"", "s3:GetObject", "arn:aws:s3:::b/" + GetParam().key, GetParam().conditions};
  EXPECT_EQ(policy.evaluate(request) == Decision::allow, GetParam().matches);
}

INSTANTIATE_TEST_SUITE_P(
    Table, PolicyVariable,
    testing::Values(VariableCase{"${aws:username}/*", "ann/x", {{"aws:username", {"ann"}}}, true},
                    VariableCase{"${AWS:UserName}/*", "ann/x", {{"aws:username", {"ann"}}}, true},
                    VariableCase{"${ aws:username }/*", "ann/x", {{"aws:username", {"ann"}}}, true},
                    VariableCase{"${aws:username}/*", "bob/x", {{"aws:username", {"ann"}}}, false},
                    VariableCase{"${aws:username}/*", "/x", {}, false}, VariableCase{"${aws:username}/*", "${aws:username}/x", {}, false},
                    VariableCase{"${aws:username}/*", "ann/x", {{"aws:username", {"ann", "bob"}}}, false},
                    VariableCase{"${aws:username, 'guest'}/*", "guest/x", {}, true},
                    VariableCase{"${aws:username, 'guest'}/*", "guest/x", {{"aws:username", {"ann"}}}, false},
                    VariableCase{"${aws:username,''}x", "x", {}, true},
                    VariableCase{"${aws:username}/*", "b*b/x", {{"aws:username", {"b*b"}}}, true},
                    VariableCase{"${aws:username}/*", "bob/x", {{"aws:username", {"b*b"}}}, false},
                    VariableCase{"${aws:username}/*", "bob/x", {{"aws:username", {"*"}}}, false},
                    VariableCase{"${aws:username}/*", "bob/x", {{"aws:username", {"b?b"}}}, false},
                    VariableCase{"${aws:username}/*", "ann/x", {{"aws:username", {"${aws:userid}"}}, {"aws:userid", {"ann"}}}, false},
                    VariableCase{"${aws:PrincipalTag/team}/*", "red/x", {{"aws:principaltag/team", {"red"}}}, true},
                    VariableCase{"${a:b}-${a:c}", "1-2", {{"a:b", {"1"}}, {"a:c", {"2"}}}, true}, VariableCase{"$${*}", "$*", {}, true},
                    VariableCase{"a$b", "a$b", {}, true}));

TEST(PolicyVariable, InConditionValues) {
  const auto policy = parse(
      R"({"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"StringLike":{"s3:prefix":"home/${aws:username}/*"}}})");
  const auto decide = [&](Conditions conditions) {
    return policy.evaluate({"", "s3:ListBucket", "arn:aws:s3:::b", std::move(conditions)});
  };
  EXPECT_EQ(decide({{"aws:username", {"ann"}}, {"s3:prefix", {"home/ann/"}}}), Decision::allow);
  EXPECT_EQ(decide({{"aws:username", {"ann"}}, {"s3:prefix", {"home/bob/"}}}), Decision::neutral);
  EXPECT_EQ(decide({{"s3:prefix", {"home/bob/"}}}), Decision::neutral);
}

TEST(PolicyVariable, InArnConditions) {
  const auto policy = parse(
      R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::${aws:PrincipalAccount}:user/*"}}})");
  const Conditions conditions{{"aws:principalaccount", {"123"}}, {"aws:principalarn", {"arn:aws:iam::123:user/a"}}};
  EXPECT_EQ(policy.evaluate({"", "s3:GetObject", "x", conditions}), Decision::allow);
  EXPECT_EQ(policy.evaluate({"", "s3:GetObject", "x", {{"aws:principalarn", {"arn:aws:iam::123:user/a"}}}}), Decision::neutral);
}

TEST(PolicyVariable, IsTextInTheOldVersion) {
  const auto policy = parse(R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}"})", "2008-10-17");
  EXPECT_EQ(policy.evaluate({"", "s3:GetObject", "arn:aws:s3:::b/ann", {{"aws:username", {"ann"}}}}), Decision::neutral);
  EXPECT_EQ(policy.evaluate({"", "s3:GetObject", "arn:aws:s3:::b/${aws:username}", {}}), Decision::allow);
}

// A statement that can't tell never allows, whichever way round it is written.
TEST(PolicyVariable, WithoutAValueNeverAllows) {
  const AccessRequest request{"", "s3:GetObject", "arn:aws:s3:::b/k", {{"s3:prefix", {"p"}}}};
  const std::string not_resource = R"("Action":"s3:*","NotResource":"arn:aws:s3:::b/${aws:username}/*"})";
  EXPECT_EQ(parse(R"({"Effect":"Allow",)" + not_resource).evaluate(request), Decision::neutral);
  EXPECT_EQ(parse(R"({"Effect":"Deny",)" + not_resource).evaluate(request), Decision::deny);
  const std::string not_like = R"("Action":"s3:*","Resource":"*","Condition":{"StringNotLike":{"s3:prefix":"${aws:username}/*"}}})";
  EXPECT_EQ(parse(R"({"Effect":"Allow",)" + not_like).evaluate(request), Decision::neutral);
  EXPECT_EQ(parse(R"({"Effect":"Deny",)" + not_like).evaluate(request), Decision::deny);
}

struct PrincipalCase {
  std::string element;  // "Principal": ... or "NotPrincipal": ...
  std::string principal;
  bool speaks;
};

void PrintTo(const PrincipalCase& given, std::ostream* out) { *out << given.element << " ~ " << given.principal; }

class PolicyPrincipal : public testing::TestWithParam<PrincipalCase> {};

TEST_P(PolicyPrincipal, SpeaksTo) {
  const auto policy =
      parse_bucket(R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*",)" + GetParam().element + "}");
  EXPECT_EQ(policy.evaluate({GetParam().principal, "s3:GetObject", "arn:aws:s3:::b/k", {}}) == Decision::allow, GetParam().speaks);
}

const std::string kAnn = "arn:aws:iam::123456789012:user/ann";

INSTANTIATE_TEST_SUITE_P(
    Table, PolicyPrincipal,
    testing::Values(PrincipalCase{R"("Principal":"*")", "", true}, PrincipalCase{R"("Principal":"*")", kAnn, true},
                    PrincipalCase{R"("Principal":{"AWS":"*"})", "", true}, PrincipalCase{R"("Principal":{"AWS":["*"]})", kAnn, true},
                    PrincipalCase{R"("Principal":{"AWS":["x","*"]})", "", true},
                    PrincipalCase{R"("Principal":{"AWS":")" + kAnn + "\"}", kAnn, true},
                    PrincipalCase{R"("Principal":{"AWS":")" + kAnn + "\"}", "", false},
                    PrincipalCase{R"("Principal":{"AWS":")" + kAnn + "\"}", kAnn + "e", false},
                    PrincipalCase{R"("Principal":{"AWS":"123456789012"})", kAnn, true},
                    PrincipalCase{R"("Principal":{"AWS":"123456789012"})", "", false},
                    PrincipalCase{R"("Principal":{"AWS":"123456789013"})", kAnn, false},
                    PrincipalCase{R"("Principal":{"AWS":"arn:aws:iam::123456789012:root"})", kAnn, true},
                    PrincipalCase{R"("Principal":{"AWS":"arn:aws:iam::123456789013:root"})", kAnn, false},
                    PrincipalCase{R"("Principal":{"CanonicalUser":"79a5"})", "79a5", true},
                    PrincipalCase{R"("Principal":{"CanonicalUser":"79a5"})", "", false},
                    PrincipalCase{R"("Principal":{"Service":"logging.s3.amazonaws.com"})", "", false},
                    PrincipalCase{R"("Principal":{"Service":"logging.s3.amazonaws.com"})", "logging.s3.amazonaws.com", false},
                    PrincipalCase{R"("NotPrincipal":{"AWS":")" + kAnn + "\"}", kAnn, false},
                    PrincipalCase{R"("NotPrincipal":{"AWS":")" + kAnn + "\"}", "", true},
                    PrincipalCase{R"("NotPrincipal":{"AWS":")" + kAnn + "\"}", "arn:aws:iam::123456789012:user/bob", true},
                    PrincipalCase{R"("NotPrincipal":"*")", "", false},
                    PrincipalCase{R"("NotPrincipal":{"AWS":"123456789012"})", kAnn, false}));

TEST(PolicyEvaluate, AnExplicitDenyWinsInAnyOrder) {
  const std::string allow = R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})";
  const std::string deny = R"({"Effect":"Deny","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::b/keep/*"})";
  for (const std::string& statements : {allow + "," + deny, deny + "," + allow, allow + "," + deny + "," + allow}) {
    const auto policy = parse(statements);
    EXPECT_EQ(policy.evaluate({"", "s3:DeleteObject", "arn:aws:s3:::b/keep/x", {}}), Decision::deny);
    EXPECT_EQ(policy.evaluate({"", "s3:DeleteObject", "arn:aws:s3:::b/x", {}}), Decision::allow);
  }
  EXPECT_EQ(parse(deny).evaluate({"", "s3:GetObject", "arn:aws:s3:::b/x", {}}), Decision::neutral);
}

TEST(PolicyEvaluate, EveryOperatorAndKeyMustHold) {
  const auto policy = parse(R"({"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{
      "StringEquals":{"a:x":"1","a:y":["1","2"]},"Bool":{"aws:SecureTransport":"true"}}})");
  const auto decide = [&](Conditions conditions) { return policy.evaluate({"", "s3:GetObject", "r", std::move(conditions)}); };
  EXPECT_EQ(decide({{"a:x", {"1"}}, {"a:y", {"2"}}, {"aws:securetransport", {"true"}}}), Decision::allow);
  EXPECT_EQ(decide({{"a:x", {"1"}}, {"a:y", {"2"}}, {"aws:securetransport", {"false"}}}), Decision::neutral);
  EXPECT_EQ(decide({{"a:x", {"1"}}, {"a:y", {"3"}}, {"aws:securetransport", {"true"}}}), Decision::neutral);
  EXPECT_EQ(decide({{"a:x", {"1"}}, {"aws:securetransport", {"true"}}}), Decision::neutral);
}

TEST(PolicyEvaluate, StatementsWithoutResourceAreForActionsThatHaveNone) {
  const auto policy = parse(R"({"Effect":"Allow","Action":"admin:*"})");
  EXPECT_EQ(policy.evaluate({"", "admin:ServerInfo", "", {}}), Decision::allow);
  EXPECT_EQ(policy.evaluate({"", "s3:GetObject", "arn:aws:s3:::b/k", {}}), Decision::neutral);
}

TEST(PolicyEvaluate, AnEmptyDocumentIsNeutral) {
  const PolicyDocument empty;
  EXPECT_EQ(empty.evaluate({"", "s3:GetObject", "arn:aws:s3:::b/k", {}}), Decision::neutral);
  EXPECT_FALSE(empty.is_public());
  EXPECT_TRUE(empty.condition_keys().empty());
}

struct PublicCase {
  std::string statement;
  bool is_public;
};

void PrintTo(const PublicCase& given, std::ostream* out) { *out << given.statement; }

std::string to_everyone(std::string_view condition) {
  return R"({"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":)" +
         std::string(condition) + "}";
}

class PublicPolicy : public testing::TestWithParam<PublicCase> {};

TEST_P(PublicPolicy, Status) { EXPECT_EQ(parse_bucket(GetParam().statement).is_public(), GetParam().is_public); }

INSTANTIATE_TEST_SUITE_P(
    Table, PublicPolicy,
    testing::Values(
        PublicCase{to_everyone("{}"), true},
        PublicCase{R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/*"})", false},
        PublicCase{R"({"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"s3:*","Resource":"arn:aws:s3:::b/*"})", false},
        PublicCase{R"({"Effect":"Allow","NotPrincipal":{"AWS":"123456789012"},"Action":"s3:*","Resource":"arn:aws:s3:::b/*"})", true},
        PublicCase{to_everyone(R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})"), false},
        PublicCase{to_everyone(R"({"IpAddress":{"aws:SourceIp":["10.0.0.0/8","0.0.0.0/1"]}})"), true},
        PublicCase{to_everyone(R"({"IpAddress":{"aws:SourceIp":"2001:db8::/32"}})"), false},
        PublicCase{to_everyone(R"({"IpAddress":{"aws:SourceIp":"2001::/16"}})"), true},
        PublicCase{to_everyone(R"({"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}})"), true},
        PublicCase{to_everyone(R"({"IpAddressIfExists":{"aws:SourceIp":"10.0.0.0/8"}})"), true},
        PublicCase{to_everyone(R"({"StringEquals":{"aws:SourceVpce":"vpce-1"}})"), false},
        PublicCase{to_everyone(R"({"StringLike":{"aws:SourceVpce":"vpce-*"}})"), true},
        PublicCase{to_everyone(R"({"StringLike":{"aws:SourceVpce":"vpce-1"}})"), false},
        PublicCase{to_everyone(R"({"StringEquals":{"aws:SourceVpce":"${aws:username}"}})"), true},
        PublicCase{to_everyone(R"({"ForAllValues:StringEquals":{"aws:SourceVpce":"vpce-1"}})"), true},
        PublicCase{to_everyone(R"({"ArnEquals":{"aws:SourceArn":"arn:aws:s3:::x"}})"), false},
        PublicCase{to_everyone(R"({"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}})"), true},
        PublicCase{to_everyone(R"({"StringEquals":{"s3:prefix":"public/"}})"), true},
        PublicCase{to_everyone(R"({"Null":{"aws:SourceVpce":"false"}})"), true}));

}  // namespace
}  // namespace holdfast::auth::test
