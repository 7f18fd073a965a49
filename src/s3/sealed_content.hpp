// Encrypted content as if it were plain: readers and writers of the engine with the cipher in between. Checksums are kept
// sealed as well: a digest of the plaintext would confirm a guess of it.
#pragma once

#include "holdfast/crypto/key.hpp"
#include "holdfast/storage/engine.hpp"

#include <memory>

namespace holdfast::s3 {

// Offsets, sizes and checksums are the plaintext's. XHoldfastCorruptObject for content that isn't what was sealed.
std::unique_ptr<storage::Reader> make_opening_reader(std::unique_ptr<storage::Reader> sealed, const crypto::Key& object_key);

// Takes plaintext; what commit() returns is the plaintext's. The writer must have been made with stored_size =
// crypto::sealed_size. opaque_etag: the ETag says nothing of the content, whatever is given to commit().
std::unique_ptr<storage::ObjectWriter> make_sealing_writer(std::unique_ptr<storage::ObjectWriter> writer, const crypto::Key& object_key,
                                                           bool opaque_etag);
std::unique_ptr<storage::PartWriter> make_sealing_writer(std::unique_ptr<storage::PartWriter> writer, const crypto::Key& object_key,
                                                         std::uint32_t part_number, bool opaque_etag);

// A checksum as it is kept, and back. An object's or a part's that can't be opened is none.
std::optional<storage::Checksum> seal_checksum(const std::optional<storage::Checksum>& checksum, const crypto::Key& object_key);
std::optional<storage::Checksum> open_checksum(const std::optional<storage::Checksum>& checksum, const crypto::Key& object_key);

}  // namespace holdfast::s3
