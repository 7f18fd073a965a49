#include "settler.hpp"

#include "admission.hpp"

#include "holdfast/base/log.hpp"

#include <algorithm>

namespace holdfast::storage::local {
namespace {

constexpr std::size_t kBatchItems = 8192;
constexpr std::chrono::milliseconds kIdle{500};  // after the last batch: seal the journal, so that the next start has nothing to do
constexpr std::chrono::seconds kRetryPause{1};
constexpr std::chrono::seconds kReleasePause{1};  // between flushes of the index while the journal is more than half full
constexpr std::chrono::seconds kForever{3600};

}  // namespace

Settler::Settler(const SettlerOptions& options, FileWriter& writer, UnsettledTable& unsettled, Feed& feed, Admission& admission,
                 Committer& committer, IndexSlot& index)
    : options_(options), writer_(writer), unsettled_(unsettled), feed_(feed), admission_(admission), committer_(committer), index_(index) {}

Settler::~Settler() { stop(); }

void Settler::start(std::uint64_t settled_seq, std::vector<ItemPtr> left_over) {
  settled_seq_ = settled_seq;
  released_seq_ = settled_seq;
  last_enqueue_ = std::chrono::steady_clock::now();
  for (ItemPtr& item : left_over) {
    queued_bytes_ += item->cost;
    queue_.push_back(std::move(item));
  }
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "settler");
}

void Settler::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  drained_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::chrono::nanoseconds Settler::oldest_age() const {
  const std::lock_guard lock(mutex_);
  return queue_.empty() ? std::chrono::nanoseconds{} : std::chrono::steady_clock::now() - queue_.front()->committed;
}

void Settler::enqueue(std::vector<ItemPtr> items, bool urgent) {
  bool wake = urgent;
  {
    const std::lock_guard lock(mutex_);
    wake = wake || queue_.empty();
    const bool waited = queued_bytes_ < options_.batch_bytes;
    for (ItemPtr& item : items) {
      queued_bytes_ += item->cost;
      queue_.push_back(std::move(item));
    }
    wake = wake || (waited && queued_bytes_ >= options_.batch_bytes);
    urgent_ = urgent_ || urgent;
    last_enqueue_ = std::chrono::steady_clock::now();
  }
  if (wake) wake_.notify_one();
}

void Settler::set_journal_pressure(JournalPressure pressure) {
  {
    const std::lock_guard lock(mutex_);
    pressure_ = pressure;
  }
  wake_.notify_one();
}

bool Settler::drain(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  draining_ = true;
  wake_.notify_all();
  const bool done = drained_.wait_until(lock, deadline, [&] { return failing_ || (queue_.empty() && released_seq_ == settled_seq_); });
  draining_ = false;
  return done && !failing_;
}

void Settler::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const Time now = std::chrono::steady_clock::now();
    if (due(now)) {
      settle(lock);
    } else if (release_due(now)) {
      release(lock);
    } else {
      drained_.notify_all();
      wake_.wait_until(lock, next_wake(now));
    }
  }
}

bool Settler::due(Time now) const {
  if (queue_.empty() || now < retry_at_) return false;
  return urgent_ || draining_ || failing_ || pressure_ == JournalPressure::full || queued_bytes_ >= options_.batch_bytes ||
         queue_.front()->committed + options_.age <= now;
}

bool Settler::release_due(Time now) const {
  if (released_seq_ == settled_seq_ || now < retry_at_) return false;
  if (pressure_ == JournalPressure::full) return true;
  if (pressure_ == JournalPressure::release && released_at_ + kReleasePause <= now) return true;
  return queue_.empty() && (draining_ || last_enqueue_ + options_.age + kIdle <= now);
}

Settler::Time Settler::next_wake(Time now) const {
  if (now < retry_at_) return retry_at_;
  Time wake = now + kForever;
  if (!queue_.empty()) wake = queue_.front()->committed + options_.age;
  if (released_seq_ == settled_seq_) return wake;
  if (pressure_ != JournalPressure::none) wake = std::min(wake, released_at_ + kReleasePause);
  if (queue_.empty()) wake = std::min(wake, last_enqueue_ + options_.age + kIdle);
  return wake;
}

