#include "recovery.hpp"

#include "buckets.hpp"
#include "store.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"
#include "holdfast/base/log.hpp"
#include "holdfast/storage/names.hpp"

#include <algorithm>
#include <set>

namespace holdfast::storage::local {
namespace {

constexpr std::uint64_t kDocumentBytes = 64 * limits::kMiB;
constexpr std::string_view kDocumentSuffix = ".json";

struct Surveyor {
  JournalSurvey& survey;

  void operator()(const PutVersion& put) const {
    survey.brought.insert(put.version.file);
    survey.brought.insert(put.linked.begin(), put.linked.end());
  }
  void operator()(const RemoveVersion& removal) const {
    survey.dead_sidecars.insert(removal.sidecar);
    survey.dead_payloads.insert(removal.payloads.begin(), removal.payloads.end());
  }
  void operator()(const PutUpload& put) const { survey.brought.insert(put.upload.file); }
  void operator()(const PutPart& put) const { survey.brought.insert(put.part.extent.file); }
  void operator()(const RemovePart& removal) const {
    survey.dead_sidecars.insert(removal.file);
    if (!removal.keep_payload) survey.dead_payloads.insert(removal.file);
  }
  void operator()(const RemoveUpload& removal) const { survey.dead_sidecars.insert(removal.sidecar); }
  void operator()(const RemoveDocument& removal) const {
    if (removal.bucket_id != 0) survey.dead_buckets.insert(removal.bucket_id);
  }
  void operator()(const auto&) const {}
};

// Reads the documents' files. A damaged one must be overtaken by the journal: its name is returned.
Result<std::vector<std::string>> load_documents(io::FileSystem& files, const Layout& layout, Catalog& catalog, std::uint64_t& last_seq) {
  std::vector<std::string> damaged;
  HOLDFAST_TRY(entries, files.list(layout.documents()));
  for (const io::DirectoryEntry& entry : entries) {
    if (!entry.name.ends_with(kDocumentSuffix)) continue;
    const auto name = uri_decode(std::string_view(entry.name).substr(0, entry.name.size() - kDocumentSuffix.size()));
    if (!name) continue;
    HOLDFAST_TRY(text, io::read_whole_file(files, layout.documents() + "/" + entry.name, kDocumentBytes));
    auto document = parse_document_file(text);
    bool good = document && document->name == *name;
    if (good) {
      last_seq = std::max(last_seq, document->changed_seq);
      good = static_cast<bool>(catalog.apply(PutDocument{*name, std::move(document->content)}, document->changed_seq));
    }
    if (!good) damaged.push_back(*name);
  }
  return damaged;
}

Result<JournalSurvey> survey_journal(Journal& journal, Catalog& catalog, std::set<std::string> damaged_documents) {
  JournalSurvey survey;
  HOLDFAST_TRY_VOID(journal.replay([&](const JournalRecord& record) -> Result<> {
    HOLDFAST_TRY(change, decode_change(record.change));
    assign_seq(change, record.seq);
    std::visit(Surveyor{survey}, change);
    if (const auto* document = std::get_if<PutDocument>(&change)) damaged_documents.erase(document->name);
    if (const auto* removal = std::get_if<RemoveDocument>(&change)) damaged_documents.erase(removal->name);
    ++survey.records;
    survey.last_seq = record.seq;
    return catalog.apply(change, record.seq);
  }));
  if (!damaged_documents.empty()) {
    return Error(ErrorCode::InternalError,
                 "The document '" + *damaged_documents.begin() + "' is damaged. Run 'holdfast check' on the data folder.");
  }
  return survey;
}

std::uint64_t greatest_epoch_of_buckets(const Catalog& catalog) {
  std::uint64_t greatest = 0;
  for (const BucketPtr& bucket : catalog.buckets()) greatest = std::max(greatest, epoch_of(bucket->id));
  return greatest;
}

// Writes the journal's live changes out again. Files that are found are not trusted: a crash may have left half of them.
class Resettler {
 public:
  Resettler(Store& store, const JournalSurvey& survey) : store_(store), survey_(survey) {}

  Result<> run(Item::Effort effort) {
    left_over.clear();
    events_.clear();
    HOLDFAST_TRY_VOID(store_.journal->replay([&](const JournalRecord& record) { return settle(record, effort); }));
    HOLDFAST_TRY_VOID(store_.file_writer.sync());
    if (events_.empty()) return {};
    HOLDFAST_TRY(path, store_.feed.write_batch(events_));
    (void)path;
    store_.feed.batch_is_durable(events_.front().seq, events_.back().seq);
    return {};
  }

  std::vector<ItemPtr> left_over;  // what couldn't be written: the disk may be full

