// What the journal carries and the index keeps: versions, uploads, parts, documents, and the changes to them.
// The binary form (journal, index rows) and the JSON form (sidecars) are docs/on-disk-format.md's.
#pragma once

#include "holdfast/storage/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace holdfast::storage::local {

// Names a file for ever: (epoch << 40) | counter. 16 hex digits in names. 0 is no file.
using FileId = std::uint64_t;
inline constexpr unsigned kFileCounterBits = 40;
inline constexpr std::uint64_t epoch_of(FileId id) noexcept { return id >> kFileCounterBits; }
std::string file_id_text(FileId id);  // bucket ids are written in the same way
std::optional<FileId> parse_file_id(std::string_view text);

// Where a piece of content lies: [offset, offset + length) of one payload file, with that file's block checksums.
struct Extent {
  FileId file = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t file_bytes = 0;             // of the whole payload file
  std::uint64_t block_bytes = 0;            // checksum block: a power of two
  std::vector<std::uint32_t> block_crc32c;  // one a block of the file; the last block may be short
  PartInfo part;                            // number 0: not from a multipart upload
};

// One version of one key. `info.created_seq` is its place in the key's history; `changed_seq` orders states of it.
struct VersionRecord {
  std::uint64_t bucket_id = 0;
  FileId file = 0;           // names the sidecar; a plain object's payload has the same id
  bool null_version = true;  // version id is "null"; else it is made of created_seq and version_tag
  std::uint64_t version_tag = 0;
  std::uint64_t changed_seq = 0;
  ObjectInfo info;              // version_id and is_latest are derived, not stored
  std::vector<Extent> extents;  // in order; empty for delete markers and empty objects
  std::string unknown;          // JSON object of sidecar fields that this release doesn't know, or empty
};
std::string version_id_of(const VersionRecord& record);
struct VersionIdParts {
  bool null_version = false;
  std::uint64_t created_seq = 0;
  std::uint64_t tag = 0;
};
std::optional<VersionIdParts> parse_version_id(std::string_view text);  // "null", or 32 hex digits: seq, tag

struct UploadRecord {
  std::uint64_t bucket_id = 0;
  FileId file = 0;  // names its sidecar
  std::uint64_t created_seq = 0;
  std::uint64_t tag = 0;
  std::string key;
  TimePoint initiated;
  ObjectAttributes attributes;
};
std::string upload_id_of(const UploadRecord& record);  // 32 hex digits: seq, tag
struct UploadIdParts {
  std::uint64_t created_seq = 0;
  std::uint64_t tag = 0;
};
std::optional<UploadIdParts> parse_upload_id(std::string_view text);

struct PartRecord {
  std::uint64_t bucket_id = 0;
  std::uint64_t upload_seq = 0;
  std::uint64_t changed_seq = 0;
  Extent extent;  // extent.file names sidecar and payload; extent.part has number, size, etag, ...
};

// --- changes: the unit of the journal ---
// A group of changes in one frame happens whole or not at all. Each names what it does to rows and to files, so that
// the index, the settler and replay need nothing else. Applying one twice is the same as once.

// A version appears (or, with the same created_seq and a greater changed_seq, is changed in place).
struct PutVersion {
  VersionRecord version;
  bool update = false;         // in place: only the sidecar is rewritten
  FileId staged = 0;           // the payload lies in staging/ under this id; 0: in the record, or there is none
  std::vector<FileId> linked;  // copies: these extents' files wait in staging/ as links, to be renamed into place
};
// A version goes, with its files.
struct RemoveVersion {
  std::uint64_t bucket_id = 0;
  std::string key;
  std::uint64_t created_seq = 0;
  FileId sidecar = 0;
  std::vector<FileId> payloads;
};
struct PutUpload {
  UploadRecord upload;
};
struct PutPart {
  PartRecord part;
  FileId staged = 0;
};
// A part goes: replaced, left out of Complete, or aborted. keep_payload: Complete took the payload over.
struct RemovePart {
  std::uint64_t bucket_id = 0;
  std::uint64_t upload_seq = 0;
  std::uint32_t number = 0;
  FileId file = 0;
  bool keep_payload = false;
};
struct RemoveUpload {
  std::uint64_t bucket_id = 0;
  std::string key;
  std::uint64_t created_seq = 0;
  FileId sidecar = 0;
};
// Documents; a bucket is the document "buckets/<name>".
struct PutDocument {
  std::string name;
  std::string content;
};
struct RemoveDocument {
  std::string name;
  std::uint64_t bucket_id = 0;  // not 0: the bucket's rows and folder go too
};
// An event that followers are owed.
struct Event {
  ChangeEvent event;  // seq is the change's own
};
using Change = std::variant<PutVersion, RemoveVersion, PutUpload, PutPart, RemovePart, RemoveUpload, PutDocument, RemoveDocument, Event>;

// --- binary form ---
// Tagged fields: readers skip tags they don't know; an unknown change kind is an error (the format forbids it).
// `payload_bytes` of inline payload follow the encoded change in the journal record.
void encode(const Change& change, std::string& out);
Result<Change> decode_change(ByteView bytes);
// Index rows. Bucket id and key are left out: the row's key has them, and whoever reads the row puts them back.
// `with_extents` false leaves the list of extents out (multipart, or more blocks than kRowBlocks).
void encode_row(const VersionRecord& record, bool with_extents, std::string& out);
Result<VersionRecord> decode_version_row(ByteView bytes);
// Only what a listing shows (but for the key), without building the rest: this is the hot loop of LIST.
Result<ListEntry> decode_list_entry(ByteView row);
// What decides where a version's row belongs and what it counts for.
struct RowHead {
  std::uint64_t created_seq = 0;
  std::uint64_t changed_seq = 0;
  std::uint64_t size_bytes = 0;
  bool null_version = false;
  bool delete_marker = false;
};
Result<RowHead> decode_row_head(ByteView row);
void encode_row(const UploadRecord& record, std::string& out);
Result<UploadRecord> decode_upload_row(ByteView bytes);
void encode_row(const PartRecord& record, std::string& out);
Result<PartRecord> decode_part_row(ByteView bytes);
inline constexpr std::size_t kRowBlocks = 64;

// created_seq/changed_seq are assigned by the committer after the change was encoded; this patches a decoded change
// (versions, uploads, parts, events whose own sequence is 0) with the record's sequence number.
void assign_seq(Change& change, std::uint64_t seq);

// --- sidecars: JSON text ending in a crc32c over all before it ---
std::string to_sidecar(const VersionRecord& record, std::string_view bucket_name);
std::string to_sidecar(const UploadRecord& record, std::string_view bucket_name);
std::string to_sidecar(const PartRecord& record);
using Sidecar = std::variant<VersionRecord, UploadRecord, PartRecord>;
Result<Sidecar> parse_sidecar(std::string_view text);  // XHoldfastCorruptObject, saying what is wrong
std::string bucket_document(const BucketInfo& bucket);
Result<BucketInfo> parse_bucket_document(std::string_view text);
// Documents on disk.
struct StoredDocument {
  std::string name;
  std::uint64_t changed_seq = 0;
  std::string content;
};
std::string to_document_file(const StoredDocument& document);
Result<StoredDocument> parse_document_file(std::string_view text);
// format.json. parse: an error that says so if a newer Holdfast wrote it.
std::string to_format_file(std::string_view deployment_id);
Result<std::string> parse_format_file(std::string_view text);  // the deployment id

}  // namespace holdfast::storage::local
