// Copies: a large source's payload files get second names, a small one goes into the record.
#include "objects.hpp"
#include "payload_sink.hpp"
#include "readers.hpp"
#include "store.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/base/log.hpp"

#include <map>

namespace holdfast::storage::local {
namespace {

// The target's payload files while they wait in staging/: they go with this, unless the journal knows them.
class StagedLinks {
 public:
  explicit StagedLinks(Store& store) : store_(store) {}
  StagedLinks(const StagedLinks&) = delete;
  StagedLinks& operator=(const StagedLinks&) = delete;
  ~StagedLinks() {
    if (kept_ || files_.empty()) return;
    std::vector<std::string> paths;
    for (const FileId file : files_) paths.push_back(store_.layout.staged(file));
    io::FileSystem& files = store_.files;
    store_.pool.submit([&files, paths = std::move(paths)] {
      for (const std::string& path : paths) (void)files.remove(path);
    });
  }

  void keep() noexcept { kept_ = true; }
  const std::vector<FileId>& files() const noexcept { return files_; }

  // Blocks. An error with io::missing() if the source's payload lies nowhere.
  Result<> add(std::uint64_t bucket_id, const Extent& source, FileId target) {
    files_.push_back(target);
    const std::string to = store_.layout.staged(target);
    // While a payload is the journal's, its file may be there and not be on disk: a second name of it would not be either.
    const ItemPtr unsettled = store_.unsettled.find(source.file);
    if (unsettled && unsettled->payload.segment != 0) return copy_bytes(bucket_id, source, to);
    for (const std::string& from : {store_.layout.staged(source.file), store_.layout.data(bucket_id, source.file)}) {
      const auto linked = store_.files.link(from, to);
      if (linked) return {};
      if (io::missing(linked.error())) continue;
      if (store_.files.clone(from, to)) return sync_file(to);
      (void)store_.files.remove(to);
      return copy_bytes(bucket_id, source, to);
    }
    return copy_bytes(bucket_id, source, to);  // in the journal, or gone
  }

 private:
  Result<> sync_file(const std::string& path) {
    HOLDFAST_TRY(file, store_.files.open(path, io::OpenMode::read_write));
    return file->sync();
  }

  Result<> copy_bytes(std::uint64_t bucket_id, const Extent& source, const std::string& to) {
    HOLDFAST_TRY(payload, open_payload(store_, bucket_id, source, ReadTier::any));
    HOLDFAST_TRY(file, store_.files.open(to, io::OpenMode::create));
    if (payload.bytes) {
      HOLDFAST_TRY_VOID(file->write_at(0, {payload.bytes.get(), static_cast<std::size_t>(source.file_bytes)}));
      return file->sync();
    }
    std::vector<std::byte> buffer(limits::kMiB);
    std::uint64_t clean = 0;
    for (std::uint64_t at = 0; at < source.file_bytes;) {
      const ByteSpan span(buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), source.file_bytes - at)));
      HOLDFAST_TRY(got, payload.file->read_at(at, span));
      if (got != span.size()) return Error(ErrorCode::XHoldfastCorruptObject);
      HOLDFAST_TRY_VOID(file->write_at(at, span));
      at += got;
      if (at - clean < limits::kDirtyBytes) continue;
      HOLDFAST_TRY_VOID(file->sync_data());
      clean = at;
    }
    return file->sync();
  }

  Store& store_;
  bool kept_ = false;
  std::vector<FileId> files_;
};

// Gives each payload file of the source a second name and makes the target's extents of them.
Result<std::vector<Extent>> link_payloads(Store& store, std::uint64_t bucket_id, const std::vector<Extent>& source, FileId target,
                                          StagedLinks& links) {
  std::vector<Extent> extents = source;
  std::map<FileId, FileId> names;
  for (Extent& extent : extents) {
    if (extent.file == 0 || extent.file_bytes == 0) continue;
    const auto known = names.find(extent.file);
    if (known != names.end()) {
      extent.file = known->second;
      continue;
    }
    const FileId name = source.size() == 1 ? target : store.new_file_id();
    HOLDFAST_TRY_VOID(links.add(bucket_id, extent, name));
    names.emplace(extent.file, name);
    extent.file = name;
  }
  if (!names.empty()) HOLDFAST_TRY_VOID(store.staging_sync.sync());
  return extents;
}

