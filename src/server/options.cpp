#include "server/options.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/services/notifications.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

extern char** environ;

namespace holdfast::server {
namespace {

const std::vector<Option>& options() {
  static const std::vector<Option> table = {
      {"address",
       "ADDRESS",
       true,
       {},
       OptionKind::text,
       ":9000",
       "Where S3 is served: HOST:PORT; without HOST every address, IPv4 and IPv6",
       "Addresses"},
      {"console-address", "CONSOLE_ADDRESS", true, {}, OptionKind::text, ":9001", "Where the console is served", "Addresses"},
      {"browser",
       "BROWSER",
       true,
       {},
       OptionKind::flag,
       "on",
       "Serve the web console; off: its port has the storage API alone",
       "Addresses"},
      {"browser-redirect",
       "BROWSER_REDIRECT",
       true,
       {},
       OptionKind::flag,
       "on",
       "Send browsers that open the S3 port to the console",
       "Addresses"},
      {"browser-redirect-url",
       "BROWSER_REDIRECT_URL",
       true,
       {},
       OptionKind::text,
       "",
       "Where the console is seen from outside (https://example.org/console/): browsers are sent there, and it is served under that path",
       "Addresses"},
      {"server-url",
       "SERVER_URL",
       true,
       {},
       OptionKind::text,
       "",
       "The public URL of S3, used in links that Holdfast makes (https://s3.example.org)",
       "Addresses"},
      {"domain",
       "DOMAIN",
       true,
       {},
       OptionKind::text,
       "",
       "Domains for virtual-host style requests, separated by commas (s3.example.org)",
       "Addresses"},
      {"host-aliases",
       "HOST_ALIASES",
       false,
       {},
       OptionKind::text,
       "",
       "Further names of this server (minio:9000,localhost:9000): a presigned URL whose signature fails for the received Host is tried "
       "with these",
       "Addresses"},
      {"website-domain",
       "WEBSITE_DOMAIN",
       false,
       {},
       OptionKind::text,
       "",
       "Serves buckets as websites: BUCKET.DOMAIN is the website of that bucket (website.example.org)",
       "Addresses"},
      {"website-address",
       "WEBSITE_ADDRESS",
       false,
       {},
       OptionKind::text,
       "",
       "A listener for websites alone: HOST:PORT; there a Host outside of the website's domain is a bucket's name (www.example.org)",
       "Addresses"},
      {"certs-dir",
       "CERTS_DIR",
       true,
       {},
       OptionKind::text,
       "",
       "Folder with public.crt and private.key: serves HTTPS (default: ${HOME}/.minio/certs when it holds them)",
       "Addresses"},

      {"root-user", "ROOT_USER", true, {"MINIO_ACCESS_KEY"}, OptionKind::secret, "", "Access key of the root account", "Credentials"},
      {"root-password",
       "ROOT_PASSWORD",
       true,
       {"MINIO_SECRET_KEY"},
       OptionKind::secret,
       "",
       "Secret key of the root account",
       "Credentials"},
      {"signature-v2", "SIGNATURE_V2", false, {}, OptionKind::flag, "on", "Accept AWS Signature Version 2 beside Version 4", "Credentials"},

      {"region",
       "REGION",
       true,
       {"MINIO_SITE_REGION", "MINIO_REGION_NAME"},
       OptionKind::text,
       "",
       "The server's region; without one every region is accepted",
       "S3"},
      {"default-buckets",
       "DEFAULT_BUCKETS",
       true,
       {},
       OptionKind::text,
       "",
       "Buckets made before the server is ready: name[:none|download|upload|public],...",
       "S3"},
      {"storage-api-bucket",
       "STORAGE_API_BUCKET",
       false,
       {},
       OptionKind::text,
       "",
       "The bucket of the storage API (/api/v1/storage/) for requests that name none (default: the first of the default buckets)",
       "S3"},
      {"default-keys",
       "DEFAULT_KEYS",
       false,
       {},
       OptionKind::secret,
       "",
       "Access keys made before the server is ready: ACCESS:SECRET[:POLICY[:BUCKET]], separated by commas",
       "S3"},
      {"cors-allow-origin",
       "API_CORS_ALLOW_ORIGIN",
       true,
       {},
       OptionKind::text,
       "*",
       "Origins that browsers may call from, for buckets without CORS rules of their own",
       "S3"},
      {"ignore-public-acls",
       "IGNORE_PUBLIC_ACLS",
       false,
       {},
       OptionKind::flag,
       "off",
       "Make new buckets with IgnorePublicAcls: applications that send public ACLs (which MinIO ignores) publish nothing",
       "S3"},

      {"kms-secret-key",
       "KMS_SECRET_KEY",
       true,
       {},
       OptionKind::secret,
       "",
       "Master keys for server-side encryption: NAME:BASE64 of 32 bytes, the current one first, older ones after it, separated by commas "
       "(default: a key file in the data folder)",
       "Encryption"},
      {"kms-auto-encryption",
       "KMS_AUTO_ENCRYPTION",
       true,
       {},
       OptionKind::flag,
       "off",
       "Encrypt every new object (SSE-S3) unless request or bucket say how",
       "Encryption"},
      {"insecure-sse-c",
       "INSECURE_SSE_C",
       false,
       {},
       OptionKind::flag,
       "off",
       "Accept customers' keys (SSE-C) over plain HTTP, where anyone on the way can read them",
       "Encryption"},

      {"block-cache", "BLOCK_CACHE", false, {}, OptionKind::text, "8MiB", "Memory for the index's block cache", "Storage"},
      {"reserve", "RESERVE", false, {}, OptionKind::text, "128MiB", "Free disk space that uploads leave alone", "Storage"},

      {"scrub-interval",
       "SCRUB_INTERVAL",
       false,
       {},
       OptionKind::text,
       "30d",
       "Time between two scrubs, which read everything stored and compare it with its checksums (12h, 30d); off: none",
       "Storage"},
      {"scrub-rate", "SCRUB_RATE", false, {}, OptionKind::text, "32MiB", "Bytes a scrub reads in a second; 0: no limit", "Storage"},
      {"scrub-hours",
       "SCRUB_HOURS",
       false,
       {},
       OptionKind::text,
       "",
       "Hours of the day (UTC) in which a scrub reads (22-6); without them all day",
       "Storage"},

      {"metrics", "METRICS", false, {}, OptionKind::flag, "on", "Count requests and serve Prometheus' pages", "Services"},
      {"prometheus-auth-type",
       "PROMETHEUS_AUTH_TYPE",
       true,
       {},
       OptionKind::text,
       "jwt",
       "Who may read the metrics: jwt (a token of `mc admin prometheus generate`) or public",
       "Services"},
      {"notifications",
       "NOTIFICATIONS",
       false,
       {},
       OptionKind::flag,
       "on",
       "Bucket notifications and listening to events; targets are set by MINIO_NOTIFY_* variables",
       "Services"},
      {"lifecycle", "LIFECYCLE", false, {}, OptionKind::flag, "on", "Remove what lifecycle rules say has expired", "Services"},
      {"lifecycle-rate",
       "LIFECYCLE_RATE",
       false,
       {},
       OptionKind::text,
       "20000",
       "Versions that the lifecycle looks at a second",
       "Services"},
      {"lifecycle-day", "LIFECYCLE_DAY", false, {}, OptionKind::text, "1d", "How long a day of lifecycle rules is; for tests", "Services"},

      {"threads", "THREADS", false, {}, OptionKind::text, "", "Threads that serve connections (default: one a core)", "Process"},
      {"log-level", "LOG_LEVEL", false, {}, OptionKind::text, "info", "debug (one line a request), info, warn, error", "Process"},
      {"quiet", "QUIET", false, {}, OptionKind::flag, "off", "Print warnings and errors alone", "Process"},
      {"json", "JSON", false, {}, OptionKind::flag, "off", "Log as JSON, one object a line", "Process"},
      {"anonymous", "ANONYMOUS", false, {}, OptionKind::flag, "off", "Leave host names and addresses out of the start-up lines", "Process"},
      {"config",
       "CONFIG",
       false,
       {},
       OptionKind::text,
       "",
       "JSON file with any of these settings by name (config/holdfast.example.json)",
       "Process"},
  };
  return table;
}

// MINIO_* names that are read elsewhere, or that change nothing here and deserve no warning.
constexpr std::string_view kKnownElsewhere[] = {"MINIO_VOLUMES", "MINIO_OPTS", "MINIO_CONFIG_ENV_FILE", "MINIO_UPDATE",
                                                "MINIO_CERT_PASSWD"};

// MINIO_* names whose silent absence would change who may do what, or where data lies.
constexpr std::pair<std::string_view, std::string_view> kRefusedPrefixes[] = {
    {"MINIO_IDENTITY_OPENID_", "OpenID login is not served; remove the variable to start without it"},
    {"MINIO_IDENTITY_LDAP_", "LDAP login is not served; remove the variable to start without it"},
    {"MINIO_IDENTITY_TLS_", "Login by client certificate is not served; remove the variable to start without it"},
    {"MINIO_IDENTITY_PLUGIN_", "Login by plugin is not served; remove the variable to start without it"},
    {"MINIO_POLICY_PLUGIN_", "Authorization by plugin is not served; remove the variable to start without it"},
    {"MINIO_KMS_KES_", "A KES key server is not served; remove the variable to start without it"},
};

std::optional<std::string> read_secret_file(const std::string& name) {
  for (const std::string& path : {name, "/run/secrets/" + name}) {
    std::ifstream file(path);
    if (!file) continue;
    std::stringstream content;
    content << file.rdbuf();
    std::string text = content.str();
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
  }
  return std::nullopt;
}

Result<std::optional<Value>> from_variable(const Environment& environment, const std::string& name, bool secret) {
  if (const auto found = environment.find(name); found != environment.end() && !found->second.empty()) {
    return std::optional<Value>(Value{found->second, name});
  }
  const auto file = environment.find(name + "_FILE");
  if (!secret || file == environment.end() || file->second.empty()) return std::optional<Value>();
  auto text = read_secret_file(file->second);
  if (!text)
    return Error(ErrorCode::InvalidArgument, name + "_FILE: cannot read " + file->second + " (nor /run/secrets/" + file->second + ")");
  return std::optional<Value>(Value{std::move(*text), name + "_FILE"});
}

Result<std::optional<Value>> from_environment(const Option& option, const Environment& environment, std::vector<std::string>& warnings) {
  std::vector<std::string> names{"HOLDFAST_" + std::string(option.variable)};
  if (option.minio) names.push_back("MINIO_" + std::string(option.variable));
  for (const auto other : option.other_variables) names.emplace_back(other);
  for (const auto& name : names) {
    HOLDFAST_TRY(value, from_variable(environment, name, option.kind == OptionKind::secret));
    if (!value) continue;
    if (name == "MINIO_ACCESS_KEY" || name == "MINIO_SECRET_KEY") {
      warnings.push_back(name + " is the old name: use MINIO_" + std::string(option.variable));
    }
    return std::move(value);
  }
  return std::optional<Value>();
}

Result<std::map<std::string, std::string, std::less<>>> read_config_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return Error(ErrorCode::InvalidArgument, "--config: cannot read " + path);
  const auto json = nlohmann::json::parse(file, nullptr, false, true);
  if (!json.is_object()) return Error(ErrorCode::InvalidArgument, "--config: " + path + " is not a JSON object");
  std::map<std::string, std::string, std::less<>> values;
  for (const auto& [name, value] : json.items()) {
    if (name.starts_with("//")) continue;  // comments of the example file
    const bool known = std::ranges::any_of(options(), [&](const Option& option) { return option.name == name; });
    if (!known) return Error(ErrorCode::InvalidArgument, "--config: " + path + ": unknown setting \"" + name + "\"");
    if (value.is_boolean()) {
      values[name] = value.get<bool>() ? "on" : "off";
    } else if (value.is_string()) {
      values[name] = value.get<std::string>();
    } else if (value.is_number_integer()) {
      values[name] = std::to_string(value.get<long long>());
    } else {
      return Error(ErrorCode::InvalidArgument, "--config: " + path + ": \"" + name + "\" must be a string, a number or true/false");
    }
  }
  return values;
}

Result<> check_minio_names(const Environment& environment, std::vector<std::string>& warnings) {
  std::string unserved;
  for (const auto& [name, value] : environment) {
    if (!name.starts_with("MINIO_") || value.empty()) continue;
    for (const auto& [prefix, why] : kRefusedPrefixes) {
      if (name.starts_with(prefix)) return Error(ErrorCode::InvalidArgument, name + ": " + std::string(why));
    }
    std::string_view base = name;
    if (base.ends_with("_FILE") && base != "MINIO_CONFIG_ENV_FILE") base.remove_suffix(5);
    if (services::is_target_variable(name)) continue;
    const bool known =
        std::ranges::find(kKnownElsewhere, base) != std::end(kKnownElsewhere) || std::ranges::any_of(options(), [&](const Option& option) {
          return (option.minio && base == "MINIO_" + std::string(option.variable)) ||
                 std::ranges::find(option.other_variables, base) != option.other_variables.end();
        });
    if (!known) unserved += (unserved.empty() ? "" : ", ") + name;
  }
  if (!unserved.empty()) warnings.push_back("Not served, and ignored: " + unserved);
  return {};
}

Result<Value> pick(const Option& option, const ResolveInput& input, const std::map<std::string, std::string, std::less<>>& config,
                   std::vector<std::string>& warnings) {
  if (const auto flag = input.flags.find(option.name); flag != input.flags.end())
    return Value{flag->second, "--" + std::string(option.name)};
  HOLDFAST_TRY(variable, from_environment(option, input.environment, warnings));
  if (variable) return std::move(*variable);
  if (const auto member = config.find(option.name); member != config.end()) return Value{member->second, "config file"};
  return Value{std::string(option.fallback), "default"};
}

Result<> normalise_flag(const Option& option, Value& value) {
  const std::string lower = ascii_lower(value.text);
  for (const std::string_view yes : {"on", "true", "1", "yes"}) {
    if (lower == yes) return value.text = "on", Result<>();
  }
  for (const std::string_view no : {"off", "false", "0", "no", ""}) {
    if (lower == no) return value.text = "off", Result<>();
  }
  return Error(ErrorCode::InvalidArgument,
               value.source + ": \"" + value.text + "\" is neither on nor off (" + std::string(option.name) + ")");
}

}  // namespace

