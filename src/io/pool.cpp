#include "holdfast/io/pool.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace holdfast::io {

struct BlockingPool::State {
  explicit State(unsigned max) : max_threads(std::max(1U, max)) {}

  std::mutex mutex;
  std::condition_variable ready;
  std::deque<std::function<void()>> queue;
  std::vector<std::thread> threads;
  std::size_t idle = 0;
  const std::size_t max_threads;
  bool stopping = false;

  void work();
  bool start_thread();
};

void BlockingPool::State::work() {
  std::unique_lock lock(mutex);
  while (true) {
    if (queue.empty()) {
      if (stopping) return;
      ++idle;
      ready.wait(lock, [this] { return stopping || !queue.empty(); });
      --idle;
      continue;
    }
    const std::function<void()> call = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    call();
    lock.lock();
  }
}

// Called under the mutex. False when the system has no thread to give.
bool BlockingPool::State::start_thread() {
  try {
    threads.emplace_back([this] { work(); });
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

BlockingPool::BlockingPool(unsigned max_threads) : state_(std::make_unique<State>(max_threads)) {}

BlockingPool::~BlockingPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->ready.notify_all();
  // Queued calls may submit more, and with it start threads, while the others are being joined.
  while (true) {
    std::vector<std::thread> joining;
    {
      const std::lock_guard lock(state_->mutex);
      joining.swap(state_->threads);
    }
    if (joining.empty()) return;
    for (std::thread& thread : joining) thread.join();
  }
}

void BlockingPool::submit(std::function<void()> work) {
  bool run_here = false;
  {
    const std::lock_guard lock(state_->mutex);
    const bool all_busy = state_->idle <= state_->queue.size();
    if (all_busy && state_->threads.size() < state_->max_threads && !state_->start_thread()) run_here = state_->threads.empty();
    if (!run_here) state_->queue.push_back(std::move(work));
  }
  if (run_here) return work();
  state_->ready.notify_one();
}

}  // namespace holdfast::io
