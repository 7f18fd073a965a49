#include "committer.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/base/log.hpp"

#include <algorithm>

namespace holdfast::storage::local {
namespace {

constexpr std::uint64_t kBatchBytes = 4 * limits::kMiB;
constexpr std::uint64_t kSegmentOverhead = 2 * limits::kJournalBlockBytes;  // no frame can have a segment's first and last block
constexpr std::chrono::milliseconds kRoomPoll{50};
constexpr std::chrono::seconds kReopenPause{1};

std::uint64_t frame_bytes(const CommitGroup& group) { return journal_frame_bytes(group.bytes, group.items.size()); }

}  // namespace

Item& CommitGroup::add(Change change, ByteView payload) {
  auto item = std::make_shared<Item>(std::move(change));
  encode(item->change, item->encoded);
  item->inline_payload = payload;
  item->cost = item_cost(*item);
  bytes += item->encoded.size() + payload.size();
  items.push_back(std::move(item));
  return *items.back();
}

Committer::Committer(Journal& journal, std::size_t segment_bytes, IndexSlot& index, ReopenIndex reopen, CommitSink& sink)
    : journal_(journal), segment_bytes_(segment_bytes), index_(index), reopen_(std::move(reopen)), sink_(sink) {}

Committer::~Committer() { stop(); }

void Committer::start(std::uint64_t next_seq) {
  next_seq_ = next_seq;
  last_seq_ = next_seq - 1;
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "committer");
}

void Committer::give_up_index() {
  {
    const std::lock_guard lock(mutex_);
    giving_up_ = true;
  }
  wake_.notify_all();
}

void Committer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Committer::enqueue(CommitGroup& group) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(&group);
    wake = std::exchange(sleeping_, false);
  }
  if (wake) wake_.notify_one();
}

void Committer::chore(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    chores_.push_back(std::move(work));
    sleeping_ = false;
  }
  wake_.notify_one();
}

void Committer::chore_and_wait(const std::function<void()>& work) {
  std::mutex mutex;
  std::condition_variable finished;
  bool done = false;
  chore([&] {
    work();
    const std::lock_guard lock(mutex);
    done = true;
    finished.notify_one();
  });
  std::unique_lock lock(mutex);
  finished.wait(lock, [&] { return done; });
}

void Committer::run() {
  std::vector<CommitGroup*> batch;
  while (take(batch)) commit(batch);
}

// Fills `batch`; false when there is nothing more to do for ever.
bool Committer::take(std::vector<CommitGroup*>& batch) {
  batch.clear();
  std::unique_lock lock(mutex_);
  while (true) {
    run_chores(lock);
    if (!queue_.empty()) {
      if (gather(batch, false) || gather(batch, true)) return true;
      // No room in the journal: segments must be settled and released first.
      std::vector<CommitGroup*> refused;
      const auto why = stopping_ ? Error(ErrorCode::ServiceUnavailable, "The server is stopping.") : sink_.why_no_room();
      if (why) refused.assign(queue_.begin(), queue_.end());
      if (why) queue_.clear();
      lock.unlock();
      if (why) refuse(std::move(refused), *why);
      note_pressure(JournalPressure::full);
      lock.lock();
      if (queue_.empty() || !chores_.empty()) continue;
      wake_.wait_for(lock, kRoomPoll);
      continue;
    }
    if (stopping_ && chores_.empty()) return false;
    sleeping_ = true;
    wake_.wait(lock, [&] { return !queue_.empty() || !chores_.empty() || stopping_; });
    sleeping_ = false;
  }
}

