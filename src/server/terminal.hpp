// Progress of commands on a terminal.
#pragma once

#include "holdfast/storage/local_engine.hpp"

namespace holdfast::server {

// A bar on a terminal, nothing elsewhere.
storage::Progress terminal_progress();
void end_progress();

}  // namespace holdfast::server
