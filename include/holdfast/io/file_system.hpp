// Files and directories with durability. The seam where tests inject faults and cut the power: everything that the
// engine keeps on disk (but for RocksDB's own files) goes through a FileSystem.
//
// Calls block. All are safe from several threads; one File's write calls are the caller's to order. Errors carry the
// errno mapping of error_from_errno and the path; `missing()` tells ENOENT apart.
#pragma once

#include "holdfast/base/bytes.hpp"
#include "holdfast/base/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::io {

enum class OpenMode {
  read,        // must exist
  read_write,  // must exist
  create,      // must not exist; read and write
};

struct FileStat {
  std::uint64_t size_bytes = 0;
  bool is_directory = false;
  std::uint32_t links = 1;
};

struct Space {
  std::uint64_t total_bytes = 0;
  std::uint64_t free_bytes = 0;    // for unprivileged writers
  std::uint64_t total_inodes = 0;  // 0: the file system doesn't count them
  std::uint64_t free_inodes = 0;
};

struct DirectoryEntry {
  std::string name;
  bool is_directory = false;
};

class File {
 public:
  virtual ~File() = default;
  // Reads until `out` is full or the file ends; returns the bytes read.
  virtual Result<std::size_t> read_at(std::uint64_t offset, ByteSpan out) const = 0;
  // As read_at, but only what is in memory (preadv2 RWF_NOWAIT). Returns the bytes that were at hand; fewer than
  // out.size(): the file ends there, or the caller should read the rest on the pool.
  virtual Result<std::size_t> read_cached_at(std::uint64_t offset, ByteSpan out) const = 0;
  // Writes all of `bytes`, retrying short writes.
  virtual Result<> write_at(std::uint64_t offset, ByteView bytes) = 0;
  virtual Result<> sync_data() = 0;                                              // fdatasync
  virtual Result<> sync() = 0;                                                   // fsync
  virtual void start_writeback(std::uint64_t offset, std::uint64_t length) = 0;  // sync_file_range; a hint
  virtual Result<> allocate(std::uint64_t length) = 0;                           // fallocate, else writes zeros
  virtual Result<std::uint64_t> size_bytes() const = 0;
  virtual int descriptor() const noexcept = 0;  // for sendfile; -1 if there is none
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  // Opens for reading without waiting for the disk; an error with would_wait() if it had to. May just open.
  virtual Result<std::unique_ptr<File>> open_cached(const std::string& path) { return open(path, OpenMode::read); }
  virtual Result<> make_directory(const std::string& path) = 0;                 // existing is fine; not synced
  virtual Result<> remove_directory(const std::string& path) = 0;               // must be empty
  virtual Result<> rename(const std::string& from, const std::string& to) = 0;  // replaces `to`
  virtual Result<> link(const std::string& from, const std::string& to) = 0;    // hard link; see link_unsupported()
  virtual Result<> clone(const std::string& from, const std::string& to) = 0;   // reflink (FICLONE); error when it can't
  virtual Result<> remove(const std::string& path) = 0;                         // a file
  virtual Result<FileStat> stat(const std::string& path) = 0;
  virtual Result<std::vector<DirectoryEntry>> list(const std::string& path) = 0;  // unordered, no . and ..
  virtual Result<> sync_directory(const std::string& path) = 0;
  virtual Result<> sync_all(const std::string& path_inside) = 0;  // syncfs of the file system that holds the path
  // syncfs reports the write errors since its descriptor was opened: one is kept for each path given here or to
  // sync_all, so ask at start-up, with the very path that sync_all gets later.
  // True when syncfs reports write errors and covers this folder (Linux >= 5.8; not overlay, FUSE, NFS).
  virtual bool sync_all_reliable(const std::string& path_inside) = 0;
  virtual Result<Space> space(const std::string& path) = 0;
  // An exclusive lock on `path` (created if missing), held while the returned object lives; error if another process has it.
  virtual Result<std::unique_ptr<File>> lock(const std::string& path) = 0;
};

// True if the error came from ENOENT.
bool missing(const Error& error) noexcept;
// True if an open_cached would have had to wait.
bool would_wait(const Error& error) noexcept;
// True if a hard link can't be made here (EMLINK, EXDEV, EPERM, EOPNOTSUPP): copy instead.
bool link_unsupported(const Error& error) noexcept;

std::unique_ptr<FileSystem> make_posix_file_system();

// Creates every missing directory of `path` and syncs each parent that got a new entry; also the parent of the deepest
// directory that was there already (where permitted), since a crash may have come between its creation and its sync.
Result<> make_directories_durably(FileSystem& files, const std::string& path);
// Writes a whole file as `path` + kTemporarySuffix, syncs it, renames it over `path`, syncs the directory. One caller at
// a time for a path. A crash may leave the temporary file: ignore such names in listings; the next call replaces it.
inline constexpr std::string_view kTemporarySuffix = ".new";
Result<> replace_file_durably(FileSystem& files, const std::string& path, ByteView content);
// EFBIG if the file has more than max_bytes.
Result<std::string> read_whole_file(FileSystem& files, const std::string& path, std::uint64_t max_bytes);

}  // namespace holdfast::io
