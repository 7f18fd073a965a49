// holdfast check: compares journal, files and index of a folder that nobody serves.
#include "readers.hpp"
#include "recovery.hpp"
#include "scrub.hpp"
#include "store.hpp"

#include "holdfast/base/limits.hpp"

#include <algorithm>

namespace holdfast::storage::local {
namespace {

constexpr std::uint64_t kSidecarBytes = 64 * limits::kMiB;
constexpr std::uint64_t kProgressStep = 1000;

// A set of file ids, made once and then only asked.
class FileSet {
 public:
  void add(FileId file) { files_.push_back(file); }
  void finish() {
    std::sort(files_.begin(), files_.end());
    files_.erase(std::unique(files_.begin(), files_.end()), files_.end());
  }
  bool contains(FileId file) const { return std::binary_search(files_.begin(), files_.end(), file); }

 private:
  std::vector<FileId> files_;
};

struct Orphan {
  std::string path;
  FileId file = 0;
  bool sidecar = false;
};

class Check {
 public:
  Check(io::FileSystem& files, const Layout& layout, const Catalog& catalog, const Opened& opened, bool deep, const Progress& progress)
      : files_(files), layout_(layout), catalog_(catalog), opened_(opened), deep_(deep), progress_(progress) {}

  Result<> run() {
    const Index& index = *opened_.index;
    HOLDFAST_TRY_VOID(index.visit_versions([&](const VersionRecord& version) { return check_version(version); }));
    HOLDFAST_TRY_VOID(index.visit_uploads([&](const UploadRecord& upload) { return check_upload(upload); }));
    HOLDFAST_TRY_VOID(index.visit_parts([&](const PartRecord& part) { return check_part(part); }));
    sidecars_.finish();
    payloads_.finish();
    return visit_files(files_, layout_, [&](const std::string& path, std::uint64_t bucket_id, const ShardFile& file) {
      return check_file(path, bucket_id, file);
    });
  }

  CheckReport report;
  std::vector<Orphan> orphans;      // files that no row names
  std::vector<VersionRecord> bare;  // versions whose sidecar is missing or damaged, and can be written from the row
  bool index_is_stale = false;      // sidecars and index disagree

 private:
  // The journal has the truth about it, and the next start writes its files again.
  bool in_journal(FileId file) const { return opened_.survey.brought.contains(file); }

  void problem(std::string what, const std::string& path) { report.problems.push_back(std::move(what) + " (" + path + ")"); }

  std::string name(const VersionRecord& version) const {
    return catalog_.bucket_name(version.bucket_id) + "/" + version.info.key + " version " + version_id_of(version);
  }

  void step() {
    if (progress_ && ++done_ % kProgressStep == 0) progress_("checking", done_, 0);
  }

  Result<> check_version(const VersionRecord& row) {
    step();
    if (!row.info.delete_marker) ++report.objects;
    sidecars_.add(row.file);
    if (!catalog_.has_bucket(row.bucket_id)) {
      problem("an object of a bucket that doesn't exist: " + row.info.key, layout_.bucket(row.bucket_id));
      index_is_stale = true;
    }
    VersionRecord version = row;
    if (!in_journal(row.file)) {
      HOLDFAST_TRY(good, check_sidecar(row, version));
      if (!good) return {};
    } else if (row.extents.empty() && row.info.size_bytes > 0 && row.info.part_count == 0) {
      payloads_.add(row.file);
    } else if (row.extents.empty()) {
      in_journal_without_extents_ = true;
    }
    for (const Extent& extent : version.extents) HOLDFAST_TRY_VOID(check_payload(row.bucket_id, extent, name(row)));
    return {};
  }

