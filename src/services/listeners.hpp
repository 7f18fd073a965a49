// Live listeners to events: one thread reads the change feed while anyone listens.
#pragma once

#include "holdfast/services/notifications.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace holdfast::services {

class Listeners {
 public:
  Listeners(storage::Engine& engine, std::string region) : engine_(engine), region_(std::move(region)) {}
  ~Listeners();

  Result<> start();
  void stop_soon();  // every channel ends
  void join();
  Task<Result<std::shared_ptr<LineChannel>>> add(ListenFilter filter);
  std::size_t count() const;

 private:
  struct Listener {
    ListenFilter filter;
    std::weak_ptr<LineChannel> channel;  // the reader's: gone when nobody reads
  };
  void run();
  bool wait_for_work(std::unique_lock<std::mutex>& lock);
  void read_feed();
  void hand_out(const storage::ChangeEvent& event);
  void keep_alive();
  std::vector<std::shared_ptr<LineChannel>> matching(const storage::ChangeEvent* event);

  storage::Engine& engine_;
  const std::string region_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Listener> listeners_;
  bool stopping_ = false;
  std::thread thread_;

  // The thread's own.
  std::uint64_t position_ = 0;
  std::uint64_t kept_ = 0;
  std::chrono::steady_clock::time_point kept_at_{};
  std::chrono::steady_clock::time_point greeted_at_{};
};

}  // namespace holdfast::services
