#include "recovery.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/base/log.hpp"

#include <algorithm>
#include <filesystem>

namespace holdfast::storage::local {
namespace {

constexpr std::size_t kBatch = 512;
constexpr std::uint64_t kSidecarBytes = 64 * limits::kMiB;

// Applies changes some hundreds at a time.
class Batches {
 public:
  explicit Batches(Index& index) : index_(index) {}

  Result<> add(std::uint64_t seq, Change change) {
    changes_.push_back(std::move(change));
    seqs_.push_back(seq);
    return changes_.size() < kBatch ? Result<>() : apply();
  }

  Result<> apply() {
    std::vector<SequencedChange> batch;
    batch.reserve(changes_.size());
    for (std::size_t i = 0; i < changes_.size(); ++i) batch.push_back({seqs_[i], &changes_[i]});
    if (batch.empty()) return {};
    HOLDFAST_TRY_VOID(index_.apply(batch));
    changes_.clear();
    seqs_.clear();
    return {};
  }

 private:
  Index& index_;
  std::vector<Change> changes_;
  std::vector<std::uint64_t> seqs_;
};

struct Row {
  Change change;
  std::uint64_t seq = 0;
};

Row row_of(Sidecar sidecar) {
  if (auto* version = std::get_if<VersionRecord>(&sidecar)) {
    const std::uint64_t seq = std::max(version->changed_seq, version->info.created_seq);
    return {PutVersion{std::move(*version), false, 0, {}}, seq};
  }
  if (auto* upload = std::get_if<UploadRecord>(&sidecar)) {
    const std::uint64_t seq = upload->created_seq;
    return {PutUpload{std::move(*upload)}, seq};
  }
  auto& part = std::get<PartRecord>(sidecar);
  const std::uint64_t seq = part.changed_seq;
  return {PutPart{std::move(part), 0}, seq};
}

Result<> read_sidecars(const RebuildInput& input, Index& index, std::uint64_t& last_seq, const Progress& progress) {
  Batches batches(index);
  std::uint64_t done = 0;
  HOLDFAST_TRY_VOID(
      visit_files(input.files, input.layout, [&](const std::string& path, std::uint64_t bucket_id, const ShardFile& file) -> Result<> {
        if (!file.sidecar || !input.catalog.has_bucket(bucket_id)) return {};
        if (progress && ++done % 1000 == 0) progress("reading sidecars", done, 0);
        HOLDFAST_TRY(text, io::read_whole_file(input.files, path, kSidecarBytes));
        auto sidecar = parse_sidecar(text);
        if (!sidecar) {
          if (!input.survey.brought.contains(file.file)) {
            log::error("A sidecar can't be read; its object is missing from the index. The file is left as it is.",
                       {{"file", path}, {"error", std::string(sidecar.error().text())}});
          }
          return {};
        }
        Row row = row_of(std::move(*sidecar));
        last_seq = std::max(last_seq, row.seq);
        return batches.add(row.seq, std::move(row.change));
      }));
  return batches.apply();
}

// RocksDB's folders are its own: they don't go through the FileSystem.
Result<> exchange_index(const RebuildInput& input) {
  HOLDFAST_TRY_VOID(destroy_index(input.layout.index()));
  std::error_code failure;
  std::filesystem::rename(input.layout.new_index(), input.layout.index(), failure);
  if (failure) return error_from_errno(failure.value(), "rename " + input.layout.new_index());
  return {};
}

}  // namespace

Result<> visit_files(io::FileSystem& files, const Layout& layout, const FileVisit& visit) {
  HOLDFAST_TRY(buckets, files.list(layout.buckets()));
  for (const io::DirectoryEntry& bucket : buckets) {
    const auto bucket_id = parse_file_id(bucket.name);
    if (!bucket_id) continue;
    HOLDFAST_TRY(shards, files.list(layout.bucket(*bucket_id)));
    for (const io::DirectoryEntry& shard : shards) {
      const std::string folder = layout.bucket(*bucket_id) + "/" + shard.name;
      HOLDFAST_TRY(entries, files.list(folder));
      for (const io::DirectoryEntry& entry : entries) {
        const auto file = parse_shard_file(entry.name);
        if (file) HOLDFAST_TRY_VOID(visit(folder + "/" + entry.name, *bucket_id, *file));
      }
    }
  }
  return {};
}

Result<std::uint64_t> greatest_epoch_of_files(io::FileSystem& files, const Layout& layout) {
  std::uint64_t greatest = 0;
  HOLDFAST_TRY_VOID(visit_files(files, layout, [&](const std::string&, std::uint64_t bucket_id, const ShardFile& file) -> Result<> {
    greatest = std::max({greatest, epoch_of(file.file), epoch_of(bucket_id)});
    return {};
  }));
  return greatest;
}

Result<> apply_journal(Journal& journal, Index& index, std::uint64_t after) {
  Batches batches(index);
  HOLDFAST_TRY_VOID(journal.replay([&](const JournalRecord& record) -> Result<> {
    if (record.seq <= after) return {};
    HOLDFAST_TRY(change, decode_change(record.change));
    assign_seq(change, record.seq);
    return batches.add(record.seq, std::move(change));
  }));
  return batches.apply();
}

Result<> note_applied(Index& index, std::uint64_t seq) {
  if (index.applied_seq() >= seq) return {};
  const Change nothing = Event();
  const SequencedChange change{seq, &nothing};
  return index.apply({&change, 1});
}

Result<std::shared_ptr<Index>> rebuild_index(const RebuildInput& input, std::uint64_t& last_seq, const Progress& progress) {
  const IndexOptions options{input.layout.new_index(), input.deployment_id, input.options.block_cache_bytes};
  HOLDFAST_TRY_VOID(destroy_index(options.directory));
  {
    HOLDFAST_TRY(fresh, open_index(options));
    HOLDFAST_TRY_VOID(read_sidecars(input, *fresh, last_seq, progress));
    HOLDFAST_TRY_VOID(apply_journal(input.journal, *fresh, 0));
    HOLDFAST_TRY_VOID(note_applied(*fresh, last_seq));
    HOLDFAST_TRY_VOID(fresh->flush());
    HOLDFAST_TRY_VOID(fresh->mark_complete());
    fresh.reset();
  }
  HOLDFAST_TRY_VOID(exchange_index(input));
  HOLDFAST_TRY(index, open_index({input.layout.index(), input.deployment_id, input.options.block_cache_bytes}));
  return std::shared_ptr<Index>(std::move(index));
}

}  // namespace holdfast::storage::local
