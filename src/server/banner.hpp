// What the log says at start: where things are, and what to do next.
#pragma once

#include "server/settings.hpp"

#include "holdfast/storage/local_engine.hpp"

namespace holdfast::server {

// console_port 0: there is no console.
void print_start_lines(const Settings& settings, std::uint16_t s3_port, std::uint16_t console_port);

// Progress of recovery and rebuild as log lines, at most one a second.
storage::Progress log_progress();

}  // namespace holdfast::server