 private:
  Result<> settle(const JournalRecord& record, Item::Effort effort) {
    HOLDFAST_TRY(change, decode_change(record.change));
    assign_seq(change, record.seq);
    if (const auto* put = std::get_if<PutVersion>(&change)) last_version_id_ = version_id_of(put->version);
    auto item = std::make_shared<Item>(std::move(change));
    item->seq = record.seq;
    item->payload = record.payload_location;
    item->effort = effort;
    item->cost = sizeof(Item) + record.change.size() + record.payload.size();
    mark_dead(*item);
    if (auto* event = std::get_if<Event>(&item->change)) {
      if (event->event.version_id.empty()) event->event.version_id = last_version_id_;
      events_.push_back(event->event);
    }
    if (const auto written = store_.file_writer.write(*item); !written) {
      if (left_over.empty()) log::error("A change can't be written out yet.", {{"error", std::string(written.error().text())}});
      left_over.push_back(std::move(item));
    }
    return {};
  }

  void mark_dead(Item& item) const {
    if (survey_.dead_buckets.contains(bucket_of(item.change)) && !std::holds_alternative<RemoveDocument>(item.change)) {
      item.sidecar_dead = true;
      item.payload_dead = true;
    }
    for (const FileId file : sidecars_of(item.change)) {
      if (survey_.dead_sidecars.contains(file)) item.sidecar_dead = true;
      if (survey_.dead_payloads.contains(file)) item.payload_dead = true;
    }
  }

  static std::vector<FileId> sidecars_of(const Change& change) {
    if (const auto* put = std::get_if<PutVersion>(&change)) return {put->version.file};
    if (const auto* part = std::get_if<PutPart>(&change)) return {part->part.extent.file};
    if (const auto* upload = std::get_if<PutUpload>(&change)) return {upload->upload.file};
    return {};
  }

