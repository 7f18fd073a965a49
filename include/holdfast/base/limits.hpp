// Every limit that a user can meet, in one place. docs/limits.md says the same; a test compares them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace holdfast::limits {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;
inline constexpr std::uint64_t kTiB = 1024 * kGiB;

// S3's own
inline constexpr std::size_t kKeyBytes = 1024;
inline constexpr std::uint64_t kObjectBytes = 5 * kTiB;
inline constexpr std::uint64_t kPartBytes = 5 * kGiB;
inline constexpr std::uint64_t kMinPartBytes = 5 * kMiB;  // every part but the last
inline constexpr std::uint32_t kParts = 10'000;
inline constexpr std::uint32_t kListKeys = 1'000;            // keys a page, parts a page, keys a DeleteObjects
inline constexpr std::size_t kUserMetadataBytes = 8 * kKiB;  // AWS has 2 KiB, minio more: names and values together
inline constexpr std::size_t kPolicyBytes = 20 * kKiB;
inline constexpr std::size_t kXmlBodyBytes = 4 * kMiB;  // any XML document a client sends
inline constexpr std::size_t kObjectTags = 10;
inline constexpr std::size_t kBucketTags = 50;
inline constexpr std::chrono::minutes kClockSkew{15};
inline constexpr std::chrono::seconds kPresignMax{7 * 24 * 3600};

// HTTP
inline constexpr std::size_t kHeaderBytes = 64 * kKiB;  // request line and headers together
inline constexpr std::size_t kConnections = 10'000;
inline constexpr std::chrono::seconds kHeaderTimeout{20};    // from the first byte of a request to the end of its header
inline constexpr std::chrono::seconds kBodyTimeout{60};      // without one byte of progress, either direction
inline constexpr std::chrono::seconds kIdleTimeout{120};     // between requests
inline constexpr std::size_t kDrainBytes = 256 * kKiB;       // an unread body up to this is read so that the connection lives on
inline constexpr std::size_t kChunkHeaderBytes = 4 * kKiB;   // one aws-chunked chunk header, or the trailers together
inline constexpr std::size_t kBodyBufferBytes = 256 * kKiB;  // the block in which bodies stream
inline constexpr std::chrono::seconds kShutdownTotal{8};     // drain and settling together

// Engine
inline constexpr std::size_t kInlinePayloadBytes = 64 * kKiB;  // up to this the payload lies in the journal record
inline constexpr std::size_t kJournalBlockBytes = 4 * kKiB;
inline constexpr std::size_t kJournalSegmentBytes = 32 * kMiB;
inline constexpr std::size_t kRecordBytes = 16 * kMiB;       // greatest journal record
inline constexpr std::uint64_t kUnsettledBytes = 64 * kMiB;  // payload and records waiting for the settler: above it, writers wait
inline constexpr std::chrono::milliseconds kUnsettledAge{1000};
inline constexpr std::uint64_t kReserveBytes = 128 * kMiB;  // free space that PUT leaves alone
inline constexpr std::uint64_t kDirtyBytes = 32 * kMiB;     // of one staged payload before write-back is asked for
inline constexpr std::uint64_t kBlockBytesMin = kMiB;       // payload checksum blocks: a power of two, at least this
inline constexpr std::uint32_t kBlocksPerFile = 4'096;
inline constexpr std::uint32_t kBlocksPerPart = 256;
inline constexpr std::uint32_t kFilesPerShard = 2'048;

}  // namespace holdfast::limits
