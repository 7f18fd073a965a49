// One pass over all buckets that have lifecycle rules.
#pragma once

#include "holdfast/services/lifecycle.hpp"

#include <atomic>
#include <functional>
#include <mutex>

namespace holdfast::services {

// One thread counts, any thread reads.
struct LifecycleCounters {
  std::atomic<bool> running{false};
  std::atomic<std::uint64_t> passes{0};
  std::atomic<std::uint64_t> scanned{0};
  std::atomic<std::uint64_t> expired{0};
  std::atomic<std::uint64_t> noncurrent_expired{0};
  std::atomic<std::uint64_t> markers_removed{0};
  std::atomic<std::uint64_t> uploads_aborted{0};
  std::atomic<std::uint64_t> kept_by_lock{0};
  std::atomic<std::uint64_t> errors{0};
  std::atomic<std::uint64_t> last_pass_ms{0};

  void set_bucket(const std::string& name) {
    const std::lock_guard lock(mutex_);
    bucket_ = name;
  }
  std::string bucket() const {
    const std::lock_guard lock(mutex_);
    return bucket_;
  }

 private:
  mutable std::mutex mutex_;
  std::string bucket_;
};

class LifecyclePass {
 public:
  using Pause = std::function<bool(std::chrono::nanoseconds)>;  // false: the server stops

  LifecyclePass(storage::Engine& engine, const Clock& clock, const LifecycleOptions& options, LifecycleCounters& counters, Pause pause);
  void run();

 private:
  enum class Kind : std::uint8_t { current, noncurrent, marker };
  struct Place {
    std::string bucket;  // the first one to look at; empty: from the beginning
    std::string key;     // after this key
  };

  Place load_place() const;
  void save_place(const Place& place);
  bool walk_bucket(const storage::BucketPtr& bucket, std::string after_key);
  bool walk_uploads(const storage::BucketPtr& bucket);
  void look_at(storage::ObjectInfo version);
  void end_key();
  void remove(Kind kind, const storage::ObjectInfo& version);
  bool flush();
  bool keep_rate(std::size_t looked_at);

  storage::Engine& engine_;
  const Clock& clock_;
  const LifecycleOptions& options_;
  LifecycleCounters& counters_;
  Pause pause_;

  // Of the bucket under way.
  storage::BucketPtr bucket_;
  storage::LifecycleRules rules_;
  TimePoint now_;
  std::string key_;  // whose versions come, newest first
  std::uint32_t versions_ = 0;
  std::uint32_t noncurrent_ = 0;  // versions of the key that are noncurrent and newer
  TimePoint newer_since_;         // when the version before was made
  std::optional<storage::ObjectInfo> lone_marker_;
  std::vector<storage::DeleteSpec> removals_;
  std::vector<Kind> kinds_;
  std::chrono::steady_clock::time_point rate_from_;
  std::uint64_t rate_count_ = 0;
};

}  // namespace holdfast::services
