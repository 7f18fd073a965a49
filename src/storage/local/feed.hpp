// The change feed: events that followers are owed, first in memory, then in files of one settled batch each; cursors are
// documents "feed/<follower>". Any thread, but for the settler's calls.
#pragma once

#include "catalog.hpp"
#include "layout.hpp"

#include "holdfast/io/file_system.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace holdfast::storage::local {

std::string to_feed_file(const std::vector<ChangeEvent>& events);
Result<std::vector<ChangeEvent>> parse_feed_file(std::string_view text);

class Feed {
 public:
  Feed(io::FileSystem& files, const Layout& layout, const Catalog& catalog) : files_(files), layout_(layout), catalog_(catalog) {}

  // At start: the files of batches that ended before `live_from`; the journal still has the events of the others.
  Result<> load(std::uint64_t live_from);

  void add(ChangeEvent event);  // in order of seq
  // The next events for a follower, after its cursor and after `seq`. Blocks.
  Result<std::vector<ChangeEvent>> read(const std::string& follower, std::uint32_t max_events, std::uint64_t seq = 0) const;
  Result<std::uint64_t> cursor(const std::string& follower) const;
  // Removes files that every cursor has passed. Blocks.
  void trim();

  // The settler's: a batch's events go to a file (its path is returned, or empty if nobody follows); once that is durable,
  // they leave the memory.
  Result<std::string> write_batch(const std::vector<ChangeEvent>& events);
  void batch_is_durable(std::uint64_t first_seq, std::uint64_t last_seq);

 private:
  struct Batch {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
  };
  Result<std::vector<ChangeEvent>> read_batch(const Batch& batch) const;
  std::vector<Batch> batches_after(std::uint64_t seq) const;

  io::FileSystem& files_;
  const Layout& layout_;
  const Catalog& catalog_;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::uint64_t> batches_;  // durable files: first seq -> last seq
  std::deque<ChangeEvent> pending_;
};

}  // namespace holdfast::storage::local
