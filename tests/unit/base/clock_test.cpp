#include "holdfast/base/clock.hpp"

#include <gtest/gtest.h>

#include "holdfast/base/random.hpp"

namespace holdfast {
namespace {

using namespace std::chrono_literals;

TimePoint at(std::int64_t unix_seconds, std::chrono::nanoseconds more = 0ns) {
  return TimePoint(std::chrono::seconds(unix_seconds) + more);
}

const TimePoint kExample = at(1255369800);  // 2009-10-12T17:50:00Z, a Monday

TEST(Dates, Formats) {
  EXPECT_EQ(format_http_date(kExample), "Mon, 12 Oct 2009 17:50:00 GMT");
  EXPECT_EQ(format_iso8601_millis(kExample + 7ms), "2009-10-12T17:50:00.007Z");
  EXPECT_EQ(format_iso8601_millis(kExample + 999'999'999ns), "2009-10-12T17:50:00.999Z");
  EXPECT_EQ(format_amz_date(kExample), "20091012T175000Z");
  EXPECT_EQ(format_day(kExample), "20091012");
  EXPECT_EQ(format_http_date(at(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(format_http_date(at(951827696)), "Tue, 29 Feb 2000 12:34:56 GMT");
  EXPECT_EQ(format_iso8601_millis(at(0) - 1ns), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_http_date(at(1798761599)), "Thu, 31 Dec 2026 23:59:59 GMT");
}

TEST(Dates, ParsesTheThreeHttpForms) {
  EXPECT_EQ(parse_http_date("Mon, 12 Oct 2009 17:50:00 GMT"), kExample);
  EXPECT_EQ(parse_http_date("Monday, 12-Oct-09 17:50:00 GMT"), kExample);
  EXPECT_EQ(parse_http_date("Mon Oct 12 17:50:00 2009"), kExample);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), at(784111777));
}

TEST(Dates, RefusesBrokenHttpDates) {
  for (const char* bad : {"", "yesterday", "Mon, 12 Oct 2009 17:50:00", "Mon, 12 Oct 2009 17:50:00 GMT+1", "Mon, 31 Feb 2009 17:50:00 GMT",
                          "Mon, 12 Oct 2009 24:50:00 GMT", "Mon, 12 Foo 2009 17:50:00 GMT", "2009-10-12T17:50:00Z"}) {
    EXPECT_FALSE(parse_http_date(bad)) << bad;
  }
}

TEST(Dates, ParsesIso8601) {
  EXPECT_EQ(parse_iso8601("2009-10-12T17:50:00Z"), kExample);
  EXPECT_EQ(parse_iso8601("2009-10-12T17:50:00.000Z"), kExample);
  EXPECT_EQ(parse_iso8601("2009-10-12T17:50:00.5Z"), kExample + 500ms);
  EXPECT_EQ(parse_iso8601("2009-10-12T17:50:00.123456789Z"), kExample + 123456789ns);
  EXPECT_EQ(parse_iso8601("2009-10-12T17:50:00.1234567891Z"), kExample + 123456789ns);
  EXPECT_EQ(parse_iso8601("2009-10-12T19:20:00+01:30"), kExample);
  EXPECT_EQ(parse_iso8601("2009-10-12T12:50:00-05:00"), kExample);
  EXPECT_EQ(parse_iso8601("2009-10-12"), kExample - 17h - 50min);
}

TEST(Dates, RefusesBrokenIso8601) {
  for (const char* bad :
       {"", "2009-10-12T17:50:00", "2009-10-12T17:50:00.Z", "2009-10-12T17:50Z", "2009-02-29T00:00:00Z", "2009-13-01T00:00:00Z",
        "2009-10-12T24:00:00Z", "2009-10-12T17:60:00Z", "2009-10-12 17:50:00Z", "2009- 1-12T17:50:00Z", "2009-10-12T17:50:00+1:00",
        "2009-10-12T17:50:00+24:00", "2009-10-12T17:50:00+01:60", "2009-10-12T17:50:00Zx", "2009-10-1", "09-10-12", "2009-10-00"}) {
    EXPECT_FALSE(parse_iso8601(bad)) << bad;
  }
}

TEST(Dates, FarTimesSaturate) {
  EXPECT_EQ(parse_iso8601("9999-12-31T23:59:59.999Z"), TimePoint::max());
  EXPECT_EQ(parse_iso8601("0001-01-01T00:00:00Z"), TimePoint::min());
  EXPECT_EQ(parse_http_date("Fri, 31 Dec 9999 23:59:59 GMT"), TimePoint::max());
}

// TimePoint begins in the middle of a day.
TEST(Dates, TheEndsOfTimeHaveDates) {
  EXPECT_EQ(format_iso8601_millis(TimePoint::max()), "2262-04-11T23:47:16.854Z");
  EXPECT_EQ(format_iso8601_millis(TimePoint::min()), "1677-09-22T00:00:00.000Z");
  EXPECT_EQ(format_amz_date(TimePoint::min() + std::chrono::nanoseconds(1)), "16770922T000000Z");
  EXPECT_EQ(format_day(TimePoint::min()), "16770922");
  EXPECT_EQ(format_http_date(TimePoint::min()), "Wed, 22 Sep 1677 00:00:00 GMT");
}

TEST(Dates, AmzDateIsStrict) {
  EXPECT_EQ(parse_amz_date("20091012T175000Z"), kExample);
  for (const char* bad : {"", "20091012T175000", "20091012t175000Z", "2009101 T175000Z", "20091312T175000Z", "20090229T175000Z",
                          "20091012T175000Z ", "20091012T250000Z"}) {
    EXPECT_FALSE(parse_amz_date(bad)) << bad;
  }
}

TEST(Dates, RoundTripsAnyMillisecond) {
  for (int i = 0; i < 2000; ++i) {
    const auto millis = std::chrono::milliseconds(static_cast<std::int64_t>(random_u64() % 7'000'000'000'000));
    const TimePoint time(millis);
    const TimePoint second = std::chrono::floor<std::chrono::seconds>(time);
    ASSERT_EQ(parse_iso8601(format_iso8601_millis(time)), time);
    ASSERT_EQ(parse_http_date(format_http_date(time)), second);
    ASSERT_EQ(parse_amz_date(format_amz_date(time)), second);
  }
}

TEST(Clocks, ManualStandsStillUntilMoved) {
  ManualClock clock(kExample);
  EXPECT_EQ(clock.now(), kExample);
  clock.advance(90s);
  EXPECT_EQ(clock.now(), kExample + 90s);
  clock.set(at(5));
  EXPECT_EQ(clock.now(), at(5));
}

TEST(Clocks, SystemIsWallClock) {
  const auto before = std::chrono::system_clock::now();
  const TimePoint now = SystemClock().now();
  EXPECT_GE(now, before);
  EXPECT_LE(now, std::chrono::system_clock::now());
}

}  // namespace
}  // namespace holdfast
