#include "locks.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace holdfast::storage::local {
namespace {

std::uint64_t mix(std::uint64_t value) noexcept {  // splitmix64's finaliser
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

}  // namespace

LockTable::Guard::Guard(Guard&& other) noexcept : table_(std::exchange(other.table_, nullptr)), id_(other.id_), mode_(other.mode_) {}

LockTable::Guard& LockTable::Guard::operator=(Guard&& other) noexcept {
  if (this != &other) {
    release();
    table_ = std::exchange(other.table_, nullptr);
    id_ = other.id_;
    mode_ = other.mode_;
  }
  return *this;
}

void LockTable::Guard::release() noexcept {
  if (LockTable* table = std::exchange(table_, nullptr)) table->release(id_, mode_);
}

void LockTable::Entry::take(LockMode mode) noexcept {
  if (mode == LockMode::exclusive) {
    exclusive = true;
  } else {
    ++shared;
  }
}

bool LockTable::try_acquire(std::uint64_t id, LockMode mode) {
  Shard& home = shard(id);
  const std::lock_guard lock(home.mutex);
  Entry& entry = home.entries[id];
  if (entry.first != nullptr || !entry.admits(mode)) return false;
  entry.take(mode);
  return true;
}

bool LockTable::enqueue(Acquire& request, std::coroutine_handle<> waiter) {
  Shard& home = shard(request.id_);
  const std::lock_guard lock(home.mutex);
  Entry& entry = home.entries[request.id_];
  if (entry.first == nullptr && entry.admits(request.mode_)) {
    entry.take(request.mode_);
    return false;
  }
  request.waiter_ = waiter;
  request.executor_ = Executor::current();
  (entry.first == nullptr ? entry.first : entry.last->next_) = &request;
  entry.last = &request;
  return true;
}

void LockTable::release(std::uint64_t id, LockMode mode) noexcept {
  Acquire* granted = nullptr;
  {
    Shard& home = shard(id);
    const std::lock_guard lock(home.mutex);
    const auto found = home.entries.find(id);
    Entry& entry = found->second;
    if (mode == LockMode::exclusive) {
      entry.exclusive = false;
    } else {
      --entry.shared;
    }
    Acquire** tail = &granted;
    while (entry.first != nullptr && entry.admits(entry.first->mode_)) {
      Acquire* next = entry.first;
      entry.take(next->mode_);
      entry.first = std::exchange(next->next_, nullptr);
      *tail = next;
      tail = &next->next_;
    }
    if (entry.unused()) home.entries.erase(found);
  }
  while (granted != nullptr) {
    Acquire* next = granted->next_;  // the request is gone as soon as its coroutine runs
    granted->executor_->post(granted->waiter_);
    granted = next;
  }
}

Task<std::vector<LockTable::Guard>> LockTable::acquire_all(std::vector<std::uint64_t> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::vector<Guard> guards;
  guards.reserve(ids.size());
  for (const std::uint64_t id : ids) guards.push_back(co_await acquire(id, LockMode::exclusive));
  co_return std::move(guards);
}

std::uint64_t lock_id(std::string_view name) noexcept { return mix(std::hash<std::string_view>()(name)); }

std::uint64_t lock_id(std::uint64_t scope, std::string_view name) noexcept { return mix(mix(scope) + lock_id(name)); }

std::uint64_t lock_id(std::uint64_t scope, std::uint64_t number) noexcept { return mix(mix(scope) + number); }

}  // namespace holdfast::storage::local
