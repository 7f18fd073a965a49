#include "server/running_server.hpp"

#include "holdfast/base/encoding.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace holdfast::server {
namespace {

std::vector<std::string> read_nul_separated(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::string> items;
  for (std::string item; std::getline(file, item, '\0');) items.push_back(std::move(item));
  return items;
}

bool is_server(const std::vector<std::string>& command) {
  if (command.size() < 2) return false;
  const std::string program = std::filesystem::path(command.front()).filename();
  return (program == "holdfast" || program == "minio") && std::ranges::find(command, "server") != command.end();
}

}  // namespace

std::optional<RunningServer> find_running_server() {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    const auto pid = parse_u64(name);
    if (!pid || *pid == static_cast<std::uint64_t>(getpid())) continue;
    std::vector<std::string> command = read_nul_separated(entry.path() / "cmdline");
    if (!is_server(command)) continue;
    RunningServer server;
    for (const std::string& line : read_nul_separated(entry.path() / "environ")) {
      const auto equals = line.find('=');
      if (equals != std::string::npos) server.environment.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
    const auto verb = std::ranges::find(command, "server");
    server.arguments.assign(verb, command.end());
    return server;
  }
  return std::nullopt;
}

}  // namespace holdfast::server
