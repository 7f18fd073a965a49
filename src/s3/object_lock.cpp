#include "s3/object_lock.hpp"

#include "s3/authorize.hpp"
#include "s3/checksum.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>

namespace holdfast::s3 {
namespace {

using storage::RetentionMode;

constexpr std::uint32_t kMaxDays = 36'500;
constexpr std::uint32_t kMaxYears = 100;

std::string_view mode_name(RetentionMode mode) noexcept { return mode == RetentionMode::compliance ? "COMPLIANCE" : "GOVERNANCE"; }

Result<RetentionMode> parse_mode(XmlElement element) {
  const auto text = trim(element.text());
  if (text == "GOVERNANCE") return RetentionMode::governance;
  if (text == "COMPLIANCE") return RetentionMode::compliance;
  return Error(ErrorCode::MalformedXML);
}

Result<std::uint32_t> parse_period(std::string_view text, std::uint32_t max) {
  const bool negative = text.starts_with('-');
  const auto count = parse_u64(negative ? text.substr(1) : text);
  if (!count) return Error(ErrorCode::MalformedXML);
  if (negative || *count == 0) return Error(ErrorCode::InvalidArgument, "Default retention period must be a positive integer value");
  if (*count > max) return Error(ErrorCode::InvalidArgument, "Default retention period too large");
  return static_cast<std::uint32_t>(*count);
}

Result<storage::DefaultRetention> parse_default(XmlElement element) {
  storage::DefaultRetention retention;
  HOLDFAST_TRY(mode, parse_mode(element.child("Mode")));
  retention.mode = mode;
  const auto days = element.child("Days");
  const auto years = element.child("Years");
  if (static_cast<bool>(days) == static_cast<bool>(years)) return Error(ErrorCode::MalformedXML);
  retention.years = static_cast<bool>(years);
  HOLDFAST_TRY(count, parse_period(trim((days ? days : years).text()), days ? kMaxDays : kMaxYears));
  retention.count = count;
  return retention;
}

bool declares_digest(const http::Request& request) {
  if (request.has_header("content-md5")) return true;
  const auto trailer = ascii_lower(request.header("x-amz-trailer"));
  return trailer.find("x-amz-checksum-") != std::string::npos ||
         std::ranges::any_of(request.headers, [](const auto& header) { return checksum_of_header(header.first).has_value(); });
}

}  // namespace

Result<storage::DefaultRetention> parse_lock_configuration(std::string_view document) {
  HOLDFAST_TRY(xml, XmlDocument::parse(document, "ObjectLockConfiguration"));
  if (trim(xml.root().child("ObjectLockEnabled").text()) != "Enabled") return Error(ErrorCode::MalformedXML);
  const auto rule = xml.root().child("Rule");
  if (!rule) return storage::DefaultRetention();
  const auto retention = rule.child("DefaultRetention");
  if (!retention) return Error(ErrorCode::MalformedXML);
  return parse_default(retention);
}

std::string render_lock_configuration(const storage::DefaultRetention& retention) {
  XmlWriter xml("ObjectLockConfiguration");
  xml.element("ObjectLockEnabled", "Enabled");
  if (retention.mode != RetentionMode::none) {
    xml.open("Rule").open("DefaultRetention").element("Mode", mode_name(retention.mode));
    xml.number(retention.years ? "Years" : "Days", retention.count).close().close();
  }
  return xml.finish();
}

Result<storage::Retention> parse_retention(std::string_view document, TimePoint now) {
  HOLDFAST_TRY(xml, XmlDocument::parse(document, "Retention"));
  storage::Retention retention;
  if (!xml.root().first_child()) return retention;
  HOLDFAST_TRY(mode, parse_mode(xml.root().child("Mode")));
  const auto until = parse_iso8601(trim(xml.root().child("RetainUntilDate").text()));
  if (!until) return Error(ErrorCode::MalformedXML);
  if (*until <= now) return Error(ErrorCode::InvalidArgument, "The retain until date must be in the future!");
  retention.mode = mode;
  retention.until = *until;
  return retention;
}

std::string render_retention(const storage::Retention& retention) {
  XmlWriter xml("Retention");
  xml.element("Mode", mode_name(retention.mode)).time("RetainUntilDate", retention.until);
  return xml.finish();
}

Result<bool> parse_legal_hold(std::string_view document) {
  HOLDFAST_TRY(xml, XmlDocument::parse(document, "LegalHold"));
  const auto status = trim(xml.root().child("Status").text());
  if (status != "ON" && status != "OFF") return Error(ErrorCode::MalformedXML);
  return status == "ON";
}

Result<> check_retention_change(const storage::Retention& from, const storage::Retention& to, bool bypass, TimePoint now) {
  if (from.mode == RetentionMode::none || from.until <= now) return {};
  const bool prolonged = to.mode == from.mode && to.until >= from.until;
  if (prolonged || (from.mode == RetentionMode::governance && bypass)) return {};
  return Error(ErrorCode::AccessDenied, "Access Denied because object protected by object lock.");
}

Result<> require_object_lock(const Context& context) {
  HOLDFAST_TRY(bucket, context.find_bucket());
  if (bucket->object_lock) return {};
  return Error(ErrorCode::InvalidRequest, "Bucket is missing Object Lock Configuration");
}

Result<> require_integrity(const Context& context, const char* text) {
  if (declares_digest(context.request)) return {};
  return Error(ErrorCode::InvalidRequest, text);
}

Result<> require_document_integrity(const Context& context) {
  return require_integrity(context, "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
}

Result<bool> bypass_governance(const Context& context) {
  if (!equals_ignoring_case(context.header("x-amz-bypass-governance-retention"), "true")) return false;
  HOLDFAST_TRY_VOID(context.authorizer.authorize(context, "s3:BypassGovernanceRetention", context.bucket(), context.key()));
  return true;
}

}  // namespace holdfast::s3
