// The local engine on a folder of its own, with limits so small that every path is taken.
#pragma once

#include "conformance.hpp"

#include "holdfast/io/file_system.hpp"
#include "holdfast/io/pool.hpp"
#include "holdfast/storage/local_engine.hpp"

#include <cstdlib>

#include <filesystem>

namespace holdfast::storage::conformance {

// Where the folders lie: HOLDFAST_TEST_DIR, else memory where there is enough of it (power cuts have tests of their own,
// and waiting for a disk would make minutes of these seconds), else the system's temporary folder.
inline std::filesystem::path test_root() {
  if (const char* chosen = std::getenv("HOLDFAST_TEST_DIR")) return chosen;
  std::error_code error;
  const auto space = std::filesystem::space("/dev/shm", error);
  if (!error && space.available > std::uintmax_t{1} << 30) return "/dev/shm";
  return std::filesystem::temp_directory_path();
}

class LocalHome final : public Home {
 public:
  LocalHome(const Clock& clock, std::chrono::milliseconds unsettled_age) : clock_(clock), files_(io::make_posix_file_system()), pool_(4) {
    std::string pattern = (test_root() / "holdfast-engine-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder for the test");
    options_.directory = pattern;
    options_.journal_segment_bytes = 1024 * 1024;
    options_.inline_payload_bytes = kInline;
    options_.unsettled_bytes = 4 * 1024 * 1024;
    options_.unsettled_age = unsettled_age;
    options_.reserve_bytes = 0;
    options_.block_cache_bytes = 256 * 1024;
    open();
  }
  ~LocalHome() override {
    close(std::chrono::seconds(0));
    std::error_code ignored;
    std::filesystem::remove_all(options_.directory, ignored);
  }

  Engine& engine() override { return *engine_; }

  void restart(Restart how) override {
    const bool hasty = how == Restart::hasty || how == Restart::hasty_without_index;
    close(std::chrono::seconds(hasty ? 0 : 20));
    if (how == Restart::without_index || how == Restart::hasty_without_index)
      std::filesystem::remove_all(options_.directory + "/.holdfast/index");
    open();
  }

  // What a check of the closed folder finds wrong; empty when all is well.
  std::string problems() override {
    close(std::chrono::seconds(20));
    const auto report = check_local(options_, *files_, true, false, {});
    if (!report) return "check: " + std::string(report.error().text());
    std::string all;
    for (const std::string& problem : report->problems) all += problem + "\n";
    return all;
  }

 private:
  void open() {
    auto engine = open_local_engine(options_, *files_, pool_, clock_, {});
    if (!engine) throw std::runtime_error("the engine doesn't open: " + std::string(engine.error().text()));
    engine_ = std::move(*engine);
  }
  void close(std::chrono::seconds time) {
    if (engine_) engine_->close(std::chrono::steady_clock::now() + time);
    engine_.reset();
  }

  const Clock& clock_;
  std::unique_ptr<io::FileSystem> files_;
  io::BlockingPool pool_;
  LocalOptions options_;
  std::unique_ptr<Engine> engine_;
};

// Most of what a test reads has become files.
inline Kind settling_kind() {
  return Kind{"settling", true,
              [](const Clock& clock) -> std::unique_ptr<Home> { return std::make_unique<LocalHome>(clock, std::chrono::milliseconds(1)); }};
}

// Most of what a test reads lies in the journal still.
inline Kind journaling_kind() {
  return Kind{"journaling", true,
              [](const Clock& clock) -> std::unique_ptr<Home> { return std::make_unique<LocalHome>(clock, std::chrono::minutes(10)); }};
}

}  // namespace holdfast::storage::conformance
