// Who may write now: room on the disk, and room before the settler. Any thread.
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/base/task.hpp"
#include "holdfast/io/file_system.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace holdfast::storage::local {

class Admission {
 public:
  Admission(io::FileSystem& files, std::string directory, std::uint64_t reserve_bytes, std::uint64_t unsettled_limit);

  // Bytes that a writer will put on the disk and hasn't yet; given back when destroyed.
  class [[nodiscard]] Reservation {
   public:
    Reservation() = default;
    Reservation(Admission& admission, std::uint64_t bytes) noexcept : admission_(&admission), bytes_(bytes) {}
    Reservation(Reservation&& other) noexcept;
    Reservation& operator=(Reservation&& other) noexcept;
    ~Reservation() { use(bytes_); }
    void use(std::uint64_t bytes) noexcept;  // they are on the disk now, and counted there

   private:
    Admission* admission_ = nullptr;
    std::uint64_t bytes_ = 0;
  };
  // XMinioStorageFull if the bytes, all that is unsettled or reserved, and the reserve don't fit on the disk.
  Result<Reservation> reserve(std::uint64_t bytes);

  class Room {
   public:
    explicit Room(Admission& admission) noexcept : admission_(admission) {}
    bool await_ready() const noexcept { return admission_.open_.load(std::memory_order_acquire); }
    bool await_suspend(std::coroutine_handle<> waiter) { return admission_.enqueue(*this, waiter); }
    Result<> await_resume() const { return admission_.verdict(); }

   private:
    friend class Admission;
    Admission& admission_;
    std::coroutine_handle<> waiter_;
    Executor* executor_ = nullptr;
    Room* next_ = nullptr;
  };
  // co_await room(): waits while too much is unsettled; an error while the disk takes nothing. Deletes don't ask.
  Room room() noexcept { return Room(*this); }

  void add_unsettled(std::uint64_t bytes);
  void remove_unsettled(std::uint64_t bytes);
  std::uint64_t unsettled_bytes() const noexcept { return unsettled_.load(std::memory_order_relaxed); }
  void set_journal_pressed(bool pressed);
  void set_failure(std::optional<Error> error);  // of settling or of the journal
  std::optional<Error> failure() const;

 private:
  bool enqueue(Room& request, std::coroutine_handle<> waiter);
  Result<> verdict() const;
  bool may_pass() const;
  void reconsider();  // mutex_ not held
  Result<std::uint64_t> free_bytes();

  io::FileSystem& files_;
  std::string directory_;
  std::uint64_t reserve_bytes_;
  std::uint64_t unsettled_limit_;
  std::atomic<std::uint64_t> unsettled_{0};
  std::atomic<std::uint64_t> reserved_{0};
  std::atomic<std::uint64_t> free_bytes_{0};
  std::atomic<std::int64_t> free_bytes_until_{0};  // steady clock, when to ask again
  std::atomic<bool> open_{true};

  mutable std::mutex mutex_;
  bool journal_pressed_ = false;
  std::optional<Error> failure_;
  Room* first_ = nullptr;
  Room* last_ = nullptr;
};

}  // namespace holdfast::storage::local
