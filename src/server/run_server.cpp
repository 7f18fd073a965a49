#include "server/run_server.hpp"

#include "server/banner.hpp"
#include "server/default_buckets.hpp"
#include "server/gate.hpp"
#include "server/master_keys.hpp"

#include "holdfast/admin/console.hpp"
#include "holdfast/base/limits.hpp"
#include "holdfast/http/server.hpp"
#include "holdfast/io/file_system.hpp"
#include "holdfast/io/pool.hpp"
#include "holdfast/io/promise.hpp"
#include "holdfast/s3/service.hpp"
#include "holdfast/services/scrub.hpp"
#include "holdfast/storage/local_engine.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <iostream>
#include <mutex>
#include <thread>

namespace holdfast::server {
namespace {

constexpr unsigned kBlockingThreads = 16;
constexpr int kExitFailure = 1;

// The first signal asks for a clean stop, the second one ends the process at once.
class StopSignal {
 public:
  void arrive(int signal) {
    const std::lock_guard lock(mutex_);
    if (arrived_) _exit(kExitFailure);
    arrived_ = true;
    log::info(std::string(strsignal(signal)) + ": finishing what is under way; a second signal ends at once");
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool arrived_ = false;
};

// Each connection and each object being read needs a descriptor.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

http::ServerOptions listen_options(const HostPort& address, const Settings& settings) {
  http::ServerOptions options;
  options.host = address.host;
  options.port = address.port;
  if (!settings.certificate_file.empty()) {
    options.tls = std::make_unique<http::TlsOptions>(http::TlsOptions{settings.certificate_file, settings.private_key_file, {}});
  }
  return options;
}

s3::ServiceOptions service_options(const Settings& settings, crypto::KeyService& keys) {
  s3::ServiceOptions options;
  options.region = settings.region;
  options.domains = settings.domains;
  options.public_url = settings.server_url;
  options.host_aliases = settings.host_aliases;
  options.cors_allow_origin = settings.cors_allow_origin;
  options.allow_signature_v2 = settings.allow_signature_v2;
  options.default_credentials = settings.default_credentials;
  options.keys = &keys;
  options.auto_encryption = settings.auto_encryption;
  options.insecure_sse_c = settings.insecure_sse_c;
  return options;
}

admin::S3Door console_door(s3::S3Service& service) {
  admin::S3Door door;
  door.call = [&service](std::string access_key, std::string request_id, const http::Request& request, http::BodyStream& body) {
    return service.call(std::move(access_key), std::move(request_id), request, body);
  };
  door.authorize = [&service](const std::string& access_key, const http::Request& request, std::string_view action, std::string_view bucket,
                              std::string_view key) { return service.authorize(access_key, request, action, bucket, key); };
  return door;
}

admin::ConsoleOptions console_options(const Settings& settings, std::uint16_t s3_port) {
  admin::ConsoleOptions options;
  options.storage_api_bucket = settings.storage_api_bucket;
  options.public_url = settings.server_url;
  options.s3_port = s3_port;
  options.region = settings.region;
  options.root_user = settings.root_user;
  options.default_credentials = settings.default_credentials;
  return options;
}

// A start with so much to do is a long one: clients are told to come again instead of being kept.
constexpr std::chrono::seconds kLongStart{2};

storage::Progress start_progress(Gate& gate) {
  return [&gate, inner = log_progress(), started = std::chrono::steady_clock::now()](std::string_view step, std::uint64_t done,
                                                                                     std::uint64_t total) {
    if (std::chrono::steady_clock::now() - started > kLongStart) gate.stop_waiting();
    inner(step, done, total);
  };
}

Result<std::unique_ptr<storage::Engine>> open_engine(const Settings& settings, io::FileSystem& files, io::BlockingPool& pool,
                                                     const Clock& clock, Gate& gate) {
  storage::LocalOptions options;
  options.directory = settings.directory;
  options.block_cache_bytes = settings.block_cache_bytes;
  options.reserve_bytes = settings.reserve_bytes;
  return storage::open_local_engine(options, files, pool, clock, start_progress(gate));
}

// A folder that belongs to someone else is the usual trouble with volumes: one line says what to do.
Error explain(const Error& error, const Settings& settings) {
  if (error.os_error != EACCES && error.os_error != EPERM && error.os_error != EROFS) return error;
  const std::string owner = std::to_string(geteuid()) + ":" + std::to_string(getegid());
  return {ErrorCode::InternalError, settings.directory + " can't be written by user " + owner + ". As root, run: chown -R " + owner + " " +
                                        settings.directory + " (" + std::string(error.text()) + ")"};
}

void warn_of_broken_promise(const std::string& directory) {
  const auto why = io::broken_promise(directory);
  if (!why) return;
  log::warn("What is stored may not survive a power cut: the data folder " + *why + ". See docs/durability.md.", {{"folder", directory}});
}

int fail(const Error& error) {
  log::error(std::string(error.text()));
  return kExitFailure;
}

}  // namespace

int run_server(const Settings& settings) {
  log::configure(settings.log_level, settings.log_format);
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  for (const std::string& warning : settings.warnings) log::warn(warning);

  const SystemClock clock;
  const auto files = io::make_posix_file_system();
  io::BlockingPool pool(kBlockingThreads);
  const auto credentials = auth::make_root_credentials(settings.root_user, settings.root_password);
  http::IoThreads threads(settings.threads);
  StopSignal stop;
  threads.on_signals({SIGTERM, SIGINT}, [&stop](int signal) { stop.arrive(signal); });

  // The listeners come up first, so that health checks get an answer while the engine recovers.
  Gate s3_gate(GateRole::s3);
  Gate console_gate(GateRole::console);
  auto s3_server = http::Server::listen(threads, listen_options(settings.address, settings), s3_gate);
  if (!s3_server) return fail(s3_server.error());
  auto console_server = http::Server::listen(threads, listen_options(settings.console_address, settings), console_gate);
  if (!console_server) {
    if (settings.console_address_asked) return fail(console_server.error());
    log::warn("no console: " + std::string(console_server.error().text()));
  }
  std::thread io([&threads] { threads.run(); });
  const auto stop_threads = [&] {
    s3_gate.stop_waiting();
    console_gate.stop_waiting();
    threads.stop();
    io.join();
  };

  auto engine = open_engine(settings, *files, pool, clock, s3_gate);
  if (!engine) {
    stop_threads();
    return fail(explain(engine.error(), settings));
  }
  const auto keys = open_master_keys(settings, *files);
  if (!keys) {
    (*engine)->close(std::chrono::steady_clock::now() + limits::kShutdownTotal);
    stop_threads();
    return fail(keys.error());
  }
  if (const auto made = make_default_buckets(**engine, settings.default_buckets); !made) {
    (*engine)->close(std::chrono::steady_clock::now() + limits::kShutdownTotal);
    stop_threads();
    return fail(made.error());
  }
  const auto service = s3::make_service(**engine, *credentials, clock, service_options(settings, **keys), s3_gate.reserved_handler());
  s3_gate.open(service.get(), engine->get());
  const auto console =
      admin::make_console(**engine, *credentials, clock, console_door(*service), console_options(settings, (*s3_server)->port()));
  console_gate.open(console.get(), engine->get());
  warn_of_broken_promise(settings.directory);
  const auto scrub = services::start_scrub(**engine, clock, settings.scrub);
  print_start_lines(settings, (*s3_server)->port(), console_server ? (*console_server)->port() : 0);

  stop.wait();
  const auto deadline = std::chrono::steady_clock::now() + limits::kShutdownTotal;
  const auto drain_until = std::chrono::steady_clock::now() + limits::kShutdownTotal * 5 / 8;
  if (console_server) (*console_server)->drain(std::chrono::steady_clock::now());
  (*s3_server)->drain(drain_until);
  scrub->stop();
  (*engine)->close(deadline);
  stop_threads();
  log::info("stopped");
  return 0;
}

}  // namespace holdfast::server
