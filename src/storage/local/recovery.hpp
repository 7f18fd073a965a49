// Start-up: what the journal still has is put into the index and written out again; the index is made anew if need be.
#pragma once

#include "catalog.hpp"
#include "folder.hpp"
#include "index_slot.hpp"
#include "journal/journal.hpp"
#include "layout.hpp"

#include "holdfast/io/file_system.hpp"
#include "holdfast/storage/local_engine.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

namespace holdfast::io {
class BlockingPool;
}

namespace holdfast::storage::local {

class Store;

// What the live records of the journal say about files, after the whole of it is read.
struct JournalSurvey {
  std::uint64_t records = 0;
  std::uint64_t last_seq = 0;
  std::unordered_set<FileId> brought;  // file ids that live records bring: their files may be half written
  std::unordered_set<FileId> dead_sidecars;
  std::unordered_set<FileId> dead_payloads;
  std::unordered_set<std::uint64_t> dead_buckets;
};

// A folder up to the point where the engine could be put together: locked, documents read, index whole and up to date
// with the journal. The catalog is the caller's.
struct Opened {
  Folder folder;
  std::unique_ptr<Journal> journal;
  std::shared_ptr<Index> index;
  JournalSurvey survey;
  std::uint64_t last_seq = 0;  // over journal, index, sidecars and documents
  bool rebuilt = false;
};
enum class WhichIndex : std::uint8_t { as_it_is, anew };
Result<Opened> open_opened(const LocalOptions& options, io::FileSystem& files, const Layout& layout, Catalog& catalog, IfMissing if_missing,
                           WhichIndex which_index, const Progress& progress);

Result<std::unique_ptr<Store>> open_store(const LocalOptions& options, io::FileSystem& files, io::BlockingPool& pool, const Clock& clock,
                                          const Progress& progress);

// rebuild.cpp
struct RebuildInput {
  io::FileSystem& files;
  const Layout& layout;
  const LocalOptions& options;
  std::string deployment_id;
  Journal& journal;
  const Catalog& catalog;
  const JournalSurvey& survey;
};
// A new index of all sidecars and the live journal, in place of the old one. `last_seq` is raised to what sidecars say.
Result<std::shared_ptr<Index>> rebuild_index(const RebuildInput& input, std::uint64_t& last_seq, const Progress& progress);
// The greatest epoch in the names of files.
Result<std::uint64_t> greatest_epoch_of_files(io::FileSystem& files, const Layout& layout);
// Calls `visit` with the path, the bucket id and the name of every file in every shard.
using FileVisit = std::function<Result<>(const std::string& path, std::uint64_t bucket_id, const ShardFile& file)>;
Result<> visit_files(io::FileSystem& files, const Layout& layout, const FileVisit& visit);

// Says that everything up to `seq` is in the index: removals and refused changes leave no row, and without this a new
// index would look older than the journal.
Result<> note_applied(Index& index, std::uint64_t seq);

// Puts live records with seq > `after` into the index.
Result<> apply_journal(Journal& journal, Index& index, std::uint64_t after);

}  // namespace holdfast::storage::local
