// How large commits are and how long they take. One thread counts, any thread reads.
#pragma once

#include "holdfast/storage/types.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>

namespace holdfast::storage::local {

template <std::size_t N>
class Counted {
 public:
  explicit Counted(const std::array<double, N>& bounds) : bounds_(bounds) {}

  void add(double value) noexcept {
    const auto place = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
    auto& count = counts_[static_cast<std::size_t>(place)];
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    sum_.store(sum_.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
  }
  Distribution read() const {
    Distribution distribution{{bounds_.begin(), bounds_.end()}, {}, sum_.load(std::memory_order_relaxed)};
    for (const auto& count : counts_) distribution.counts.push_back(count.load(std::memory_order_relaxed));
    return distribution;
  }

 private:
  const std::array<double, N> bounds_;
  std::array<std::atomic<std::uint64_t>, N + 1> counts_{};
  std::atomic<double> sum_{0};
};

struct CommitCounters {
  Counted<7> groups{{1, 2, 4, 8, 16, 32, 64}};
  Counted<10> seconds{{0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25}};
  std::atomic<std::uint64_t> journal_bytes{0};  // in use
};

}  // namespace holdfast::storage::local
