// Lines from a service's thread to one coroutine that sends them on: live events, traces, logs.
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/base/task.hpp"

#include <coroutine>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace holdfast::services {

// Bounded: a reader that is too slow loses lines, the writer never waits. Any thread writes; one coroutine reads.
class LineChannel {
 public:
  explicit LineChannel(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  bool push(std::string_view line);  // false: lost
  void keep_alive();                 // one space, if nothing else waits
  void close();                      // the reader gets what is left, then the end
  bool closed() const;
  std::uint64_t lost() const;

  // All that waits, at least one byte; empty at the end.
  Task<std::string> next();

 private:
  struct Arrival;
  void wake(std::unique_lock<std::mutex> lock);

  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::string waiting_;
  std::uint64_t lost_ = 0;
  bool closed_ = false;
  std::coroutine_handle<> reader_;
  Executor* executor_ = nullptr;
};

}  // namespace holdfast::services
