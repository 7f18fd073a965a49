#include "server/commands.hpp"

#include "server/command_line.hpp"
#include "server/running_server.hpp"
#include "server/settings.hpp"
#include "server/terminal.hpp"

#include "holdfast/auth/authenticate.hpp"
#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"
#include "holdfast/http/client.hpp"
#include "holdfast/io/file_system.hpp"
#include "holdfast/storage/local_engine.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <thread>

namespace holdfast::server {
namespace {

constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;
constexpr std::chrono::milliseconds kHealthTimeout{5000};
constexpr std::chrono::milliseconds kHealthRetry{200};
constexpr std::string_view kDefaultEndpoint = "http://127.0.0.1:9000";

// The endpoint of a server started with these arguments, as seen from this machine.
std::optional<std::string> endpoint_of(const RunningServer& server) {
  Environment environment = server.environment;
  if (!load_environment_file(environment)) return std::nullopt;
  const Command command = parse_command_line(server.arguments, environment);
  const auto* arguments = std::get_if<ServerArguments>(&command);
  if (arguments == nullptr) return std::nullopt;
  const auto settings = make_settings(arguments->input, arguments->directories);
  if (!settings) return std::nullopt;
  const std::string& host = settings->address.host;
  const bool everywhere = host.empty() || host == "0.0.0.0" || host == "::";
  const std::string name = everywhere ? "127.0.0.1" : (host.find(':') != std::string::npos ? "[" + host + "]" : host);
  return (settings->certificate_file.empty() ? "http://" : "https://") + name + ":" + std::to_string(settings->address.port);
}

std::string local_endpoint() {
  if (const auto server = find_running_server()) {
    if (auto endpoint = endpoint_of(*server)) return *endpoint;
  }
  return std::string(kDefaultEndpoint);
}

std::string first_set(const std::string& flag, const Environment& environment, std::initializer_list<const char*> names,
                      std::string_view fallback) {
  if (!flag.empty()) return flag;
  for (const char* name : names) {
    const auto found = environment.find(name);
    if (found != environment.end() && !found->second.empty()) return found->second;
  }
  return std::string(fallback);
}

int fail(const Error& error) {
  end_progress();
  std::cerr << "holdfast: " << error.text() << "\n";
  return kExitFailure;
}

storage::LocalOptions local_options(const std::string& directory) {
  storage::LocalOptions options;
  options.directory = directory;
  return options;
}

class ScrubPrinter final : public storage::ScrubObserver {
 public:
  explicit ScrubPrinter(const storage::Progress& progress) : progress_(progress) {}
  bool go_on(std::uint64_t) override { return true; }
  void checked(const std::string&) override {
    if (++objects_ % 1000 == 0) progress_("reading objects", objects_, 0);
  }
  void damaged(const storage::Damage& damage) override {
    end_progress();
    const std::string name = damage.bucket.empty() ? "the document " + damage.key : damage.bucket + "/" + damage.key;
    std::cout << "damaged: " << name << (damage.version_id.empty() ? "" : " version " + damage.version_id) << ": " << damage.what << " ("
              << damage.file << ")\n";
  }

