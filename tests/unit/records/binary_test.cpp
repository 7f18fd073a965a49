#include "sample_records.hpp"
#include "storage/local/wire.hpp"

#include <gtest/gtest.h>

namespace holdfast::storage::local {
namespace {

std::string encoded(const Change& change) {
  std::string out;
  encode(change, out);
  return out;
}

// Sidecars show every field: equal sidecars are equal records.
void expect_equal(const VersionRecord& left, const VersionRecord& right) {
  EXPECT_EQ(to_sidecar(left, "b"), to_sidecar(right, "b"));
  EXPECT_EQ(left.info.version_id, right.info.version_id);
}

TEST(Binary, EveryChangeComesBackAsItWas) {
  test::RandomRecords random(1);
  for (int i = 0; i < 5000; ++i) {
    const Change change = random.change();
    const std::string bytes = encoded(change);
    const auto decoded = decode_change(as_bytes(bytes));
    ASSERT_TRUE(decoded) << decoded.error().text();
    ASSERT_EQ(decoded->index(), change.index());
    ASSERT_EQ(encoded(*decoded), bytes) << "round " << i;
    if (const auto* put = std::get_if<PutVersion>(&change)) expect_equal(put->version, std::get<PutVersion>(*decoded).version);
  }
}

TEST(Binary, EveryFieldOfAVersionIsKept) {
  PutVersion put{test::full_version(), true, 0x10000000009, {1, 0x10000000008}};
  put.version.unknown = R"({"later":1})";
  const auto decoded = decode_change(as_bytes(encoded(put)));
  ASSERT_TRUE(decoded);
  const auto& out = std::get<PutVersion>(*decoded);
  expect_equal(out.version, put.version);
  EXPECT_EQ(out.version.bucket_id, put.version.bucket_id);
  EXPECT_EQ(out.version.unknown, put.version.unknown);
  EXPECT_TRUE(out.update);
  EXPECT_EQ(out.staged, put.staged);
  EXPECT_EQ(out.linked, put.linked);
  EXPECT_TRUE(out.version.info.legal_hold);
  EXPECT_EQ(out.version.extents[1].block_crc32c, put.version.extents[1].block_crc32c);
}

TEST(Binary, EveryFieldOfAnEventIsKept) {
  const Event event{{12, "s3:ObjectCreated:Put", "photos", "k", "v", "e", 77, test::at(-5)}};
  const auto decoded = decode_change(as_bytes(encoded(event)));
  ASSERT_TRUE(decoded);
  const ChangeEvent& out = std::get<Event>(*decoded).event;
  EXPECT_EQ(out.seq, 12U);
  EXPECT_EQ(out.name, "s3:ObjectCreated:Put");
  EXPECT_EQ(out.bucket, "photos");
  EXPECT_EQ(out.key, "k");
  EXPECT_EQ(out.version_id, "v");
  EXPECT_EQ(out.etag, "e");
  EXPECT_EQ(out.size_bytes, 77U);
  EXPECT_EQ(out.time, test::at(-5));
}

TEST(Binary, EveryFieldOfARemovalIsKept) {
  const auto version = decode_change(as_bytes(encoded(RemoveVersion{3, std::string("a\0b", 3), 8, 9, {10, 11}})));
  ASSERT_TRUE(version);
  EXPECT_EQ(std::get<RemoveVersion>(*version).key, std::string("a\0b", 3));
  EXPECT_EQ(std::get<RemoveVersion>(*version).payloads, (std::vector<FileId>{10, 11}));
  const auto part = decode_change(as_bytes(encoded(RemovePart{3, 4, 5, 6, true})));
  ASSERT_TRUE(part);
  EXPECT_EQ(std::get<RemovePart>(*part).number, 5U);
  EXPECT_TRUE(std::get<RemovePart>(*part).keep_payload);
  const auto document = decode_change(as_bytes(encoded(RemoveDocument{"buckets/a", 3})));
  ASSERT_TRUE(document);
  EXPECT_EQ(std::get<RemoveDocument>(*document).bucket_id, 3U);
}

TEST(Binary, UnknownFieldsAreSkipped) {
  std::string bytes = encoded(PutVersion{test::full_version(), false, 0, {}});
  const std::string known = bytes;
  wire::Writer writer(bytes);
  writer.varint(100, 5);
  writer.fixed64(101, 6);
  writer.bytes(1000, "from the future");
  const auto decoded = decode_change(as_bytes(bytes));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(encoded(*decoded), known);
}

TEST(Binary, UnknownKindIsAnError) {
  std::string bytes;
  wire::Writer(bytes).varint(1, std::variant_size_v<Change> + 1);
  const auto decoded = decode_change(as_bytes(bytes));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::XHoldfastCorruptObject);
  EXPECT_NE(decoded.error().text().find("newer"), std::string_view::npos);
}

TEST(Binary, KindComesFirst) {
  EXPECT_FALSE(decode_change({}));
  std::string bytes;
  wire::Writer(bytes).bytes(2, "name");
  EXPECT_FALSE(decode_change(as_bytes(bytes)));
  bytes.clear();
  wire::Writer(bytes).bytes(1, "kind");
  EXPECT_FALSE(decode_change(as_bytes(bytes)));
}

TEST(Binary, ImpossibleValuesAreDamage) {
  const auto with = [](auto&& add) {
    std::string bytes = encoded(PutVersion{});
    wire::Writer writer(bytes);
    add(writer);
    return decode_change(as_bytes(bytes)).has_value();
  };
  EXPECT_TRUE(with([](wire::Writer& w) { w.varint(15, 2); }));
  EXPECT_FALSE(with([](wire::Writer& w) { w.varint(15, 3); }));           // retention mode
  EXPECT_FALSE(with([](wire::Writer& w) { w.bytes(8, "\x06\x01x"); }));   // algorithm
  EXPECT_FALSE(with([](wire::Writer& w) { w.bytes(8, "\x01\x02x"); }));   // checksum type
  EXPECT_FALSE(with([](wire::Writer& w) { w.bytes(8, "\x01"); }));        // no type
  EXPECT_FALSE(with([](wire::Writer& w) { w.bytes(12, "\x05name"); }));   // name longer than the pair
  EXPECT_FALSE(with([](wire::Writer& w) { w.varint(17, 1ULL << 32); }));  // part count
  EXPECT_FALSE(with([](wire::Writer& w) { w.fixed64(6, 1); }));           // wrong type
  EXPECT_FALSE(with([](wire::Writer& w) { w.bytes(34, "123"); }));        // not whole numbers
  EXPECT_FALSE(with([](wire::Writer& w) { w.bytes(19, "\x31\x01"); }));   // extent cut short
}

TEST(Binary, NoPrefixAndNoFlippedByteCrashes) {
  test::RandomRecords random(2);
  for (int i = 0; i < 300; ++i) {
    std::string bytes = encoded(random.change());
    for (std::size_t size = 0; size < bytes.size(); ++size) (void)decode_change(as_bytes(std::string_view(bytes).substr(0, size)));
    for (int flip = 0; flip < 50; ++flip) {
      std::string broken = bytes;
      broken[random.below(static_cast<unsigned>(broken.size()))] = static_cast<char>(random.below(256));
      (void)decode_version_row(as_bytes(broken));
      (void)decode_list_entry(as_bytes(broken));
      (void)decode_row_head(as_bytes(broken));
      const auto decoded = decode_change(as_bytes(broken));
      if (decoded) {
        ASSERT_TRUE(decode_change(as_bytes(encoded(*decoded))));
      }
    }
  }
}

TEST(Rows, LeaveOutBucketAndKey) {
  const VersionRecord record = test::full_version();
  std::string row;
  encode_row(record, true, row);
  EXPECT_EQ(row.find(record.info.key), std::string::npos);
  auto decoded = decode_version_row(as_bytes(row));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->bucket_id, 0U);
  EXPECT_TRUE(decoded->info.key.empty());
  decoded->bucket_id = record.bucket_id;
  decoded->info.key = record.info.key;
  expect_equal(*decoded, record);
}

