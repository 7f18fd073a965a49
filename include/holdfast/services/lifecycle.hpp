// Lifecycle: walks the index of buckets that have rules and removes what they say has expired. One thread, at a bounded
// rate, off the path of requests. What object lock protects stays.
#pragma once

#include "holdfast/services/metrics.hpp"
#include "holdfast/storage/engine.hpp"
#include "holdfast/storage/lifecycle_rules.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace holdfast::services {

struct LifecycleOptions {
  storage::LifecycleDay day;
  std::uint32_t versions_per_second = 20'000;              // looked at, on average
  std::chrono::milliseconds pause{std::chrono::hours(1)};  // between two passes
};

struct LifecycleState {
  bool running = false;  // a pass is under way
  std::string bucket;    // where it is
  std::uint64_t passes = 0;
  std::uint64_t scanned = 0;  // versions and uploads looked at
  std::uint64_t expired = 0;  // current versions
  std::uint64_t noncurrent_expired = 0;
  std::uint64_t markers_removed = 0;
  std::uint64_t uploads_aborted = 0;
  std::uint64_t kept_by_lock = 0;
  std::uint64_t errors = 0;
  std::chrono::milliseconds last_pass{};
};

class Lifecycle {
 public:
  // The references must outlive this.
  Lifecycle(storage::Engine& engine, const Clock& clock, const LifecycleOptions& options);
  ~Lifecycle();
  Lifecycle(const Lifecycle&) = delete;
  Lifecycle& operator=(const Lifecycle&) = delete;

  void start();  // goes on where the last pass was when the server stopped
  void stop_soon();
  void stop();
  void run_once();  // one whole pass, on the calling thread; without start()
  LifecycleState state() const;
  void collect(PrometheusText& text) const;

 private:
  struct Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace holdfast::services
