// Moving bytes: from a request's body, or from another object, into a writer of the engine.
#pragma once

#include "s3/body.hpp"
#include "s3/range.hpp"

#include "holdfast/crypto/key.hpp"
#include "holdfast/storage/engine.hpp"

namespace holdfast::s3 {

// The whole body, which still has to be finished. EntityTooLarge beyond max_bytes.
Task<Result<>> pump(Body& body, storage::Writer& writer, std::uint64_t max_bytes);

// A range of an object (empty for an empty one), with its MD5 and the checksum of `algorithm`.
Task<Result<hash::VerifiedDigests>> copy_bytes(storage::Reader& reader, ByteRange range, storage::Writer& writer,
                                               hash::Algorithm algorithm);

// What x-amz-copy-source names: the caller may read it, and the x-amz-copy-source-if-* conditions hold.
struct OpenSource {
  std::unique_ptr<storage::Reader> reader;  // of the plaintext
  std::optional<crypto::Key> object_key;    // of an encrypted source
};
Task<Result<OpenSource>> open_copy_source(Context& context);

}  // namespace holdfast::s3
