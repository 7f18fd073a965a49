#include "sample_records.hpp"

#include "holdfast/base/encoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace holdfast::storage::local {
namespace {

using testing::HasSubstr;

// Replaces text inside a sidecar and makes its checksum right again: damage that only the fields' rules can find.
std::string edited(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  text.resize(text.rfind("\"crc32c\": \""));
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08x", hash::crc32c(0, as_bytes(text)));
  return text + "\"crc32c\": \"" + digits + "\"\n}\n";
}

std::string problem_of(const std::string& text) {
  const auto parsed = parse_sidecar(text);
  if (parsed) return "none";
  EXPECT_EQ(parsed.error().code, ErrorCode::XHoldfastCorruptObject);
  return std::string(parsed.error().text());
}

std::string full_text() { return to_sidecar(test::full_version(), "photos"); }

TEST(Sidecar, VersionIsReadable) {
  const std::string text = full_text();
  for (const char* line :
       {"\n \"format\": 1,\n", "\n \"kind\": \"version\",\n", "\n \"Bucket\": \"photos\",\n", "\n \"bucket_id\": \"0000010000000001\",\n",
        "\n \"Key\": \"holiday/beach.jpg\",\n", "\n \"VersionId\": \"00000000000004b69f86d081884c7d65\",\n",
        "\n \"LastModified\": \"2026-01-02T03:04:05.123456789Z\",\n", "\n \"Size\": 9437184,\n", "\n \"LegalHold\": \"ON\",\n",
        "\"block_crc32c\": \"AQIDBP/+/fw=\""}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_TRUE(text.ends_with("\"\n}\n"));
}

TEST(Sidecar, EveryVersionComesBackAsItWas) {
  test::RandomRecords random(5);
  for (int i = 0; i < 1500; ++i) {
    const VersionRecord record = random.version();
    const std::string text = to_sidecar(record, "b\xff\"ucket");
    ASSERT_TRUE(is_valid_utf8(text));
    const auto parsed = parse_sidecar(text);
    ASSERT_TRUE(parsed) << parsed.error().text() << '\n' << text;
    const auto& out = std::get<VersionRecord>(*parsed);
    std::string before;
    std::string after;
    encode(PutVersion{record, false, 0, {}}, before);
    encode(PutVersion{out, false, 0, {}}, after);
    ASSERT_EQ(before, after) << text;
    EXPECT_EQ(out.info.version_id, record.info.version_id);
  }
}

TEST(Sidecar, EveryUploadAndPartComesBackAsItWas) {
  test::RandomRecords random(6);
  for (int i = 0; i < 1000; ++i) {
    const std::string upload = to_sidecar(random.upload(), "b");
    const auto parsed = parse_sidecar(upload);
    ASSERT_TRUE(parsed) << parsed.error().text() << '\n' << upload;
    EXPECT_EQ(to_sidecar(std::get<UploadRecord>(*parsed), "b"), upload);
    const std::string part = to_sidecar(random.part());
    const auto parsed_part = parse_sidecar(part);
    ASSERT_TRUE(parsed_part) << parsed_part.error().text() << '\n' << part;
    EXPECT_EQ(to_sidecar(std::get<PartRecord>(*parsed_part)), part);
  }
}

TEST(Sidecar, HostileTextIsKept) {
  VersionRecord record = test::full_version();
  std::string every_byte;
  for (int c = 0; c < 256; ++c) every_byte.push_back(static_cast<char>(c));
  record.info.key = std::string("a\0\x01\x1f\x7f\"\\/\n\r\t\u2028\U0001f600", 18);
  record.info.key += std::string(900, '\\');
  record.info.user_metadata = {{"bytes", every_byte}, {"latin1", "Z\xfcrich"}, {"", ""}, {"quote\"", "{\"base64\": \"x\"}"}};
  record.info.headers = {{"\xff", "1"}};                    // a name that isn't UTF-8
  record.info.tags = {{"b", "2"}, {"a", "1"}, {"b", "3"}};  // a name twice
  const auto parsed = parse_sidecar(to_sidecar(record, "photos"));
  ASSERT_TRUE(parsed) << parsed.error().text();
  const ObjectInfo& info = std::get<VersionRecord>(*parsed).info;
  EXPECT_EQ(info.key, record.info.key);
  EXPECT_EQ(info.user_metadata, record.info.user_metadata);
  EXPECT_EQ(info.headers, record.info.headers);
  EXPECT_EQ(info.tags, record.info.tags);
}

TEST(Sidecar, UnknownFieldsSurvive) {
  const std::string text =
      edited(full_text(), "\n \"Key\"", "\n \"Later\": {\"x\": [1, 2.5, null, \"\xc3\xbc\"]},\n \"zeta\": true,\n \"Key\"");
  const auto parsed = parse_sidecar(text);
  ASSERT_TRUE(parsed) << parsed.error().text();
  const auto& record = std::get<VersionRecord>(*parsed);
  EXPECT_EQ(record.unknown, "{\"Later\":{\"x\":[1,2.5,null,\"\xc3\xbc\"]},\"zeta\":true}");
  const auto again = parse_sidecar(to_sidecar(record, "photos"));
  ASSERT_TRUE(again);
  EXPECT_EQ(std::get<VersionRecord>(*again).unknown, record.unknown);
  EXPECT_TRUE(std::get<VersionRecord>(*parse_sidecar(full_text())).unknown.empty());
}

TEST(Sidecar, EveryFlippedBitIsFound) {
  const std::string text = full_text();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string broken = text;
    broken[i] = static_cast<char>(broken[i] ^ 1 << i % 8);
    ASSERT_FALSE(parse_sidecar(broken)) << i;
    ASSERT_FALSE(parse_sidecar(std::string_view(text).substr(0, i))) << i;
  }
}

TEST(Sidecar, EndIsExact) {
  const std::string text = full_text();
  EXPECT_THAT(problem_of(text + "\n"), HasSubstr("checksum"));
  EXPECT_THAT(problem_of(text.substr(0, text.size() - 1)), HasSubstr("checksum"));
  EXPECT_THAT(problem_of(""), HasSubstr("too short"));
  EXPECT_THAT(problem_of(std::string(4096, '\0')), HasSubstr("checksum"));
}

TEST(Sidecar, NewerFormatIsRefused) {
  EXPECT_THAT(problem_of(edited(full_text(), "\"format\": 1", "\"format\": 2")), HasSubstr("newer"));
  EXPECT_THAT(problem_of(edited(full_text(), "\"format\": 1", "\"format\": 0")), HasSubstr("format"));
  EXPECT_THAT(problem_of(edited(full_text(), "\"format\": 1", "\"former\": 1")), HasSubstr("format"));
}

TEST(Sidecar, EachBrokenRuleIsNamed) {
  const struct {
    const char* from;
    const char* to;
    const char* named;
  } cases[] = {
      {"\"kind\": \"version\"", "\"kind\": \"vision\"", "kind"},
      {"\"Key\": ", "\"Kee\": ", "'Key' is missing"},
      {"\"file\": \"0000010000000007\"", "\"file\": \"7\"", "file"},
      {"\"file\": \"0000010000000007\"", "\"file\": 7", "file"},
      {"\"bucket_id\": ", "\"bucket\": ", "bucket_id"},
      {"\"created_seq\": 1206", "\"created_seq\": 1205", "VersionId"},
      {"\"created_seq\": 1206", "\"created_seq\": -1", "created_seq"},
      {"\"Size\": 9437184", "\"Size\": 1.5", "Size"},
      {"\"Size\": 9437184", "\"Size\": \"9437184\"", "Size"},
      {"\"ETag\": \"5d", "\"ETag\": {\"base64\": \"=\"}, \"x\": \"5d", "ETag"},
      {"2026-01-02T", "2026-13-02T", "LastModified"},
      {"\"Algorithm\": \"CRC64NVME\"", "\"Algorithm\": \"CRC65\"", "Algorithm"},
      {"\"FULL_OBJECT\"", "\"HALF\"", "Type"},
      {"\"GOVERNANCE\"", "\"TYRANNY\"", "Mode"},
      {"\"LegalHold\": \"ON\"", "\"LegalHold\": \"OFF?\"", "LegalHold"},
      {"\"Headers\": {", "\"Headers\": 1, \"x\": {", "Headers"},
      {"\"Headers\": {", "\"Headers\": [[\"a\"]], \"x\": {", "Headers"},
      {"\"extents\": [", "\"extents\": 5, \"x\": [", "extents"},
      {"\"length\": 8388608", "\"length\": 8388609", "length"},
      {"\"block_bytes\": 4194304", "\"block_bytes\": 4194305", "block_bytes"},
      {"\"block_bytes\": 4194304", "\"block_bytes\": 8388608", "block_crc32c"},
      {"\"block_bytes\": 4194304", "\"block_bites\": 4194304", "block_bytes"},
      {"AQIDBP/+/fw=", "AQIDBP/+/f==", "block_crc32c"},
      {"\"PartNumber\": 1", "\"PartNumber\": 4294967296", "PartNumber"},
  };
  for (const auto& each : cases) EXPECT_THAT(problem_of(edited(full_text(), each.from, each.to)), HasSubstr(each.named)) << each.to;
}

TEST(Sidecar, UploadAndPartRulesAreNamed) {
  const std::string upload = to_sidecar(test::full_upload(), "photos");
  EXPECT_THAT(problem_of(edited(upload, "\"created_seq\": 1184", "\"created_seq\": 1")), HasSubstr("UploadId"));
  const std::string part = to_sidecar(test::full_part());
  EXPECT_THAT(problem_of(edited(part, "\"file\": \"0000010000000005\"", "\"file\": \"0000010000000006\"")), HasSubstr("file"));
  EXPECT_THAT(problem_of(edited(part, "\"extent\": ", "\"extant\": ")), HasSubstr("extent"));
}

TEST(Sidecar, NotJsonIsRefused) {
  EXPECT_THAT(problem_of(edited(full_text(), "\"kind\":", "kind:")), HasSubstr("isn't JSON"));
  EXPECT_THAT(problem_of(edited(full_text(), "beach",
                                "be\xff"
                                "ch")),
              HasSubstr("isn't JSON"));
  const std::string deep = "\"x\": " + std::string(100'000, '[') + std::string(100'000, ']') + ", \"kind\"";
  EXPECT_THAT(problem_of(edited(full_text(), "\"kind\"", deep)), HasSubstr("deep"));
}

TEST(Sidecar, TimesKeepTheirNanoseconds) {
  VersionRecord record = test::full_version();
  for (const std::int64_t value :
       {std::int64_t{-1}, std::int64_t{1}, std::int64_t{999999999}, std::int64_t{-1000000001}, std::numeric_limits<std::int64_t>::max(),
        std::numeric_limits<std::int64_t>::min() + 86'400'000'000'000}) {
    record.info.modified = test::at(value);
    const auto parsed = parse_sidecar(to_sidecar(record, "b"));
    ASSERT_TRUE(parsed) << value;
    EXPECT_EQ(std::get<VersionRecord>(*parsed).info.modified, record.info.modified) << value;
  }
}

TEST(Sidecar, TimesBeforeAllDatesBecomeTheFirst) {
  VersionRecord record = test::full_version();
  record.info.modified = TimePoint::min();
  const auto parsed = parse_sidecar(to_sidecar(record, "b"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(std::get<VersionRecord>(*parsed).info.modified, TimePoint::min() + std::chrono::days(1));
}

TEST(BucketDocument, ComesBackAsItWas) {
  BucketInfo bucket;
  bucket.name = "photos";
  bucket.id = 0x10000000001;
  bucket.created = test::at(1767323045000000000);
  bucket.owner = "alice";
  bucket.region = "eu-west-1";
  bucket.versioning = Versioning::suspended;
  bucket.object_lock = true;
  bucket.quota_bytes = 1 << 30;
  bucket.configuration = {{"policy", R"({"Version":"2012-10-17"})"}, {"cors", "<CORS\xff/>"}};
  const std::string text = bucket_document(bucket);
  const auto parsed = parse_bucket_document(text);
  ASSERT_TRUE(parsed) << parsed.error().text();
  EXPECT_EQ(bucket_document(*parsed), text);
  EXPECT_EQ(parsed->versioning, Versioning::suspended);
  EXPECT_EQ(parsed->configuration, bucket.configuration);
  EXPECT_EQ(parsed->created, bucket.created);
  EXPECT_TRUE(parsed->object_lock);
}

TEST(BucketDocument, DamageIsReported) {
  BucketInfo bucket;
  bucket.name = "photos";
  bucket.versioning = Versioning::enabled;
  std::string text = bucket_document(bucket);
  text.replace(text.find("Enabled"), 7, "Perhaps");
  EXPECT_EQ(parse_bucket_document(text).error().code, ErrorCode::XHoldfastCorruptObject);
  for (const char* broken : {"", "null", "[]", "{}", R"({"format":2})", R"({"format":1,"Name":"a"})",
                             R"({"format":1,"Name":7,"bucket_id":"0000000000000001"})"}) {
    EXPECT_FALSE(parse_bucket_document(broken)) << broken;
  }
}

TEST(DocumentFile, ComesBackAsItWas) {
  for (const std::string& content : {std::string("{\"a\": 1}\n"), std::string("\xff\0\x01", 3), std::string()}) {
    const auto parsed = parse_document_file(to_document_file({"iam/users/alice", 17, content}));
    ASSERT_TRUE(parsed) << parsed.error().text();
    EXPECT_EQ(parsed->name, "iam/users/alice");
    EXPECT_EQ(parsed->changed_seq, 17U);
    EXPECT_EQ(parsed->content, content);
  }
}

TEST(DocumentFile, DamageIsReported) {
  const std::string text = to_document_file({"a", 1, "content"});
  EXPECT_FALSE(parse_document_file(text.substr(1)));
  EXPECT_FALSE(parse_document_file(edited(text, "\"content\"", "\"contents\"")));
  EXPECT_FALSE(parse_document_file(edited(text, "\"document\"", "\"version\"")));
  EXPECT_FALSE(parse_document_file(full_text()));
}

TEST(FormatFile, NamesTheDeployment) {
  const auto parsed = parse_format_file(to_format_file("5f0c2f2e-4a58-4c0e-9b0f-1f6b1f6f0a11"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, "5f0c2f2e-4a58-4c0e-9b0f-1f6b1f6f0a11");
  EXPECT_NE(parse_format_file(R"({"format": 2, "deployment_id": "x"})").error().text().find("newer"), std::string_view::npos);
  EXPECT_FALSE(parse_format_file(R"({"format": 1, "deployment_id": ""})"));
  EXPECT_FALSE(parse_format_file(R"({"format": 1})"));
  EXPECT_FALSE(parse_format_file(""));
}

// The examples of docs/on-disk-format.md are what the code writes.
TEST(Documentation, ExamplesAreWhatTheCodeWrites) {
  std::filesystem::path folder = std::filesystem::current_path();
  while (!std::filesystem::exists(folder / "docs/on-disk-format.md") && folder.has_relative_path()) folder = folder.parent_path();
  std::ifstream file(folder / "docs/on-disk-format.md");
  if (!file) GTEST_SKIP() << "not run inside the source folder";
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const auto shows = [&](const std::string& text) { return page.find("```json\n" + text + "```\n") != std::string::npos; };
  EXPECT_TRUE(shows(full_text())) << full_text();
  EXPECT_TRUE(shows(to_document_file({"buckets/photos", 17, "..."}))) << to_document_file({"buckets/photos", 17, "..."});
  EXPECT_TRUE(shows(to_format_file("5f0c2f2e-4a58-4c0e-9b0f-1f6b1f6f0a11"))) << to_format_file("5f0c2f2e-4a58-4c0e-9b0f-1f6b1f6f0a11");
  BucketInfo bucket{"photos", 0x10000000001, test::at(1767323045000000000), "holdfast", "eu-west-1", Versioning::enabled, true, 1 << 30,
                    {}};
  bucket.configuration = {{"policy", R"({"Version":"2012-10-17"})"}};
  EXPECT_TRUE(shows(bucket_document(bucket))) << bucket_document(bucket);
}

}  // namespace
}  // namespace holdfast::storage::local
