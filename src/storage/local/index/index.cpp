#include "index.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/base/log.hpp"
#include "rocks_index.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <filesystem>

namespace holdfast::storage::local {

namespace {

using limits::kKiB;
using limits::kMiB;

constexpr std::size_t kMemtableBytes = 4 * kMiB;  // small, for the sake of the memory at rest; two of them
constexpr std::size_t kBlockBytes = 8 * kKiB;
constexpr std::uint64_t kTableBytes = 32 * kMiB;
constexpr int kOpenFiles = 256;
constexpr double kBloomBitsPerKey = 10;

std::shared_ptr<rocksdb::TableFactory> table_factory(std::size_t cache_bytes) {
  // Few shards: one index block must not be a large share of a shard.
  constexpr int kShardBits = 1;
  constexpr double kHighPriority = 0.5;
  rocksdb::BlockBasedTableOptions options;
  options.block_cache = rocksdb::NewLRUCache(cache_bytes, kShardBits, false, kHighPriority);
  options.cache_index_and_filter_blocks = true;
  options.cache_index_and_filter_blocks_with_high_priority = true;
  options.pin_l0_filter_and_index_blocks_in_cache = true;
  options.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  options.partition_filters = true;
  options.pin_top_level_index_and_filter = true;
  options.metadata_block_size = kBlockBytes;
  options.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  options.block_size = kBlockBytes;
  options.format_version = 5;
  return std::shared_ptr<rocksdb::TableFactory>(rocksdb::NewBlockBasedTableFactory(options));
}

rocksdb::Options rocks_options(const IndexOptions& index, const std::shared_ptr<FailureListener>& listener) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.table_factory = table_factory(index.block_cache_bytes);
  options.compression = rocksdb::kLZ4Compression;
  options.write_buffer_size = kMemtableBytes;
  options.max_write_buffer_number = 2;
  options.arena_block_size = 128 * kKiB;
  options.target_file_size_base = kTableBytes;
  options.max_bytes_for_level_base = 2 * kTableBytes;
  options.level_compaction_dynamic_level_bytes = true;
  options.max_background_jobs = 2;
  options.max_open_files = kOpenFiles;
  options.compaction_readahead_size = 256 * kKiB;
  options.bytes_per_sync = kMiB;
  options.manifest_preallocation_size = 64 * kKiB;
  options.max_manifest_file_size = 4 * kMiB;
  // One writer in the journal's order; what isn't flushed is replayed from the journal.
  options.unordered_write = false;
  options.enable_pipelined_write = false;
  options.allow_concurrent_memtable_write = false;
  options.avoid_flush_during_shutdown = true;
  // After a background error the engine opens the index again and replays: RocksDB's own recovery must not come between.
  options.max_bgerror_resume_count = 0;
  options.listeners.push_back(listener);
  options.paranoid_checks = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.keep_log_file_num = 2;
  options.max_log_file_size = kMiB;
  return options;
}

Result<std::unique_ptr<RocksIndex>> open_rocks(const IndexOptions& options) {
  auto listener = std::make_shared<FailureListener>();
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(rocks_options(options, listener), options.directory, &opened);
  std::unique_ptr<rocksdb::DB> db(opened);
  if (!status.ok()) return to_error(status);
  return std::make_unique<RocksIndex>(std::move(db), std::move(listener));
}

Result<std::unique_ptr<Index>> open_existing_or_new(const IndexOptions& options) {
  HOLDFAST_TRY(index, open_rocks(options));
  HOLDFAST_TRY(fresh, index->fresh());
  if (fresh) HOLDFAST_TRY_VOID(index->begin(options.deployment_id));
  HOLDFAST_TRY(ours, index->belongs_to(options.deployment_id));
  if (!ours) return Error(ErrorCode::XHoldfastCorruptObject, "The index belongs to another deployment or release.");
  HOLDFAST_TRY_VOID(index->load());
  return std::unique_ptr<Index>(std::move(index));
}

}  // namespace

Result<std::unique_ptr<Index>> open_index(const IndexOptions& options) {
  auto index = open_existing_or_new(options);
  if (index || index.error().code != ErrorCode::XHoldfastCorruptObject) return index;
  log::warn("The index can't be used; it is begun anew and will be rebuilt.",
            {{"folder", options.directory}, {"why", std::string(index.error().text())}});
  HOLDFAST_TRY_VOID(destroy_index(options.directory));
  return open_existing_or_new(options);
}

Result<> destroy_index(const std::string& directory) {
  // RocksDB first: it refuses while somebody has the index open.
  const rocksdb::Status status = rocksdb::DestroyDB(directory, rocksdb::Options());
  if (!status.ok()) return to_error(status);
  std::error_code error;
  std::filesystem::remove_all(directory, error);
  if (error) return error_from_errno(error.value(), "removing " + directory);
  return {};
}

}  // namespace holdfast::storage::local
