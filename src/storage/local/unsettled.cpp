#include "unsettled.hpp"

namespace holdfast::storage::local {
namespace {

// Calls `visit` with each file id that the change brings; updates in place bring none.
template <class Visit>
void for_each_file(const Change& change, const Visit& visit) {
  if (const auto* put = std::get_if<PutVersion>(&change)) {
    if (put->update) return;
    visit(put->version.file);
    for (const FileId file : put->linked) {
      if (file != put->version.file) visit(file);
    }
  } else if (const auto* part = std::get_if<PutPart>(&change)) {
    visit(part->part.extent.file);
  } else if (const auto* upload = std::get_if<PutUpload>(&change)) {
    visit(upload->upload.file);
  }
}

struct BucketOf {
  std::uint64_t operator()(const PutVersion& change) const noexcept { return change.version.bucket_id; }
  std::uint64_t operator()(const RemoveVersion& change) const noexcept { return change.bucket_id; }
  std::uint64_t operator()(const PutUpload& change) const noexcept { return change.upload.bucket_id; }
  std::uint64_t operator()(const PutPart& change) const noexcept { return change.part.bucket_id; }
  std::uint64_t operator()(const RemovePart& change) const noexcept { return change.bucket_id; }
  std::uint64_t operator()(const RemoveUpload& change) const noexcept { return change.bucket_id; }
  std::uint64_t operator()(const PutDocument&) const noexcept { return 0; }
  std::uint64_t operator()(const RemoveDocument& change) const noexcept { return change.bucket_id; }
  std::uint64_t operator()(const Event&) const noexcept { return 0; }
};

}  // namespace

std::uint64_t item_cost(const Item& item) noexcept { return sizeof(Item) + item.encoded.size() + item.inline_payload.size(); }

std::uint64_t bucket_of(const Change& change) noexcept { return std::visit(BucketOf(), change); }

std::vector<FileId> files_of(const Change& change) {
  std::vector<FileId> files;
  for_each_file(change, [&](FileId file) { files.push_back(file); });
  return files;
}

ItemPtr UnsettledTable::find(FileId file) const {
  const Shard& home = shard(file);
  const std::lock_guard lock(home.mutex);
  const auto found = home.items.find(file);
  return found == home.items.end() ? nullptr : found->second;
}

void UnsettledTable::insert(const ItemPtr& item) {
  for_each_file(item->change, [&](FileId file) {
    Shard& home = shard(file);
    const std::lock_guard lock(home.mutex);
    home.items.insert_or_assign(file, item);
  });
}

void UnsettledTable::erase(const ItemPtr& item) {
  for_each_file(item->change, [&](FileId file) {
    Shard& home = shard(file);
    const std::lock_guard lock(home.mutex);
    home.items.erase(file);
  });
}

std::vector<ItemPtr> UnsettledTable::of_bucket(std::uint64_t bucket_id) const {
  std::vector<ItemPtr> items;
  for (const Shard& each : shards_) {
    const std::lock_guard lock(each.mutex);
    for (const auto& [file, item] : each.items) {
      if (bucket_of(item->change) == bucket_id) items.push_back(item);
    }
  }
  return items;
}

}  // namespace holdfast::storage::local
