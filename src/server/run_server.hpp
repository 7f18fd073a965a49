// `holdfast server`: opens the engine, serves until a signal, drains, settles.
#pragma once

#include "server/settings.hpp"

namespace holdfast::server {

// What run_server returns when it was asked to start anew: nothing of it is left, the same command line may run again.
inline constexpr int kRestart = -1;

// Returns the process's exit code, or kRestart. Prints what is wrong as one line when it can't start.
int run_server(const Settings& settings);

}  // namespace holdfast::server
