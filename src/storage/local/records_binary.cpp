#include "records.hpp"
#include "wire.hpp"

#include <type_traits>

namespace holdfast::storage::local {

namespace {

// Field numbers are those of docs/on-disk-format.md, Records.
constexpr unsigned kKind = 1;
constexpr unsigned kLastHeadField = 6;
constexpr unsigned kLastListField = 9;
constexpr unsigned kUpdate = 32;
constexpr unsigned kStaged = 33;
constexpr unsigned kLinked = 34;

constexpr std::uint64_t kNullVersionFlag = 1;
constexpr std::uint64_t kDeleteMarkerFlag = 2;
constexpr std::uint64_t kLegalHoldFlag = 4;

// What is on disk must not change with an enum.
static_assert(static_cast<int>(hash::Algorithm::md5) == 0 && static_cast<int>(hash::Algorithm::sha1) == 1 &&
              static_cast<int>(hash::Algorithm::sha256) == 2 && static_cast<int>(hash::Algorithm::crc32) == 3 &&
              static_cast<int>(hash::Algorithm::crc32c) == 4 && static_cast<int>(hash::Algorithm::crc64nvme) == 5);
static_assert(static_cast<int>(ChecksumType::full_object) == 0 && static_cast<int>(ChecksumType::composite) == 1);
static_assert(static_cast<int>(RetentionMode::governance) == 1 && static_cast<int>(RetentionMode::compliance) == 2);

template <class Kind, std::size_t kIndex = 0>
constexpr std::uint64_t kind_of() {
  if constexpr (std::is_same_v<Kind, std::variant_alternative_t<kIndex, Change>>) {
    return kIndex + 1;
  } else {
    return kind_of<Kind, kIndex + 1>();
  }
}
static_assert(kind_of<PutVersion>() == 1 && kind_of<RemoveVersion>() == 2 && kind_of<PutUpload>() == 3 && kind_of<PutPart>() == 4 &&
              kind_of<RemovePart>() == 5 && kind_of<RemoveUpload>() == 6 && kind_of<PutDocument>() == 7 && kind_of<RemoveDocument>() == 8 &&
              kind_of<Event>() == 9);

Error damaged(std::string_view what) {
  return Error(ErrorCode::XHoldfastCorruptObject, "The binary form of " + std::string(what) + " is damaged.");
}

// --- pieces ---

void put_time(wire::Writer& out, unsigned number, TimePoint time) {
  out.fixed64(number, static_cast<std::uint64_t>(time.time_since_epoch().count()));
}
TimePoint get_time(wire::Reader& in) { return TimePoint(std::chrono::nanoseconds(static_cast<std::int64_t>(in.fixed64()))); }

std::uint32_t get_u32(wire::Reader& in) {
  const std::uint64_t value = in.varint();
  if (value > UINT32_MAX) in.fail();
  return static_cast<std::uint32_t>(value);
}

template <class Enum>
Enum get_enum(wire::Reader& in, std::uint64_t value, Enum last) {
  if (value > static_cast<std::uint64_t>(last)) in.fail();
  return in.ok() ? static_cast<Enum>(value) : Enum{};
}

template <class Number>
void put_numbers(wire::Writer& out, unsigned number, const std::vector<Number>& values) {
  out.bytes(number, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Number)});
}
template <class Number>
void get_numbers(wire::Reader& in, std::vector<Number>& values) {
  const std::string_view bytes = in.bytes();
  if (bytes.size() % sizeof(Number) != 0) {
    in.fail();
    return;
  }
  values.resize(bytes.size() / sizeof(Number));
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
}

void put_checksum(wire::Writer& out, unsigned number, const std::optional<Checksum>& checksum) {
  if (!checksum) return;
  const char head[] = {static_cast<char>(checksum->algorithm), static_cast<char>(checksum->type)};
  out.joined(number, {head, sizeof head}, checksum->value);
}
void get_checksum(wire::Reader& in, std::optional<Checksum>& checksum) {
  const std::string_view bytes = in.bytes();
  if (bytes.size() < 2) {
    in.fail();
    return;
  }
  const auto algorithm = get_enum(in, static_cast<std::uint8_t>(bytes[0]), hash::Algorithm::crc64nvme);
  const auto type = get_enum(in, static_cast<std::uint8_t>(bytes[1]), ChecksumType::composite);
  checksum.emplace(Checksum{algorithm, type, std::string(bytes.substr(2))});
}

