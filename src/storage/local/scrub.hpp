// Reads sidecars, payloads and documents and compares them with their checksums, while the server works or without one.
#pragma once

#include "catalog.hpp"
#include "index/index.hpp"
#include "layout.hpp"

#include "holdfast/io/file_system.hpp"
#include "holdfast/storage/scrub.hpp"

#include <functional>
#include <memory>
#include <string>

namespace holdfast::storage::local {

class Store;

struct ScrubSource {
  io::FileSystem& files;
  const Layout& layout;
  const Catalog& catalog;
  std::function<std::shared_ptr<const Index>()> index;  // empty while it is being opened again
  std::function<bool(FileId)> in_journal;               // the files of what the journal still has may not be there yet
};
Result<ScrubOutcome> scrub(const ScrubSource& source, const std::string& position, ScrubObserver& observer);
Result<ScrubOutcome> scrub_store(Store& store, const std::string& position, ScrubObserver& observer);

// Where a payload differs from its checksums, or nothing. `pace` is told of bytes read and says whether to go on.
Result<std::string> payload_damage(const io::File& file, const Extent& extent, const std::function<bool(std::uint64_t)>& pace);

}  // namespace holdfast::storage::local
