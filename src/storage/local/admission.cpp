#include "admission.hpp"

#include <chrono>
#include <utility>

namespace holdfast::storage::local {
namespace {

constexpr std::chrono::milliseconds kSpaceAge{100};

std::int64_t steady_now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

}  // namespace

Admission::Admission(io::FileSystem& files, std::string directory, std::uint64_t reserve_bytes, std::uint64_t unsettled_limit)
    : files_(files), directory_(std::move(directory)), reserve_bytes_(reserve_bytes), unsettled_limit_(unsettled_limit) {}

Admission::Reservation::Reservation(Reservation&& other) noexcept
    : admission_(std::exchange(other.admission_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

Admission::Reservation& Admission::Reservation::operator=(Reservation&& other) noexcept {
  if (this != &other) {
    use(bytes_);
    admission_ = std::exchange(other.admission_, nullptr);
    bytes_ = std::exchange(other.bytes_, 0);
  }
  return *this;
}

void Admission::Reservation::use(std::uint64_t bytes) noexcept {
  if (admission_ == nullptr) return;
  const std::uint64_t used = std::min(bytes, bytes_);
  bytes_ -= used;
  admission_->reserved_.fetch_sub(used, std::memory_order_relaxed);
}

Result<Admission::Reservation> Admission::reserve(std::uint64_t bytes) {
  HOLDFAST_TRY(free, free_bytes());
  const std::uint64_t needed = bytes + reserved_.load(std::memory_order_relaxed) + unsettled_bytes() + reserve_bytes_;
  if (needed > free) return ErrorCode::XMinioStorageFull;
  reserved_.fetch_add(bytes, std::memory_order_relaxed);
  return Reservation(*this, bytes);
}

Result<std::uint64_t> Admission::free_bytes() {
  const std::int64_t now = steady_now();
  if (now >= free_bytes_until_.load(std::memory_order_acquire)) {
    HOLDFAST_TRY(space, files_.space(directory_));
    free_bytes_.store(space.free_bytes, std::memory_order_relaxed);
    free_bytes_until_.store(now + std::chrono::nanoseconds(kSpaceAge).count(), std::memory_order_release);
  }
  return free_bytes_.load(std::memory_order_relaxed);
}

bool Admission::may_pass() const { return failure_ || (!journal_pressed_ && unsettled_bytes() <= unsettled_limit_); }

bool Admission::enqueue(Room& request, std::coroutine_handle<> waiter) {
  const std::lock_guard lock(mutex_);
  if (may_pass()) return false;
  request.waiter_ = waiter;
  request.executor_ = Executor::current();
  (first_ == nullptr ? first_ : last_->next_) = &request;
  last_ = &request;
  return true;
}

Result<> Admission::verdict() const {
  if (open_.load(std::memory_order_acquire)) return {};
  const std::lock_guard lock(mutex_);
  if (failure_) return *failure_;
  return {};
}

void Admission::add_unsettled(std::uint64_t bytes) {
  unsettled_.fetch_add(bytes, std::memory_order_relaxed);
  if (unsettled_bytes() > unsettled_limit_) reconsider();
}

void Admission::remove_unsettled(std::uint64_t bytes) {
  unsettled_.fetch_sub(bytes, std::memory_order_relaxed);
  reconsider();
}

void Admission::set_journal_pressed(bool pressed) {
  {
    const std::lock_guard lock(mutex_);
    if (journal_pressed_ == pressed) return;
    journal_pressed_ = pressed;
  }
  reconsider();
}

void Admission::set_failure(std::optional<Error> error) {
  {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(error);
  }
  reconsider();
}

std::optional<Error> Admission::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void Admission::reconsider() {
  Room* passing = nullptr;
  {
    const std::lock_guard lock(mutex_);
    const bool pass = may_pass();
    open_.store(pass && !failure_, std::memory_order_release);
    if (pass) passing = std::exchange(first_, nullptr);
  }
  while (passing != nullptr) {
    Room* next = passing->next_;  // the request is gone as soon as its coroutine runs
    passing->executor_->post(passing->waiter_);
    passing = next;
  }
}

}  // namespace holdfast::storage::local