  // Fills in the extents that the row leaves out.
  Result<bool> check_sidecar(const VersionRecord& row, VersionRecord& version) {
    const std::string path = layout_.sidecar(row.bucket_id, row.file);
    auto text = io::read_whole_file(files_, path, kSidecarBytes);
    if (!text && !io::missing(text.error())) return std::move(text).error();
    auto sidecar = text ? parse_sidecar(*text) : Result<Sidecar>(Error(ErrorCode::XHoldfastCorruptObject, "it is missing"));
    const auto* found = sidecar ? std::get_if<VersionRecord>(&*sidecar) : nullptr;
    if (found == nullptr) {
      problem("the sidecar of " + name(row) + " can't be read: " + (sidecar ? "it isn't an object's" : std::string(sidecar.error().text())),
              path);
      const bool row_says_all = !row.extents.empty() || row.info.size_bytes == 0;
      if (row_says_all && row.info.part_count == 0) bare.push_back(row);
      for (const Extent& extent : row.extents) payloads_.add(extent.file);
      return false;
    }
    const bool same = found->info.key == row.info.key && found->info.created_seq == row.info.created_seq &&
                      found->changed_seq == row.changed_seq && found->info.size_bytes == row.info.size_bytes &&
                      found->info.etag == row.info.etag;
    if (!same) {
      problem("index and sidecar of " + name(row) + " disagree", path);
      index_is_stale = true;
    }
    version.extents = found->extents;
    return true;
  }

  Result<> check_upload(const UploadRecord& upload) {
    step();
    ++report.uploads;
    sidecars_.add(upload.file);
    if (in_journal(upload.file)) return {};
    return check_small_sidecar(upload.bucket_id, upload.file, "the upload " + upload_id_of(upload) + " of " + upload.key);
  }

  Result<> check_part(const PartRecord& part) {
    step();
    const std::string what = "part " + std::to_string(part.extent.part.number) + " of an upload";
    sidecars_.add(part.extent.file);
    if (!in_journal(part.extent.file)) HOLDFAST_TRY_VOID(check_small_sidecar(part.bucket_id, part.extent.file, what));
    return check_payload(part.bucket_id, part.extent, what);
  }

  Result<> check_small_sidecar(std::uint64_t bucket_id, FileId file, const std::string& what) {
    const std::string path = layout_.sidecar(bucket_id, file);
    auto text = io::read_whole_file(files_, path, kSidecarBytes);
    if (!text && !io::missing(text.error())) return std::move(text).error();
    const auto sidecar = text ? parse_sidecar(*text) : Result<Sidecar>(Error(ErrorCode::XHoldfastCorruptObject, "it is missing"));
    if (!sidecar) problem("the sidecar of " + what + " can't be read: " + std::string(sidecar.error().text()), path);
    return {};
  }

  Result<> check_payload(std::uint64_t bucket_id, const Extent& extent, const std::string& what) {
    if (extent.file_bytes == 0) return {};
    payloads_.add(extent.file);
    const std::string path = layout_.data(bucket_id, extent.file);
    auto opened = files_.open(path, io::OpenMode::read);
    if (!opened && io::missing(opened.error())) {
      if (!in_journal(extent.file)) problem("the payload of " + what + " is missing", path);
      return {};
    }
    if (!opened) return std::move(opened).error();
    ++report.files;
    const io::File& file = **opened;
    HOLDFAST_TRY(size, file.size_bytes());
    report.bytes += size;
    if (in_journal(extent.file)) return {};
    if (size != extent.file_bytes) {
      problem("the payload of " + what + " has " + std::to_string(size) + " bytes instead of " + std::to_string(extent.file_bytes), path);
      return {};
    }
    if (!deep_) return {};
    HOLDFAST_TRY(damage, payload_damage(file, extent, [](std::uint64_t) { return true; }));
    if (!damage.empty()) problem("the payload of " + what + " is damaged: " + damage, path);
    return {};
  }

  Result<> check_file(const std::string& path, std::uint64_t bucket_id, const ShardFile& file) {
    step();
    if (file.sidecar) ++report.files;
    const bool named = file.sidecar ? sidecars_.contains(file.file) : payloads_.contains(file.file);
    if (named || belongs_to_journal(bucket_id, file)) return {};
    if (!file.sidecar && in_journal_without_extents_) return {};
    problem(file.sidecar ? "a sidecar that the index doesn't know" : "a payload that no object has", path);
    orphans.push_back({path, file.file, file.sidecar});
    return {};
  }

  bool belongs_to_journal(std::uint64_t bucket_id, const ShardFile& file) const {
    const JournalSurvey& survey = opened_.survey;
    return in_journal(file.file) || survey.dead_sidecars.contains(file.file) || survey.dead_payloads.contains(file.file) ||
           survey.dead_buckets.contains(bucket_id);
  }