std::span<const Option> option_table() { return options(); }

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

Result<Resolved> resolve_options(const ResolveInput& input) {
  Resolved resolved;
  HOLDFAST_TRY_VOID(check_minio_names(input.environment, resolved.warnings));
  const auto& table = options();
  const auto config_option = std::ranges::find(table, std::string_view("config"), &Option::name);
  HOLDFAST_TRY(config_file, pick(*config_option, input, {}, resolved.warnings));
  std::map<std::string, std::string, std::less<>> config;
  if (!config_file.text.empty()) {
    HOLDFAST_TRY(read, read_config_file(config_file.text));
    config = std::move(read);
  }
  for (const Option& option : table) {
    HOLDFAST_TRY(value, pick(option, input, config, resolved.warnings));
    if (option.kind == OptionKind::flag) HOLDFAST_TRY_VOID(normalise_flag(option, value));
    resolved.values.emplace(option.name, std::move(value));
  }
  return resolved;
}

std::vector<std::string> split_arguments(std::string_view text) {
  std::vector<std::string> arguments;
  std::string current;
  char quote = 0;
  bool open = false;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        current += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      open = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (open) arguments.push_back(std::exchange(current, {}));
      open = false;
    } else {
      current += c;
      open = true;
    }
  }
  if (open) arguments.push_back(current);
  return arguments;
}

