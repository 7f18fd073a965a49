// The local engine on a disk that tests steer; RocksDB lies in a real folder of the same name.
#pragma once

#include "fault/engine_workload.hpp"
#include "support/fault_file_system.hpp"

#include "holdfast/io/pool.hpp"
#include "holdfast/storage/local_engine.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace holdfast::testing {

// In memory where the system has such a place: waiting for a disk would make minutes of seconds.
class RealFolder {
 public:
  RealFolder() {
    namespace fs = std::filesystem;
    std::string name = (fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path().string()) + "/holdfast-fault-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test");
    path_ = name;
    fs::create_directories(path_ + "/.holdfast");
  }
  ~RealFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  RealFolder(const RealFolder&) = delete;
  RealFolder& operator=(const RealFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string index() const { return path_ + "/.holdfast/index"; }

 private:
  std::string path_;
};

inline storage::LocalOptions small_options(const std::string& directory) {
  storage::LocalOptions options;
  options.directory = directory;
  options.journal_segment_bytes = 256 * 1024;
  options.inline_payload_bytes = 1024;
  options.unsettled_bytes = 1024 * 1024;
  options.unsettled_age = std::chrono::milliseconds(5);
  options.reserve_bytes = 0;
  options.block_cache_bytes = 256 * 1024;
  return options;
}

class LocalEngineTest : public ::testing::Test {
 protected:
  LocalEngineTest() : options(small_options(folder.path())) { disk.put(folder.path() + "/.keep", ""); }

  std::string home(const std::string& path) const { return folder.path() + "/.holdfast/" + path; }

  Result<std::unique_ptr<Engine>> try_open() { return storage::open_local_engine(options, disk, pool, clock, {}); }
  Engine& open() {
    engine = must(try_open());
    return *engine;
  }
  void close() {
    engine->close(std::chrono::steady_clock::now() + std::chrono::seconds(20));
    engine.reset();
  }
  // As a kill -9 would: what isn't settled stays in the journal.
  void kill() { engine.reset(); }
  // For tests that want everything to stay in the journal.
  void never_settle() { options.unsettled_age = std::chrono::hours(1); }

  std::vector<std::string> files_in(const std::string& part) const {
    std::vector<std::string> found;
    for (const std::string& path : disk.tree()) {
      if (path.starts_with(home(part)) && !path.ends_with('/')) found.push_back(path);
    }
    return found;
  }
  std::string only_file(const std::string& suffix) const {
    std::string found;
    for (const std::string& path : files_in("buckets")) {
      if (!path.ends_with(suffix)) continue;
      if (!found.empty()) throw std::runtime_error("more than one file ends in " + suffix);
      found = path;
    }
    if (found.empty()) throw std::runtime_error("no file ends in " + suffix);
    return found;
  }
  std::vector<std::string> problems(bool deep = true) {
    auto report = must(storage::check_local(options, disk, deep, false, {}));
    return report.problems;
  }
  template <class Done>
  static bool eventually(Done done) {
    for (int i = 0; i < 1000; ++i) {
      if (done()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }

  ManualClock clock{TimePoint(std::chrono::seconds(1'700'000'000))};
  RealFolder folder;
  FaultFileSystem disk;
  io::BlockingPool pool{4};
  storage::LocalOptions options;
  std::unique_ptr<Engine> engine;
};

}  // namespace holdfast::testing
