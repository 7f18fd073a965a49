#include "scrub.hpp"

#include "recovery.hpp"
#include "store.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/hash/digest.hpp"

#include <algorithm>
#include <cerrno>

namespace holdfast::storage::local {
namespace {

constexpr std::uint64_t kMetadataBytes = 64 * limits::kMiB;
constexpr std::uint64_t kReadStep = limits::kMiB;
constexpr std::uint32_t kPage = 500;
constexpr std::size_t kPositionHeadBytes = 50;  // bucket id, '/', version id, '/'

// Where a scrub goes on: behind this version.
struct Position {
  std::uint64_t bucket_id = 0;
  std::string version_id;
  std::string key;
};

std::string text_of(const Position& position) {
  std::string version = position.version_id;
  version.resize(kPositionHeadBytes - 18, ' ');
  return file_id_text(position.bucket_id) + "/" + version + "/" + position.key;
}

Position parse_position(const std::string& text) {
  if (text.size() < kPositionHeadBytes) return {};
  const auto bucket_id = parse_file_id(std::string_view(text).substr(0, 16));
  if (!bucket_id) return {};
  std::string version = text.substr(17, kPositionHeadBytes - 18);
  version.erase(version.find_last_not_of(' ') + 1);
  return {*bucket_id, std::move(version), text.substr(kPositionHeadBytes)};
}

// Says something about the file; other failures (no descriptors, no memory) say something about the moment.
bool about_the_file(const Error& error) { return io::missing(error) || error.os_error == EIO || error.os_error == EISDIR; }

class Scrub {
 public:
  Scrub(const ScrubSource& source, ScrubObserver& observer) : source_(source), observer_(observer) {}

  Result<ScrubOutcome> run(const Position& from) {
    std::vector<BucketPtr> buckets = source_.catalog.buckets();
    std::sort(buckets.begin(), buckets.end(), [](const BucketPtr& a, const BucketPtr& b) { return a->id < b->id; });
    for (const BucketPtr& bucket : buckets) {
      if (bucket->id < from.bucket_id) continue;
      HOLDFAST_TRY_VOID(check_versions(*bucket, bucket->id == from.bucket_id ? from : Position{bucket->id, "", ""}));
      HOLDFAST_TRY_VOID(check_uploads(*bucket));
      if (stopped_) return outcome_;
    }
    HOLDFAST_TRY_VOID(check_documents());
    outcome_.finished = !stopped_;
    return outcome_;
  }

 private:
  Result<std::shared_ptr<const Index>> index() const {
    auto index = source_.index();
    if (!index) return Error(ErrorCode::ServiceUnavailable, "The index is being opened again.");
    return index;
  }

  void pace(std::uint64_t bytes) {
    outcome_.bytes += bytes;
    stopped_ = stopped_ || !observer_.go_on(bytes);
  }

  void damaged(Damage damage) {
    ++outcome_.damaged;
    observer_.damaged(damage);
  }

  // --- versions ---
  Result<> check_versions(const BucketInfo& bucket, Position at) {
    while (!stopped_) {
      VersionQuery query;
      query.bucket = bucket.name;
      query.key_marker = at.key;
      query.version_id_marker = at.version_id;
      query.max_keys = kPage;
      HOLDFAST_TRY(rows, index());
      HOLDFAST_TRY(page, *rows->list_versions(bucket.id, query, ReadTier::any));
      rows.reset();
      for (const VersionRecord& version : page.versions) {
        HOLDFAST_TRY_VOID(check_version(bucket, version));
        if (stopped_) return {};
        observer_.checked(text_of({bucket.id, version_id_of(version), version.info.key}));
      }
      if (!page.truncated) return {};
      at.key = page.next_key;
      at.version_id = page.next_version_id;
    }
    return {};
  }

  Result<> check_version(const BucketInfo& bucket, const VersionRecord& row) {
    ++outcome_.objects;
    Damage damage{bucket.name, row.info.key, version_id_of(row), "", ""};
    VersionRecord version = row;
    HOLDFAST_TRY_VOID(look_at_version(version, damage));
    if (damage.what.empty() || stopped_) return {};
    HOLDFAST_TRY(same, still_there(row));
    if (same) damaged(std::move(damage));
    return {};
  }

