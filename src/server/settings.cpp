#include "server/settings.hpp"

#include "server/commands.hpp"

#include "holdfast/auth/policy.hpp"
#include "holdfast/base/encoding.hpp"
#include "holdfast/storage/names.hpp"

#include <sched.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace holdfast::server {
namespace {

constexpr std::size_t kMinUserLength = 3;
constexpr std::size_t kMinPasswordLength = 8;
constexpr unsigned kMaxThreads = 64;

Error invalid(const Value& value, std::string_view name, std::string_view why) {
  return {ErrorCode::InvalidArgument, value.source + ": " + std::string(name) + " \"" + value.text + "\": " + std::string(why)};
}

std::vector<std::string> split_list(std::string_view text, std::string_view separators) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(separators), text.size());
    const auto item = trim(text.substr(0, end));
    if (!item.empty()) items.emplace_back(item);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return items;
}

unsigned usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

Result<> set_credentials(const Values& values, Settings& settings) {
  const Value& user = values.at("root-user");
  const Value& password = values.at("root-password");
  if (user.text.empty() != password.text.empty()) {
    const bool has_user = !user.text.empty();
    return Error(ErrorCode::InvalidArgument, std::string(has_user ? "MINIO_ROOT_PASSWORD" : "MINIO_ROOT_USER") + " is not set, but " +
                                                 (has_user ? user.source : password.source) + " is: set both, or neither");
  }
  settings.default_credentials = user.text.empty();
  settings.root_user = settings.default_credentials ? "minioadmin" : user.text;
  settings.root_password = settings.default_credentials ? "minioadmin" : password.text;
  if (settings.root_user.size() < kMinUserLength)
    return Error(ErrorCode::InvalidArgument, user.source + ": the root user needs at least 3 characters");
  if (settings.root_password.size() < kMinPasswordLength) {
    return Error(ErrorCode::InvalidArgument, password.source + ": the root password needs at least 8 characters");
  }
  return {};
}

Result<> set_certificates(const Values& values, const Environment& environment, Settings& settings) {
  const Value& asked = values.at("certs-dir");
  std::string directory = asked.text;
  const auto home = environment.find("HOME");
  if (directory.empty() && home != environment.end()) directory = home->second + "/.minio/certs";
  if (directory.empty()) return {};
  const std::string certificate = directory + "/public.crt";
  const std::string key = directory + "/private.key";
  std::error_code ignored;
  const bool has_certificate = std::filesystem::exists(certificate, ignored);
  const bool has_key = std::filesystem::exists(key, ignored);
  if (has_certificate != has_key) {
    return Error(ErrorCode::InvalidArgument, directory + " has " + (has_certificate ? "public.crt" : "private.key") + " but no " +
                                                 (has_certificate ? "private.key" : "public.crt") + ": put both there, or neither");
  }
  if (!has_certificate) return {};
  settings.certificate_file = certificate;
  settings.private_key_file = key;
  return {};
}

Result<> set_log(const Values& values, Settings& settings) {
  const Value& level = values.at("log-level");
  static constexpr std::array<std::pair<std::string_view, log::Level>, 4> kLevels{
      {{"debug", log::Level::debug}, {"info", log::Level::info}, {"warn", log::Level::warn}, {"error", log::Level::error}}};
  const auto found = std::ranges::find(kLevels, std::string_view(level.text), &std::pair<std::string_view, log::Level>::first);
  if (found == kLevels.end()) return invalid(level, "log-level", "use debug, info, warn or error");
  settings.log_level = found->second;
  if (values.at("quiet").text == "on") settings.log_level = std::max(settings.log_level, log::Level::warn);
  settings.log_format = values.at("json").text == "on" ? log::Format::json : log::Format::text;
  return {};
}

Result<std::uint64_t> size_setting(const Values& values, const char* name) {
  const auto size = parse_size(values.at(name).text);
  if (!size) return invalid(values.at(name), name, "use a number of bytes, KiB, MiB or GiB");
  return size;
}

Result<> set_scrub(const Values& values, services::ScrubSettings& scrub) {
  const Value& interval = values.at("scrub-interval");
  const auto time = interval.text == "off" ? Result<std::chrono::seconds>(std::chrono::seconds(0)) : parse_duration(interval.text);
  if (!time) return invalid(interval, "scrub-interval", "use off, or a time such as 12h or 30d");
  scrub.interval = *time;
  HOLDFAST_TRY(rate, size_setting(values, "scrub-rate"));
  scrub.bytes_per_second = rate;
  const Value& hours = values.at("scrub-hours");
  if (hours.text.empty()) return {};
  const auto dash = hours.text.find('-');
  const auto first = parse_u64(std::string_view(hours.text).substr(0, dash));
  const auto last = dash == std::string::npos ? std::nullopt : parse_u64(std::string_view(hours.text).substr(dash + 1));
  if (!first || !last || *first > 23 || *last > 24) return invalid(hours, "scrub-hours", "use two hours of the day, such as 22-6");
  scrub.first_hour = static_cast<unsigned>(*first);
  scrub.last_hour = static_cast<unsigned>(*last);
  return {};
}

Result<unsigned> thread_count(const Values& values) {
  const Value& value = values.at("threads");
  if (value.text.empty()) return std::min(usable_cores(), kMaxThreads);
  const auto count = parse_u64(value.text);
  if (!count || *count == 0 || *count > kMaxThreads) return invalid(value, "threads", "use a number from 1 to 64");
  return static_cast<unsigned>(*count);
}

