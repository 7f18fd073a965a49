// The index in use: readers take it for one look-up, the committer exchanges it after a failure. Empty meanwhile.
#pragma once

#include "index/index.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

namespace holdfast::storage::local {

class IndexSlot {
 public:
  std::shared_ptr<Index> get() const noexcept { return index_.load(std::memory_order_acquire); }
  void set(std::shared_ptr<Index> index) noexcept { index_.store(std::move(index), std::memory_order_release); }
  // Empties the slot and waits until no reader has the index any more, so that its folder can be opened again.
  void close() {
    std::weak_ptr<Index> old;
    {
      const std::shared_ptr<Index> last = index_.exchange(nullptr);
      old = last;
    }
    while (!old.expired()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

 private:
  std::atomic<std::shared_ptr<Index>> index_;
};

}  // namespace holdfast::storage::local
