#include "pins.hpp"

#include <utility>

namespace holdfast::storage::local {

PinTable::Pin& PinTable::Pin::operator=(Pin&& other) noexcept {
  if (this != &other) {
    release();
    table_ = std::exchange(other.table_, nullptr);
    version_ = other.version_;
  }
  return *this;
}

void PinTable::Pin::release() noexcept {
  if (PinTable* table = std::exchange(table_, nullptr)) table->unpin(version_);
}

PinTable::Pin PinTable::pin(FileId version) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[version];
  if (entry.removing) return {};
  ++entry.pins;
  return Pin(*this, version);
}

bool PinTable::begin_removal(FileId version) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[version];
  entry.removing = true;
  return entry.pins > 0;
}

bool PinTable::pinned(FileId version) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(version);
  return found != entries_.end() && found->second.pins > 0;
}

void PinTable::add_trash(FileId version, std::string path) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[version];
  if (entry.pins > 0) {
    entry.trash.push_back(std::move(path));
  } else {
    discard({std::move(path)});
  }
}

void PinTable::end_removal(FileId version) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(version);
  if (found == entries_.end()) return;
  if (found->second.pins == 0) {
    entries_.erase(found);
  } else {
    found->second.removed = true;
  }
}

void PinTable::unpin(FileId version) noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(version);
  Entry& entry = found->second;
  if (--entry.pins > 0) return;
  if (!entry.trash.empty()) discard(std::move(entry.trash));
  entry.trash.clear();
  if (!entry.removing || entry.removed) entries_.erase(found);
}

void PinTable::discard(std::vector<std::string> trash) {
  io::FileSystem& files = files_;
  // What can't be removed now is removed by the next start.
  pool_.submit([&files, paths = std::move(trash)] {
    for (const std::string& path : paths) (void)files.remove(path);
  });
}

}  // namespace holdfast::storage::local
