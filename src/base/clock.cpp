#include "holdfast/base/clock.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace holdfast {

namespace {

using std::chrono::days;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::string_view kWeekdays = "SunMonTueWedThuFriSat";
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

// The first whole day that TimePoint has: the day before begins outside of its range.
constexpr TimePoint kFirstDay{std::chrono::ceil<days>(TimePoint::min())};

// A time taken apart. strftime would consult the locale and needs a tm; every response carries two dates.
struct Fields {
  explicit Fields(TimePoint time) noexcept
      : day(std::chrono::floor<days>(std::max(time, kFirstDay))),
        date(day),
        of_day(std::chrono::floor<std::chrono::milliseconds>(std::max(time, kFirstDay) - day)) {}

  std::chrono::sys_days day;
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::milliseconds> of_day;

  unsigned year() const noexcept { return static_cast<unsigned>(static_cast<int>(date.year())); }
  unsigned month() const noexcept { return static_cast<unsigned>(date.month()); }
  unsigned day_of_month() const noexcept { return static_cast<unsigned>(date.day()); }
  unsigned weekday() const noexcept { return std::chrono::weekday(day).c_encoding(); }
  unsigned hour() const noexcept { return static_cast<unsigned>(of_day.hours().count()); }
  unsigned minute() const noexcept { return static_cast<unsigned>(of_day.minutes().count()); }
  unsigned second() const noexcept { return static_cast<unsigned>(of_day.seconds().count()); }
  unsigned milli() const noexcept { return static_cast<unsigned>(of_day.subseconds().count()); }
};

class Writer {
 public:
  Writer& digits(unsigned value, unsigned width) noexcept {
    for (unsigned i = width; i > 0; --i, value /= 10) buffer_[size_ + i - 1] = static_cast<char>('0' + value % 10);
    size_ += width;
    return *this;
  }
  Writer& text(std::string_view text) noexcept {
    text.copy(buffer_.data() + size_, text.size());
    size_ += text.size();
    return *this;
  }
  Writer& name(std::string_view names, unsigned index) noexcept { return text(names.substr(index * 3UL, 3)); }
  std::string str() const { return {buffer_.data(), size_}; }

 private:
  std::array<char, 40> buffer_;
  std::size_t size_ = 0;
};

// Whether `text` has a digit where `shape` has 0 and equals it elsewhere: strptime itself lets blanks and short numbers pass.
bool has_shape(std::string_view text, std::string_view shape) noexcept {
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits = shape[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == shape[i];
    if (!fits) return false;
  }
  return true;
}

std::optional<std::chrono::sys_seconds> scan(std::string_view text, const char* format) {
  const std::string terminated(text);
  std::tm fields{};
  const char* const end = strptime(terminated.c_str(), format, &fields);
  if (end != terminated.c_str() + terminated.size()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(fields.tm_year + 1900),
                                         std::chrono::month(static_cast<unsigned>(fields.tm_mon) + 1),
                                         std::chrono::day(static_cast<unsigned>(fields.tm_mday))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(fields.tm_hour) + std::chrono::minutes(fields.tm_min) + seconds(fields.tm_sec);
}

TimePoint saturate(std::chrono::sys_seconds time) noexcept {
  if (time >= std::chrono::floor<seconds>(TimePoint::max())) return TimePoint::max();
  if (time <= std::chrono::ceil<seconds>(TimePoint::min())) return TimePoint::min();
  return time;
}

// ".123456789" at the start of `text`, taken off it; digits beyond nanoseconds are ignored.
std::optional<nanoseconds> take_fraction(std::string_view& text) noexcept {
  if (!text.starts_with('.')) return nanoseconds(0);
  text.remove_prefix(1);
  nanoseconds::rep value = 0;
  nanoseconds::rep unit = 100'000'000;
  std::size_t count = 0;
  for (; count < text.size() && text[count] >= '0' && text[count] <= '9'; ++count) {
    value += (text[count] - '0') * unit;
    unit /= 10;
  }
  if (count == 0) return std::nullopt;
  text.remove_prefix(count);
  return nanoseconds(value);
}

std::optional<seconds> parse_zone(std::string_view text) noexcept {
  if (text == "Z") return seconds(0);
  if (!has_shape(text, "+00:00") && !has_shape(text, "-00:00")) return std::nullopt;
  const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  if (two(1) > 23 || two(4) > 59) return std::nullopt;
  const seconds offset = std::chrono::hours(two(1)) + std::chrono::minutes(two(4));
  return text[0] == '-' ? -offset : offset;
}

}  // namespace

TimePoint SystemClock::now() const noexcept { return std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now()); }

