#include "s3/conditions.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3 {
namespace {

const TimePoint kModified = *parse_iso8601("2026-01-01T12:00:00.500Z");
constexpr const char* kSame = "Thu, 01 Jan 2026 12:00:00 GMT";
constexpr const char* kBefore = "Thu, 01 Jan 2026 11:59:59 GMT";
constexpr const char* kAfter = "Thu, 01 Jan 2026 12:00:01 GMT";

http::Request request(std::vector<std::pair<std::string_view, std::string_view>> headers) {
  http::Request out;
  out.headers = std::move(headers);
  return out;
}
Verdict verdict(std::vector<std::pair<std::string_view, std::string_view>> headers) {
  return evaluate(ReadConditions::from_request(request(std::move(headers))), "abc", kModified);
}

TEST(ReadConditionsTest, ETags) {
  EXPECT_EQ(verdict({}), Verdict::proceed);
  EXPECT_EQ(verdict({{"if-match", "\"abc\""}}), Verdict::proceed);
  EXPECT_EQ(verdict({{"if-match", "abc"}}), Verdict::proceed);
  EXPECT_EQ(verdict({{"if-match", "\"x\", \"abc\""}}), Verdict::proceed);
  EXPECT_EQ(verdict({{"if-match", "*"}}), Verdict::proceed);
  EXPECT_EQ(verdict({{"if-match", "\"x\""}}), Verdict::failed);
  EXPECT_EQ(verdict({{"if-match", "W/\"abc\""}}), Verdict::failed);
  EXPECT_EQ(verdict({{"if-none-match", "\"abc\""}}), Verdict::not_modified);
  EXPECT_EQ(verdict({{"if-none-match", "*"}}), Verdict::not_modified);
  EXPECT_EQ(verdict({{"if-none-match", "\"x\""}}), Verdict::proceed);
}

TEST(ReadConditionsTest, DatesHaveWholeSeconds) {
  EXPECT_EQ(verdict({{"if-modified-since", kBefore}}), Verdict::proceed);
  EXPECT_EQ(verdict({{"if-modified-since", kSame}}), Verdict::not_modified);
  EXPECT_EQ(verdict({{"if-modified-since", kAfter}}), Verdict::not_modified);
  EXPECT_EQ(verdict({{"if-unmodified-since", kBefore}}), Verdict::failed);
  EXPECT_EQ(verdict({{"if-unmodified-since", kSame}}), Verdict::proceed);
  EXPECT_EQ(verdict({{"if-modified-since", "yesterday"}}), Verdict::proceed);
  EXPECT_EQ(verdict({{"if-unmodified-since", "yesterday"}}), Verdict::proceed);
}

TEST(ReadConditionsTest, Precedence) {
  EXPECT_EQ(verdict({{"if-match", "\"abc\""}, {"if-unmodified-since", kBefore}}), Verdict::proceed);
  EXPECT_EQ(verdict({{"if-none-match", "\"x\""}, {"if-modified-since", kAfter}}), Verdict::proceed);
  EXPECT_EQ(verdict({{"if-none-match", "\"abc\""}, {"if-modified-since", kBefore}}), Verdict::not_modified);
  EXPECT_EQ(verdict({{"if-match", "\"x\""}, {"if-none-match", "\"abc\""}}), Verdict::failed);
}

TEST(ReadConditionsTest, CopySourceHasItsOwnHeaders) {
  const auto conditions = ReadConditions::from_copy_source(request({{"if-match", "\"x\""}, {"x-amz-copy-source-if-match", "\"abc\""}}));
  EXPECT_EQ(evaluate(conditions, "abc", kModified), Verdict::proceed);
  const auto dates = ReadConditions::from_copy_source(request({{"x-amz-copy-source-if-unmodified-since", kBefore}}));
  EXPECT_EQ(evaluate(dates, "abc", kModified), Verdict::failed);
}

TEST(IfRangeTest, ETagOrDate) {
  EXPECT_TRUE(range_still_valid("", "abc", kModified));
  EXPECT_TRUE(range_still_valid("\"abc\"", "abc", kModified));
  EXPECT_FALSE(range_still_valid("\"x\"", "abc", kModified));
  EXPECT_FALSE(range_still_valid("W/\"abc\"", "abc", kModified));
  EXPECT_TRUE(range_still_valid(kSame, "abc", kModified));
  EXPECT_FALSE(range_still_valid(kBefore, "abc", kModified));
}

storage::ObjectInfo object() {
  storage::ObjectInfo info;
  info.etag = "abc";
  info.size_bytes = 3;
  info.modified = kModified;
  return info;
}

TEST(WritePreconditionTest, IfMatch) {
  const auto info = object();
  EXPECT_FALSE(write_precondition(request({})));
  const auto same = write_precondition(request({{"if-match", "\"abc\""}}));
  EXPECT_TRUE(same(&info));
  EXPECT_EQ(same(nullptr).error().code, ErrorCode::NoSuchKey);
  EXPECT_EQ(write_precondition(request({{"if-match", "\"x\""}}))(&info).error().code, ErrorCode::PreconditionFailed);
}

TEST(WritePreconditionTest, IfNoneMatch) {
  const auto info = object();
  const auto absent = write_precondition(request({{"if-none-match", "*"}}));
  EXPECT_TRUE(absent(nullptr));
  EXPECT_EQ(absent(&info).error().code, ErrorCode::PreconditionFailed);
  const auto other = write_precondition(request({{"if-none-match", "\"x\""}}));
  EXPECT_TRUE(other(&info));
  EXPECT_EQ(write_precondition(request({{"if-none-match", "\"abc\""}}))(&info).error().code, ErrorCode::PreconditionFailed);
}

TEST(DeletePreconditionTest, AllThree) {
  const auto info = object();
  EXPECT_FALSE(*delete_precondition({}));
  EXPECT_TRUE((*delete_precondition({"\"abc\"", kSame, "3"}))(&info));
  EXPECT_EQ((*delete_precondition({"x", {}, {}}))(&info).error().code, ErrorCode::PreconditionFailed);
  EXPECT_EQ((*delete_precondition({{}, kBefore, {}}))(&info).error().code, ErrorCode::PreconditionFailed);
  EXPECT_EQ((*delete_precondition({{}, {}, "4"}))(&info).error().code, ErrorCode::PreconditionFailed);
  EXPECT_TRUE((*delete_precondition({{}, "2026-01-01T12:00:00Z", {}}))(&info));
  EXPECT_EQ((*delete_precondition({"abc", {}, {}}))(nullptr).error().code, ErrorCode::NoSuchKey);
  EXPECT_TRUE((*delete_precondition({{}, {}, "4"}))(nullptr));
  EXPECT_EQ(delete_precondition({{}, "soon", {}}).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(delete_precondition({{}, {}, "-4"}).error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace holdfast::s3
