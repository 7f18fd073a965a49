// The index: rows in RocksDB (no WAL) that answer HEAD and LIST without opening a file. A cache: it can be thrown away.
// RocksDB's headers stay in index.cpp.
//
// Row keys: docs/on-disk-format.md. A key's current version lies in its `o` row unless it is a delete marker; all other
// versions, and every delete marker, lie in `v` rows. Reads: any thread. apply, flush, mark_complete: one thread.
#pragma once

#include "../records.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace holdfast::storage::local {

struct IndexOptions {
  std::string directory;
  std::string deployment_id;
  std::size_t block_cache_bytes = 8 * 1024 * 1024;
};

// Whether a read may wait for the disk. With `cached`, nullopt means it would have had to.
enum class ReadTier { cached, any };
template <class T>
using Lookup = std::optional<Result<T>>;

struct SequencedChange {
  std::uint64_t seq = 0;
  const Change* change = nullptr;
};

class Index {
 public:
  virtual ~Index() = default;

  virtual bool complete() const = 0;  // false: rebuild before serving
  virtual std::uint64_t applied_seq() const = 0;
  virtual std::uint64_t greatest_epoch() const = 0;  // of any file id in a row; for an empty journal

  // Applies changes in order as one batch, with the usage counters and applied_seq. Idempotent. A put keeps the version
  // it finds as noncurrent (the group removes it first where it is replaced); removing the current one promotes the next.
  virtual Result<> apply(std::span<const SequencedChange> changes) = 0;
  virtual Result<> flush() = 0;          // memtables to disk; durable when it returns
  virtual Result<> mark_complete() = 0;  // durable

  // The current version, or a current delete marker; nullopt inside if the key has neither.
  virtual Lookup<std::optional<VersionRecord>> current(std::uint64_t bucket_id, std::string_view key, ReadTier tier) const = 0;
  virtual Lookup<std::optional<VersionRecord>> version(std::uint64_t bucket_id, std::string_view key, std::uint64_t created_seq,
                                                       ReadTier tier) const = 0;
  virtual Lookup<std::optional<VersionRecord>> null_version(std::uint64_t bucket_id, std::string_view key, ReadTier tier) const = 0;
  virtual Lookup<ListPage> list(std::uint64_t bucket_id, const ListQuery& query, ReadTier tier) const = 0;
  // Records with info.is_latest set; versions in order of key, newest first.
  struct VersionRows {
    std::vector<VersionRecord> versions;
    std::vector<std::string> common_prefixes;
    bool truncated = false;
    std::string next_key;
    std::string next_version_id;
  };
  virtual Lookup<VersionRows> list_versions(std::uint64_t bucket_id, const VersionQuery& query, ReadTier tier) const = 0;
  virtual Lookup<bool> bucket_empty(std::uint64_t bucket_id, ReadTier tier) const = 0;  // no version, no marker (uploads don't count)

  virtual Lookup<std::optional<UploadRecord>> upload(std::uint64_t bucket_id, std::string_view key, std::uint64_t created_seq,
                                                     ReadTier tier) const = 0;
  struct UploadRows {
    std::vector<UploadRecord> uploads;
    std::vector<std::string> common_prefixes;
    bool truncated = false;
    std::string next_key;
    std::string next_upload_id;
  };
  virtual Lookup<UploadRows> list_uploads(std::uint64_t bucket_id, const UploadQuery& query, ReadTier tier) const = 0;
  virtual Lookup<std::vector<PartRecord>> parts(std::uint64_t upload_seq, std::uint32_t after_number, std::uint32_t max,
                                                ReadTier tier) const = 0;
  virtual Lookup<std::optional<PartRecord>> part(std::uint64_t upload_seq, std::uint32_t number, ReadTier tier) const = 0;

  virtual Usage usage(std::uint64_t bucket_id) const = 0;  // in memory

  // Every version row, every upload row, every part row (check and scrub); an error of the visit ends it.
  virtual Result<> visit_versions(const std::function<Result<>(const VersionRecord&)>& visit) const = 0;
  virtual Result<> visit_uploads(const std::function<Result<>(const UploadRecord&)>& visit) const = 0;
  virtual Result<> visit_parts(const std::function<Result<>(const PartRecord&)>& visit) const = 0;
};

// Opens the index, creating an empty, incomplete one if there is none or if it belongs to another deployment id.
Result<std::unique_ptr<Index>> open_index(const IndexOptions& options);
// Removes an index's folder.
Result<> destroy_index(const std::string& directory);

}  // namespace holdfast::storage::local