 private:
  const storage::Progress& progress_;
  std::uint64_t objects_ = 0;
};

}  // namespace

Result<std::chrono::seconds> parse_duration(std::string_view text) {
  static constexpr std::array<std::pair<char, std::int64_t>, 4> kUnits{{{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}}};
  std::int64_t unit = 1;
  if (!text.empty()) {
    const auto found = std::ranges::find(kUnits, text.back(), &std::pair<char, std::int64_t>::first);
    if (found != kUnits.end()) {
      unit = found->second;
      text.remove_suffix(1);
    }
  }
  const auto number = parse_u64(text);
  constexpr std::uint64_t kMost = 1'000'000'000;
  if (!number || *number > kMost) return Error(ErrorCode::InvalidArgument, "not a time");
  return std::chrono::seconds(static_cast<std::int64_t>(*number) * unit);
}

int run_healthcheck(const HealthcheckArguments& arguments) {
  const auto until = std::chrono::steady_clock::now() + arguments.wait;
  while (true) {
    std::string endpoint = arguments.url.empty() ? local_endpoint() : arguments.url;
    while (endpoint.ends_with('/')) endpoint.pop_back();
    const auto response = http::fetch("GET", endpoint + "/minio/health/ready", {}, {}, kHealthTimeout, false);
    if (response && response->status == 200) return 0;
    if (std::chrono::steady_clock::now() >= until) {
      std::cerr << "holdfast: " << endpoint
                << " is not ready: " << (response ? "it answers " + std::to_string(response->status) : std::string(response.error().text()))
                << "\n";
      return kExitFailure;
    }
    std::this_thread::sleep_for(kHealthRetry);
  }
}

int run_presign(const PresignArguments& arguments, const Environment& environment) {
  constexpr std::string_view kScheme = "s3://";
  const std::string_view location = arguments.location;
  const auto slash = location.starts_with(kScheme) ? location.find('/', kScheme.size()) : std::string_view::npos;
  if (slash == std::string_view::npos || slash + 1 == location.size()) {
    std::cerr << "holdfast: presign: name the object as s3://bucket/key\n";
    return kExitUsage;
  }
  if (arguments.expires < std::chrono::seconds(1) || arguments.expires > limits::kPresignMax) {
    std::cerr << "holdfast: presign: --expires must lie between 1s and 7d\n";
    return kExitUsage;
  }
  auth::PresignSpec spec;
  spec.method = arguments.method;
  spec.endpoint =
      first_set(arguments.endpoint, environment, {"HOLDFAST_ENDPOINT", "HOLDFAST_SERVER_URL", "MINIO_SERVER_URL"}, kDefaultEndpoint);
  while (spec.endpoint.ends_with('/')) spec.endpoint.pop_back();
  spec.bucket = location.substr(kScheme.size(), slash - kScheme.size());
  spec.key = location.substr(slash + 1);
  spec.region =
      first_set(arguments.region, environment, {"HOLDFAST_REGION", "MINIO_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"}, "us-east-1");
  spec.expires = arguments.expires;
  const std::string access_key =
      first_set(arguments.access_key, environment, {"AWS_ACCESS_KEY_ID", "HOLDFAST_ROOT_USER", "MINIO_ROOT_USER"}, "minioadmin");
  const std::string secret_key = first_set(arguments.secret_key, environment,
                                           {"AWS_SECRET_ACCESS_KEY", "HOLDFAST_ROOT_PASSWORD", "MINIO_ROOT_PASSWORD"}, "minioadmin");
  std::cout << auth::presign_url(spec, access_key, secret_key, SystemClock().now()) << "\n";
  return 0;
}

int run_check(const CheckArguments& arguments) {
  const auto files = io::make_posix_file_system();
  const auto report =
      storage::check_local(local_options(arguments.directory), *files, arguments.deep, arguments.repair, terminal_progress());
  if (!report) return fail(report.error());
  end_progress();
  for (const std::string& line : report->repaired) std::cout << "repaired: " << line << "\n";
  for (const std::string& line : report->problems) std::cout << "problem: " << line << "\n";
  std::cout << report->objects << " objects, " << report->uploads << " uploads, " << report->files << " files, " << report->bytes
            << " bytes: " << (report->problems.empty() ? "all is well" : std::to_string(report->problems.size()) + " problems") << "\n";
  return report->problems.empty() ? 0 : kExitFailure;
}

int run_scrub(const std::string& directory) {
  const auto files = io::make_posix_file_system();
  const storage::Progress progress = terminal_progress();
  ScrubPrinter printer(progress);
  const auto outcome = storage::scrub_local(local_options(directory), *files, printer, progress);
  if (!outcome) return fail(outcome.error());
  end_progress();
  std::cout << outcome->objects << " objects, " << outcome->bytes
            << " bytes: " << (outcome->damaged == 0 ? "all is well" : std::to_string(outcome->damaged) + " damaged") << "\n";
  return outcome->damaged == 0 ? 0 : kExitFailure;
}

int run_rebuild_index(const std::string& directory) {
  const auto files = io::make_posix_file_system();
  const auto done = storage::rebuild_local_index(local_options(directory), *files, terminal_progress());
  if (!done) return fail(done.error());
  end_progress();
  std::cout << "the index is new\n";
  return 0;
}

}  // namespace holdfast::server