Result<> load_environment_file(Environment& environment) {
  const auto named = environment.find("MINIO_CONFIG_ENV_FILE");
  const auto twin = environment.find("HOLDFAST_CONFIG_ENV_FILE");
  const auto chosen = twin != environment.end() ? twin : named;
  if (chosen == environment.end() || chosen->second.empty()) return {};
  const std::string path = chosen->second;
  std::ifstream file(path);
  if (!file) return Error(ErrorCode::InvalidArgument, chosen->first + ": cannot read " + path);
  std::string line;
  while (std::getline(file, line)) {
    std::string_view text = trim(line);
    if (text.empty() || text.front() == '#') continue;
    if (text.starts_with("export ")) text = trim(text.substr(7));
    const auto equals = text.find('=');
    if (equals == std::string_view::npos)
      return Error(ErrorCode::InvalidArgument, path + ": not a NAME=VALUE line: " + std::string(text.substr(0, 20)) + "...");
    const auto value = trim(text.substr(equals + 1));
    const bool quoted = value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
    environment[std::string(trim(text.substr(0, equals)))] = std::string(quoted ? value.substr(1, value.size() - 2) : value);
  }
  return {};
}

Result<std::string> resolve_directory(const std::vector<std::string>& arguments, const Environment& environment) {
  std::vector<std::string> directories = arguments;
  for (const char* name : {"HOLDFAST_VOLUMES", "MINIO_VOLUMES"}) {
    const auto found = environment.find(name);
    if (directories.empty() && found != environment.end()) directories = split_arguments(found->second);
  }
  if (directories.empty()) return Error(ErrorCode::InvalidArgument, "which folder? Usage: holdfast server DIR");
  if (directories.size() > 1 || directories.front().find("...") != std::string::npos) {
    return Error(ErrorCode::InvalidArgument, "one folder is served, not several drives: " + directories.front() +
                                                 (directories.size() > 1 ? " " + directories[1] : "") +
                                                 "; put several drives under one file system, and name that folder");
  }
  if (directories.front().find("://") != std::string::npos) {
    return Error(ErrorCode::InvalidArgument, "a folder is served, not other servers: " + directories.front());
  }
  return directories.front();
}

}  // namespace holdfast::server
