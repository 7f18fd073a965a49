#include "file_writer.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/base/log.hpp"

#include <algorithm>

namespace holdfast::storage::local {
namespace {

constexpr std::size_t kWindowBytes = 256 * limits::kKiB;
constexpr std::size_t kKnownShards = 100'000;

Result<> ignore_missing(Result<> outcome) {
  if (!outcome && io::missing(outcome.error())) return {};
  return outcome;
}

// Skipped at once, and no update in place has written its sidecar either.
bool never_written(const Item& item) {
  return item.state == Item::State::skipped && item.effort == Item::Effort::fresh && !item.updated.load(std::memory_order_acquire);
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

FileWriter::FileWriter(io::FileSystem& files, const Layout& layout, const Journal& journal, PinTable& pins, const Catalog& catalog,
                       bool sync_all)
    : files_(files), layout_(layout), journal_(journal), pins_(pins), catalog_(catalog), sync_all_(sync_all) {}

Result<> FileWriter::write(Item& item) {
  item.state = Item::State::written;
  one_by_one_ = !sync_all_ || item.effort == Item::Effort::replace_synced;
  auto outcome = std::visit([&](const auto& change) { return apply(item, change); }, item.change);
  if (!outcome) item.state = Item::State::waiting;
  return outcome;
}

Result<> FileWriter::sync() {
  window_at_ = {};  // what lies beyond the records of this batch may be written by now
  const std::set<std::string> folders = std::exchange(touched_, {});
  if (std::exchange(unsynced_, false)) HOLDFAST_TRY_VOID(files_.sync_all(layout_.home()));
  for (const std::string& folder : folders) {
    HOLDFAST_TRY_VOID(ignore_missing(files_.sync_directory(folder)));  // a removed bucket's
  }
  return {};
}

Result<> FileWriter::apply(Item& item, const PutVersion& put) {
  const VersionRecord& version = put.version;
  const bool sidecar_dead = item.sidecar_dead.load(std::memory_order_acquire);
  if (put.update) {
    if (sidecar_dead) return {};
    HOLDFAST_TRY_VOID(need_shard(version.bucket_id, version.file));  // what it updates may have been skipped
    return put_file(layout_.sidecar(version.bucket_id, version.file),
                    as_bytes(to_sidecar(version, catalog_.bucket_name(version.bucket_id))), Existing::replace);
  }
  if (sidecar_dead) {
    item.state = Item::State::skipped;
    if (put.staged != 0) HOLDFAST_TRY_VOID(discard_staged(put.staged));
    for (const FileId file : put.linked) HOLDFAST_TRY_VOID(discard_staged(file));
    return {};
  }
  HOLDFAST_TRY_VOID(need_shard(version.bucket_id, version.file));
  HOLDFAST_TRY_VOID(put_payload(item, version.bucket_id, version.file, put.staged));
  for (const FileId file : put.linked) HOLDFAST_TRY_VOID(move_staged(version.bucket_id, file));
  return put_file(layout_.sidecar(version.bucket_id, version.file), as_bytes(to_sidecar(version, catalog_.bucket_name(version.bucket_id))),
                  existing(item));
}

Result<> FileWriter::apply(Item& item, const RemoveVersion& removal) {
  const bool plain = removal.payloads.empty() || (removal.payloads.size() == 1 && removal.payloads.front() == removal.sidecar);
  if (plain && item.replaced && never_written(*item.replaced)) {
    item.state = Item::State::skipped;
    pins_.end_removal(removal.sidecar);
    return {};
  }
  pins_.begin_removal(removal.sidecar);
  HOLDFAST_TRY_VOID(remove_file(layout_.sidecar(removal.bucket_id, removal.sidecar)));
  for (const FileId payload : removal.payloads) HOLDFAST_TRY_VOID(remove_payload(removal.bucket_id, removal.sidecar, payload));
  pins_.end_removal(removal.sidecar);
  return {};
}

Result<> FileWriter::apply(Item& item, const PutUpload& put) {
  if (item.sidecar_dead.load(std::memory_order_acquire)) {
    item.state = Item::State::skipped;
    return {};
  }
  const UploadRecord& upload = put.upload;
  HOLDFAST_TRY_VOID(need_shard(upload.bucket_id, upload.file));
  return put_file(layout_.sidecar(upload.bucket_id, upload.file), as_bytes(to_sidecar(upload, catalog_.bucket_name(upload.bucket_id))),
                  existing(item));
}

Result<> FileWriter::apply(Item& item, const PutPart& put) {
  const bool sidecar_dead = item.sidecar_dead.load(std::memory_order_acquire);
  const bool payload_dead = item.payload_dead.load(std::memory_order_acquire);
  const FileId file = put.part.extent.file;
  if (sidecar_dead && payload_dead) {
    item.state = Item::State::skipped;
    if (put.staged != 0) return discard_staged(put.staged);
    return {};
  }
  HOLDFAST_TRY_VOID(need_shard(put.part.bucket_id, file));
  HOLDFAST_TRY_VOID(put_payload(item, put.part.bucket_id, file, put.staged));
  if (sidecar_dead) return {};
  return put_file(layout_.sidecar(put.part.bucket_id, file), as_bytes(to_sidecar(put.part)), existing(item));
}

Result<> FileWriter::apply(Item&, const RemovePart& removal) {
  HOLDFAST_TRY_VOID(remove_file(layout_.sidecar(removal.bucket_id, removal.file)));
  if (removal.keep_payload) return {};
  return remove_file(layout_.data(removal.bucket_id, removal.file));
}

Result<> FileWriter::apply(Item&, const RemoveUpload& removal) { return remove_file(layout_.sidecar(removal.bucket_id, removal.sidecar)); }

Result<> FileWriter::apply(Item& item, const PutDocument& put) {
  if (catalog_.document_seq(put.name) != item.seq) {
    item.state = Item::State::skipped;  // a later change of the same document is under way
    return {};
  }
  const StoredDocument document{put.name, item.seq, put.content};
  return put_file(layout_.document(put.name), as_bytes(to_document_file(document)), Existing::replace);
}

Result<> FileWriter::apply(Item&, const RemoveDocument& removal) {
  if (catalog_.document_seq(removal.name) == 0) HOLDFAST_TRY_VOID(remove_file(layout_.document(removal.name)));
  if (removal.bucket_id == 0) return {};
  return remove_bucket_folder(removal.bucket_id);
}

Result<> FileWriter::apply(Item&, const Event&) { return {}; }

Result<> FileWriter::put_payload(Item& item, std::uint64_t bucket_id, FileId file, FileId staged) {
  if (staged != 0) return move_staged(bucket_id, staged);
  if (item.payload.segment == 0) return {};
  HOLDFAST_TRY(content, journal_payload(item.payload));
  return put_file(layout_.data(bucket_id, file), content, existing(item));
}

Result<> FileWriter::put_file(const std::string& path, ByteView content, Existing existing) {
  touched(path);
  if (existing == Existing::none) return create_file(path, content);
  const std::string temporary = layout_.staging() + "/settle-" + std::to_string(++temporaries_);
  HOLDFAST_TRY_VOID(ignore_missing(files_.remove(temporary)));
  const auto created = create_file(temporary, content);
  if (!created) {
    (void)files_.remove(temporary);
    return created;
  }
  return files_.rename(temporary, path);
}

Result<> FileWriter::create_file(const std::string& path, ByteView content) {
  HOLDFAST_TRY(file, files_.open(path, io::OpenMode::create));
  HOLDFAST_TRY_VOID(file->write_at(0, content));
  if (one_by_one_) return file->sync();
  return {};
}

// A staged payload was synced before its commit; only its new name is not durable yet.
Result<> FileWriter::move_staged(std::uint64_t bucket_id, FileId file) {
  HOLDFAST_TRY_VOID(need_shard(bucket_id, file));
  const std::string from = layout_.staged(file);
  const std::string to = layout_.data(bucket_id, file);
  touched(from);
  touched(to);
  const auto moved = files_.rename(from, to);
  if (moved || !io::missing(moved.error())) return moved;
  if (const auto there = files_.stat(to); there) return {};  // moved before a failure or a crash
  log::error("A payload is neither staged nor in place; the object can't be read.", {{"file", to}});
  return {};
}

Result<> FileWriter::discard_staged(FileId file) { return remove_file(layout_.staged(file)); }

Result<> FileWriter::remove_payload(std::uint64_t bucket_id, FileId version, FileId payload) {
  const std::string path = layout_.data(bucket_id, payload);
  if (!pins_.pinned(version)) return remove_file(path);
  const std::string trashed = layout_.trashed(payload);
  touched(path);
  touched(trashed);
  HOLDFAST_TRY_VOID(ignore_missing(files_.rename(path, trashed)));
  pins_.add_trash(version, trashed);
  return {};
}

Result<> FileWriter::remove_file(const std::string& path) {
  const auto removed = files_.remove(path);
  if (removed || one_by_one_) touched(path);  // a repeated removal finds nothing, but still has to be synced
  return ignore_missing(removed);
}

Result<> FileWriter::remove_bucket_folder(std::uint64_t bucket_id) {
  std::erase_if(shards_, [&](const auto& shard) { return shard.first == bucket_id; });
  const std::string folder = layout_.bucket(bucket_id);
  auto shards = files_.list(folder);
  if (!shards) return io::missing(shards.error()) ? Result<>() : Result<>(shards.error());
  for (const io::DirectoryEntry& shard : *shards) {
    const std::string path = folder + "/" + shard.name;
    HOLDFAST_TRY(entries, files_.list(path));
    for (const io::DirectoryEntry& entry : entries) HOLDFAST_TRY_VOID(ignore_missing(files_.remove(path + "/" + entry.name)));
    HOLDFAST_TRY_VOID(files_.remove_directory(path));
  }
  touched(folder);
  return files_.remove_directory(folder);
}

Result<> FileWriter::need_shard(std::uint64_t bucket_id, FileId file) {
  const std::pair shard(bucket_id, shard_of(file));
  if (shards_.contains(shard)) return {};
  HOLDFAST_TRY_VOID(io::make_directories_durably(files_, layout_.shard(bucket_id, file)));
  if (shards_.size() >= kKnownShards) shards_.clear();
  shards_.insert(shard);
  return {};
}

Result<ByteView> FileWriter::journal_payload(const JournalLocation& location) {
  const bool inside = window_at_.segment == location.segment && location.offset >= window_at_.offset &&
                      location.offset + location.length <= window_at_.offset + window_at_.length;
  if (!inside) {
    window_.resize(std::max<std::size_t>(kWindowBytes, location.length));
    window_at_ = {location.segment, location.offset, window_.size()};
    if (!journal_.read(window_at_, window_)) {  // the segment ends within the window
      window_.resize(location.length);
      window_at_ = location;
      const auto read = journal_.read(location, window_);
      if (!read) window_at_ = {};
      if (!read) return read.error();
    }
  }
  return ByteView(window_).subspan(location.offset - window_at_.offset, location.length);
}

void FileWriter::touched(const std::string& path) {
  if (one_by_one_) {
    touched_.insert(folder_of(path));
  } else {
    unsynced_ = true;
  }
}

}  // namespace holdfast::storage::local