TEST(Rows, LeaveOutExtentsWhenAsked) {
  std::string row;
  encode_row(test::full_version(), false, row);
  const auto decoded = decode_version_row(as_bytes(row));
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(decoded->extents.empty());
  EXPECT_EQ(decoded->info.part_count, 2U);
}

TEST(Rows, ListEntryShowsWhatTheWholeRowShows) {
  test::RandomRecords random(3);
  for (int i = 0; i < 1000; ++i) {
    VersionRecord record = random.version();
    record.info.properties = {{"acl", "x"}, {"storage-class", random.bytes(12)}, {"owner", random.bytes(12)}};
    std::string row;
    encode_row(record, true, row);
    const auto entry = decode_list_entry(as_bytes(row));
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->etag, record.info.etag);
    EXPECT_EQ(entry->size_bytes, record.info.size_bytes);
    EXPECT_EQ(entry->modified, record.info.modified);
    EXPECT_EQ(entry->storage_class, record.info.properties[1].second);
    EXPECT_EQ(entry->owner, record.info.properties[2].second);
    ASSERT_EQ(entry->checksum.has_value(), record.info.checksum.has_value());
    if (entry->checksum) {
      EXPECT_EQ(entry->checksum->value, record.info.checksum->value);
    }
    const auto head = decode_row_head(as_bytes(row));
    ASSERT_TRUE(head);
    EXPECT_EQ(head->created_seq, record.info.created_seq);
    EXPECT_EQ(head->changed_seq, record.changed_seq);
    EXPECT_EQ(head->size_bytes, record.info.size_bytes);
    EXPECT_EQ(head->null_version, record.null_version);
    EXPECT_EQ(head->delete_marker, record.info.delete_marker);
  }
}

