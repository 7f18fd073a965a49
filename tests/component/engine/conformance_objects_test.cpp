// One object: written, read, copied, changed in place.
#include "conformance_kinds.hpp"

namespace holdfast::storage::conformance {
namespace {

class ObjectTest : public EngineTest {
 protected:
  ObjectTest() { make_bucket(engine(), "b"); }
};
INSTANTIATE_TEST_SUITE_P(Engines, ObjectTest, ::testing::ValuesIn(kinds()), kind_name);
class DurableObjectTest : public ObjectTest {};
INSTANTIATE_TEST_SUITE_P(Engines, DurableObjectTest, ::testing::ValuesIn(durable_kinds()), kind_name);

ObjectAttributes full_attributes() {
  ObjectAttributes attributes;
  attributes.headers = {{"content-type", "text/plain; charset=utf-8"}, {"cache-control", "no-store"}, {"expires", ""}};
  attributes.user_metadata = {{"z", "last first"}, {"a", "\xc3\xa4\xe2\x82\xac"}, {"empty", ""}, {"latin-1", "\xe4\x01\xff"}};
  attributes.tags = {{"k 1", "v/1"}, {"k2", ""}};
  attributes.properties = {{"acl", "<AccessControlPolicy/>"}, {"owner", "account-1"}, {"storage-class", "STANDARD_IA"}};
  attributes.retention = {RetentionMode::governance, start_of_tests() + std::chrono::hours(24)};
  attributes.legal_hold = true;
  return attributes;
}

// Sizes on both sides of every border that an engine may have.
const std::vector<std::size_t>& sizes() {
  static const std::vector<std::size_t> all{0,      1,       kInline - 1, kInline,   kInline + 1, 4095,      4096,     4097,
                                            65'536, 100'000, 262'145,     1'048'575, 1'048'576,   1'048'577, 3'500'000};
  return all;
}

// --- put, head, open ---

TEST_P(ObjectTest, Put_newKey_answersWithItsInfo) {
  clock().advance(std::chrono::milliseconds(1234));
  const ObjectPtr made = must(put(engine(), "b", "k", "hello"));
  for (const ObjectPtr& info : {made, must(head(engine(), "b", "k")), must(head(engine(), "b", "k", "null"))}) {
    EXPECT_EQ(info->key, "k");
    EXPECT_EQ(info->version_id, "null");
    EXPECT_TRUE(info->is_latest);
    EXPECT_FALSE(info->delete_marker);
    EXPECT_EQ(info->size_bytes, 5U);
    EXPECT_EQ(info->etag, etag_of("hello"));
    EXPECT_EQ(info->modified, clock().now());
    EXPECT_FALSE(info->checksum.has_value());
    EXPECT_EQ(info->part_count, 0U);
    EXPECT_TRUE(info->upload_id.empty());
    EXPECT_NE(info->created_seq, 0U);
    EXPECT_EQ(info->created_seq, made->created_seq);
  }
}

TEST_P(ObjectTest, Put_anySize_readsBack) {
  for (const std::size_t size : sizes()) {
    for (const bool size_known : {true, false}) {
      SCOPED_TRACE(std::to_string(size) + (size_known ? " known" : " unknown"));
      Put object{"b", "k", pattern(size, size_known ? 1 : 2)};
      object.size_known = size_known;
      EXPECT_EQ(must(put(engine(), object))->size_bytes, size);
      const auto reader = must(open(engine(), "b", "k"));
      EXPECT_EQ(reader->info().size_bytes, size);
      EXPECT_EQ(reader->info().etag, etag_of(object.content));
      EXPECT_TRUE(reader->parts().empty());
      EXPECT_EQ(must(read(*reader, false)), object.content);
      EXPECT_EQ(must(read(*reader, true)), object.content);
    }
  }
}

TEST_P(ObjectTest, Put_inSmallWrites_readsBack) {
  const std::string content = pattern(10'000);
  PutSpec spec;
  spec.bucket = "b";
  spec.key = "k";
  auto writer = must(sync_wait(engine().create(spec)));
  must(sync_wait(writer->write({})));
  must(write_all(*writer, content, 7));
  must(sync_wait(writer->write({})));
  must(sync_wait(writer->commit(digests_of(content), "e", {})));
  EXPECT_EQ(must(get(engine(), "b", "k")), content);
}

TEST_P(ObjectTest, Put_withEverything_keepsItAsGiven) {
  for (const std::size_t size : {std::size_t{10}, std::size_t{70'000}}) {
    Put object{"b", "k" + std::to_string(size), pattern(size), full_attributes()};
    object.checksum = Checksum{hash::Algorithm::crc64nvme, ChecksumType::full_object, "AAAAAAAAAAA="};
    const ObjectPtr made = must(put(engine(), object));
    EXPECT_EQ(describe(*made), describe(full_attributes()));
    const ObjectPtr found = must(head(engine(), "b", object.key));
    EXPECT_EQ(describe(*found), describe(full_attributes()));
    EXPECT_EQ(describe(found->checksum), "CRC64NVME/full/AAAAAAAAAAA=");
    const auto reader = must(open(engine(), "b", object.key));
    EXPECT_EQ(describe(reader->info()), describe(full_attributes()));
    EXPECT_EQ(describe(reader->info().checksum), "CRC64NVME/full/AAAAAAAAAAA=");
  }
}

TEST_P(ObjectTest, Put_everyChecksumAlgorithm_isKept) {
  for (const auto algorithm : {hash::Algorithm::sha1, hash::Algorithm::sha256, hash::Algorithm::crc32, hash::Algorithm::crc32c,
                               hash::Algorithm::crc64nvme, hash::Algorithm::md5}) {
    for (const auto type : {ChecksumType::full_object, ChecksumType::composite}) {
      Put object{"b", "k", "x"};
      object.checksum = Checksum{algorithm, type, "value-3"};
      must(put(engine(), object));
      EXPECT_EQ(describe(must(head(engine(), "b", "k"))->checksum), describe(object.checksum));
    }
  }
}

TEST_P(ObjectTest, Put_existingKey_replacesItWhole) {
  Put first{"b", "k", pattern(40'000), full_attributes()};
  first.attributes.retention = {};
  first.attributes.legal_hold = false;
  const ObjectPtr before = must(put(engine(), first));
  clock().advance(std::chrono::seconds(1));
  const ObjectPtr after = must(put(engine(), "b", "k", "second"));
  EXPECT_GT(after->created_seq, before->created_seq);
  EXPECT_EQ(must(get(engine(), "b", "k")), "second");
  const ObjectPtr info = must(head(engine(), "b", "k"));
  EXPECT_EQ(describe(*info), describe(ObjectAttributes()));
  EXPECT_EQ(info->modified, clock().now());
  VersionQuery query;
  query.bucket = "b";
  EXPECT_EQ(must(sync_wait(engine().list_versions(query))).versions.size(), 1U);
}

TEST_P(ObjectTest, Writer_droppedBeforeCommit_leavesNothing) {
  must(put(engine(), "b", "kept", "old"));
  for (const std::size_t size : sizes()) {
    for (const char* key : {"new", "kept"}) {
      Put object{"b", key, pattern(size)};
      auto writer = must(sync_wait(engine().create(spec_of(object))));
      must(write_all(*writer, object.content));
      EXPECT_EQ(code(head(engine(), "b", "new")), "NoSuchKey") << "not visible before the commit";
    }
  }
  EXPECT_EQ(code(head(engine(), "b", "new")), "NoSuchKey");
  EXPECT_EQ(must(get(engine(), "b", "kept")), "old");
  EXPECT_EQ(usage("b"), (Usage{1, 1, 0, 3}));
}

TEST_P(ObjectTest, Commit_digestsOfAnotherSize_publishesNothing) {
  for (const std::size_t size : {std::size_t{10}, std::size_t{50'000}}) {
    Put object{"b", "k", pattern(size)};
    auto writer = must(sync_wait(engine().create(spec_of(object))));
    must(write_all(*writer, object.content));
    EXPECT_NE(code(sync_wait(writer->commit(digests_of(pattern(size + 1)), "etag", {}))), "ok");
    EXPECT_EQ(code(head(engine(), "b", "k")), "NoSuchKey");
  }
}

TEST_P(ObjectTest, Head_missing_isNoSuchKey) {
  EXPECT_EQ(code(head(engine(), "b", "k")), "NoSuchKey");
  EXPECT_EQ(code(open(engine(), "b", "k")), "NoSuchKey");
  must(put(engine(), "b", "k", "1"));
  EXPECT_EQ(code(head(engine(), "b", "k/")), "NoSuchKey");
  EXPECT_EQ(code(head(engine(), "b", "")), "NoSuchKey");
  must(remove(engine(), "b", "k"));
  EXPECT_EQ(code(head(engine(), "b", "k")), "NoSuchKey");
}

TEST_P(ObjectTest, Head_missingVersion_isNoSuchVersion) {
  const std::string absent(32, 'a');
  for (const std::string& version_id : {absent, std::string("null"), std::string("no version id at all"), std::string(1000, 'x')}) {
    EXPECT_EQ(code(head(engine(), "b", "k", version_id)), "NoSuchVersion") << version_id;
    EXPECT_EQ(code(open(engine(), "b", "k", version_id)), "NoSuchVersion") << version_id;
  }
  must(put(engine(), "b", "k", "1"));
  EXPECT_EQ(code(head(engine(), "b", "k", absent)), "NoSuchVersion");
  EXPECT_EQ(code(head(engine(), "b", "k", "NULL")), "NoSuchVersion");
}

TEST_P(ObjectTest, Keys_ofAnyShape_areApart) {
  std::vector<std::string> keys = {"a",
                                   "a/b",
                                   "a/",
                                   "a//b",
                                   "a/../b",
                                   "../../../etc/passwd",
                                   "/",
                                   "//",
                                   "/a",
                                   ".",
                                   "..",
                                   "a/.",
                                   " ",
                                   "  ",
                                   "a ",
                                   "+",
                                   "%2F",
                                   "%",
                                   "a=b&c",
                                   "\xf0\x9f\x98\x80",
                                   "\xc3\xa4",
                                   "a\xcc\x88",
                                   "A",
                                   "a\nb",
                                   "\x01\x7f",
                                   "a\tb",
                                   std::string("a\0b", 3),
                                   std::string("a\0", 2),
                                   "null",
                                   ".holdfast",
                                   "con",
                                   "a\\b",
                                   "\"quoted\"",
                                   "'",
                                   "{}",
                                   "<x>",
                                   "*?[",
                                   "$HOME",
                                   "~",
                                   "-rf",
                                   std::string(1024, 'k'),
                                   std::string(1023, 'k') + "/",
                                   std::string(512, '/') + std::string(512, 'z')};
  for (const std::string& key : keys) must(put(engine(), "b", key, "content of " + key));
  for (const std::string& key : keys) {
    SCOPED_TRACE(escaped(key));
    EXPECT_EQ(must(get(engine(), "b", key)), "content of " + key);
    EXPECT_EQ(must(head(engine(), "b", key))->key, key);
  }
  ListQuery query;
  query.bucket = "b";
  std::vector<std::string> listed;
  for (const ListEntry& entry : must(sync_wait(engine().list(query))).objects) listed.push_back(entry.key);
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(listed, keys);
  for (const std::string& key : keys) EXPECT_TRUE(must(remove(engine(), "b", key)).existed) << escaped(key);
  EXPECT_EQ(usage("b"), Usage());
}

TEST_P(ObjectTest, Keys_emptyOrTooLong_areRefused) {
  must(put(engine(), "b", "source", "1"));
  for (const auto& [key, expected] : {std::pair(std::string(), "InvalidArgument"), std::pair(std::string(1025, 'k'), "KeyTooLongError")}) {
    EXPECT_EQ(code(put(engine(), "b", key, "x")), expected);
    EXPECT_EQ(code(copy(engine(), Copy{{"b", "source", ""}, "b", key})), expected);
    EXPECT_EQ(code(create_upload(engine(), "b", key)), expected);
  }
}

// --- reading ---

TEST_P(ObjectTest, Read_anyRange_givesItsBytes) {
  const std::string content = pattern(2'500'000);
  must(put(engine(), "b", "k", content));
  const auto reader = must(open(engine(), "b", "k"));
  const std::uint64_t size = content.size();
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges = {{0, 1},
                                                                       {0, size},
                                                                       {size - 1, 1},
                                                                       {1, size - 1},
                                                                       {1'048'575, 2},
                                                                       {1'048'576, 1'048'576},
                                                                       {4095, 4098},
                                                                       {2'097'152, size - 2'097'152},
                                                                       {12'345, 1'234'567}};
  for (const auto& [offset, length] : ranges) {
    for (const bool allow_file_range : {false, true}) {
      const std::string got = must(read(*reader, offset, length, allow_file_range));
      EXPECT_TRUE(got == content.substr(offset, length)) << offset << "+" << length;
    }
  }
}

TEST_P(ObjectTest, Read_smallObjectRange_givesItsBytes) {
  must(put(engine(), "b", "k", "0123456789"));
  const auto reader = must(open(engine(), "b", "k"));
  for (std::uint64_t offset = 0; offset < 10; ++offset) {
    for (std::uint64_t length = 1; offset + length <= 10; ++length) {
      EXPECT_EQ(must(read(*reader, offset, length, offset % 2 == 0)), std::string("0123456789").substr(offset, length));
    }
  }
}

TEST_P(ObjectTest, Piece_outlivesReaderAndObject) {
  for (const std::size_t size : {std::size_t{500}, std::size_t{200'000}}) {
    const std::string content = pattern(size);
    must(put(engine(), "b", "k", content));
    auto reader = must(open(engine(), "b", "k"));
    const Piece bytes = must(sync_wait(reader->read(0, size, false)));
    const Piece any = must(sync_wait(reader->read(0, size, true)));
    reader.reset();
    must(put(engine(), "b", "k", pattern(size, 9)));
    must(remove(engine(), "b", "k"));
    EXPECT_EQ(text_of(bytes), content.substr(0, text_of(bytes).size()));
    EXPECT_EQ(text_of(any), content.substr(0, text_of(any).size()));
  }
}

TEST_P(ObjectTest, Reader_objectOverwrittenAndRemoved_keepsItsVersion) {
  for (const std::size_t size : sizes()) {
    SCOPED_TRACE(size);
    const std::string content = pattern(size);
    must(put(engine(), "b", "k", content));
    const auto reader = must(open(engine(), "b", "k"));
    must(put(engine(), "b", "k", pattern(size, 5)));
    EXPECT_TRUE(must(read(*reader, true)) == content);
    const auto second = must(open(engine(), "b", "k"));
    must(remove(engine(), "b", "k"));
    EXPECT_TRUE(must(read(*reader, false)) == content);
    EXPECT_TRUE(must(read(*second, false)) == pattern(size, 5));
    EXPECT_EQ(reader->info().etag, etag_of(content));
  }
}

TEST_P(ObjectTest, Reader_bucketDeleted_keepsItsVersion) {
  const std::string content = pattern(120'000);
  must(put(engine(), "b", "k", content));
  const auto reader = must(open(engine(), "b", "k"));
  must(remove(engine(), "b", "k"));
  must(sync_wait(engine().delete_bucket("b")));
  EXPECT_EQ(must(read(*reader)), content);
}

TEST_P(ObjectTest, Reader_longAfterOverwrite_keepsItsVersion) {
  const std::string small = pattern(800);
  const std::string large = pattern(90'000);
  must(put(engine(), "b", "small", small));
  must(put(engine(), "b", "large", large));
  const auto small_reader = must(open(engine(), "b", "small"));
  const auto large_reader = must(open(engine(), "b", "large"));
  for (unsigned i = 0; i < 300; ++i) {
    must(put(engine(), "b", "small", pattern(900, i)));
    if (i % 10 == 0) must(put(engine(), "b", "large", pattern(90'000, i)));
  }
  EXPECT_EQ(must(read(*small_reader)), small);
  EXPECT_EQ(must(read(*large_reader)), large);
}

// --- preconditions ---

TEST_P(ObjectTest, PutPrecondition_noObject_seesNone) {
  std::string seen;
  must(put(engine(), Put{"b", "k", "1", {}, saw(seen)}));
  EXPECT_EQ(seen, "(none)");
}

TEST_P(ObjectTest, PutPrecondition_object_seesIt) {
  must(put(engine(), "b", "k", "1"));
  std::string seen;
  must(put(engine(), Put{"b", "k", "2", {}, saw(seen)}));
  EXPECT_EQ(seen, etag_of("1"));
}

TEST_P(ObjectTest, PutPrecondition_markerOnTop_seesNone) {
  set_versioning(engine(), "b", Versioning::enabled);
  must(put(engine(), "b", "k", "1"));
  must(remove(engine(), "b", "k"));
  std::string seen;
  must(put(engine(), Put{"b", "k", "2", {}, saw(seen)}));
  EXPECT_EQ(seen, "(none)");
}

TEST_P(ObjectTest, PutPrecondition_fails_storesNothingAndSaysWhy) {
  must(put(engine(), "b", "k", "1"));
  EXPECT_EQ(code(put(engine(), Put{"b", "k", pattern(50'000), {}, if_absent()})), "PreconditionFailed");
  EXPECT_EQ(code(put(engine(), Put{"b", "k", "2", {}, fails_with(ErrorCode::NoSuchKey)})), "NoSuchKey");
  EXPECT_EQ(code(put(engine(), Put{"b", "other", "2", {}, if_match(etag_of("1"))})), "PreconditionFailed");
  EXPECT_EQ(must(get(engine(), "b", "k")), "1");
  EXPECT_EQ(code(head(engine(), "b", "other")), "NoSuchKey");
  EXPECT_EQ(usage("b"), (Usage{1, 1, 0, 1}));
}

TEST_P(ObjectTest, PutPrecondition_decidedAtCommit_seesWhatCameMeanwhile) {
  const Put slow{"b", "k", "slow", {}, if_absent()};
  auto writer = must(sync_wait(engine().create(spec_of(slow))));
  must(write_all(*writer, slow.content));
  must(put(engine(), "b", "k", "quick"));
  EXPECT_EQ(code(sync_wait(writer->commit(digests_of(slow.content), "e", {}))), "PreconditionFailed");
  EXPECT_EQ(must(get(engine(), "b", "k")), "quick");
}

TEST_P(ObjectTest, PutPrecondition_holds_storesIt) {
  must(put(engine(), Put{"b", "k", "1", {}, if_absent()}));
  must(put(engine(), Put{"b", "k", "2", {}, if_match(etag_of("1"))}));
  EXPECT_EQ(must(get(engine(), "b", "k")), "2");
}

// --- copy ---

TEST_P(ObjectTest, Copy_anySize_isAnObjectOfItsOwn) {
  make_bucket(engine(), "c");
  for (const std::size_t size : sizes()) {
    SCOPED_TRACE(size);
    const std::string content = pattern(size);
    Put source{"b", "from", content, full_attributes()};
    source.attributes.retention = {};
    source.attributes.legal_hold = false;
    source.checksum = Checksum{hash::Algorithm::crc32, ChecksumType::full_object, "AAAAAA=="};
    must(put(engine(), source));
    clock().advance(std::chrono::seconds(1));
    Copy spec{{"b", "from", ""}, "c", "to"};
    spec.attributes.user_metadata = {{"of", "the copy"}};
    const ObjectPtr made = must(copy(engine(), spec));
    EXPECT_EQ(made->key, "to");
    EXPECT_EQ(made->modified, clock().now());
    must(put(engine(), "b", "from", "changed"));
    must(remove(engine(), "b", "from"));
    const auto reader = must(open(engine(), "c", "to"));
    EXPECT_TRUE(must(read(*reader)) == content);
    EXPECT_EQ(reader->info().etag, etag_of(content));
    EXPECT_EQ(describe(reader->info()), describe(spec.attributes));
    EXPECT_EQ(describe(reader->info().checksum), "CRC32/full/AAAAAA==");
  }
}

TEST_P(ObjectTest, Copy_ofACopyOfACopy_survivesTheOthers) {
  for (const std::size_t size : {std::size_t{100}, std::size_t{150'000}}) {
    const std::string content = pattern(size);
    must(put(engine(), "b", "1", content));
    must(copy(engine(), Copy{{"b", "1", ""}, "b", "2"}));
    must(remove(engine(), "b", "1"));
    must(copy(engine(), Copy{{"b", "2", ""}, "b", "3"}));
    must(remove(engine(), "b", "2"));
    EXPECT_EQ(must(get(engine(), "b", "3")), content);
    must(copy(engine(), Copy{{"b", "3", ""}, "b", "1"}));
    EXPECT_EQ(must(get(engine(), "b", "1")), content);
    EXPECT_EQ(usage("b"), (Usage{2, 2, 0, 2 * size}));
  }
}

TEST_P(ObjectTest, Copy_ontoItself_changesItsAttributes) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, std::size_t{150'000}}) {
    const std::string content = pattern(size);
    const ObjectPtr before = must(put(engine(), "b", "k", content));
    clock().advance(std::chrono::seconds(1));
    Copy spec{{"b", "k", ""}, "b", "k"};
    spec.attributes.headers = {{"content-type", "new/type"}};
    const ObjectPtr after = must(copy(engine(), spec));
    EXPECT_GT(after->created_seq, before->created_seq);
    EXPECT_EQ(must(get(engine(), "b", "k")), content);
    EXPECT_EQ(describe(*must(head(engine(), "b", "k"))), describe(spec.attributes));
    EXPECT_EQ(must(head(engine(), "b", "k"))->modified, clock().now());
    EXPECT_EQ(usage("b"), (Usage{1, 1, 0, size}));
  }
}

TEST_P(ObjectTest, Copy_manyTimesOntoItself_keepsTheContent) {
  const std::string content = pattern(150'000);
  must(put(engine(), "b", "k", content));
  for (int i = 0; i < 20; ++i) must(copy(engine(), Copy{{"b", "k", ""}, "b", "k"}));
  EXPECT_EQ(must(get(engine(), "b", "k")), content);
}

TEST_P(ObjectTest, Copy_ofMultipart_keepsPartsAndEtag) {
  const std::vector<std::string> parts = {pattern(6000, 1), pattern(500, 2), pattern(70'000, 3)};
  put_multipart(engine(), "b", "from", parts);
  const ObjectPtr made = must(copy(engine(), Copy{{"b", "from", ""}, "b", "to"}));
  must(remove(engine(), "b", "from"));
  const auto reader = must(open(engine(), "b", "to"));
  EXPECT_EQ(must(read(*reader)), parts[0] + parts[1] + parts[2]);
  EXPECT_EQ(reader->info().etag, "multipart-etag");
  EXPECT_EQ(reader->info().part_count, 3U);
  ASSERT_EQ(reader->parts().size(), 3U);
  EXPECT_EQ(reader->parts()[2].size_bytes, 70'000U);
  EXPECT_TRUE(made->upload_id.empty()) << "no upload made the copy";
}

TEST_P(ObjectTest, Copy_ofMultipartOntoItself_keepsTheContent) {
  const std::vector<std::string> parts = {pattern(6000, 1), pattern(500, 2)};
  put_multipart(engine(), "b", "k", parts);
  Copy spec{{"b", "k", ""}, "b", "k"};
  spec.attributes.user_metadata = {{"new", "value"}};
  must(copy(engine(), spec));
  EXPECT_EQ(must(get(engine(), "b", "k")), parts[0] + parts[1]);
  EXPECT_EQ(must(head(engine(), "b", "k"))->part_count, 2U);
}

TEST_P(ObjectTest, Copy_missingSource_isNoSuchKeyOrVersion) {
  EXPECT_EQ(code(copy(engine(), Copy{{"b", "from", ""}, "b", "to"})), "NoSuchKey");
  EXPECT_EQ(code(copy(engine(), Copy{{"b", "from", std::string(32, '1')}, "b", "to"})), "NoSuchVersion");
  must(put(engine(), "b", "from", "1"));
  EXPECT_EQ(code(copy(engine(), Copy{{"b", "from", std::string(32, '1')}, "b", "to"})), "NoSuchVersion");
  EXPECT_EQ(code(head(engine(), "b", "to")), "NoSuchKey");
}

TEST_P(ObjectTest, Copy_markerAsSource_isRefused) {
  set_versioning(engine(), "b", Versioning::enabled);
  must(put(engine(), "b", "from", "1"));
  const DeleteOutcome marker = must(remove(engine(), "b", "from"));
  EXPECT_EQ(code(copy(engine(), Copy{{"b", "from", ""}, "b", "to"})), "NoSuchKey");
  EXPECT_EQ(code(copy(engine(), Copy{{"b", "from", marker.version_id}, "b", "to"})), "InvalidRequest");
  EXPECT_EQ(code(head(engine(), "b", "to")), "NoSuchKey");
}

TEST_P(ObjectTest, Copy_sourcePrecondition_seesTheSourceVersion) {
  set_versioning(engine(), "b", Versioning::enabled);
  const ObjectPtr old = must(put(engine(), "b", "from", "old"));
  must(put(engine(), "b", "from", "new"));
  Copy spec{{"b", "from", old->version_id}, "b", "to"};
  std::string seen;
  spec.source_precondition = saw(seen);
  must(copy(engine(), spec));
  EXPECT_EQ(seen, etag_of("old"));
  EXPECT_EQ(must(get(engine(), "b", "to")), "old");
  spec.source_precondition = fails_with(ErrorCode::PreconditionFailed);
  spec.key = "to2";
  EXPECT_EQ(code(copy(engine(), spec)), "PreconditionFailed");
  EXPECT_EQ(code(head(engine(), "b", "to2")), "NoSuchKey");
}

TEST_P(ObjectTest, Copy_targetPrecondition_seesTheTarget) {
  must(put(engine(), "b", "from", "from"));
  must(put(engine(), "b", "to", "to"));
  Copy spec{{"b", "from", ""}, "b", "to"};
  spec.precondition = if_absent();
  EXPECT_EQ(code(copy(engine(), spec)), "PreconditionFailed");
  EXPECT_EQ(must(get(engine(), "b", "to")), "to");
  std::string seen;
  spec.precondition = saw(seen);
  must(copy(engine(), spec));
  EXPECT_EQ(seen, etag_of("to"));
  EXPECT_EQ(must(get(engine(), "b", "to")), "from");
}

TEST_P(ObjectTest, Copy_whileSourceIsRead_bothReadOn) {
  const std::string content = pattern(300'000);
  must(put(engine(), "b", "from", content));
  const auto reader = must(open(engine(), "b", "from"));
  must(copy(engine(), Copy{{"b", "from", ""}, "b", "to"}));
  must(remove(engine(), "b", "from"));
  const auto copied = must(open(engine(), "b", "to"));
  must(remove(engine(), "b", "to"));
  EXPECT_EQ(must(read(*reader)), content);
  EXPECT_EQ(must(read(*copied)), content);
}

// --- update ---

AttributesChange sets_tag(std::string value) {
  return [value](ObjectAttributes& attributes) {
    set_attribute(attributes.tags, "tag", value);
    return Result<>();
  };
}

TEST_P(ObjectTest, Update_attributes_areStoredInPlace) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, std::size_t{80'000}}) {
    const std::string content = pattern(size);
    const ObjectPtr before = must(put(engine(), "b", "k", content));
    clock().advance(std::chrono::seconds(9));
    const ObjectPtr answer = must(update(engine(), {"b", "k", ""}, [](ObjectAttributes& attributes) {
      attributes = full_attributes();
      return Result<>();
    }));
    for (const ObjectPtr& after : {answer, must(head(engine(), "b", "k"))}) {
      EXPECT_EQ(describe(*after), describe(full_attributes()));
      EXPECT_EQ(after->modified, before->modified);
      EXPECT_EQ(after->created_seq, before->created_seq);
      EXPECT_EQ(after->version_id, before->version_id);
      EXPECT_EQ(after->etag, before->etag);
      EXPECT_EQ(after->size_bytes, size);
    }
    EXPECT_EQ(must(get(engine(), "b", "k")), content);
    must(update(engine(), {"b", "k", ""}, [](ObjectAttributes& attributes) {
      attributes = {};
      return Result<>();
    }));
  }
}

TEST_P(ObjectTest, Update_again_seesWhatTheFirstStored) {
  must(put(engine(), "b", "k", "1"));
  for (int i = 0; i < 5; ++i) {
    must(update(engine(), {"b", "k", ""}, [i](ObjectAttributes& attributes) {
      attributes.tags.emplace_back("t" + std::to_string(i), "v");
      return Result<>();
    }));
  }
  EXPECT_EQ(must(head(engine(), "b", "k"))->tags.size(), 5U);
}

TEST_P(ObjectTest, Update_errorOfTheChange_storesNothing) {
  must(put(engine(), "b", "k", "1"));
  const auto outcome = update(engine(), {"b", "k", ""}, [](ObjectAttributes& attributes) {
    attributes.tags = {{"half", "done"}};
    return Result<>(Error(ErrorCode::InvalidTag, "no such tag"));
  });
  EXPECT_EQ(code(outcome), "InvalidTag");
  EXPECT_EQ(outcome.error().text(), "no such tag");
  EXPECT_TRUE(must(head(engine(), "b", "k"))->tags.empty());
}

TEST_P(ObjectTest, Update_missing_isNoSuchKeyOrVersion) {
  EXPECT_EQ(code(update(engine(), {"b", "k", ""}, sets_tag("1"))), "NoSuchKey");
  EXPECT_EQ(code(update(engine(), {"b", "k", "null"}, sets_tag("1"))), "NoSuchVersion");
  must(put(engine(), "b", "k", "1"));
  EXPECT_EQ(code(update(engine(), {"b", "k", std::string(32, '0')}, sets_tag("1"))), "NoSuchVersion");
}

TEST_P(ObjectTest, Update_oldVersion_doesNotMakeItCurrent) {
  set_versioning(engine(), "b", Versioning::enabled);
  const ObjectPtr old = must(put(engine(), "b", "k", "old"));
  must(put(engine(), "b", "k", "new"));
  const ObjectPtr answer = must(update(engine(), {"b", "k", old->version_id}, sets_tag("of the old")));
  EXPECT_FALSE(answer->is_latest);
  EXPECT_EQ(must(get(engine(), "b", "k")), "new");
  EXPECT_TRUE(must(head(engine(), "b", "k"))->tags.empty());
  EXPECT_EQ(must(head(engine(), "b", "k", old->version_id))->tags.size(), 1U);
  EXPECT_EQ(must(get(engine(), "b", "k", old->version_id)), "old");
}

TEST_P(ObjectTest, Update_deleteMarker_isRefused) {
  set_versioning(engine(), "b", Versioning::enabled);
  must(put(engine(), "b", "k", "1"));
  const DeleteOutcome marker = must(remove(engine(), "b", "k"));
  EXPECT_EQ(code(update(engine(), {"b", "k", ""}, sets_tag("1"))), "NoSuchKey");
  EXPECT_EQ(code(update(engine(), {"b", "k", marker.version_id}, sets_tag("1"))), "MethodNotAllowed");
}

TEST_P(ObjectTest, Update_multipart_keepsPartsAndContent) {
  const std::vector<std::string> parts = {pattern(6000, 1), pattern(500, 2)};
  put_multipart(engine(), "b", "k", parts);
  must(update(engine(), {"b", "k", ""}, sets_tag("1")));
  const auto reader = must(open(engine(), "b", "k"));
  EXPECT_EQ(must(read(*reader)), parts[0] + parts[1]);
  EXPECT_EQ(reader->parts().size(), 2U);
  EXPECT_EQ(reader->info().tags.size(), 1U);
}

TEST_P(ObjectTest, Update_whileRead_theReaderKeepsItsContent) {
  const std::string content = pattern(90'000);
  must(put(engine(), "b", "k", content));
  const auto reader = must(open(engine(), "b", "k"));
  must(update(engine(), {"b", "k", ""}, sets_tag("1")));
  EXPECT_EQ(must(read(*reader)), content);
  EXPECT_TRUE(reader->info().tags.empty());
}

// --- restart ---

TEST_P(DurableObjectTest, Restart_objects_areKept) {
  for (const std::size_t size : sizes()) {
    Put object{"b", std::to_string(size), pattern(size), full_attributes()};
    object.checksum = Checksum{hash::Algorithm::sha256, ChecksumType::full_object, "value"};
    must(put(engine(), object));
    must(copy(engine(), Copy{{"b", object.key, ""}, "b", "copy of " + object.key}));
  }
  must(put(engine(), "b", "gone", "1"));
  must(remove(engine(), "b", "gone"));
  const Usage before = usage("b");
  for (const Restart how : {Restart::hasty, Restart::plain, Restart::without_index, Restart::hasty_without_index}) {
    restart(how);
    EXPECT_EQ(usage("b"), before);
    EXPECT_EQ(code(head(engine(), "b", "gone")), "NoSuchKey");
    for (const std::size_t size : sizes()) {
      SCOPED_TRACE(size);
      const auto reader = must(open(engine(), "b", std::to_string(size)));
      EXPECT_TRUE(must(read(*reader)) == pattern(size));
      EXPECT_EQ(describe(reader->info()), describe(full_attributes()));
      EXPECT_EQ(describe(reader->info().checksum), "SHA256/full/value");
      EXPECT_EQ(reader->info().modified, clock().now());
      EXPECT_TRUE(must(get(engine(), "b", "copy of " + std::to_string(size))) == pattern(size));
    }
  }
}

}  // namespace
}  // namespace holdfast::storage::conformance
