// Locks that suspend coroutines, never threads. A lock is a 64-bit id; it exists while somebody holds or awaits it.
//
// First come, first served: a shared request waits behind an exclusive one that came before it. Whoever needs several
// locks of one table takes them in ascending order of id (acquire_all does), and the tables in the order that engine.hpp
// gives; two names with the same id only share a lock.
#pragma once

#include "holdfast/base/task.hpp"

#include <array>
#include <coroutine>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace holdfast::storage::local {

enum class LockMode : std::uint8_t { shared, exclusive };

class LockTable {
 public:
  // Holds one lock until destroyed. The table outlives it.
  class [[nodiscard]] Guard {
   public:
    Guard() = default;
    Guard(LockTable& table, std::uint64_t id, LockMode mode) noexcept : table_(&table), id_(id), mode_(mode) {}
    Guard(Guard&& other) noexcept;
    Guard& operator=(Guard&& other) noexcept;
    ~Guard() { release(); }
    void release() noexcept;

   private:
    LockTable* table_ = nullptr;
    std::uint64_t id_ = 0;
    LockMode mode_ = LockMode::shared;
  };

  class Acquire {
   public:
    Acquire(LockTable& table, std::uint64_t id, LockMode mode) noexcept : table_(table), id_(id), mode_(mode) {}
    bool await_ready() { return table_.try_acquire(id_, mode_); }
    bool await_suspend(std::coroutine_handle<> waiter) { return table_.enqueue(*this, waiter); }
    Guard await_resume() noexcept { return Guard(table_, id_, mode_); }

   private:
    friend class LockTable;
    LockTable& table_;
    std::uint64_t id_;
    LockMode mode_;
    std::coroutine_handle<> waiter_;
    Executor* executor_ = nullptr;
    Acquire* next_ = nullptr;
  };

  // co_await acquire(...) gives the Guard.
  Acquire acquire(std::uint64_t id, LockMode mode) noexcept { return Acquire(*this, id, mode); }
  // All of them, exclusively. Duplicates are taken once.
  Task<std::vector<Guard>> acquire_all(std::vector<std::uint64_t> ids);

 private:
  struct Entry {
    std::uint32_t shared = 0;
    bool exclusive = false;
    Acquire* first = nullptr;
    Acquire* last = nullptr;

    bool admits(LockMode mode) const noexcept { return !exclusive && (mode == LockMode::shared || shared == 0); }
    void take(LockMode mode) noexcept;
    bool unused() const noexcept { return !exclusive && shared == 0 && first == nullptr; }
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, Entry> entries;
  };
  static constexpr std::size_t kShards = 64;

  Shard& shard(std::uint64_t id) noexcept { return shards_[id % kShards]; }
  bool try_acquire(std::uint64_t id, LockMode mode);
  bool enqueue(Acquire& request, std::coroutine_handle<> waiter);
  void release(std::uint64_t id, LockMode mode) noexcept;

  std::array<Shard, kShards> shards_;
};

// Lock ids.
std::uint64_t lock_id(std::string_view name) noexcept;
std::uint64_t lock_id(std::uint64_t scope, std::string_view name) noexcept;
std::uint64_t lock_id(std::uint64_t scope, std::uint64_t number) noexcept;

}  // namespace holdfast::storage::local
