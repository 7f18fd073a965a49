// What compose files do with `mc`, by `holdfast mc` or by a link called mc: alias set, config host add, mb, anonymous and
// policy set, ls, cp, ready. Everything else names the full client.
#pragma once

#include "server/options.hpp"

#include <string>
#include <vector>

namespace holdfast::server::mc {

// `arguments` without the program's name. Exit code: 0 good, 1 failed, 2 wrong usage.
int run(std::vector<std::string> arguments, const Environment& environment);

}  // namespace holdfast::server::mc
