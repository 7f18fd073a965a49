#include "feed.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"
#include "holdfast/base/log.hpp"

#include <algorithm>

namespace holdfast::storage::local {
namespace {

constexpr std::uint64_t kFeedFileBytes = 256 * limits::kMiB;

}  // namespace

Result<> Feed::load(std::uint64_t live_from) {
  HOLDFAST_TRY(entries, files_.list(layout_.feed()));
  for (const io::DirectoryEntry& entry : entries) {
    const std::string path = layout_.feed() + "/" + entry.name;
    const auto name = parse_shard_file(entry.name);
    if (!name) continue;
    if (name->file >= live_from) {
      HOLDFAST_TRY_VOID(files_.remove(path));
      continue;
    }
    HOLDFAST_TRY(text, io::read_whole_file(files_, path, kFeedFileBytes));
    const auto events = parse_feed_file(text);
    if (!events || events->empty()) {
      log::error("A file of the change feed can't be read; its events are lost to followers.", {{"file", path}});
      continue;
    }
    batches_.emplace(events->front().seq, events->back().seq);
  }
  return {};
}

void Feed::add(ChangeEvent event) {
  const std::lock_guard lock(mutex_);
  pending_.push_back(std::move(event));
}

Result<std::uint64_t> Feed::cursor(const std::string& follower) const {
  const auto document = catalog_.document(std::string(kCursorDocuments) + follower);
  const auto seq = document ? parse_u64(*document) : std::nullopt;
  if (!seq) return Error(ErrorCode::InvalidArgument, "There is no change feed cursor of this name: " + follower);
  return *seq;
}

std::vector<Feed::Batch> Feed::batches_after(std::uint64_t seq) const {
  const std::lock_guard lock(mutex_);
  std::vector<Batch> batches;
  for (const auto& [first, last] : batches_) {
    if (last > seq) batches.push_back({first, last});
  }
  return batches;
}

Result<std::vector<ChangeEvent>> Feed::read_batch(const Batch& batch) const {
  HOLDFAST_TRY(text, io::read_whole_file(files_, layout_.feed_file(batch.first), kFeedFileBytes));
  return parse_feed_file(text);
}

Result<std::vector<ChangeEvent>> Feed::read(const std::string& follower, std::uint32_t max_events, std::uint64_t seq) const {
  HOLDFAST_TRY(passed, cursor(follower));
  seq = std::max(seq, passed);
  std::vector<ChangeEvent> found;
  std::uint64_t after = seq;
  const auto take = [&](const ChangeEvent& event) {
    if (event.seq <= after || found.size() >= max_events) return;
    after = event.seq;
    found.push_back(event);
  };
  // A batch that turns durable meanwhile moves from memory to a file: what is in memory is taken first.
  std::vector<ChangeEvent> pending;
  {
    const std::lock_guard lock(mutex_);
    for (const ChangeEvent& event : pending_) {
      if (pending.size() >= max_events) break;
      if (event.seq > seq) pending.push_back(event);
    }
  }
  for (const Batch& batch : batches_after(seq)) {
    if (found.size() >= max_events) break;
    HOLDFAST_TRY(events, read_batch(batch));
    std::for_each(events.begin(), events.end(), take);
  }
  std::for_each(pending.begin(), pending.end(), take);
  return found;
}

void Feed::trim() {
  std::uint64_t passed = UINT64_MAX;
  for (const std::string& name : catalog_.documents(kCursorDocuments)) {
    const auto seq = cursor(name.substr(kCursorDocuments.size()));
    passed = std::min(passed, seq ? *seq : 0);
  }
  std::vector<std::uint64_t> gone;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(batches_, [&](const auto& batch) {
      if (batch.second > passed) return false;
      gone.push_back(batch.first);
      return true;
    });
    while (!pending_.empty() && pending_.front().seq <= passed && !catalog_.followed()) pending_.pop_front();
  }
  for (const std::uint64_t first : gone) (void)files_.remove(layout_.feed_file(first));
}

Result<std::string> Feed::write_batch(const std::vector<ChangeEvent>& events) {
  if (events.empty() || !catalog_.followed()) return std::string();
  const std::string path = layout_.feed_file(events.front().seq);
  HOLDFAST_TRY_VOID(io::replace_file_durably(files_, path, as_bytes(to_feed_file(events))));
  return path;
}

void Feed::batch_is_durable(std::uint64_t first_seq, std::uint64_t last_seq) {
  const std::lock_guard lock(mutex_);
  if (catalog_.followed()) batches_[first_seq] = last_seq;
  while (!pending_.empty() && pending_.front().seq <= last_seq) pending_.pop_front();
}

}  // namespace holdfast::storage::local
