// What the parts of the local engine share. Objects, uploads, readers and writers are functions and classes over it.
#pragma once

#include "admission.hpp"
#include "catalog.hpp"
#include "committer.hpp"
#include "directory_sync.hpp"
#include "feed.hpp"
#include "file_writer.hpp"
#include "index_slot.hpp"
#include "layout.hpp"
#include "locks.hpp"
#include "pins.hpp"
#include "settler.hpp"
#include "unsettled.hpp"

#include "holdfast/base/clock.hpp"
#include "holdfast/io/file_system.hpp"
#include "holdfast/io/pool.hpp"
#include "holdfast/storage/local_engine.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace holdfast::storage::local {

struct StoreParts {
  LocalOptions options;
  std::string deployment_id;
  std::unique_ptr<io::File> lock;
  std::unique_ptr<Journal> journal;
  bool sync_all = false;
};

class Store final : public CommitSink {
 public:
  Store(StoreParts parts, io::FileSystem& file_system, io::BlockingPool& blocking_pool, const Clock& wall_clock);
  ~Store() override;

  FileId new_file_id() noexcept { return epoch_base_ | next_file_.fetch_add(1, std::memory_order_relaxed); }
  void start(std::uint64_t last_seq, std::vector<ItemPtr> left_over);
  void close(std::chrono::steady_clock::time_point deadline);
  Health health() const;
  EngineStats stats() const;
  Result<std::shared_ptr<Index>> reopen_index();

  // CommitSink
  void appended(std::span<const ItemPtr> items) override;
  void applied(std::vector<ItemPtr> items) override;
  void journal_pressure(JournalPressure pressure) override;
  void append_outcome(const Result<>& outcome) override;
  std::optional<Error> why_no_room() const override;

  const LocalOptions options;
  const std::string deployment_id;
  io::FileSystem& files;
  io::BlockingPool& pool;
  const Clock& clock;
  const Layout layout;

 private:
  std::unique_ptr<io::File> lock_;  // the last to go

 public:
  const std::unique_ptr<Journal> journal;
  IndexSlot index;
  UnsettledTable unsettled;
  PinTable pins;
  Catalog catalog;
  Feed feed;
  Admission admission;
  LockTable bucket_locks;
  LockTable upload_locks;
  LockTable key_locks;
  DirectorySync staging_sync;
  FileWriter file_writer;
  Committer committer;
  Settler settler;

 private:
  bool forget_replaced(Item& item);

  const FileId epoch_base_;
  std::atomic<std::uint64_t> next_file_{1};
  std::atomic<bool> journal_failing_{false};
  bool closed_ = false;
};

// Asks the index: what is in its cache here and now, else on the pool.
template <class T, class Query>
Task<Result<T>> look_up(Store& store, Query query) {
  const std::shared_ptr<Index> index = store.index.get();
  if (!index) co_return Error(ErrorCode::ServiceUnavailable, "The index is being opened again.");
  Lookup<T> cached = query(*index, ReadTier::cached);
  if (cached) co_return *std::move(cached);
  auto read = [&query, &index]() -> Result<T> { return *query(*index, ReadTier::any); };
  co_return co_await store.pool.run(read);
}

}  // namespace holdfast::storage::local
