#include "server/banner.hpp"

#include "server/version.hpp"

#include "holdfast/admin/console.hpp"

#include <chrono>
#include <memory>

namespace holdfast::server {
namespace {

std::string url(const Settings& settings, const HostPort& address, std::uint16_t port) {
  const std::string scheme = settings.certificate_file.empty() ? "http://" : "https://";
  const bool everywhere = address.host.empty() || settings.anonymous;
  const bool ipv6 = address.host.find(':') != std::string::npos;
  const std::string host = everywhere ? "127.0.0.1" : (ipv6 ? "[" + address.host + "]" : address.host);
  return scheme + host + ":" + std::to_string(port);
}

}  // namespace

void print_start_lines(const Settings& settings, std::uint16_t s3_port, std::uint16_t console_port) {
  const std::string s3_url = url(settings, settings.address, s3_port);
  log::info("Holdfast " + std::string(kVersion));
  log::info("S3       " + s3_url + (settings.server_url.empty() ? "" : "  (public: " + settings.server_url + ")"));
  if (console_port != 0) {
    const std::string console_url = url(settings, settings.console_address, console_port);
    const bool pages = settings.browser && admin::has_console_pages();
    log::info((pages ? "Console  " : "Health   ") + console_url + (pages ? "" : "/health"));
    if (settings.browser && !pages) log::info("The web console is not in this build (it needs npm); its port has the storage API alone");
  }
  if (!settings.anonymous) log::info("Data     " + settings.directory);
  log::info("Try      AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... aws --endpoint-url " + s3_url + " s3 ls");
  if (settings.default_credentials) {
    log::warn(
        "Credentials are the default minioadmin:minioadmin, which work from this machine only. For others set "
        "MINIO_ROOT_USER=<name> and MINIO_ROOT_PASSWORD=<at least 8 characters>");
  }
}

storage::Progress log_progress() {
  auto last = std::make_shared<std::chrono::steady_clock::time_point>(std::chrono::steady_clock::now());
  return [last](std::string_view step, std::uint64_t done, std::uint64_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (now - *last < std::chrono::seconds(1)) return;
    *last = now;
    log::info(std::string(step) + ": " + std::to_string(done) + (total != 0 ? " of " + std::to_string(total) : ""));
  };
}

}  // namespace holdfast::server
