// Changes that are committed but are not files yet, and where their content lies meanwhile.
#pragma once

#include "journal/journal.hpp"
#include "records.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace holdfast::storage::local {

// One change on its way: encoded by whoever makes it, numbered and journalled by the committer, turned into files by
// the settler. `change` doesn't change once it is committed, so that any thread may read it then.
struct Item {
  explicit Item(Change what) : change(std::move(what)) {}

  Change change;
  std::string encoded;      // until it is in the journal
  ByteView inline_payload;  // until it is in the journal; the waiting writer's bytes
  std::uint64_t seq = 0;
  std::uint64_t cost = 0;   // what it counts for in the bound on unsettled bytes
  JournalLocation payload;  // of inline payload
  std::chrono::steady_clock::time_point committed;

  // Set by the committer when a later change makes the files unnecessary before they were written.
  std::atomic<bool> sidecar_dead{false};
  std::atomic<bool> payload_dead{false};
  std::atomic<bool> updated{false};  // an update in place is under way too, which writes the sidecar in any case

  // The settler's own.
  enum class State : std::uint8_t { waiting, written, skipped };
  State state = State::waiting;
  // fresh: files of these names can't exist. replace: they may (after a crash). replace_synced: as well, and each file is
  // synced by itself (after a failure).
  enum class Effort : std::uint8_t { fresh, replace, replace_synced };
  Effort effort = Effort::fresh;
  std::shared_ptr<Item> replaced;  // a removal: the unsettled item that brought the version
};
using ItemPtr = std::shared_ptr<Item>;

std::uint64_t item_cost(const Item& item) noexcept;
std::uint64_t bucket_of(const Change& change) noexcept;  // 0: none

// File id -> the item that brings that file. Any thread.
class UnsettledTable {
 public:
  ItemPtr find(FileId file) const;
  void insert(const ItemPtr& item);  // under every file id that it brings
  void erase(const ItemPtr& item);
  std::vector<ItemPtr> of_bucket(std::uint64_t bucket_id) const;

 private:
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<FileId, ItemPtr> items;
  };
  static constexpr std::size_t kShards = 32;
  Shard& shard(FileId file) noexcept { return shards_[file % kShards]; }
  const Shard& shard(FileId file) const noexcept { return shards_[file % kShards]; }

  std::array<Shard, kShards> shards_;
};

// The file ids that a change brings: sidecar and payloads.
std::vector<FileId> files_of(const Change& change);

}  // namespace holdfast::storage::local
