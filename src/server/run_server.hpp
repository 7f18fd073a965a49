// `holdfast server`: opens the engine, serves until a signal, drains, settles.
#pragma once

#include "server/settings.hpp"

namespace holdfast::server {

// Returns the process's exit code. Prints what is wrong as one line when it can't start.
int run_server(const Settings& settings);

}  // namespace holdfast::server
