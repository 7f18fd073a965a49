#include "directory_sync.hpp"

namespace holdfast::storage::local {

Result<> DirectorySync::sync() {
  std::unique_lock lock(mutex_);
  const std::uint64_t ticket = ++requested_;
  while (done_ < ticket) {
    if (running_) {
      finished_.wait(lock);
      continue;
    }
    running_ = true;
    const std::uint64_t covered = requested_;
    lock.unlock();
    const auto outcome = files_.sync_directory(path_);
    lock.lock();
    running_ = false;
    if (outcome) done_ = covered;
    finished_.notify_all();  // after a failure, each of the others tries for itself
    if (!outcome) return outcome;
  }
  return {};
}

}  // namespace holdfast::storage::local
