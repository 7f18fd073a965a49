#include "holdfast/hash/md5_lanes.hpp"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "md5.hpp"

namespace holdfast::hash {

namespace {

constexpr std::size_t kStreamsWorthAThread = 3;
constexpr std::size_t kStepBlocks = 16 * 1024 / kMd5BlockSize;  // between two looks at what has come

struct Job {
  Md5Lane lane;
  std::size_t blocks;
  Completion<bool> done;
};

}  // namespace

struct Md5Lanes::State {
  std::mutex mutex;
  std::condition_variable arrived;
  std::deque<Job*> queue;  // under mutex
  std::thread thread;      // under mutex; started when it is needed first
  bool stopping = false;   // under mutex

  void enqueue(Job& job, const std::atomic<std::size_t>& streams);
  void run(const std::atomic<std::size_t>& streams);
};

void Md5Lanes::State::enqueue(Job& job, const std::atomic<std::size_t>& streams) {
  const std::lock_guard lock(mutex);
  queue.push_back(&job);
  if (!thread.joinable()) {
    thread = std::thread([this, &streams] { run(streams); });
    pthread_setname_np(thread.native_handle(), "md5");
  }
  arrived.notify_one();
}

namespace {

// Moves all of them on until the shortest ends, or for one step; those that have ended are taken out.
void advance(std::vector<Job*>& jobs) {
  std::vector<Md5Lane> lanes;
  std::size_t blocks = kStepBlocks;
  for (const Job* job : jobs) {
    lanes.push_back(job->lane);
    blocks = std::min(blocks, job->blocks);
  }
  md5_advance(lanes, blocks);
  for (Job* job : jobs) {
    job->lane.data += blocks * kMd5BlockSize;
    job->blocks -= blocks;
  }
  std::erase_if(jobs, [](Job* job) {
    if (job->blocks > 0) return false;
    job->done.set(true);
    return true;
  });
}

}  // namespace

void Md5Lanes::State::run(const std::atomic<std::size_t>& streams) {
  const std::size_t most = md5_lanes(md5_code());
  std::vector<Job*> jobs;
  std::unique_lock lock(mutex);
  while (true) {
    for (; jobs.size() < most && !queue.empty(); queue.pop_front()) jobs.push_back(queue.front());
    if (jobs.empty()) {
      if (stopping) return;
      arrived.wait(lock, [this] { return stopping || !queue.empty(); });
      continue;
    }
    lock.unlock();
    // Whoever waits for this core may be about to fill another lane.
    if (jobs.size() < std::min(most, streams.load(std::memory_order_relaxed))) std::this_thread::yield();
    advance(jobs);
    lock.lock();
  }
}

Md5Lanes::Md5Lanes() : state_(std::make_unique<State>()) {}

Md5Lanes::~Md5Lanes() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->arrived.notify_one();
  if (state_->thread.joinable()) state_->thread.join();
}

Md5Lanes::Stream::Stream(Md5Lanes& lanes) noexcept : lanes_(&lanes) { lanes.streams_.fetch_add(1, std::memory_order_relaxed); }

void Md5Lanes::Stream::Leave::operator()(Md5Lanes* lanes) const noexcept { lanes->streams_.fetch_sub(1, std::memory_order_relaxed); }

Task<void> Md5Lanes::update(Md5& md5, ByteView bytes) {
  const bool alone = streams_.load(std::memory_order_relaxed) < kStreamsWorthAThread || md5_lanes(md5_code()) == 1;
  if (alone) {
    md5.update(bytes);
    co_return;
  }
  const ByteView whole = md5.take_ends(bytes);
  if (whole.empty()) co_return;
  Job job{{&md5.state(), whole.data()}, whole.size() / kMd5BlockSize, {}};
  state_->enqueue(job, streams_);
  co_await job.done;
}

}  // namespace holdfast::hash