  Result<> look_at_version(VersionRecord& version, Damage& damage) {
    if (source_.in_journal(version.file)) return {};
    damage.file = source_.layout.sidecar(version.bucket_id, version.file);
    HOLDFAST_TRY(sidecar, read_sidecar(damage.file, damage.what));
    if (auto* found = sidecar ? std::get_if<VersionRecord>(&*sidecar) : nullptr) {
      version.extents = std::move(found->extents);
      if (found->info.key != version.info.key || found->info.created_seq != version.info.created_seq)
        damage.what = "it is another object's";
    } else if (sidecar) {
      damage.what = "it isn't an object's sidecar";
    }
    for (const Extent& extent : version.extents) {
      if (!damage.what.empty() || stopped_) return {};
      HOLDFAST_TRY_VOID(look_at_payload(version.bucket_id, extent, damage));
    }
    return {};
  }

  // Whether a version that looked damaged was only removed or changed meanwhile.
  Result<bool> still_there(const VersionRecord& row) {
    HOLDFAST_TRY(rows, index());
    HOLDFAST_TRY(now, *rows->version(row.bucket_id, row.info.key, row.info.created_seq, ReadTier::any));
    return now && now->file == row.file && !source_.in_journal(row.file) && source_.catalog.has_bucket(row.bucket_id);
  }

  // --- uploads and their parts ---
  Result<> check_uploads(const BucketInfo& bucket) {
    UploadQuery query;
    query.bucket = bucket.name;
    query.max_uploads = kPage;
    while (!stopped_) {
      HOLDFAST_TRY(rows, index());
      HOLDFAST_TRY(page, *rows->list_uploads(bucket.id, query, ReadTier::any));
      for (const UploadRecord& upload : page.uploads) {
        HOLDFAST_TRY_VOID(check_upload(bucket, upload));
        if (stopped_) return {};
      }
      if (!page.truncated) return {};
      query.key_marker = page.next_key;
      query.upload_id_marker = page.next_upload_id;
    }
    return {};
  }

  Result<> check_upload(const BucketInfo& bucket, const UploadRecord& upload) {
    Damage damage{bucket.name, upload.key, upload_id_of(upload), source_.layout.sidecar(bucket.id, upload.file), ""};
    if (!source_.in_journal(upload.file)) {
      HOLDFAST_TRY(sidecar, read_sidecar(damage.file, damage.what));
      (void)sidecar;
    }
    HOLDFAST_TRY(rows, index());
    HOLDFAST_TRY(parts, *rows->parts(upload.created_seq, 0, limits::kParts, ReadTier::any));
    for (const PartRecord& part : parts) {
      if (!damage.what.empty() || stopped_) break;
      if (source_.in_journal(part.extent.file)) continue;
      damage.file = source_.layout.sidecar(bucket.id, part.extent.file);
      HOLDFAST_TRY(sidecar, read_sidecar(damage.file, damage.what));
      (void)sidecar;
      if (damage.what.empty()) HOLDFAST_TRY_VOID(look_at_payload(bucket.id, part.extent, damage));
      HOLDFAST_TRY(now, *rows->part(upload.created_seq, part.extent.part.number, ReadTier::any));
      if (!now || now->extent.file != part.extent.file) damage.what.clear();  // replaced meanwhile
    }
    if (damage.what.empty() || stopped_) return {};
    HOLDFAST_TRY(now, *rows->upload(bucket.id, upload.key, upload.created_seq, ReadTier::any));
    if (now) damaged(std::move(damage));
    return {};
  }

  // --- documents ---
  Result<> check_documents() {
    for (const std::string& name : source_.catalog.documents("")) {
      if (stopped_) return {};
      Damage damage{"", name, "", source_.layout.document(name), ""};
      const std::uint64_t seq = source_.catalog.document_seq(name);
      HOLDFAST_TRY(text, read_metadata(damage.file, damage.what));
      if (damage.what.empty()) {
        const auto document = parse_document_file(text);
        if (!document) damage.what = std::string(document.error().text());
      }
      // One that is missing may still be the journal's.
      const bool unsettled = io_missing_ || source_.catalog.document_seq(name) != seq;
      if (!damage.what.empty() && !unsettled) damaged(std::move(damage));
    }
    return {};
  }