void put_attributes(wire::Writer& out, unsigned number, const Attributes& attributes) {
  for (const auto& [name, value] : attributes) out.pair(number, name, value);
}
bool get_pair(wire::Reader& in, std::string_view& name, std::string_view& value) {
  value = in.bytes();
  std::uint64_t length = 0;
  if (!in.ok() || !wire::take_varint(value, length) || length > value.size()) return in.fail();
  name = value.substr(0, length);
  value.remove_prefix(length);
  return true;
}
void get_attribute(wire::Reader& in, Attributes& attributes) {
  std::string_view name;
  std::string_view value;
  if (get_pair(in, name, value)) attributes.emplace_back(name, value);
}

void put_extent(wire::Writer& out, unsigned number, const Extent& extent) {
  out.nested(number, [&](wire::Writer& inner) {
    inner.fixed64(1, extent.file);
    inner.varint(2, extent.offset);
    inner.varint(3, extent.length);
    inner.varint(4, extent.file_bytes);
    inner.varint(5, extent.block_bytes);
    put_numbers(inner, 6, extent.block_crc32c);
    inner.varint(7, extent.part.number);
    inner.varint(8, extent.part.size_bytes);
    inner.bytes(9, extent.part.etag);
    put_time(inner, 10, extent.part.modified);
    put_checksum(inner, 11, extent.part.checksum);
  });
}
Extent get_extent(wire::Reader& outer) {
  Extent extent;
  wire::Reader in(outer.bytes());
  while (in.next()) {
    switch (in.number()) {
      case 1:
        extent.file = in.fixed64();
        break;
      case 2:
        extent.offset = in.varint();
        break;
      case 3:
        extent.length = in.varint();
        break;
      case 4:
        extent.file_bytes = in.varint();
        break;
      case 5:
        extent.block_bytes = in.varint();
        break;
      case 6:
        get_numbers(in, extent.block_crc32c);
        break;
      case 7:
        extent.part.number = get_u32(in);
        break;
      case 8:
        extent.part.size_bytes = in.varint();
        break;
      case 9:
        extent.part.etag = in.bytes();
        break;
      case 10:
        extent.part.modified = get_time(in);
        break;
      case 11:
        get_checksum(in, extent.part.checksum);
        break;
      default:
        break;
    }
  }
  if (!in.ok()) outer.fail();
  return extent;
}

// --- versions ---

std::uint64_t flags_of(const VersionRecord& record) {
  return (record.null_version ? kNullVersionFlag : 0) | (record.info.delete_marker ? kDeleteMarkerFlag : 0) |
         (record.info.legal_hold ? kLegalHoldFlag : 0);
}

void put_version(wire::Writer& out, const VersionRecord& record, bool with_extents) {
  const ObjectInfo& info = record.info;
  out.varint(2, info.created_seq);
  out.varint(3, record.changed_seq);
  out.varint(4, flags_of(record));
  put_time(out, 5, info.modified);
  out.varint(6, info.size_bytes);
  out.bytes(7, info.etag);
  put_checksum(out, 8, info.checksum);
  put_attributes(out, 9, info.properties);
  out.fixed64(10, record.file);
  out.fixed64(11, record.version_tag);
  put_attributes(out, 12, info.headers);
  put_attributes(out, 13, info.user_metadata);
  put_attributes(out, 14, info.tags);
  out.varint(15, static_cast<std::uint64_t>(info.retention.mode));
  put_time(out, 16, info.retention.until);
  out.varint(17, info.part_count);
  out.bytes(18, info.upload_id);
  if (with_extents) {
    for (const Extent& extent : record.extents) put_extent(out, 19, extent);
  }
  out.bytes(20, record.unknown);
}

void get_flags(wire::Reader& in, VersionRecord& record) {
  const std::uint64_t flags = in.varint();
  record.null_version = (flags & kNullVersionFlag) != 0;
  record.info.delete_marker = (flags & kDeleteMarkerFlag) != 0;
  record.info.legal_hold = (flags & kLegalHoldFlag) != 0;
}

