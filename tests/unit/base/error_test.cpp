#include "holdfast/base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <stdexcept>

#include "holdfast/base/result.hpp"

namespace holdfast {
namespace {

using testing::HasSubstr;

const std::vector<ErrorCode> kAll = {
#define HOLDFAST_TEST_CODE(name, status, message) ErrorCode::name,
    HOLDFAST_ERRORS(HOLDFAST_TEST_CODE)
#undef HOLDFAST_TEST_CODE
};

TEST(ErrorTable, EveryRowIsComplete) {
  std::set<std::string_view> names;
  for (const ErrorCode code : kAll) {
    EXPECT_TRUE(names.insert(error_name(code)).second) << error_name(code);
    EXPECT_GE(error_http_status(code), 300) << error_name(code);
    EXPECT_LT(error_http_status(code), 600) << error_name(code);
    EXPECT_TRUE(error_default_message(code).ends_with('.')) << error_name(code);
  }
}

TEST(ErrorTable, KnownRows) {
  EXPECT_EQ(error_name(ErrorCode::NoSuchKey), "NoSuchKey");
  EXPECT_EQ(error_http_status(ErrorCode::NoSuchKey), 404);
  EXPECT_EQ(error_http_status(ErrorCode::PreconditionFailed), 412);
  EXPECT_EQ(error_http_status(ErrorCode::XMinioStorageFull), 507);
  EXPECT_EQ(error_name(ErrorCode::XHoldfastCorruptObject), "XHoldfastCorruptObject");
}

TEST(ErrorTable, CodeOutsideOfTheTableIsInternalError) { EXPECT_EQ(error_name(static_cast<ErrorCode>(60000)), "InternalError"); }

TEST(ErrorValue, OwnMessageWinsOverDefault) {
  EXPECT_EQ(Error(ErrorCode::NoSuchKey).text(), error_default_message(ErrorCode::NoSuchKey));
  const Error own(ErrorCode::NoSuchKey, "gone");
  EXPECT_EQ(own.text(), "gone");
  EXPECT_EQ(own.http_status(), 404);
  EXPECT_EQ(own.name(), "NoSuchKey");
}

TEST(ErrorValue, FromErrno) {
  const std::pair<int, ErrorCode> cases[] = {{ENOSPC, ErrorCode::XMinioStorageFull}, {EDQUOT, ErrorCode::XMinioStorageFull},
                                             {EMFILE, ErrorCode::SlowDown},          {ENFILE, ErrorCode::SlowDown},
                                             {ENOMEM, ErrorCode::SlowDown},          {ENOENT, ErrorCode::InternalError},
                                             {EIO, ErrorCode::InternalError}};
  for (const auto& [value, code] : cases) {
    const Error error = error_from_errno(value, "open /data/x");
    EXPECT_EQ(error.code, code) << value;
    EXPECT_EQ(error.os_error, value);
    EXPECT_THAT(error.message, HasSubstr("open /data/x"));
  }
}

Result<int> half(int value) {
  if (value % 2 != 0) return Error(ErrorCode::InvalidArgument, "odd");
  return value / 2;
}
Result<> check_even(int value) {
  HOLDFAST_TRY(ignored, half(value));
  (void)ignored;
  return {};
}
Result<int> quarter(int value) {
  HOLDFAST_TRY_VOID(check_even(value));
  HOLDFAST_TRY(first, half(value));
  return half(first);
}

TEST(ResultMacros, PassValuesAndErrorsOn) {
  EXPECT_EQ(quarter(12).value(), 3);
  EXPECT_EQ(quarter(6).error().text(), "odd");
  EXPECT_EQ(quarter(5).error().code, ErrorCode::InvalidArgument);
}

TEST(ResultMacros, ValueOfAnErrorIsALogicError) {
  try {
    (void)half(3).value();
    FAIL() << "no exception";
  } catch (const std::logic_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("InvalidArgument: odd"));
  }
}

}  // namespace
}  // namespace holdfast
