#include "store.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/base/log.hpp"

namespace holdfast::storage::local {
namespace {

constexpr std::uint64_t kUrgentRemovalBytes = 8 * limits::kMiB;  // a removal of so much is not put off

SettlerOptions settler_options(const LocalOptions& options) { return {options.unsettled_age, options.unsettled_bytes / 4}; }

}  // namespace

Store::Store(StoreParts parts, io::FileSystem& file_system, io::BlockingPool& blocking_pool, const Clock& wall_clock)
    : options(parts.options),
      deployment_id(parts.deployment_id),
      files(file_system),
      pool(blocking_pool),
      clock(wall_clock),
      layout(options.directory),
      lock_(std::move(parts.lock)),
      journal(std::move(parts.journal)),
      pins(files, pool),
      feed(files, layout, catalog),
      admission(files, layout.home(), options.reserve_bytes, options.unsettled_bytes),
      staging_sync(files, layout.staging()),
      file_writer(files, layout, *journal, pins, catalog, parts.sync_all),
      committer(
          *journal, options.journal_segment_bytes, index, [this] { return reopen_index(); }, *this),
      settler(settler_options(options), file_writer, unsettled, feed, admission, committer, index),
      epoch_base_(journal->epoch() << kFileCounterBits) {}

// Without a close before, this is like a crash: what isn't settled stays in the journal.
Store::~Store() {
  committer.give_up_index();
  settler.stop();
  committer.stop();
}

void Store::start(std::uint64_t last_seq, std::vector<ItemPtr> left_over) {
  for (const ItemPtr& item : left_over) {
    unsettled.insert(item);
    admission.add_unsettled(item->cost);
  }
  const std::uint64_t settled = left_over.empty() ? last_seq : left_over.front()->seq - 1;
  committer.start(last_seq + 1);
  settler.start(settled, std::move(left_over));
}

void Store::close(std::chrono::steady_clock::time_point deadline) {
  if (std::exchange(closed_, true)) return;
  if (!settler.drain(deadline)) log::warn("Not everything could be written out in time; it is kept in the journal.");
  committer.give_up_index();
  settler.stop();
  committer.stop();
}

Health Store::health() const {
  if (!index.get()) return {false, "the index is being opened again"};
  if (journal_failing_.load(std::memory_order_relaxed)) return {false, "the journal can't be written"};
  if (const auto failure = admission.failure()) return {false, std::string(failure->text())};
  return {true, {}};
}

EngineStats Store::stats() const {
  EngineStats stats;
  stats.commit_groups = committer.counters().groups.read();
  stats.commit_seconds = committer.counters().seconds.read();
  stats.unsettled_bytes = admission.unsettled_bytes();
  stats.unsettled_age = settler.oldest_age();
  stats.journal_live_bytes = committer.counters().journal_bytes.load(std::memory_order_relaxed);
  stats.journal_capacity_bytes = journal->capacity_bytes();
  if (const auto rows = files.list(layout.index())) {
    for (const io::DirectoryEntry& entry : *rows) {
      if (const auto file = files.stat(layout.index() + "/" + entry.name)) stats.index_bytes += file->size_bytes;
    }
  }
  if (const auto space = files.space(layout.home())) {
    stats.disk_total_bytes = space->total_bytes;
    stats.disk_free_bytes = space->free_bytes;
    stats.disk_total_inodes = space->total_inodes;
    stats.disk_free_inodes = space->free_inodes;
  }
  return stats;
}

Result<std::shared_ptr<Index>> Store::reopen_index() {
  HOLDFAST_TRY(opened, open_index({layout.index(), deployment_id, options.block_cache_bytes}));
  const std::shared_ptr<Index> fresh = std::move(opened);
  if (!fresh->complete()) return Error(ErrorCode::InternalError, "The index has lost its rows: restart, or run 'holdfast rebuild-index'.");
  const std::uint64_t applied = fresh->applied_seq();
  HOLDFAST_TRY_VOID(journal->replay([&](const JournalRecord& record) -> Result<> {
    if (record.seq <= applied) return {};
    HOLDFAST_TRY(change, decode_change(record.change));
    assign_seq(change, record.seq);
    const SequencedChange sequenced{record.seq, &change};
    return fresh->apply({&sequenced, 1});
  }));
  return fresh;
}

void Store::appended(std::span<const ItemPtr> items) {
  std::uint64_t bytes = 0;
  for (const ItemPtr& item : items) {
    bytes += item->cost;
    unsettled.insert(item);
  }
  admission.add_unsettled(bytes);
}

void Store::applied(std::vector<ItemPtr> items) {
  bool urgent = false;
  for (const ItemPtr& item : items) {
    if (const auto done = catalog.apply(item->change, item->seq); !done) {
      log::error("A bucket's document can't be read back.", {{"error", std::string(done.error().text())}});
    }
    if (const auto* event = std::get_if<Event>(&item->change)) feed.add(event->event);
    urgent = forget_replaced(*item) || urgent;
  }
  settler.enqueue(std::move(items), urgent);
}

// Marks the unsettled items whose files a removal makes unnecessary. True if the removal frees much space.
bool Store::forget_replaced(Item& item) {
  if (const auto* removal = std::get_if<RemoveVersion>(&item.change)) {
    const bool pinned = pins.begin_removal(removal->sidecar);
    const ItemPtr version = unsettled.find(removal->sidecar);
    std::uint64_t freed = version == nullptr && !removal->payloads.empty() ? kUrgentRemovalBytes : 0;
    if (pinned) return false;  // its readers need the files
    if (version) {
      version->sidecar_dead.store(true, std::memory_order_release);
      item.replaced = version;
      if (const auto* put = std::get_if<PutVersion>(&version->change); put != nullptr && put->staged != 0)
        freed = put->version.info.size_bytes;
    }
    for (const FileId payload : removal->payloads) {
      if (const ItemPtr part = unsettled.find(payload)) part->payload_dead.store(true, std::memory_order_release);
    }
    return freed > kUrgentRemovalBytes;
  }
  if (const auto* put = std::get_if<PutVersion>(&item.change); put != nullptr && put->update) {
    if (const ItemPtr version = unsettled.find(put->version.file)) version->updated.store(true, std::memory_order_release);
  } else if (const auto* part = std::get_if<RemovePart>(&item.change)) {
    if (const ItemPtr put_part = unsettled.find(part->file)) {
      put_part->sidecar_dead.store(true, std::memory_order_release);
      if (!part->keep_payload) put_part->payload_dead.store(true, std::memory_order_release);
    }
  } else if (const auto* upload = std::get_if<RemoveUpload>(&item.change)) {
    if (const ItemPtr put_upload = unsettled.find(upload->sidecar)) put_upload->sidecar_dead.store(true, std::memory_order_release);
  } else if (const auto* document = std::get_if<RemoveDocument>(&item.change); document != nullptr && document->bucket_id != 0) {
    for (const ItemPtr& lost : unsettled.of_bucket(document->bucket_id)) {
      lost->sidecar_dead.store(true, std::memory_order_release);
      lost->payload_dead.store(true, std::memory_order_release);
    }
  }
  return false;
}

void Store::journal_pressure(JournalPressure pressure) {
  admission.set_journal_pressed(pressure == JournalPressure::full);
  settler.set_journal_pressure(pressure);
}

void Store::append_outcome(const Result<>& outcome) {
  const bool failing = !outcome;
  if (journal_failing_.load(std::memory_order_relaxed) != failing) journal_failing_.store(failing, std::memory_order_relaxed);
}

std::optional<Error> Store::why_no_room() const { return admission.failure(); }

}  // namespace holdfast::storage::local
