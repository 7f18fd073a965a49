// Time: one clock that tests can move, and the four date formats that S3 speaks.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

// Wall-clock time in UTC with nanoseconds.
using TimePoint = std::chrono::sys_time<std::chrono::nanoseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const noexcept = 0;
};

class SystemClock final : public Clock {
 public:
  TimePoint now() const noexcept override;
};

// For tests: stands still until moved. Any thread.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start) noexcept;
  TimePoint now() const noexcept override;
  void advance(std::chrono::nanoseconds by) noexcept;
  void set(TimePoint to) noexcept;

 private:
  std::atomic<std::chrono::nanoseconds::rep> now_;
};

std::string format_http_date(TimePoint time);       // Wed, 12 Oct 2009 17:50:00 GMT   (RFC 9110)
std::string format_iso8601_millis(TimePoint time);  // 2009-10-12T17:50:00.000Z        (S3's XML)
std::string format_amz_date(TimePoint time);        // 20091012T175000Z                (SigV4)
std::string format_day(TimePoint time);             // 20091012                        (SigV4 scope)

// Dates that don't exist are nullopt; times outside of what a TimePoint holds (1677 to 2262) become its nearest end.
std::optional<TimePoint> parse_http_date(std::string_view text);  // RFC 1123, RFC 850 and asctime forms
std::optional<TimePoint> parse_iso8601(std::string_view text);    // with or without fraction; Z or +hh:mm; date alone
std::optional<TimePoint> parse_amz_date(std::string_view text);

}  // namespace holdfast
