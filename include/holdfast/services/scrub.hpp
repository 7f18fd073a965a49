// Looks for bit rot in the background: everything that is stored is read from time to time, at a limited rate.
#pragma once

#include "holdfast/base/clock.hpp"
#include "holdfast/storage/scrub.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

namespace holdfast::services {

struct ScrubSettings {
  std::chrono::seconds interval{0};    // from the end of one scrub to the beginning of the next; 0: never
  std::uint64_t bytes_per_second = 0;  // 0: as fast as the disk
  // Hours of the day (UTC) in which it reads: from `first_hour` up to `last_hour`, over midnight if that is smaller; the
  // same twice: all day. A scrub that isn't done goes on the next day, and after a restart.
  unsigned first_hour = 0;
  unsigned last_hour = 0;
};

// For metrics. Since the start of the process, but for `finished_at`.
struct ScrubCounters {
  std::atomic<std::uint64_t> objects{0};  // looked at
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> damaged{0};     // files found damaged
  std::atomic<std::uint64_t> rounds{0};      // scrubs that came to the end
  std::atomic<std::int64_t> finished_at{0};  // seconds since 1970 of the last whole scrub, of an earlier process too; 0: none yet
  std::atomic<bool> running{false};
};

class Scrub {
 public:
  virtual ~Scrub() = default;  // stops first
  virtual const ScrubCounters& counters() const noexcept = 0;
  virtual void stop() = 0;  // at once; how far it is will be known after a restart
};

// Starts a thread, if the engine needs it. Damage is logged as an error with bucket, key and version. The references must outlive the
// scrub.
std::unique_ptr<Scrub> start_scrub(storage::Engine& engine, const Clock& clock, const ScrubSettings& settings);

}  // namespace holdfast::services