Result<Block> read_small(const OpenPayload& payload, const Extent& extent) {
  Block bytes = payload.bytes;
  if (!bytes) {
    const std::shared_ptr<std::byte[]> buffer = std::make_shared_for_overwrite<std::byte[]>(extent.file_bytes);
    const ByteSpan span(buffer.get(), static_cast<std::size_t>(extent.file_bytes));
    HOLDFAST_TRY(got, payload.file->read_at(0, span));
    if (got != span.size()) return Error(ErrorCode::XHoldfastCorruptObject);
    bytes = buffer;
  }
  if (!blocks_match(extent, 0, {bytes.get(), static_cast<std::size_t>(extent.file_bytes)})) return Error(ErrorCode::XHoldfastCorruptObject);
  return bytes;
}

bool goes_into_record(const Store& store, const VersionRecord& version) {
  return version.extents.size() == 1 && version.info.part_count == 0 &&
         version.extents.front().file_bytes <= store.options.inline_payload_bytes;
}

VersionRecord target_of(const VersionRecord& source, PutSpec& spec, FileId file) {
  VersionRecord target;
  target.file = file;
  target.info = source.info;
  static_cast<ObjectAttributes&>(target.info) = std::move(spec.attributes);
  target.info.key = std::move(spec.key);
  target.info.is_latest = true;
  target.info.upload_id.clear();
  return target;
}

Error copy_of_marker(const ObjectName& source) {
  if (source.version_id.empty()) return ErrorCode::NoSuchKey;
  return {ErrorCode::InvalidRequest, "The source of a copy request may not specifically refer to a delete marker by version id."};
}

}  // namespace

Task<Result<ObjectPtr>> copy_object(Store& store, CopySpec spec) {
  HOLDFAST_CO_TRY_VOID(check_key(spec.target.key));
  HOLDFAST_CO_TRY(source_bucket, store.catalog.bucket(spec.source.bucket));
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(spec.target.bucket));
  const FileId file = store.new_file_id();
  constexpr int kAttempts = 3;  // the source may be overwritten between its row and its files
  for (int attempt = 1;; ++attempt) {
    HOLDFAST_CO_TRY(source, co_await open_version(store, source_bucket->id, spec.source.key, spec.source.version_id));
    if (source.version.info.delete_marker) co_return copy_of_marker(spec.source);
    if (spec.source_precondition) HOLDFAST_CO_TRY_VOID(spec.source_precondition(&source.version.info));
    HOLDFAST_CO_TRY_VOID(store.admission.reserve(0));
    Publication publication;
    publication.bucket = bucket->name;
    publication.bucket_id = bucket->id;
    publication.precondition = spec.target.precondition;
    StagedLinks links(store);
    Block payload;
    std::vector<Extent> extents;
    if (goes_into_record(store, source.version)) {
      const Extent& extent = source.version.extents.front();
      auto read = [&source, &extent] { return read_small(source.first, extent); };
      HOLDFAST_CO_TRY(bytes, co_await store.pool.run(read));
      payload = bytes;
      publication.put.payload = {payload.get(), static_cast<std::size_t>(extent.file_bytes)};
      extents.push_back(extent);
      extents.front().file = file;
    } else {
      auto link = [&] { return link_payloads(store, source_bucket->id, source.version.extents, file, links); };
      auto linked = co_await store.pool.run(link);
      if (!linked && io::missing(linked.error()) && attempt < kAttempts) continue;
      if (!linked && io::missing(linked.error())) co_return ErrorCode::XHoldfastCorruptObject;
      if (!linked) co_return std::move(linked).error();
      extents = std::move(*linked);
      publication.put.linked = links.files();
    }
    publication.put.version = target_of(source.version, spec.target, file);
    publication.put.version.extents = std::move(extents);
    publication.put.event = "s3:ObjectCreated:Copy";
    bool appended = false;
    auto object = co_await publish(store, std::move(publication), appended);
    if (appended) links.keep();
    co_return std::move(object);
  }
}

}  // namespace holdfast::storage::local
