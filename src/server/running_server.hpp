// Finds the server that runs on this machine (in this container), so that a health check needs no arguments.
#pragma once

#include "server/options.hpp"

#include <optional>
#include <string>
#include <vector>

namespace holdfast::server {

// Arguments and environment of a running `holdfast server` process that this user may look at, from /proc.
struct RunningServer {
  std::vector<std::string> arguments;  // after the program's name
  Environment environment;
};
std::optional<RunningServer> find_running_server();

}  // namespace holdfast::server