  // --- files ---
  Result<std::string> read_metadata(const std::string& path, std::string& what) {
    auto text = io::read_whole_file(source_.files, path, kMetadataBytes);
    io_missing_ = !text && io::missing(text.error());
    if (!text && !about_the_file(text.error())) return std::move(text).error();
    if (!text) what = io_missing_ ? "it is missing" : std::string(text.error().text());
    pace(text ? text->size() : 0);
    return text ? std::move(*text) : std::string();
  }

  Result<std::optional<Sidecar>> read_sidecar(const std::string& path, std::string& what) {
    HOLDFAST_TRY(text, read_metadata(path, what));
    if (!what.empty()) return std::optional<Sidecar>();
    auto sidecar = parse_sidecar(text);
    if (!sidecar) what = std::string(sidecar.error().text());
    return sidecar ? std::optional<Sidecar>(std::move(*sidecar)) : std::nullopt;
  }

  Result<> look_at_payload(std::uint64_t bucket_id, const Extent& extent, Damage& damage) {
    if (extent.file_bytes == 0) return {};
    damage.file = source_.layout.data(bucket_id, extent.file);
    auto file = source_.files.open(damage.file, io::OpenMode::read);
    if (!file && !about_the_file(file.error())) return std::move(file).error();
    if (!file) {
      damage.what = io::missing(file.error()) ? "it is missing" : std::string(file.error().text());
      return {};
    }
    const auto pacer = [this](std::uint64_t bytes) {
      pace(bytes);
      return !stopped_;
    };
    auto what = payload_damage(**file, extent, pacer);
    if (!what && !about_the_file(what.error())) return std::move(what).error();
    damage.what = what ? std::move(*what) : std::string(what.error().text());
    return {};
  }

  const ScrubSource& source_;
  ScrubObserver& observer_;
  ScrubOutcome outcome_;
  bool stopped_ = false;
  bool io_missing_ = false;
};

}  // namespace

Result<std::string> payload_damage(const io::File& file, const Extent& extent, const std::function<bool(std::uint64_t)>& pace) {
  HOLDFAST_TRY(size, file.size_bytes());
  if (size != extent.file_bytes) return "it has " + std::to_string(size) + " bytes instead of " + std::to_string(extent.file_bytes);
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min(kReadStep, size)));
  std::uint64_t at = 0;
  for (const std::uint32_t expected : extent.block_crc32c) {
    const std::uint64_t start = at;
    const std::uint64_t end = std::min(at + extent.block_bytes, size);
    std::uint32_t crc = 0;
    while (at < end) {
      const ByteSpan span(buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), end - at)));
      HOLDFAST_TRY(got, file.read_at(at, span));
      if (got != span.size()) return "it ends at byte " + std::to_string(at + got);
      crc = hash::crc32c(crc, span);
      at += got;
      if (!pace(got)) return std::string();
    }
    if (crc != expected) return "the checksum of bytes " + std::to_string(start) + " to " + std::to_string(end - 1) + " differs";
  }
  return at == size ? std::string() : "only " + std::to_string(at) + " bytes have checksums";
}

Result<ScrubOutcome> scrub(const ScrubSource& source, const std::string& position, ScrubObserver& observer) {
  return Scrub(source, observer).run(parse_position(position));
}

Result<ScrubOutcome> scrub_store(Store& store, const std::string& position, ScrubObserver& observer) {
  const ScrubSource source{store.files, store.layout, store.catalog, [&store] { return store.index.get(); },
                           [&store](FileId file) { return store.unsettled.find(file) != nullptr; }};
  return scrub(source, position, observer);
}

}  // namespace holdfast::storage::local

namespace holdfast::storage {

Scrubbable* as_scrubbable(Engine& engine) noexcept { return dynamic_cast<Scrubbable*>(&engine); }

Result<ScrubOutcome> scrub_local(const LocalOptions& options, io::FileSystem& files, ScrubObserver& observer, const Progress& progress) {
  const local::Layout layout(options.directory);
  local::Catalog catalog;
  HOLDFAST_TRY(opened,
               local::open_opened(options, files, layout, catalog, local::IfMissing::refuse, local::WhichIndex::as_it_is, progress));
  const local::ScrubSource source{files, layout, catalog, [&opened] { return opened.index; },
                                  [&opened](local::FileId file) { return opened.survey.brought.contains(file); }};
  return local::scrub(source, "", observer);
}

}  // namespace holdfast::storage
