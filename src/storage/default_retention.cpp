#include "holdfast/storage/default_retention.hpp"

#include "holdfast/base/encoding.hpp"

#include <chrono>
#include <limits>

namespace holdfast::storage {
namespace {

constexpr std::string_view kGovernance = "GOVERNANCE";
constexpr std::string_view kCompliance = "COMPLIANCE";
constexpr std::string_view kDays = "DAYS";
constexpr std::string_view kYears = "YEARS";

TimePoint years_later(TimePoint now, std::uint32_t count) {
  using std::chrono::floor;
  const auto midnight = floor<std::chrono::days>(now);
  std::chrono::year_month_day day(midnight);
  day += std::chrono::years(static_cast<int>(count));
  if (!day.ok()) day = day.year() / day.month() / std::chrono::last;  // 29 February
  return TimePoint(std::chrono::sys_days(day)) + (now - midnight);
}

}  // namespace

std::string format_default_retention(const DefaultRetention& retention) {
  std::string text(retention.mode == RetentionMode::compliance ? kCompliance : kGovernance);
  return text.append(" ").append(std::to_string(retention.count)).append(" ").append(retention.years ? kYears : kDays);
}

Result<DefaultRetention> default_retention(const BucketInfo& bucket) {
  const auto found = bucket.configuration.find(kDefaultRetention);
  if (found == bucket.configuration.end()) return DefaultRetention();
  const auto words = split(found->second, ' ');
  if (words.size() == 3) {
    const auto count = parse_u64(words[1]);
    const bool known = (words[0] == kGovernance || words[0] == kCompliance) && (words[2] == kDays || words[2] == kYears);
    if (known && count && *count > 0 && *count <= std::numeric_limits<std::uint16_t>::max()) {
      return DefaultRetention{words[0] == kGovernance ? RetentionMode::governance : RetentionMode::compliance,
                              static_cast<std::uint32_t>(*count), words[2] == kYears};
    }
  }
  return Error(ErrorCode::InternalError, "the default retention of bucket " + bucket.name + " can't be understood");
}

Result<> apply_default_retention(const BucketInfo& bucket, ObjectAttributes& attributes, TimePoint now) {
  if (!bucket.object_lock || attributes.retention.mode != RetentionMode::none) return {};
  HOLDFAST_TRY(rule, default_retention(bucket));
  if (rule.mode == RetentionMode::none) return {};
  attributes.retention.mode = rule.mode;
  attributes.retention.until = rule.years ? years_later(now, rule.count) : now + std::chrono::days(rule.count);
  return {};
}

}  // namespace holdfast::storage
