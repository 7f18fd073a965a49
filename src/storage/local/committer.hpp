// Makes changes durable: one thread takes all groups that wait, numbers them, appends them as one frame with one sync,
// puts their rows into the index, and answers.
#pragma once

#include "commit_counters.hpp"
#include "index_slot.hpp"
#include "journal/journal.hpp"
#include "unsettled.hpp"

#include "holdfast/base/task.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace holdfast::storage::local {

// Changes that happen whole or not at all. Lives in the coroutine that awaits `done`.
struct CommitGroup {
  std::vector<ItemPtr> items;
  std::uint64_t bytes = 0;
  bool reserved = false;  // deletes: may use the journal's reserve
  bool appended = false;  // the journal has it: whatever the answer is, it will happen
  Completion<Result<>> done;

  // Adds a change, encoded; `payload` must stay alive until the group is answered.
  Item& add(Change change, ByteView payload = {});
};

// none: enough room. release: segments should be settled and released soon. full: writers must wait for that.
enum class JournalPressure : std::uint8_t { none, release, full };

// What happens around a commit, in order of seq, on the committer's thread.
class CommitSink {
 public:
  virtual ~CommitSink() = default;
  virtual void appended(std::span<const ItemPtr> items) = 0;    // durable; not in the index yet
  virtual void applied(std::vector<ItemPtr> items) = 0;         // in the index; not answered yet
  virtual void journal_pressure(JournalPressure pressure) = 0;  // called when it changes
  virtual void append_outcome(const Result<>& outcome) = 0;
  virtual std::optional<Error> why_no_room() const = 0;  // the journal is full and won't get emptier
};

class Committer {
 public:
  // Opens the index again after a failure.
  using ReopenIndex = std::function<Result<std::shared_ptr<Index>>()>;

  Committer(Journal& journal, std::size_t segment_bytes, IndexSlot& index, ReopenIndex reopen, CommitSink& sink);
  ~Committer();

  void start(std::uint64_t next_seq);
  void give_up_index();  // a stop is near: an index that can't be opened again is waited for no longer
  void stop();           // answers what was enqueued, then joins

  // Takes the group; `co_await group.done` gives the answer.
  void enqueue(CommitGroup& group);
  // Runs on the committer's thread, between batches: what only one thread may do with the journal. Not after stop.
  void chore(std::function<void()> work);
  void chore_and_wait(const std::function<void()>& work);
  // Tells the journal that all below `live_from` is in files and in the flushed index; `seal` writes that down at once.
  void release(std::uint64_t live_from, bool seal);
  // The index has failed: it is opened again, soon.
  void renew_index();
  const CommitCounters& counters() const noexcept { return counters_; }
  // Everything up to it is durable and in the index.
  std::uint64_t last_seq() const noexcept { return last_seq_.load(std::memory_order_acquire); }

 private:
  void run();
  bool take(std::vector<CommitGroup*>& batch);
  bool gather(std::vector<CommitGroup*>& batch, bool reserved_only);
  bool oversized(const CommitGroup& group) const;
  void refuse(std::vector<CommitGroup*> groups, const Error& error);
  void run_chores(std::unique_lock<std::mutex>& lock);
  void commit(const std::vector<CommitGroup*>& batch);
  void number(const CommitGroup& group);
  Result<> append();
  bool apply();
  bool reopen_index();
  void note_pressure(JournalPressure pressure);
  JournalPressure pressure();

  Journal& journal_;
  const std::size_t segment_bytes_;
  IndexSlot& index_;
  ReopenIndex reopen_;
  CommitSink& sink_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool sleeping_ = false;
  bool stopping_ = false;
  bool giving_up_ = false;
  std::deque<CommitGroup*> queue_;
  std::deque<std::function<void()>> chores_;
  std::thread thread_;

  // The thread's own, kept between batches for their memory.
  std::uint64_t next_seq_ = 1;
  std::vector<ItemPtr> items_;
  std::vector<JournalEntry> entries_;
  std::vector<Journal::Locations> locations_;
  std::vector<SequencedChange> changes_;
  JournalPressure pressure_ = JournalPressure::none;
  std::atomic<std::uint64_t> last_seq_{0};
  CommitCounters counters_;
};

}  // namespace holdfast::storage::local
