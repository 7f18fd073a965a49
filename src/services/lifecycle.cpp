#include "holdfast/services/lifecycle.hpp"

#include "services/lifecycle_pass.hpp"

#include "holdfast/base/log.hpp"

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace holdfast::services {

struct Lifecycle::Worker {
  Worker(storage::Engine& storage_engine, const Clock& wall_clock, const LifecycleOptions& lifecycle_options)
      : engine(storage_engine), clock(wall_clock), options(lifecycle_options) {}

  bool pause(std::chrono::nanoseconds time) {
    std::unique_lock lock(mutex);
    return !wake.wait_for(lock, time, [this] { return stopping; });
  }

  void run_pass() {
    const auto started = std::chrono::steady_clock::now();
    counters.running = true;
    LifecyclePass pass(engine, clock, options, counters, [this](std::chrono::nanoseconds time) { return pause(time); });
    pass.run();
    counters.running = false;
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
    counters.last_pass_ms = static_cast<std::uint64_t>(took.count());
    counters.passes.fetch_add(1);
  }

  void run() {
    bool going_on = true;
    while (going_on) {
      run_pass();
      going_on = pause(options.pause);
    }
  }

  storage::Engine& engine;
  const Clock& clock;
  const LifecycleOptions options;
  LifecycleCounters counters;
  std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;
  std::thread thread;
};

Lifecycle::Lifecycle(storage::Engine& engine, const Clock& clock, const LifecycleOptions& options)
    : worker_(std::make_unique<Worker>(engine, clock, options)) {}

Lifecycle::~Lifecycle() { stop(); }

void Lifecycle::start() {
  worker_->thread = std::thread([this] {
    pthread_setname_np(pthread_self(), "lifecycle");
    worker_->run();
  });
}

void Lifecycle::stop_soon() {
  const std::lock_guard lock(worker_->mutex);
  worker_->stopping = true;
  worker_->wake.notify_all();
}

void Lifecycle::stop() {
  stop_soon();
  if (worker_->thread.joinable()) worker_->thread.join();
}

void Lifecycle::run_once() { worker_->run_pass(); }

LifecycleState Lifecycle::state() const {
  const LifecycleCounters& counters = worker_->counters;
  LifecycleState state;
  state.running = counters.running;
  state.bucket = counters.bucket();
  state.passes = counters.passes;
  state.scanned = counters.scanned;
  state.expired = counters.expired;
  state.noncurrent_expired = counters.noncurrent_expired;
  state.markers_removed = counters.markers_removed;
  state.uploads_aborted = counters.uploads_aborted;
  state.kept_by_lock = counters.kept_by_lock;
  state.errors = counters.errors;
  state.last_pass = std::chrono::milliseconds(counters.last_pass_ms.load());
  return state;
}

void Lifecycle::collect(PrometheusText& text) const {
  const LifecycleState now = state();
  const auto count = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    text.counter(name, help, static_cast<double>(value));
  };
  count("minio_node_ilm_versions_scanned", "Versions that lifecycle rules were applied to", now.scanned);
  count("holdfast_lifecycle_expired_total", "Current versions that expired", now.expired);
  count("holdfast_lifecycle_noncurrent_expired_total", "Noncurrent versions that expired", now.noncurrent_expired);
  count("holdfast_lifecycle_markers_removed_total", "Expired delete markers removed", now.markers_removed);
  count("holdfast_lifecycle_uploads_aborted_total", "Incomplete uploads aborted", now.uploads_aborted);
  count("holdfast_lifecycle_kept_by_lock_total", "Expired versions that object lock protects", now.kept_by_lock);
  count("holdfast_lifecycle_errors_total", "Removals that failed", now.errors);
  count("holdfast_lifecycle_passes_total", "Passes over all buckets", now.passes);
  text.gauge("holdfast_lifecycle_last_pass_seconds", "Time of the last pass", std::chrono::duration<double>(now.last_pass).count());
}

}  // namespace holdfast::services
