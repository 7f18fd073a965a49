#include "server/run_server.hpp"

#include "server/activity.hpp"
#include "server/banner.hpp"
#include "server/browser_redirect.hpp"
#include "server/default_buckets.hpp"
#include "server/default_keys.hpp"
#include "server/gate.hpp"
#include "server/identity_vault.hpp"
#include "server/master_keys.hpp"
#include "server/services.hpp"
#include "server/version.hpp"

#include "holdfast/admin/console.hpp"
#include "holdfast/admin/minio_api.hpp"
#include "holdfast/base/limits.hpp"
#include "holdfast/http/server.hpp"
#include "holdfast/io/file_system.hpp"
#include "holdfast/io/pool.hpp"
#include "holdfast/io/promise.hpp"
#include "holdfast/s3/operations.hpp"
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
  // An administrator asks for it.
  void ask(bool restart) {
    const std::lock_guard lock(mutex_);
    if (arrived_) return;
    arrived_ = true;
    restart_ = restart;
    log::info(restart ? "restart: finishing what is under way" : "stop: finishing what is under way");
    changed_.notify_all();
  }
  // True: start anew afterwards.
  bool wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_; });
    return restart_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool arrived_ = false;
  bool restart_ = false;
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

s3::ServiceOptions service_options(const Settings& settings, crypto::KeyService& keys, s3::EventSource* events) {
  s3::ServiceOptions options;
  options.events = events;
  options.lifecycle_day = settings.lifecycle_day;
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
  options.website_domain = settings.website_domain;
  options.ignore_public_acls = settings.ignore_public_acls;
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

// "/console" of https://example.org/console/.
std::string path_of_url(std::string_view url) {
  const auto host = url.find("://");
  const auto path = host == std::string_view::npos ? host : url.find('/', host + 3);
  if (path == std::string_view::npos) return {};
  url.remove_prefix(path);
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string(url);
}

admin::ConsoleOptions console_options(const Settings& settings, std::uint16_t s3_port) {
  admin::ConsoleOptions options;
  options.storage_api_bucket = settings.storage_api_bucket;
  options.public_url = settings.server_url;
  options.s3_port = s3_port;
  options.region = settings.region;
  options.root_user = settings.root_user;
  options.default_credentials = settings.default_credentials;
  options.pages = settings.browser;
  options.base_path = path_of_url(settings.browser_redirect_url);
  options.version = kVersion;
  options.operations = s3::served_operations();
  return options;
}

BrowserRedirectOptions redirect_options(const Settings& settings, std::uint16_t console_port) {
  BrowserRedirectOptions options;
  options.url = settings.browser_redirect_url;
  options.domains = settings.domains;
  if (!settings.website_domain.empty()) options.domains.push_back(settings.website_domain);
  const bool redirects = settings.browser && settings.browser_redirect && admin::has_console_pages();
  if (redirects) options.console_port = console_port;
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

// Who may do what.
struct Access {
  std::unique_ptr<IdentityVault> vault;
  std::unique_ptr<auth::IdentityStore> identities;
};

// A master key that lies beside the identity key would protect nothing: only one from outside wraps it.
Result<Access> open_access(const Settings& settings, storage::Engine& engine, io::FileSystem& files, const Clock& clock,
                           crypto::KeyService& keys) {
  Access access;
  HOLDFAST_TRY(vault, IdentityVault::open(engine, files, settings.directory, settings.master_keys.empty() ? nullptr : &keys));
  access.vault = std::move(vault);
  HOLDFAST_TRY(store, auth::IdentityStore::open(*access.vault, clock, settings.root_user, settings.root_password));
  access.identities = std::move(store);
  return access;
}

Result<> make_defaults(const Settings& settings, storage::Engine& engine, auth::IdentityStore& identities) {
  HOLDFAST_TRY_VOID(make_default_buckets(engine, settings.default_buckets));
  return make_default_keys(identities, settings.default_keys);
}

admin::ServerFacts server_facts(const Settings& settings, const Clock& clock, std::uint16_t port) {
  admin::ServerFacts facts;
  facts.version = kVersion;
  facts.endpoint = (settings.address.host.empty() ? "127.0.0.1" : settings.address.host) + ":" + std::to_string(port);
  facts.region = settings.region;
  facts.directory = settings.directory;
  facts.tls = !settings.certificate_file.empty();
  facts.started = clock.now();
  return facts;
}

Task<> run_beside_io(io::BlockingPool& pool, std::function<void()> work) {
  const std::function<bool()> call = [&work] {
    work();
    return true;
  };
  (void)co_await pool.run(call);
}

std::function<Task<>(std::function<void()>)> beside_io(io::BlockingPool& pool) {
  return [&pool](std::function<void()> work) { return run_beside_io(pool, std::move(work)); };
}

s3::ReservedHandler reserved_handler(admin::MinioApi& admin_api, s3::ReservedHandler otherwise) {
  return [&admin_api, otherwise = std::move(otherwise)](const http::Request& request, http::BodyStream& body) {
    return admin::MinioApi::serves(request.path) ? admin_api.handle(request, body) : otherwise(request, body);
  };
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
  auto access = open_access(settings, **engine, *files, clock, **keys);
  auto made = access ? make_defaults(settings, **engine, *access->identities) : Result<>(access.error());
  if (!made) {
    (*engine)->close(std::chrono::steady_clock::now() + limits::kShutdownTotal);
    stop_threads();
    return fail(made.error());
  }
  Services services(settings, **engine, *access->identities, clock, threads, **s3_server);
  if (const auto started = services.start(); !started) {
    services.stop();
    (*engine)->close(std::chrono::steady_clock::now() + limits::kShutdownTotal);
    stop_threads();
    return fail(started.error());
  }
  s3_gate.serve_metrics(services.metrics_pages());
  console_gate.serve_metrics(services.metrics_pages());
  const auth::Authenticator administrators(*access->identities, {});
  admin::MinioApi admin_api({*access->identities, administrators, **engine, clock, server_facts(settings, clock, (*s3_server)->port()),
                             settings.default_credentials, beside_io(pool),
                             [&stop](admin::ServiceAction action) { stop.ask(action == admin::ServiceAction::restart); }});
  ActivityMeter meter;
  auto observers = services.observers();
  observers.push_back(&meter);
  const auto service = s3::make_service(**engine, *access->identities, clock, service_options(settings, **keys, services.events()),
                                        reserved_handler(admin_api, s3_gate.reserved_handler()), std::move(observers));
  const std::uint16_t console_port = console_server ? (*console_server)->port() : 0;
  BrowserRedirect redirect(*service, redirect_options(settings, console_port));
  s3_gate.open(&redirect, engine->get());
  auto for_console = console_options(settings, (*s3_server)->port());
  for_console.activity = [&] { return meter.read(**s3_server, *files, settings.directory); };
  auto console = admin::make_console(**engine, *access->identities, clock, console_door(*service), std::move(for_console));
  console_gate.open(console.get(), engine->get());
  warn_of_broken_promise(settings.directory);
  const auto scrub = services::start_scrub(**engine, clock, settings.scrub);
  print_start_lines(settings, (*s3_server)->port(), console_port);

  std::unique_ptr<http::Server> website_server;
  if (settings.website_address) {
    auto listening = http::Server::listen(threads, listen_options(*settings.website_address, settings), service->website());
    if (!listening) {
      (*engine)->close(std::chrono::steady_clock::now() + limits::kShutdownTotal);
      stop_threads();
      return fail(listening.error());
    }
    website_server = std::move(*listening);
  }

  const bool restart = stop.wait();
  const auto deadline = std::chrono::steady_clock::now() + limits::kShutdownTotal;
  const auto drain_until = std::chrono::steady_clock::now() + limits::kShutdownTotal * 5 / 8;
  services.stop_soon();
  if (console_server) (*console_server)->drain(std::chrono::steady_clock::now());
  if (website_server) website_server->drain(drain_until);
  (*s3_server)->drain(drain_until);
  services.stop();
  scrub->stop();
  (*engine)->close(deadline);
  stop_threads();
  log::info("stopped");
  return restart ? kRestart : 0;
}

}  // namespace holdfast::server