void get_version_field(wire::Reader& in, VersionRecord& record) {
  ObjectInfo& info = record.info;
  switch (in.number()) {
    case 2:
      info.created_seq = in.varint();
      break;
    case 3:
      record.changed_seq = in.varint();
      break;
    case 4:
      get_flags(in, record);
      break;
    case 5:
      info.modified = get_time(in);
      break;
    case 6:
      info.size_bytes = in.varint();
      break;
    case 7:
      info.etag = in.bytes();
      break;
    case 8:
      get_checksum(in, info.checksum);
      break;
    case 9:
      get_attribute(in, info.properties);
      break;
    case 10:
      record.file = in.fixed64();
      break;
    case 11:
      record.version_tag = in.fixed64();
      break;
    case 12:
      get_attribute(in, info.headers);
      break;
    case 13:
      get_attribute(in, info.user_metadata);
      break;
    case 14:
      get_attribute(in, info.tags);
      break;
    case 15:
      info.retention.mode = get_enum(in, in.varint(), RetentionMode::compliance);
      break;
    case 16:
      info.retention.until = get_time(in);
      break;
    case 17:
      info.part_count = get_u32(in);
      break;
    case 18:
      info.upload_id = in.bytes();
      break;
    case 19:
      record.extents.push_back(get_extent(in));
      break;
    case 20:
      record.unknown = in.bytes();
      break;
    case 21:
      record.bucket_id = in.fixed64();
      break;
    case 22:
      info.key = in.bytes();
      break;
    default:
      break;
  }
}

// A record as a reader finds it before the first field: what isn't written is zero.
VersionRecord blank_version() {
  VersionRecord record;
  record.null_version = false;
  return record;
}

// --- uploads and parts ---

void put_upload(wire::Writer& out, const UploadRecord& record) {
  const ObjectAttributes& attributes = record.attributes;
  out.varint(2, record.created_seq);
  out.fixed64(3, record.tag);
  out.fixed64(4, record.file);
  put_time(out, 5, record.initiated);
  put_attributes(out, 6, attributes.headers);
  put_attributes(out, 7, attributes.user_metadata);
  put_attributes(out, 8, attributes.tags);
  put_attributes(out, 9, attributes.properties);
  out.varint(10, static_cast<std::uint64_t>(attributes.retention.mode));
  put_time(out, 11, attributes.retention.until);
  out.varint(12, attributes.legal_hold ? 1 : 0);
}

void get_upload_field(wire::Reader& in, UploadRecord& record) {
  ObjectAttributes& attributes = record.attributes;
  switch (in.number()) {
    case 2:
      record.created_seq = in.varint();
      break;
    case 3:
      record.tag = in.fixed64();
      break;
    case 4:
      record.file = in.fixed64();
      break;
    case 5:
      record.initiated = get_time(in);
      break;
    case 6:
      get_attribute(in, attributes.headers);
      break;
    case 7:
      get_attribute(in, attributes.user_metadata);
      break;
    case 8:
      get_attribute(in, attributes.tags);
      break;
    case 9:
      get_attribute(in, attributes.properties);
      break;
    case 10:
      attributes.retention.mode = get_enum(in, in.varint(), RetentionMode::compliance);
      break;
    case 11:
      attributes.retention.until = get_time(in);
      break;
    case 12:
      attributes.legal_hold = in.varint() != 0;
      break;
    case 13:
      record.bucket_id = in.fixed64();
      break;
    case 14:
      record.key = in.bytes();
      break;
    default:
      break;
  }
}

void put_part(wire::Writer& out, const PartRecord& record) {
  out.fixed64(2, record.bucket_id);
  out.varint(3, record.upload_seq);
  out.varint(4, record.changed_seq);
  put_extent(out, 5, record.extent);
}

void get_part_field(wire::Reader& in, PartRecord& record) {
  switch (in.number()) {
    case 2:
      record.bucket_id = in.fixed64();
      break;
    case 3:
      record.upload_seq = in.varint();
      break;
    case 4:
      record.changed_seq = in.varint();
      break;
    case 5:
      record.extent = get_extent(in);
      break;
    default:
      break;
  }
}

// --- changes ---

struct ChangeWriter {
  wire::Writer& out;