ManualClock::ManualClock(TimePoint start) noexcept : now_(start.time_since_epoch().count()) {}
TimePoint ManualClock::now() const noexcept { return TimePoint(nanoseconds(now_.load())); }
void ManualClock::advance(nanoseconds by) noexcept { now_.fetch_add(by.count()); }
void ManualClock::set(TimePoint to) noexcept { now_.store(to.time_since_epoch().count()); }

std::string format_http_date(TimePoint time) {
  const Fields f(time);
  Writer out;
  out.name(kWeekdays, f.weekday()).text(", ").digits(f.day_of_month(), 2).text(" ").name(kMonths, f.month() - 1).text(" ");
  out.digits(f.year(), 4).text(" ").digits(f.hour(), 2).text(":").digits(f.minute(), 2).text(":").digits(f.second(), 2).text(" GMT");
  return out.str();
}

std::string format_iso8601_millis(TimePoint time) {
  const Fields f(time);
  Writer out;
  out.digits(f.year(), 4).text("-").digits(f.month(), 2).text("-").digits(f.day_of_month(), 2).text("T");
  out.digits(f.hour(), 2).text(":").digits(f.minute(), 2).text(":").digits(f.second(), 2).text(".").digits(f.milli(), 3).text("Z");
  return out.str();
}

std::string format_amz_date(TimePoint time) {
  const Fields f(time);
  Writer out;
  out.digits(f.year(), 4).digits(f.month(), 2).digits(f.day_of_month(), 2).text("T");
  out.digits(f.hour(), 2).digits(f.minute(), 2).digits(f.second(), 2).text("Z");
  return out.str();
}

std::string format_day(TimePoint time) {
  const Fields f(time);
  return Writer().digits(f.year(), 4).digits(f.month(), 2).digits(f.day_of_month(), 2).str();
}

std::optional<TimePoint> parse_http_date(std::string_view text) {
  for (const char* const format : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
    if (const auto time = scan(text, format)) return saturate(*time);
  }
  return std::nullopt;
}

std::optional<TimePoint> parse_iso8601(std::string_view text) {
  constexpr std::string_view kDay = "0000-00-00";
  constexpr std::string_view kSecond = "0000-00-00T00:00:00";
  if (has_shape(text, kDay)) {
    const auto day = scan(text, "%Y-%m-%d");
    return day ? std::optional(saturate(*day)) : std::nullopt;
  }
  if (!has_shape(text.substr(0, kSecond.size()), kSecond)) return std::nullopt;
  const auto local = scan(text.substr(0, kSecond.size()), "%Y-%m-%dT%H:%M:%S");
  text.remove_prefix(kSecond.size());
  const auto fraction = take_fraction(text);
  const auto zone = parse_zone(text);
  if (!local || !fraction || !zone) return std::nullopt;
  const TimePoint time = saturate(*local - *zone);
  const bool at_an_end = time == TimePoint::max() || time == TimePoint::min();
  return at_an_end ? time : time + *fraction;
}

std::optional<TimePoint> parse_amz_date(std::string_view text) {
  if (!has_shape(text, "00000000T000000Z")) return std::nullopt;
  const auto time = scan(text, "%Y%m%dT%H%M%SZ");
  return time ? std::optional(saturate(*time)) : std::nullopt;
}

}  // namespace holdfast
