// Versions that readers of several files hold on to: a pinned version's files are moved to the trash instead of being
// removed, and go when the last reader does. Any thread.
#pragma once

#include "records.hpp"

#include "holdfast/io/file_system.hpp"
#include "holdfast/io/pool.hpp"

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace holdfast::storage::local {

// A version is named by its sidecar's file id.
class PinTable {
 public:
  PinTable(io::FileSystem& files, io::BlockingPool& pool) : files_(files), pool_(pool) {}

  class [[nodiscard]] Pin {
   public:
    Pin() = default;
    Pin(PinTable& table, FileId version) noexcept : table_(&table), version_(version) {}
    Pin(Pin&& other) noexcept : table_(std::exchange(other.table_, nullptr)), version_(other.version_) {}
    Pin& operator=(Pin&& other) noexcept;
    ~Pin() { release(); }
    explicit operator bool() const noexcept { return table_ != nullptr; }
    void release() noexcept;

   private:
    PinTable* table_ = nullptr;
    FileId version_ = 0;
  };

  // An empty Pin if the version is already being removed: read the row again.
  Pin pin(FileId version);

  // The version's row is gone. True if readers hold it. From here on nobody else can pin it, until end_removal.
  bool begin_removal(FileId version);
  bool pinned(FileId version) const;
  // A file of a pinned version now lies at `path`, and is removed with the last pin (at once if that is gone already).
  void add_trash(FileId version, std::string path);
  void end_removal(FileId version);

 private:
  struct Entry {
    std::uint32_t pins = 0;
    bool removing = false;
    bool removed = false;
    std::vector<std::string> trash;
  };
  void unpin(FileId version) noexcept;
  void discard(std::vector<std::string> trash);

  io::FileSystem& files_;
  io::BlockingPool& pool_;
  mutable std::mutex mutex_;
  std::unordered_map<FileId, Entry> entries_;
};

}  // namespace holdfast::storage::local