  void operator()(const PutVersion& change) const {
    put_version(out, change.version, true);
    out.fixed64(21, change.version.bucket_id);
    out.bytes(22, change.version.info.key);
    out.varint(kUpdate, change.update ? 1 : 0);
    out.fixed64(kStaged, change.staged);
    put_numbers(out, kLinked, change.linked);
  }
  void operator()(const RemoveVersion& change) const {
    out.fixed64(2, change.bucket_id);
    out.bytes(3, change.key);
    out.varint(4, change.created_seq);
    out.fixed64(5, change.sidecar);
    put_numbers(out, 6, change.payloads);
  }
  void operator()(const PutUpload& change) const {
    put_upload(out, change.upload);
    out.fixed64(13, change.upload.bucket_id);
    out.bytes(14, change.upload.key);
  }
  void operator()(const PutPart& change) const {
    put_part(out, change.part);
    out.fixed64(kStaged, change.staged);
  }
  void operator()(const RemovePart& change) const {
    out.fixed64(2, change.bucket_id);
    out.varint(3, change.upload_seq);
    out.varint(4, change.number);
    out.fixed64(5, change.file);
    out.varint(6, change.keep_payload ? 1 : 0);
  }
  void operator()(const RemoveUpload& change) const {
    out.fixed64(2, change.bucket_id);
    out.bytes(3, change.key);
    out.varint(4, change.created_seq);
    out.fixed64(5, change.sidecar);
  }
  void operator()(const PutDocument& change) const {
    out.bytes(2, change.name);
    out.bytes(3, change.content);
  }
  void operator()(const RemoveDocument& change) const {
    out.bytes(2, change.name);
    out.fixed64(3, change.bucket_id);
  }
  void operator()(const Event& change) const {
    out.varint(2, change.event.seq);
    out.bytes(3, change.event.name);
    out.bytes(4, change.event.bucket);
    out.bytes(5, change.event.key);
    out.bytes(6, change.event.version_id);
    out.bytes(7, change.event.etag);
    out.varint(8, change.event.size_bytes);
    put_time(out, 9, change.event.time);
  }
};

void get_field(wire::Reader& in, PutVersion& change) {
  switch (in.number()) {
    case kUpdate:
      change.update = in.varint() != 0;
      break;
    case kStaged:
      change.staged = in.fixed64();
      break;
    case kLinked:
      get_numbers(in, change.linked);
      break;
    default:
      get_version_field(in, change.version);
  }
}
void get_field(wire::Reader& in, RemoveVersion& change) {
  switch (in.number()) {
    case 2:
      change.bucket_id = in.fixed64();
      break;
    case 3:
      change.key = in.bytes();
      break;
    case 4:
      change.created_seq = in.varint();
      break;
    case 5:
      change.sidecar = in.fixed64();
      break;
    case 6:
      get_numbers(in, change.payloads);
      break;
    default:
      break;
  }
}
void get_field(wire::Reader& in, PutUpload& change) { get_upload_field(in, change.upload); }
void get_field(wire::Reader& in, PutPart& change) {
  if (in.number() == kStaged) {
    change.staged = in.fixed64();
  } else {
    get_part_field(in, change.part);
  }
}
void get_field(wire::Reader& in, RemovePart& change) {
  switch (in.number()) {
    case 2:
      change.bucket_id = in.fixed64();
      break;
    case 3:
      change.upload_seq = in.varint();
      break;
    case 4:
      change.number = get_u32(in);
      break;
    case 5:
      change.file = in.fixed64();
      break;
    case 6:
      change.keep_payload = in.varint() != 0;
      break;
    default:
      break;
  }
}
void get_field(wire::Reader& in, RemoveUpload& change) {
  switch (in.number()) {
    case 2:
      change.bucket_id = in.fixed64();
      break;
    case 3:
      change.key = in.bytes();
      break;
    case 4:
      change.created_seq = in.varint();
      break;
    case 5:
      change.sidecar = in.fixed64();
      break;
    default:
      break;
  }
}
void get_field(wire::Reader& in, PutDocument& change) {
  switch (in.number()) {
    case 2:
      change.name = in.bytes();
      break;
    case 3:
      change.content = in.bytes();
      break;
    default:
      break;
  }
}
void get_field(wire::Reader& in, RemoveDocument& change) {
  switch (in.number()) {
    case 2:
      change.name = in.bytes();
      break;
    case 3:
      change.bucket_id = in.fixed64();
      break;
    default:
      break;
  }
}
void get_field(wire::Reader& in, Event& change) {
  switch (in.number()) {
    case 2:
      change.event.seq = in.varint();
      break;
    case 3:
      change.event.name = in.bytes();
      break;
    case 4:
      change.event.bucket = in.bytes();
      break;
    case 5:
      change.event.key = in.bytes();
      break;
    case 6:
      change.event.version_id = in.bytes();
      break;
    case 7:
      change.event.etag = in.bytes();
      break;
    case 8:
      change.event.size_bytes = in.varint();
      break;
    case 9:
      change.event.time = get_time(in);
      break;
    default:
      break;
  }
}

