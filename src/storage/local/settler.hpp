// Writes committed changes out as files, in order and in batches, and releases the journal behind itself. One thread.
#pragma once

#include "committer.hpp"
#include "feed.hpp"
#include "file_writer.hpp"
#include "unsettled.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace holdfast::storage::local {

class Admission;

struct SettlerOptions {
  std::chrono::milliseconds age;  // changes are settled when they are this old ...
  std::uint64_t batch_bytes = 0;  // ... or when so much waits
};

class Settler {
 public:
  Settler(const SettlerOptions& options, FileWriter& writer, UnsettledTable& unsettled, Feed& feed, Admission& admission,
          Committer& committer, IndexSlot& index);
  ~Settler();

  // `settled_seq`: all up to it is in files and in the flushed index. `left_over`: what recovery couldn't write.
  void start(std::uint64_t settled_seq, std::vector<ItemPtr> left_over);
  // In order of seq, after they are in the index.
  void enqueue(std::vector<ItemPtr> items, bool urgent);
  void set_journal_pressure(JournalPressure pressure);
  // Settles and flushes everything and releases the journal; false if `deadline` came first or it can't be written.
  bool drain(std::chrono::steady_clock::time_point deadline);
  void stop();                                  // at once
  std::chrono::nanoseconds oldest_age() const;  // of what waits; zero if nothing does

 private:
  using Time = std::chrono::steady_clock::time_point;

  void run();
  bool due(Time now) const;
  bool release_due(Time now) const;
  Time next_wake(Time now) const;
  void settle(std::unique_lock<std::mutex>& lock);
  std::vector<ItemPtr> batch() const;
  Result<> write(const std::vector<ItemPtr>& items);
  Result<> write_events(const std::vector<ItemPtr>& items);
  void retire(const std::vector<ItemPtr>& items);
  void failed(const std::vector<ItemPtr>& items, const Error& error);
  void release(std::unique_lock<std::mutex>& lock);

  const SettlerOptions options_;
  FileWriter& writer_;
  UnsettledTable& unsettled_;
  Feed& feed_;
  Admission& admission_;
  Committer& committer_;
  IndexSlot& index_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;  // the thread's
  std::condition_variable drained_;
  std::deque<ItemPtr> queue_;
  std::uint64_t queued_bytes_ = 0;
  std::uint64_t settled_seq_ = 0;
  std::uint64_t released_seq_ = 0;
  Time last_enqueue_;
  Time retry_at_;
  Time released_at_;
  bool urgent_ = false;
  bool failing_ = false;
  bool draining_ = false;
  std::atomic<bool> stopping_{false};
  JournalPressure pressure_ = JournalPressure::none;
  std::thread thread_;
};

}  // namespace holdfast::storage::local