TEST(Rows, UploadsAndPartsComeBackAsTheyWere) {
  test::RandomRecords random(4);
  for (int i = 0; i < 1000; ++i) {
    const UploadRecord upload = random.upload();
    std::string row;
    encode_row(upload, row);
    auto decoded = decode_upload_row(as_bytes(row));
    ASSERT_TRUE(decoded);
    decoded->bucket_id = upload.bucket_id;
    decoded->key = upload.key;
    EXPECT_EQ(to_sidecar(*decoded, "b"), to_sidecar(upload, "b"));

    const PartRecord part = random.part();
    row.clear();
    encode_row(part, row);
    const auto decoded_part = decode_part_row(as_bytes(row));
    ASSERT_TRUE(decoded_part);
    EXPECT_EQ(to_sidecar(*decoded_part), to_sidecar(part));
  }
}

TEST(Rows, DamageIsReported) {
  std::string row;
  encode_row(test::full_version(), true, row);
  row.resize(20);
  EXPECT_EQ(decode_version_row(as_bytes(row)).error().code, ErrorCode::XHoldfastCorruptObject);
  EXPECT_FALSE(decode_upload_row(as_bytes("\xff")));
  EXPECT_FALSE(decode_part_row(as_bytes("\x07\x01")));
  EXPECT_FALSE(decode_list_entry(as_bytes("\x3a\x20short")));
  EXPECT_FALSE(decode_row_head(as_bytes("\x10")));
}

TEST(Wire, VarintsOfEveryLength) {
  for (unsigned shift = 0; shift < 64; ++shift) {
    for (const std::uint64_t value : {1ULL << shift, (1ULL << shift) - 1, ~0ULL >> shift}) {
      char buffer[wire::kVarintBytes];
      std::string_view text(buffer, wire::put_varint(buffer, value));
      std::uint64_t out = 0;
      ASSERT_TRUE(wire::take_varint(text, out));
      EXPECT_EQ(out, value);
      EXPECT_TRUE(text.empty());
    }
  }
}

TEST(Wire, VarintBeyondSixtyFourBitsIsRefused) {
  std::string_view most = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
  std::uint64_t value = 0;
  EXPECT_TRUE(wire::take_varint(most, value));
  EXPECT_EQ(value, UINT64_MAX);
  for (std::string_view text : {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x80", ""}) {
    EXPECT_FALSE(wire::take_varint(text, value));
  }
}

TEST(Wire, LongNestedFieldsGetTheirLength) {
  VersionRecord record = test::full_version();
  record.extents[0].block_crc32c.assign(5000, 0x01010101);
  const auto decoded = decode_change(as_bytes(encoded(PutVersion{record, false, 0, {}})));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(std::get<PutVersion>(*decoded).version.extents[0].block_crc32c, record.extents[0].block_crc32c);
  EXPECT_EQ(std::get<PutVersion>(*decoded).version.extents[1].file, record.extents[1].file);
}

}  // namespace
}  // namespace holdfast::storage::local
