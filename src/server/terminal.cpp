#include "server/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string>

namespace holdfast::server {

storage::Progress terminal_progress() {
  if (isatty(STDERR_FILENO) == 0) return [](std::string_view, std::uint64_t, std::uint64_t) {};
  return [](std::string_view step, std::uint64_t done, std::uint64_t total) {
    constexpr std::uint64_t kWidth = 30;
    std::cerr << "\r\x1b[K" << step << ' ';
    if (total != 0) {
      const auto filled = kWidth * std::min(done, total) / total;
      std::cerr << '[' << std::string(filled, '#') << std::string(kWidth - filled, '.') << "] " << done << '/' << total;
    } else {
      std::cerr << done;
    }
    std::cerr << std::flush;
  };
}

void end_progress() {
  if (isatty(STDERR_FILENO) != 0) std::cerr << "\r\x1b[K";
}

}  // namespace holdfast::server