template <class Kind>
Kind blank() {
  return {};
}
template <>
PutVersion blank<PutVersion>() {
  PutVersion change;
  change.version = blank_version();
  return change;
}

template <class Kind>
Result<Change> decode_fields(wire::Reader& in) {
  Kind change = blank<Kind>();
  while (in.next()) get_field(in, change);
  if (!in.ok()) return damaged("a change");
  if constexpr (std::is_same_v<Kind, PutVersion>) change.version.info.version_id = version_id_of(change.version);
  return Change(std::move(change));
}

template <std::size_t kIndex = 0>
Result<Change> decode_kind(std::uint64_t kind, wire::Reader& in) {
  if constexpr (kIndex < std::variant_size_v<Change>) {
    using Kind = std::variant_alternative_t<kIndex, Change>;
    return kind == kind_of<Kind>() ? decode_fields<Kind>(in) : decode_kind<kIndex + 1>(kind, in);
  } else {
    return Error(ErrorCode::XHoldfastCorruptObject,
                 "A change has the unknown kind " + std::to_string(kind) + ": a newer Holdfast wrote it.");
  }
}

void get_list_property(wire::Reader& in, ListEntry& entry) {
  std::string_view name;
  std::string_view value;
  if (!get_pair(in, name, value)) return;
  if (name == "storage-class") entry.storage_class = value;
  if (name == "owner") entry.owner = value;
}

}  // namespace

void encode(const Change& change, std::string& out) {
  wire::Writer writer(out);
  writer.varint(kKind, change.index() + 1);
  std::visit(ChangeWriter{writer}, change);
}

Result<Change> decode_change(ByteView bytes) {
  wire::Reader in(as_text(bytes));
  if (!in.next() || in.number() != kKind) return damaged("a change");
  const std::uint64_t kind = in.varint();
  if (!in.ok()) return damaged("a change");
  return decode_kind(kind, in);
}

void encode_row(const VersionRecord& record, bool with_extents, std::string& out) {
  wire::Writer writer(out);
  put_version(writer, record, with_extents);
}

Result<VersionRecord> decode_version_row(ByteView bytes) {
  VersionRecord record = blank_version();
  wire::Reader in(as_text(bytes));
  while (in.next()) get_version_field(in, record);
  if (!in.ok()) return damaged("a version's row");
  record.info.version_id = version_id_of(record);
  return record;
}

Result<ListEntry> decode_list_entry(ByteView row) {
  ListEntry entry;
  wire::Reader in(as_text(row));
  while (in.next() && in.number() <= kLastListField) {
    switch (in.number()) {
      case 5:
        entry.modified = get_time(in);
        break;
      case 6:
        entry.size_bytes = in.varint();
        break;
      case 7:
        entry.etag = in.bytes();
        break;
      case 8:
        get_checksum(in, entry.checksum);
        break;
      case 9:
        get_list_property(in, entry);
        break;
      default:
        break;
    }
  }
  if (!in.ok()) return damaged("a version's row");
  return entry;
}

Result<RowHead> decode_row_head(ByteView row) {
  RowHead head;
  wire::Reader in(as_text(row));
  while (in.next() && in.number() <= kLastHeadField) {
    switch (in.number()) {
      case 2:
        head.created_seq = in.varint();
        break;
      case 3:
        head.changed_seq = in.varint();
        break;
      case 4: {
        const std::uint64_t flags = in.varint();
        head.null_version = (flags & kNullVersionFlag) != 0;
        head.delete_marker = (flags & kDeleteMarkerFlag) != 0;
        break;
      }
      case 6:
        head.size_bytes = in.varint();
        break;
      default:
        break;
    }
  }
  if (!in.ok()) return damaged("a version's row");
  return head;
}

void encode_row(const UploadRecord& record, std::string& out) {
  wire::Writer writer(out);
  put_upload(writer, record);
}

Result<UploadRecord> decode_upload_row(ByteView bytes) {
  UploadRecord record;
  wire::Reader in(as_text(bytes));
  while (in.next()) get_upload_field(in, record);
  if (!in.ok()) return damaged("an upload's row");
  return record;
}

void encode_row(const PartRecord& record, std::string& out) {
  wire::Writer writer(out);
  put_part(writer, record);
}

Result<PartRecord> decode_part_row(ByteView bytes) {
  PartRecord record;
  wire::Reader in(as_text(bytes));
  while (in.next()) get_part_field(in, record);
  if (!in.ok()) return damaged("a part's row");
  return record;
}

}  // namespace holdfast::storage::local
