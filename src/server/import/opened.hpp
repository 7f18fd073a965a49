// The engine on a folder, for a command.
#pragma once

#include "holdfast/base/clock.hpp"
#include "holdfast/io/file_system.hpp"
#include "holdfast/io/pool.hpp"
#include "holdfast/storage/local_engine.hpp"

#include <memory>
#include <string>

namespace holdfast::server::import {

class Opened {
 public:
  // `take_over`: another server's data may lie beside ours.
  static Result<std::unique_ptr<Opened>> open(const std::string& directory, bool take_over);
  Opened();
  ~Opened();  // closes; all is settled then
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  storage::Engine& engine() { return *engine_; }
  ManualClock& clock() { return clock_; }  // the engine's; starts at the time of day

 private:
  ManualClock clock_;
  std::unique_ptr<io::FileSystem> files_;
  std::unique_ptr<io::BlockingPool> pool_;
  std::unique_ptr<storage::Engine> engine_;
};

// BUCKET[/PREFIX]
struct Location {
  std::string bucket;
  std::string prefix;  // empty, or ending in a slash
};
Result<Location> parse_location(const std::string& text);

int fail(const Error& error);  // says it; the exit code

}  // namespace holdfast::server::import
