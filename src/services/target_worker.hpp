// Delivers to one target: reads the change feed behind a cursor of its own, on a thread of its own.
#pragma once

#include "holdfast/services/notifications.hpp"
#include "holdfast/storage/notification_rules.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace holdfast::services {

class TargetWorker {
 public:
  TargetWorker(storage::Engine& engine, const TargetSettings& settings, std::string region, std::unique_ptr<Target> target);
  ~TargetWorker();

  const std::string& follower() const noexcept { return follower_; }
  const std::string& id() const noexcept { return id_; }
  const std::string& type() const noexcept { return type_; }
  void start();
  void stop_soon();
  void join();
  TargetState state() const;

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  void run();
  bool work_on(const std::vector<storage::ChangeEvent>& events);
  bool deliver(const storage::ChangeEvent& event);
  bool wanted(const storage::ChangeEvent& event);
  void count_waiting(const std::vector<storage::ChangeEvent>& events);
  void look_ahead();
  void drop(const storage::ChangeEvent& event);
  void note_failure(const Error& error);
  void note_success();
  void keep_cursor(bool at_once);
  bool pause(std::chrono::milliseconds time);  // false: stopping
  bool stopping();

  storage::Engine& engine_;
  const std::string id_;
  const std::string type_;
  const std::string arn_;
  const std::string arn_without_region_;
  const std::string region_;
  const std::string follower_;
  const std::uint64_t queue_limit_;
  const std::unique_ptr<Target> target_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::string last_error_;
  std::atomic<bool> online_{true};
  std::atomic<std::uint64_t> waiting_{0};
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> errors_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::thread thread_;

  // The thread's own.
  struct CachedRules {
    storage::BucketPtr bucket;
    storage::NotificationRules rules;
  };
  std::unordered_map<std::string, CachedRules> rules_;
  std::uint64_t position_ = 0;  // all up to it are done with
  std::uint64_t kept_ = 0;      // the cursor, as far as this thread moved it
  std::uint64_t counted_ = 0;   // all up to it are in waiting_
  bool delivered_ = false;      // something since the cursor was kept
  SteadyTime kept_at_{};
};

}  // namespace holdfast::services
