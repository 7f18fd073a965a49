#include "server/command_line.hpp"
#include "server/mc/mc.hpp"
#include "server/run_server.hpp"
#include "server/version.hpp"

#include <malloc.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>

namespace holdfast::server {
namespace {

constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;

int usage_error(const Error& error) {
  std::cerr << "holdfast: " << error.text() << "\n";
  return kExitUsage;
}

struct Run {
  const Environment& environment;

  int operator()(const ServerArguments& arguments) const {
    const auto settings = make_settings(arguments.input, arguments.directories);
    return settings ? run_server(*settings) : usage_error(settings.error());
  }
  int operator()(const HealthcheckArguments& arguments) const { return run_healthcheck(arguments); }
  int operator()(const PresignArguments& arguments) const { return run_presign(arguments, environment); }
  int operator()(const CheckArguments& arguments) const { return run_check(arguments); }
  int operator()(const ScrubArguments& arguments) const { return run_scrub(arguments.directory); }
  int operator()(const RebuildArguments& arguments) const { return run_rebuild_index(arguments.directory); }
  int operator()(const import::MinioArguments& arguments) const { return import::run_minio(arguments); }
  int operator()(const import::FolderArguments& arguments) const { return import::run_folder(arguments); }
  int operator()(const import::ExportArguments& arguments) const { return import::run_export(arguments); }
  int operator()(const VersionArguments&) const {
    std::cout << "holdfast " << kVersion << "\n";
    return 0;
  }
  int operator()(const Finished& finished) const { return finished.exit_code; }
};

constexpr int kArenas = 2;
constexpr int kMmapBytes = 1 << 20;  // above the blocks in which bodies stream: those are used again and again
constexpr int kTrimBytes = 1 << 20;

// So that memory goes back to the system after heavy use. By default malloc keeps an arena for each thread and raises both
// thresholds by itself, up to 64 MiB a heap.
void bound_memory() {
  mallopt(M_ARENA_MAX, kArenas);
  mallopt(M_MMAP_THRESHOLD, kMmapBytes);
  mallopt(M_TRIM_THRESHOLD, kTrimBytes);
}

// The same process id with the same arguments, so that whoever watches the process sees it go on.
int start_anew(char** argv) {
  execv("/proc/self/exe", argv);
  std::cerr << "holdfast: cannot restart: " << std::strerror(errno) << "\n";
  return kExitFailure;
}

int run(int argc, char** argv) {
  Environment environment = process_environment();
  if (const auto loaded = load_environment_file(environment); !loaded) return usage_error(loaded.error());
  std::vector<std::string> arguments(argv + 1, argv + argc);
  // A link called mc, in place of the client that compose files expect in the image.
  if (std::filesystem::path(argv[0]).filename() == "mc") return mc::run(std::move(arguments), environment);
  if (!arguments.empty() && arguments.front() == "mc") return mc::run({arguments.begin() + 1, arguments.end()}, environment);
  const Command command = parse_command_line(std::move(arguments), environment);
  const int code = std::visit(Run{environment}, command);
  return code == kRestart ? start_anew(argv) : code;
}

}  // namespace
}  // namespace holdfast::server

int main(int argc, char** argv) {
  try {
    holdfast::server::bound_memory();
    return holdfast::server::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "holdfast: " << error.what() << "\n";
    return holdfast::server::kExitFailure;
  }
}