void Committer::run_chores(std::unique_lock<std::mutex>& lock) {
  while (!chores_.empty()) {
    const std::function<void()> work = std::move(chores_.front());
    chores_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

// Groups that wait for the same key hold its lock, so that groups in the queue never depend on each other's order.
bool Committer::gather(std::vector<CommitGroup*>& batch, bool reserved_only) {
  const std::uint64_t most = std::min<std::uint64_t>(kBatchBytes, segment_bytes_ / 2);
  std::uint64_t bytes = 0;
  std::size_t entries = 0;
  std::deque<CommitGroup*> left;
  for (CommitGroup* group : queue_) {
    const std::size_t more = group->items.size();
    const bool small_enough = batch.empty() || bytes + group->bytes <= most;
    const bool fits = small_enough && (!reserved_only || group->reserved) &&
                      (oversized(*group) ? batch.empty() : journal_.has_room(bytes + group->bytes, entries + more, reserved_only));
    if (!fits) {
      left.push_back(group);
      continue;
    }
    batch.push_back(group);
    bytes += group->bytes;
    entries += more;
    if (oversized(*group)) bytes = most;
  }
  queue_ = std::move(left);
  return !batch.empty();
}

bool Committer::oversized(const CommitGroup& group) const { return frame_bytes(group) + kSegmentOverhead > segment_bytes_; }

void Committer::refuse(std::vector<CommitGroup*> groups, const Error& error) {
  for (CommitGroup* group : groups) group->done.set(error);
}

void Committer::number(const CommitGroup& group) {
  const PutVersion* put = nullptr;
  for (const ItemPtr& item : group.items) {
    item->seq = next_seq_++;
    assign_seq(item->change, item->seq);
    if (auto* version = std::get_if<PutVersion>(&item->change)) {
      version->version.info.version_id = version_id_of(version->version);
      put = version;
    } else if (auto* event = std::get_if<Event>(&item->change); event != nullptr && event->event.version_id.empty() && put != nullptr) {
      event->event.version_id = put->version.info.version_id;  // not known when the event was encoded; replay does the same
    }
    items_.push_back(item);
  }
}

void Committer::commit(const std::vector<CommitGroup*>& batch) {
  if (oversized(*batch.front())) {
    refuse(batch, Error(ErrorCode::InternalError, "The change is larger than a journal segment."));
    return;
  }
  items_.clear();
  for (const CommitGroup* group : batch) number(*group);
  const auto started = std::chrono::steady_clock::now();
  const Result<> outcome = append();
  counters_.groups.add(static_cast<double>(batch.size()));
  counters_.seconds.add(std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
  sink_.append_outcome(outcome);
  if (!outcome) {
    log::error("The journal can't be written; changes are refused until it can.", {{"error", std::string(outcome.error().text())}});
    refuse(batch, outcome.error());
    return;
  }
  for (CommitGroup* group : batch) group->appended = true;
  sink_.appended(items_);
  const bool applied = apply();
  if (applied) {
    last_seq_.store(items_.back()->seq, std::memory_order_release);
    sink_.applied(std::exchange(items_, {}));
  }
  for (CommitGroup* group : batch) {
    group->done.set(applied ? Result<>() : Error(ErrorCode::ServiceUnavailable, "The server stops; the change is kept."));
  }
  note_pressure(pressure());
}

Result<> Committer::append() {
  entries_.clear();
  for (const ItemPtr& item : items_) entries_.push_back({item->seq, as_bytes(item->encoded), item->inline_payload});
  locations_.clear();
  HOLDFAST_TRY_VOID(journal_.append(entries_, locations_));
  const auto now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < items_.size(); ++i) {
    Item& item = *items_[i];
    item.payload = locations_[i].payload;
    item.committed = now;
    item.encoded = {};
    item.inline_payload = {};
  }
  return {};
}

void Committer::renew_index() {
  chore([this] { (void)reopen_index(); });
}

// False only if the committer is stopped while the index can't be used: the journal has the change all the same.
bool Committer::apply() {
  changes_.clear();
  for (const ItemPtr& item : items_) changes_.push_back({item->seq, &item->change});
  while (true) {
    if (const std::shared_ptr<Index> index = index_.get()) {
      const Result<> outcome = index->apply(changes_);
      if (outcome) return true;
      log::error("The index can't be written; it is opened again.", {{"error", std::string(outcome.error().text())}});
    }
    if (!reopen_index()) return false;
  }
}

bool Committer::reopen_index() {
  index_.close();
  while (true) {
    auto index = reopen_();
    if (index) {
      index_.set(std::move(*index));
      return true;
    }
    log::error("The index can't be opened; changes wait.", {{"error", std::string(index.error().text())}});
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, kReopenPause, [&] { return stopping_ || giving_up_; })) return false;
  }
}

JournalPressure Committer::pressure() {
  const std::uint64_t live_bytes = journal_.live_bytes();
  counters_.journal_bytes.store(live_bytes, std::memory_order_relaxed);
  return live_bytes > journal_.capacity_bytes() / 2 ? JournalPressure::release : JournalPressure::none;
}

void Committer::note_pressure(JournalPressure pressure) {
  if (pressure == pressure_) return;
  pressure_ = pressure;
  sink_.journal_pressure(pressure);
}

void Committer::release(std::uint64_t live_from, bool seal) {
  chore_and_wait([&] {
    journal_.release(live_from);
    if (seal) {
      if (const auto written = journal_.write_live_from(); !written) {
        log::warn("The journal can't be sealed.", {{"error", std::string(written.error().text())}});
      }
    }
    note_pressure(pressure());
  });
}

}  // namespace holdfast::storage::local