  Store& store_;
  const JournalSurvey& survey_;
  std::vector<ChangeEvent> events_;
  std::string last_version_id_;
};

std::set<std::string> names_still_needed(const std::vector<ItemPtr>& left_over) {
  std::set<std::string> names;
  for (const ItemPtr& item : left_over) {
    if (const auto* put = std::get_if<PutVersion>(&item->change)) {
      if (put->staged != 0) names.insert(file_id_text(put->staged));
      for (const FileId file : put->linked) names.insert(file_id_text(file));
    } else if (const auto* part = std::get_if<PutPart>(&item->change); part != nullptr && part->staged != 0) {
      names.insert(file_id_text(part->staged));
    }
  }
  return names;
}

// What no live record names belonged to writers and readers of the last run.
Result<> empty_folder(io::FileSystem& files, const std::string& folder, const std::set<std::string>& keep) {
  HOLDFAST_TRY(entries, files.list(folder));
  for (const io::DirectoryEntry& entry : entries) {
    if (entry.is_directory || keep.contains(entry.name)) continue;
    HOLDFAST_TRY_VOID(files.remove(folder + "/" + entry.name));
  }
  return {};
}

Result<std::vector<ItemPtr>> resettle(Store& store, const JournalSurvey& survey, const Progress& progress) {
  if (progress) progress("writing out the journal", 0, survey.records);
  Resettler resettler(store, survey);
  auto outcome = resettler.run(Item::Effort::replace);
  if (!outcome) outcome = resettler.run(Item::Effort::replace_synced);
  if (!outcome) return std::move(outcome).error();
  if (progress) progress("writing out the journal", survey.records, survey.records);
  return std::move(resettler.left_over);
}

void release_journal(Store& store, Index& index, std::uint64_t live_from) {
  if (const auto flushed = index.flush(); !flushed) {
    log::warn("The index can't be flushed; the journal keeps what it has.", {{"error", std::string(flushed.error().text())}});
    return;
  }
  store.journal->release(live_from);
  if (const auto written = store.journal->write_live_from(); !written) {
    log::warn("The journal can't be sealed.", {{"error", std::string(written.error().text())}});
  }
}

// `mkdir -p /data/NAME` in a compose file asks for a bucket.
Task<void> adopt_folders(Store& store, std::vector<io::DirectoryEntry> entries) {
  for (const io::DirectoryEntry& entry : entries) {
    if (!entry.is_directory || entry.name.starts_with('.') || entry.name == "lost+found" || !is_valid_bucket_name(entry.name)) continue;
    if (store.catalog.bucket(entry.name)) continue;
    const std::string path = store.layout.directory() + "/" + entry.name;
    const auto inside = store.files.list(path);
    if (!inside || !inside->empty()) {
      log::warn("A folder beside the data is left alone: only an empty one becomes a bucket.", {{"folder", path}});
      continue;
    }
    BucketInfo bucket;
    bucket.name = entry.name;
    if (const auto created = co_await create_bucket(store, std::move(bucket)); !created) {
      log::warn("A folder couldn't be made a bucket.", {{"folder", path}, {"error", std::string(created.error().text())}});
      continue;
    }
    (void)store.files.remove_directory(path);  // else the bucket would come back with the start after its deletion
  }
}

}  // namespace

Result<Opened> open_opened(const LocalOptions& options, io::FileSystem& files, const Layout& layout, Catalog& catalog, IfMissing if_missing,
                           WhichIndex which_index, const Progress& progress) {
  Opened opened;
  HOLDFAST_TRY(folder, open_folder(files, layout, if_missing));
  opened.folder = std::move(folder);
  HOLDFAST_TRY(damaged, load_documents(files, layout, catalog, opened.last_seq));
  if (which_index == WhichIndex::as_it_is) {
    auto index = open_index({layout.index(), opened.folder.deployment_id, options.block_cache_bytes});
    if (index) {
      opened.index = std::move(*index);
    } else {
      log::warn("The index can't be opened and is made anew.", {{"error", std::string(index.error().text())}});
    }
  }
  opened.rebuilt = !opened.index || !opened.index->complete();
  std::uint64_t epoch = greatest_epoch_of_buckets(catalog);
  if (opened.rebuilt) {
    opened.index.reset();
    HOLDFAST_TRY(of_files, greatest_epoch_of_files(files, layout));
    epoch = std::max(epoch, of_files);
  } else {
    epoch = std::max(epoch, opened.index->greatest_epoch());
  }
  HOLDFAST_TRY(journal, open_journal(files, {layout.journal(), options.journal_segment_bytes}, epoch + 1));
  opened.journal = std::move(journal);
  HOLDFAST_TRY(survey, survey_journal(*opened.journal, catalog, {damaged.begin(), damaged.end()}));
  opened.survey = std::move(survey);
  opened.last_seq = std::max({opened.last_seq, opened.journal->last_seq(), opened.journal->live_from()});
  // The journal lets go of records only after the index has been flushed past them: an index that is behind is an old copy.
  if (!opened.rebuilt && opened.index->applied_seq() + 1 < opened.journal->live_from()) {
    log::warn("The index is older than the journal and is made anew.");
    opened.rebuilt = true;
    opened.index.reset();
  }
  if (opened.rebuilt) {
    if (progress) progress("making the index anew", 0, 0);
    const RebuildInput input{files, layout, options, opened.folder.deployment_id, *opened.journal, catalog, opened.survey};
    HOLDFAST_TRY(index, rebuild_index(input, opened.last_seq, progress));
    opened.index = std::move(index);
  } else {
    HOLDFAST_TRY_VOID(apply_journal(*opened.journal, *opened.index, opened.index->applied_seq()));
  }
  opened.last_seq = std::max(opened.last_seq, opened.index->applied_seq());
  HOLDFAST_TRY_VOID(note_applied(*opened.index, opened.last_seq));
  return opened;
}

Result<std::unique_ptr<Store>> open_store(const LocalOptions& options, io::FileSystem& files, io::BlockingPool& pool, const Clock& clock,
                                          const Progress& progress) {
  const Layout layout(options.directory);
  Catalog catalog;
  HOLDFAST_TRY(opened, open_opened(options, files, layout, catalog, IfMissing::create, WhichIndex::as_it_is, progress));
  const std::shared_ptr<Index> index = std::move(opened.index);
  StoreParts parts;
  parts.options = options;
  parts.deployment_id = opened.folder.deployment_id;
  parts.lock = std::move(opened.folder.lock);
  parts.journal = std::move(opened.journal);
  parts.sync_all = files.sync_all_reliable(layout.home());
  auto store = std::make_unique<Store>(std::move(parts), files, pool, clock);
  store->catalog.take(catalog);
  HOLDFAST_TRY_VOID(store->feed.load(store->journal->live_from()));

  std::vector<ItemPtr> left_over;
  if (opened.survey.records > 0) {
    HOLDFAST_TRY(unwritten, resettle(*store, opened.survey, progress));
    left_over = std::move(unwritten);
  }
  HOLDFAST_TRY_VOID(empty_folder(files, layout.staging(), names_still_needed(left_over)));
  HOLDFAST_TRY_VOID(empty_folder(files, layout.trash(), {}));
  if (opened.survey.records > 0) release_journal(*store, *index, left_over.empty() ? opened.last_seq + 1 : left_over.front()->seq);
  store->index.set(index);
  store->start(opened.last_seq, std::move(left_over));

  HOLDFAST_TRY(entries, files.list(layout.directory()));
  sync_wait(adopt_folders(*store, std::move(entries)));
  return store;
}

}  // namespace holdfast::storage::local

namespace holdfast::storage {

Result<> rebuild_local_index(const LocalOptions& options, io::FileSystem& files, const Progress& progress) {
  const local::Layout layout(options.directory);
  local::Catalog catalog;
  HOLDFAST_TRY(opened, local::open_opened(options, files, layout, catalog, local::IfMissing::refuse, local::WhichIndex::anew, progress));
  return opened.index->flush();
}

}  // namespace holdfast::storage
