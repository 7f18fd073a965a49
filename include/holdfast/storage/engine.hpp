// The engine: objects, buckets, uploads and documents, durable. What every write obeys (versioning, object lock, quota)
// is enforced here, so that whoever writes, writes right. Nothing above knows a path.
//
// Threads: every function may be called from any thread that has a current Executor; the coroutine goes on there.
// Errors: S3 codes. A successful write is durable when its Task returns (unless the engine was opened not to be).
// A write that was appended is never undone because its caller went away.
#pragma once

#include "holdfast/base/task.hpp"
#include "holdfast/storage/types.hpp"

#include <memory>
#include <vector>

namespace holdfast::storage {

// The content of one version, pinned: it stays readable while the Reader lives, whatever happens to the key. Offsets are
// those of what was written: another measure than info().size_bytes where PutSpec::stored_size was given.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual const ObjectInfo& info() const noexcept = 0;
  // A multipart object's parts in order (number, size, etag, checksum); empty for others.
  virtual const std::vector<PartInfo>& parts() const noexcept = 0;

  // The next piece of [offset, offset + length): at least one byte, at most `length`. Both lie inside the object and
  // length > 0. With allow_file_range the piece may be a range of a file, unchecked; bytes in memory have been checked
  // against the payload's block checksums (XHoldfastCorruptObject).
  virtual Task<Result<Piece>> read(std::uint64_t offset, std::uint64_t length, bool allow_file_range) = 0;
  // As read, for content that is its own proof (authenticated encryption): bytes in memory, compared with nothing.
  virtual Task<Result<SharedBytes>> read_unchecked(std::uint64_t offset, std::uint64_t length) = 0;
};

// Receives one payload. Destroying it without a commit leaves nothing behind.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual Task<Result<>> write(ByteView bytes) = 0;  // the bytes may be reused when it returns
};

class ObjectWriter : public Writer {
 public:
  // Publishes the object. `etag` without quotes. Checks the precondition under the key's lock (PreconditionFailed and
  // what else it says). `digests` is the proof that the body was verified; its size must be what was written (but for
  // stored_size).
  virtual Task<Result<ObjectPtr>> commit(hash::VerifiedDigests digests, std::string etag, std::optional<Checksum> checksum) = 0;
};

class PartWriter : public Writer {
 public:
  // NoSuchUpload if the upload ended meanwhile.
  virtual Task<Result<PartInfo>> commit(hash::VerifiedDigests digests, std::string etag, std::optional<Checksum> checksum) = 0;
};

struct CopySpec {
  ObjectName source;
  Precondition source_precondition;  // sees the source version
  PutSpec target;                    // size_bytes is ignored; attributes are the target's, whole
};

class Engine {
 public:
  virtual ~Engine() = default;

  // --- buckets (kept in memory: reads don't wait) ---
  virtual Task<Result<BucketPtr>> create_bucket(BucketInfo bucket) = 0;  // id and created are set here; BucketAlreadyExists
  virtual Task<Result<>> delete_bucket(std::string name) = 0;            // BucketNotEmpty; aborts its uploads
  virtual Result<BucketPtr> bucket(std::string_view name) const = 0;     // NoSuchBucket
  virtual std::vector<BucketPtr> buckets() const = 0;                    // by name
  // Applies `change` to the bucket under its lock and stores the outcome; an error of `change` stores nothing.
  virtual Task<Result<BucketPtr>> update_bucket(std::string name, std::function<Result<>(BucketInfo&)> change) = 0;
  virtual Result<Usage> usage(std::string_view bucket) const = 0;

  // --- objects ---
  // NoSuchBucket, NoSuchKey, NoSuchVersion. If the version is a delete marker: its info, for the caller to answer.
  // (With no version named, a key whose current version is a delete marker also gives the marker's info.)
  virtual Task<Result<ObjectPtr>> head(ObjectName name) = 0;
  virtual Task<Result<std::unique_ptr<Reader>>> open(ObjectName name) = 0;       // as head; a marker has no bytes
  virtual Task<Result<std::unique_ptr<ObjectWriter>>> create(PutSpec spec) = 0;  // NoSuchBucket, XMinioStorageFull
  virtual Task<Result<ObjectPtr>> copy(CopySpec spec) = 0;                       // moves no data where it can avoid it
  // One group, one sync. The outer error is the bucket's; the inner ones are per key, in order.
  virtual Task<Result<std::vector<Result<DeleteOutcome>>>> remove(std::string bucket, std::vector<DeleteSpec> specs) = 0;
  // Changes tags, retention, legal hold or properties of one version in place (neither its order nor its time).
  // `change` sees the version under the key's lock; an error of `change` stores nothing.
  virtual Task<Result<ObjectPtr>> update(ObjectName name, std::function<Result<>(ObjectAttributes&)> change) = 0;
  virtual Task<Result<ListPage>> list(ListQuery query) = 0;
  virtual Task<Result<VersionPage>> list_versions(VersionQuery query) = 0;

  // --- multipart uploads ---
  virtual Task<Result<UploadInfo>> create_upload(PutSpec spec) = 0;  // precondition and size_bytes unused
  virtual Task<Result<UploadInfo>> upload(std::string bucket, std::string key, std::string upload_id) = 0;  // NoSuchUpload
  virtual Task<Result<std::unique_ptr<PartWriter>>> create_part(std::string bucket, std::string key, std::string upload_id,
                                                                std::uint32_t number, std::optional<std::uint64_t> size_bytes,
                                                                StoredSize stored_size = nullptr) = 0;
  // The object. For an upload already completed, the version it made while that exists; else NoSuchUpload.
  virtual Task<Result<ObjectPtr>> complete_upload(std::string bucket, std::string key, std::string upload_id, CompletePlanner planner,
                                                  Precondition precondition) = 0;
  virtual Task<Result<>> abort_upload(std::string bucket, std::string key, std::string upload_id) = 0;
  virtual Task<Result<UploadPage>> list_uploads(UploadQuery query) = 0;
  virtual Task<Result<PartPage>> list_parts(std::string bucket, std::string key, std::string upload_id, std::uint32_t part_number_marker,
                                            std::uint32_t max_parts) = 0;

  // --- documents: small named blobs (names: a-z 0-9 . - _ and '/'), in memory ---
  virtual Task<Result<>> put_document(std::string name, std::string content) = 0;
  virtual Task<Result<>> delete_document(std::string name) = 0;  // a missing one is fine
  virtual std::optional<std::string> document(std::string_view name) const = 0;
  virtual std::vector<std::string> documents(std::string_view prefix) const = 0;  // names, in byte order

  // --- change feed: durable cursors for services ---
  // A follower sees every object change made after its cursor was first created, at least once, in order of seq.
  virtual Task<Result<>> create_cursor(std::string follower) = 0;  // an existing one is kept
  virtual Task<Result<>> delete_cursor(std::string follower) = 0;
  virtual Task<Result<std::vector<ChangeEvent>>> changes(std::string follower, std::uint32_t max_events) = 0;
  virtual Task<Result<>> advance_cursor(std::string follower, std::uint64_t seq) = 0;  // all up to seq are done with

  // --- state ---
  virtual Health health() const = 0;
  virtual std::string deployment_id() const = 0;
  // Settles what it can until `deadline` and closes; what isn't settled stays in the journal. Nothing may be called after.
  virtual void close(std::chrono::steady_clock::time_point deadline) = 0;
};

// Everything in memory, nothing kept: tests, and the second engine that keeps this interface honest.
std::unique_ptr<Engine> make_memory_engine(const Clock& clock);

}  // namespace holdfast::storage
