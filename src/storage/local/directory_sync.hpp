// Syncs one directory for many at a time: whoever comes while a sync runs shares the next one. Blocks; any thread.
#pragma once

#include "holdfast/io/file_system.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

namespace holdfast::storage::local {

class DirectorySync {
 public:
  DirectorySync(io::FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}

  // Entries made before the call are durable when it returns without an error.
  Result<> sync();

 private:
  io::FileSystem& files_;
  const std::string path_;
  std::mutex mutex_;
  std::condition_variable finished_;
  bool running_ = false;
  std::uint64_t requested_ = 0;
  std::uint64_t done_ = 0;  // all requests up to it were answered well
};

}  // namespace holdfast::storage::local