Result<> set_encryption(const Values& values, Settings& settings) {
  const Value& keys = values.at("kms-secret-key");
  if (!keys.text.empty()) {
    auto parsed = crypto::parse_master_keys(keys.text);
    if (!parsed) return Error(ErrorCode::InvalidArgument, keys.source + ": " + std::string(parsed.error().text()));
    settings.master_keys = std::move(*parsed);
  }
  settings.auto_encryption = values.at("kms-auto-encryption").text == "on";
  settings.insecure_sse_c = values.at("insecure-sse-c").text == "on";
  return {};
}

}  // namespace

Result<HostPort> parse_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  const Error malformed(ErrorCode::InvalidArgument, "\"" + std::string(text) + "\" is not HOST:PORT");
  if (colon == std::string_view::npos) return malformed;
  const auto port = parse_u64(text.substr(colon + 1));
  if (!port || *port > 65535) return malformed;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return malformed;
  }
  return HostPort{std::string(host), static_cast<std::uint16_t>(*port)};
}

Result<std::uint64_t> parse_size(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, unsigned>, 6> kUnits{
      {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}, {"K", 10}, {"M", 20}}};
  unsigned shift = 0;
  for (const auto& [unit, bits] : kUnits) {
    if (shift == 0 && text.ends_with(unit)) {
      shift = bits;
      text.remove_suffix(unit.size());
    }
  }
  const auto number = parse_u64(trim(text));
  if (!number || (*number << shift) >> shift != *number) return Error(ErrorCode::InvalidArgument, "not a size");
  return *number << shift;
}

Result<DefaultBuckets> parse_default_buckets(std::string_view text) {
  DefaultBuckets buckets;
  for (const std::string& item : split_list(text, ",; ")) {
    const auto colon = item.find(':');
    const std::string name = item.substr(0, colon);
    const std::string policy = colon == std::string::npos ? "none" : item.substr(colon + 1);
    if (!storage::is_valid_bucket_name(name))
      return Error(ErrorCode::InvalidArgument, "MINIO_DEFAULT_BUCKETS: \"" + name + "\" is no bucket name");
    if (!auth::canned_bucket_policy(policy, name)) {
      return Error(ErrorCode::InvalidArgument,
                   "MINIO_DEFAULT_BUCKETS: \"" + policy + "\" is no policy: use none, download, upload or public");
    }
    buckets.emplace_back(name, policy);
  }
  return buckets;
}

Result<Settings> make_settings(const ResolveInput& input, const std::vector<std::string>& directories) {
  Settings settings;
  HOLDFAST_TRY(resolved, resolve_options(input));
  const Values& values = resolved.values;
  settings.warnings = std::move(resolved.warnings);
  HOLDFAST_TRY(directory, resolve_directory(directories, input.environment));
  settings.directory = directory;
  const auto address = parse_host_port(values.at("address").text);
  if (!address) return invalid(values.at("address"), "address", "use HOST:PORT or :PORT");
  settings.address = *address;
  const auto console = parse_host_port(values.at("console-address").text);
  if (!console) return invalid(values.at("console-address"), "console-address", "use HOST:PORT or :PORT");
  settings.console_address = *console;
  settings.console_address_asked = !values.at("console-address").is_default();
  settings.server_url = values.at("server-url").text;
  while (settings.server_url.ends_with('/')) settings.server_url.pop_back();
  if (!settings.server_url.empty() && !settings.server_url.starts_with("http://") && !settings.server_url.starts_with("https://")) {
    return invalid(values.at("server-url"), "server-url", "use http://HOST or https://HOST");
  }
  settings.domains = split_list(values.at("domain").text, ",");
  settings.host_aliases = split_list(values.at("host-aliases").text, ",; ");
  HOLDFAST_TRY_VOID(set_certificates(values, input.environment, settings));
  HOLDFAST_TRY_VOID(set_credentials(values, settings));
  settings.allow_signature_v2 = values.at("signature-v2").text == "on";
  settings.region = values.at("region").text;
  HOLDFAST_TRY(default_buckets, parse_default_buckets(values.at("default-buckets").text));
  settings.default_buckets = std::move(default_buckets);
  settings.storage_api_bucket = values.at("storage-api-bucket").text;
  if (settings.storage_api_bucket.empty() && !settings.default_buckets.empty()) {
    settings.storage_api_bucket = settings.default_buckets.front().first;
  }
  HOLDFAST_TRY_VOID(set_encryption(values, settings));
  settings.cors_allow_origin = values.at("cors-allow-origin").text;
  HOLDFAST_TRY(block_cache, size_setting(values, "block-cache"));
  settings.block_cache_bytes = block_cache;
  HOLDFAST_TRY(reserve, size_setting(values, "reserve"));
  settings.reserve_bytes = reserve;
  HOLDFAST_TRY_VOID(set_scrub(values, settings.scrub));
  HOLDFAST_TRY(threads, thread_count(values));
  settings.threads = threads;
  HOLDFAST_TRY_VOID(set_log(values, settings));
  settings.anonymous = values.at("anonymous").text == "on";
  return settings;
}

}  // namespace holdfast::server
