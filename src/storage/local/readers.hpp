// Opening a version's content, wherever it lies at the moment: journal, staging, its shard, or the trash.
#pragma once

#include "index/index.hpp"
#include "pins.hpp"
#include "records.hpp"

#include "holdfast/base/task.hpp"
#include "holdfast/io/file_system.hpp"
#include "holdfast/storage/engine.hpp"

#include <memory>
#include <string>
#include <vector>

namespace holdfast::storage::local {

class Store;

using Block = std::shared_ptr<const std::byte[]>;

// One payload, opened: bytes copied out of the journal, or a file.
struct OpenPayload {
  Block bytes;
  std::shared_ptr<io::File> file;
};

// An error with io::missing() if the payload lies nowhere: the version may have changed meanwhile. With `cached`, one
// with io::would_wait() if the disk has to be asked.
Result<OpenPayload> open_payload(Store& store, std::uint64_t bucket_id, const Extent& extent, ReadTier tier);

// A version whose content can be read as long as this lives: pinned, if it has several files; opened, if it has one.
struct OpenVersion {
  VersionRecord version;  // with extents
  PinTable::Pin pin;
  OpenPayload first;  // of the first extent that has bytes
};
Task<Result<OpenVersion>> open_version(Store& store, std::uint64_t bucket_id, std::string key, std::string version_id);

Task<Result<std::unique_ptr<Reader>>> open_reader(Store& store, ObjectName name);

// Compares bytes of a payload that start at a block with the checksums.
bool blocks_match(const Extent& extent, std::uint64_t first_block, ByteView bytes);

}  // namespace holdfast::storage::local
