// The engine on a local folder: journal, index, files with JSON sidecars (docs/on-disk-format.md).
#pragma once

#include "holdfast/storage/engine.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace holdfast::io {
class BlockingPool;
class FileSystem;
}  // namespace holdfast::io

namespace holdfast::storage {

// Sizes that tests make small; the defaults are those of base/limits.hpp.
struct LocalOptions {
  std::string directory;
  std::size_t journal_segment_bytes;
  std::size_t inline_payload_bytes;
  std::uint64_t unsettled_bytes;
  std::chrono::milliseconds unsettled_age;
  std::uint64_t reserve_bytes;
  std::size_t block_cache_bytes = 8 * 1024 * 1024;
  LocalOptions();
};

// How far start-up or a rebuild has come: done and total in the step's own unit; total 0 when it isn't known.
using Progress = std::function<void(std::string_view step, std::uint64_t done, std::uint64_t total)>;

// Opens DIR (creating it), recovers, and returns the engine ready to serve. Errors say what is wrong and which command
// helps: another process has the folder, another server's data, a newer format, journal damage, a missing index is
// rebuilt here with progress. All references must outlive the engine.
Result<std::unique_ptr<Engine>> open_local_engine(const LocalOptions& options, io::FileSystem& files, io::BlockingPool& pool,
                                                  const Clock& clock, const Progress& progress);

struct CheckReport {
  std::uint64_t objects = 0;
  std::uint64_t uploads = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> problems;  // one line each: what, which object, which file
  std::vector<std::string> repaired;
};
// Compares journal, files and index of a folder that no server has open. Reads every payload when `deep`.
Result<CheckReport> check_local(const LocalOptions& options, io::FileSystem& files, bool deep, bool repair, const Progress& progress);
// Throws the index away and makes it anew from sidecars and journal.
Result<> rebuild_local_index(const LocalOptions& options, io::FileSystem& files, const Progress& progress);

}  // namespace holdfast::storage