std::vector<ItemPtr> Settler::batch() const {
  std::vector<ItemPtr> items;
  std::uint64_t bytes = 0;
  for (const ItemPtr& item : queue_) {
    // On a full disk the removal that helps may be the last of all.
    const bool full = items.size() >= kBatchItems || bytes >= 2 * options_.batch_bytes;
    if (full && !failing_) break;
    bytes += item->cost;
    items.push_back(item);
  }
  return items;
}

void Settler::settle(std::unique_lock<std::mutex>& lock) {
  urgent_ = false;
  const std::vector<ItemPtr> items = batch();
  lock.unlock();
  const Result<> outcome = write(items);
  if (stopping_ && !outcome) {
    lock.lock();
    return;
  }
  if (outcome) {
    retire(items);
    admission_.set_failure(std::nullopt);
  } else {
    failed(items, outcome.error());
  }
  lock.lock();
  failing_ = !outcome;
  if (!outcome) {
    retry_at_ = std::chrono::steady_clock::now() + kRetryPause;
    drained_.notify_all();
    return;
  }
  retry_at_ = {};
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(items.size()));
  for (const ItemPtr& item : items) queued_bytes_ -= item->cost;
  settled_seq_ = items.back()->seq;
}

// One failing file must not keep others from being removed: a full disk gets room again by that. What was written stays
// written, but only the whole batch is durable.
Result<> Settler::write(const std::vector<ItemPtr>& items) {
  Result<> first_failure;
  for (const ItemPtr& item : items) {
    if (stopping_) return Error(ErrorCode::ServiceUnavailable, "The server is stopping.");
    if (item->state != Item::State::waiting) continue;
    const auto written = writer_.write(*item);
    if (!written && first_failure) first_failure = written.error();
  }
  const auto synced = writer_.sync();
  if (!synced) {
    for (const ItemPtr& item : items) {
      if (item->state == Item::State::written) item->state = Item::State::waiting;
    }
    return synced;
  }
  if (!first_failure) return first_failure;
  return write_events(items);
}

Result<> Settler::write_events(const std::vector<ItemPtr>& items) {
  std::vector<ChangeEvent> events;
  for (const ItemPtr& item : items) {
    if (const auto* event = std::get_if<Event>(&item->change)) events.push_back(event->event);
  }
  if (events.empty()) return {};
  HOLDFAST_TRY(path, feed_.write_batch(events));
  (void)path;
  feed_.batch_is_durable(events.front().seq, events.back().seq);
  return {};
}

void Settler::retire(const std::vector<ItemPtr>& items) {
  std::uint64_t bytes = 0;
  for (const ItemPtr& item : items) {
    unsettled_.erase(item);
    bytes += item->cost;
    item->replaced.reset();
  }
  admission_.remove_unsettled(bytes);
}

void Settler::failed(const std::vector<ItemPtr>& items, const Error& error) {
  log::error("Files can't be written; what was committed stays in the journal and is tried again.", {{"error", std::string(error.text())}});
  for (const ItemPtr& item : items) {
    if (item->state == Item::State::waiting) item->effort = Item::Effort::replace_synced;
  }
  admission_.set_failure(error);
}

void Settler::release(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t settled = settled_seq_;
  const bool seal = queue_.empty();
  lock.unlock();
  std::shared_ptr<Index> index = index_.get();
  const Result<> flushed = index ? index->flush() : Result<>(Error(ErrorCode::ServiceUnavailable, "The index is being opened again."));
  if (flushed) {
    committer_.release(settled + 1, seal);
  } else {
    log::error("The index can't be flushed; the journal keeps what it has.", {{"error", std::string(flushed.error().text())}});
    index.reset();
    committer_.renew_index();
  }
  lock.lock();
  released_at_ = std::chrono::steady_clock::now();
  if (flushed) {
    released_seq_ = settled;
    retry_at_ = {};
  } else {
    retry_at_ = std::chrono::steady_clock::now() + kRetryPause;
  }
}

}  // namespace holdfast::storage::local