  io::FileSystem& files_;
  const Layout& layout_;
  const Catalog& catalog_;
  const Opened& opened_;
  const bool deep_;
  const Progress& progress_;
  FileSet sidecars_;
  FileSet payloads_;
  bool in_journal_without_extents_ = false;  // payloads that only the journal can name
  std::uint64_t done_ = 0;
};

// A payload that no object has is kept, out of the way: never delete on doubt.
Result<> set_aside(io::FileSystem& files, const Layout& layout, const Orphan& orphan, CheckReport& report) {
  HOLDFAST_TRY_VOID(io::make_directories_durably(files, layout.orphans()));
  const std::string to = layout.orphans() + orphan.path.substr(orphan.path.rfind('/'));
  HOLDFAST_TRY_VOID(files.rename(orphan.path, to));
  HOLDFAST_TRY_VOID(files.sync_directory(layout.orphans()));
  report.repaired.push_back("moved " + orphan.path + " to " + to);
  return {};
}

Result<> write_sidecar(io::FileSystem& files, const Layout& layout, const Catalog& catalog, const VersionRecord& version,
                       CheckReport& report) {
  const std::string path = layout.sidecar(version.bucket_id, version.file);
  HOLDFAST_TRY_VOID(io::make_directories_durably(files, layout.shard(version.bucket_id, version.file)));
  HOLDFAST_TRY_VOID(io::replace_file_durably(files, path, as_bytes(to_sidecar(version, catalog.bucket_name(version.bucket_id)))));
  report.repaired.push_back("wrote " + path + " from the index");
  return {};
}

struct Outcome {
  CheckReport report;
  bool needs_new_index = false;
};

Result<Outcome> check_once(const LocalOptions& options, io::FileSystem& files, const Layout& layout, WhichIndex which_index, bool deep,
                           bool repair, const Progress& progress) {
  Catalog catalog;
  HOLDFAST_TRY(opened, open_opened(options, files, layout, catalog, IfMissing::refuse, which_index, progress));
  Check check(files, layout, catalog, opened, deep, progress);
  HOLDFAST_TRY_VOID(check.run());
  Outcome outcome;
  const bool unknown_sidecar = std::any_of(check.orphans.begin(), check.orphans.end(), [](const Orphan& orphan) { return orphan.sidecar; });
  outcome.needs_new_index = check.index_is_stale || unknown_sidecar;
  if (opened.rebuilt && which_index == WhichIndex::as_it_is) {
    check.report.problems.insert(check.report.problems.begin(), "the index was missing or incomplete (" + layout.index() + ")");
    check.report.repaired.push_back("made the index anew");
  }
  if (repair) {
    for (const VersionRecord& version : check.bare) HOLDFAST_TRY_VOID(write_sidecar(files, layout, catalog, version, check.report));
    const bool last_try = which_index == WhichIndex::anew || !outcome.needs_new_index;
    for (const Orphan& orphan : check.orphans) {
      if (last_try) HOLDFAST_TRY_VOID(set_aside(files, layout, orphan, check.report));
    }
  }
  outcome.report = std::move(check.report);
  return outcome;
}

// What the journal still has is written out first, so that files and index can be compared as they will be.
Result<> settle_everything(const LocalOptions& options, io::FileSystem& files, const Progress& progress) {
  io::BlockingPool pool(1);
  const SystemClock clock;
  HOLDFAST_TRY(store, open_store(options, files, pool, clock, progress));
  store->close(std::chrono::steady_clock::time_point::max());
  return {};
}

}  // namespace
}  // namespace holdfast::storage::local

namespace holdfast::storage {

Result<CheckReport> check_local(const LocalOptions& options, io::FileSystem& files, bool deep, bool repair, const Progress& progress) {
  const local::Layout layout(options.directory);
  HOLDFAST_TRY(first, local::check_once(options, files, layout, local::WhichIndex::as_it_is, deep, false, progress));
  if (!repair || first.report.problems.empty()) return std::move(first.report);
  CheckReport report = std::move(first.report);
  HOLDFAST_TRY_VOID(local::settle_everything(options, files, progress));
  const auto which_index = first.needs_new_index ? local::WhichIndex::anew : local::WhichIndex::as_it_is;
  HOLDFAST_TRY(second, local::check_once(options, files, layout, which_index, false, true, progress));
  if (first.needs_new_index) report.repaired.emplace_back("made the index anew");
  std::move(second.report.repaired.begin(), second.report.repaired.end(), std::back_inserter(report.repaired));
  return report;
}

}  // namespace holdfast::storage
