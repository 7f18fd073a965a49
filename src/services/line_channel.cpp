#include "holdfast/services/line_channel.hpp"

#include <utility>

namespace holdfast::services {

struct LineChannel::Arrival {
  LineChannel& channel;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> reader) const {
    const std::lock_guard lock(channel.mutex_);
    if (!channel.waiting_.empty() || channel.closed_) return false;
    channel.reader_ = reader;
    channel.executor_ = Executor::current();
    return true;
  }
  void await_resume() const noexcept {}
};

void LineChannel::wake(std::unique_lock<std::mutex> lock) {
  const auto reader = std::exchange(reader_, nullptr);
  Executor* const executor = executor_;
  lock.unlock();
  if (reader) executor->post(reader);
}

bool LineChannel::push(std::string_view line) {
  std::unique_lock lock(mutex_);
  if (closed_) return false;
  if (waiting_.size() + line.size() > max_bytes_) {
    ++lost_;
    return false;
  }
  waiting_ += line;
  wake(std::move(lock));
  return true;
}

void LineChannel::keep_alive() {
  std::unique_lock lock(mutex_);
  if (closed_ || !waiting_.empty()) return;
  waiting_ += ' ';
  wake(std::move(lock));
}

void LineChannel::close() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  wake(std::move(lock));
}

bool LineChannel::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::uint64_t LineChannel::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

Task<std::string> LineChannel::next() {
  co_await Arrival{*this};
  const std::lock_guard lock(mutex_);
  co_return std::exchange(waiting_, {});
}

}  // namespace holdfast::services
