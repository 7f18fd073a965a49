#include "sample_records.hpp"

#include <gtest/gtest.h>

namespace holdfast::storage::local {
namespace {

TEST(Ids, FileIdIsSixteenHexDigits) {
  EXPECT_EQ(file_id_text(0x10000000007), "0000010000000007");
  EXPECT_EQ(parse_file_id("0000010000000007"), 0x10000000007);
  EXPECT_EQ(parse_file_id("ffffffffffffffff"), UINT64_MAX);
  EXPECT_EQ(epoch_of(0x10000000007), 1U);
}

TEST(Ids, FileIdHasOneSpelling) {
  for (const char* text : {"", "7", "0000010000000007 ", "000001000000000", "00000100000000070", "0000010000000A07", "+000010000000007",
                           "-000010000000007", "0x00010000000007", "000001000000000g"}) {
    EXPECT_FALSE(parse_file_id(text)) << text;
  }
}

TEST(Ids, VersionIdNamesSequenceAndTag) {
  VersionRecord record = test::full_version();
  EXPECT_EQ(version_id_of(record), "00000000000004b69f86d081884c7d65");
  const auto parts = parse_version_id(version_id_of(record));
  ASSERT_TRUE(parts);
  EXPECT_FALSE(parts->null_version);
  EXPECT_EQ(parts->created_seq, 1206U);
  EXPECT_EQ(parts->tag, record.version_tag);
  record.null_version = true;
  EXPECT_EQ(version_id_of(record), "null");
  EXPECT_TRUE(parse_version_id("null")->null_version);
}

TEST(Ids, OthersVersionIdsAreNone) {
  for (const char* text : {"", "NULL", "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo",
                           "00000000000004B69f86d081884c7d65", "00000000-0000-4b69-f86d-081884c7d65f", "00000000000004b69f86d081884c7d6"}) {
    EXPECT_FALSE(parse_version_id(text)) << text;
  }
}

TEST(Ids, UploadIdNamesSequenceAndTag) {
  const UploadRecord record = test::full_upload();
  const auto parts = parse_upload_id(upload_id_of(record));
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->created_seq, record.created_seq);
  EXPECT_EQ(parts->tag, record.tag);
  EXPECT_FALSE(parse_upload_id("null"));
}

TEST(AssignSeq, FillsOnlyWhatIsZero) {
  Change fresh = PutVersion{};
  std::get<PutVersion>(fresh).version.null_version = false;
  assign_seq(fresh, 42);
  EXPECT_EQ(std::get<PutVersion>(fresh).version.info.created_seq, 42U);
  EXPECT_EQ(std::get<PutVersion>(fresh).version.changed_seq, 42U);
  EXPECT_EQ(std::get<PutVersion>(fresh).version.info.version_id, "000000000000002a0000000000000000");

  PutVersion update;
  update.update = true;
  update.version.info.created_seq = 40;
  Change change = update;
  assign_seq(change, 42);
  EXPECT_EQ(std::get<PutVersion>(change).version.info.created_seq, 40U);
  EXPECT_EQ(std::get<PutVersion>(change).version.changed_seq, 42U);
}

TEST(AssignSeq, CoversUploadsPartsAndEvents) {
  Change upload = PutUpload{};
  Change part = PutPart{};
  Change event = Event{};
  Change document = PutDocument{"a", "b"};
  for (Change* change : {&upload, &part, &event, &document}) assign_seq(*change, 9);
  EXPECT_EQ(std::get<PutUpload>(upload).upload.created_seq, 9U);
  EXPECT_EQ(std::get<PutPart>(part).part.changed_seq, 9U);
  EXPECT_EQ(std::get<Event>(event).event.seq, 9U);
  assign_seq(event, 10);
  EXPECT_EQ(std::get<Event>(event).event.seq, 9U);
}

}  // namespace
}  // namespace holdfast::storage::local
