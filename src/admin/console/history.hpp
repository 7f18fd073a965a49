// The server's own short memory: what it did over the last hour and the last day.
#pragma once

#include "holdfast/admin/console.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace holdfast::admin {

class History {
 public:
  enum class Span : std::uint8_t { hour, day };

  // Asks `activity` every few seconds on a thread of its own; an empty function: nothing is remembered.
  explicit History(std::function<Activity()> activity);
  ~History();
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  Activity now() const;
  std::uint64_t uptime_seconds() const;

  // Columns of one length, oldest first; seconds since 1970, and what happened a second.
  struct Rates {
    std::vector<std::int64_t> time;
    std::vector<double> requests;
    std::vector<double> errors;
    std::vector<double> received;
    std::vector<double> sent;
  };
  Rates rates(Span span) const;

 private:
  struct Sample {
    std::int64_t time = 0;
    Activity activity;
  };
  void observe();
  static void keep(std::deque<Sample>& samples, const Sample& sample, std::int64_t every, std::size_t most);

  const std::function<Activity()> activity_;
  const std::chrono::steady_clock::time_point started_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::deque<Sample> hour_;
  std::deque<Sample> day_;
  std::thread thread_;
};

}  // namespace holdfast::admin
