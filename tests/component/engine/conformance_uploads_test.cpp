// Multipart uploads.
#include "conformance_kinds.hpp"

#include <numeric>

namespace holdfast::storage::conformance {
namespace {

class UploadTest : public EngineTest {
 protected:
  UploadTest() { make_bucket(engine(), "b"); }

  UploadInfo upload(const std::string& key = "k") { return must(create_upload(engine(), "b", key)); }

  PartPage parts(const UploadInfo& upload, std::uint32_t marker = 0, std::uint32_t max = 1000) {
    return must(sync_wait(engine().list_parts(upload.bucket, upload.key, upload.upload_id, marker, max)));
  }
  static std::string describe_parts(const PartPage& page) {
    std::string text;
    for (const PartInfo& part : page.parts) text += std::to_string(part.number) + ":" + std::to_string(part.size_bytes) + " ";
    return text + (page.truncated ? "next " + std::to_string(page.next_part_number) : "end");
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, UploadTest, ::testing::ValuesIn(kinds()), kind_name);
class DurableUploadTest : public UploadTest {};
INSTANTIATE_TEST_SUITE_P(Engines, DurableUploadTest, ::testing::ValuesIn(durable_kinds()), kind_name);

ObjectAttributes some_attributes() {
  ObjectAttributes attributes;
  attributes.headers = {{"content-type", "video/mp4"}};
  attributes.user_metadata = {{"title", "\xc3\xa4"}};
  attributes.tags = {{"a", "b"}};
  attributes.properties = {{"owner", "someone"}};
  return attributes;
}

TEST_P(UploadTest, CreateUpload_new_isFound) {
  clock().advance(std::chrono::seconds(3));
  const UploadInfo made = must(create_upload(engine(), "b", "k", some_attributes()));
  EXPECT_FALSE(made.upload_id.empty());
  for (const UploadInfo& info : {made, must(sync_wait(engine().upload("b", "k", made.upload_id))), parts(made).upload}) {
    EXPECT_EQ(info.bucket, "b");
    EXPECT_EQ(info.key, "k");
    EXPECT_EQ(info.upload_id, made.upload_id);
    EXPECT_EQ(info.initiated, clock().now());
    EXPECT_EQ(describe(info.attributes), describe(some_attributes()));
  }
  EXPECT_EQ(code(head(engine(), "b", "k")), "NoSuchKey");
}

TEST_P(UploadTest, CreateUpload_sameKey_areApart) {
  const UploadInfo first = upload();
  const UploadInfo second = upload();
  EXPECT_NE(first.upload_id, second.upload_id);
  must(put_part(engine(), first, 1, "first"));
  must(put_part(engine(), second, 1, "second"));
  must(complete(engine(), second, plan_of_all()));
  EXPECT_EQ(must(get(engine(), "b", "k")), "second");
  must(complete(engine(), first, plan_of_all()));
  EXPECT_EQ(must(get(engine(), "b", "k")), "first");
}

TEST_P(UploadTest, Upload_missing_isNoSuchUpload) {
  const UploadInfo real = upload();
  for (const std::string& id : {std::string(32, '7'), std::string("nonsense"), std::string(), std::string(2000, 'x')}) {
    UploadInfo absent = real;
    absent.upload_id = id;
    EXPECT_EQ(code(sync_wait(engine().upload("b", "k", id))), "NoSuchUpload");
    EXPECT_EQ(code(put_part(engine(), absent, 1, "x")), "NoSuchUpload");
    EXPECT_EQ(code(complete(engine(), absent, plan_of_all())), "NoSuchUpload");
    EXPECT_EQ(code(abort(engine(), absent)), "NoSuchUpload");
    EXPECT_EQ(code(sync_wait(engine().list_parts("b", "k", id, 0, 10))), "NoSuchUpload");
  }
}

TEST_P(UploadTest, Upload_idOfAnotherKeyOrBucket_isNoSuchUpload) {
  make_bucket(engine(), "c");
  const UploadInfo real = upload();
  for (const auto& [bucket, key] : {std::pair("b", "other"), std::pair("c", "k")}) {
    UploadInfo wrong = real;
    wrong.bucket = bucket;
    wrong.key = key;
    EXPECT_EQ(code(sync_wait(engine().upload(bucket, key, real.upload_id))), "NoSuchUpload");
    EXPECT_EQ(code(put_part(engine(), wrong, 1, "x")), "NoSuchUpload");
    EXPECT_EQ(code(complete(engine(), wrong, plan_of_all())), "NoSuchUpload");
    EXPECT_EQ(code(abort(engine(), wrong)), "NoSuchUpload");
    EXPECT_EQ(code(sync_wait(engine().list_parts(bucket, key, real.upload_id, 0, 10))), "NoSuchUpload");
  }
  must(put_part(engine(), real, 1, "x"));
}

TEST_P(UploadTest, PutPart_any_answersWithItsInfo) {
  const UploadInfo info = upload();
  clock().advance(std::chrono::seconds(4));
  const Checksum checksum{hash::Algorithm::sha256, ChecksumType::full_object, "part's value"};
  const PartInfo made = must(put_part(engine(), info, 7, pattern(5000), checksum));
  ASSERT_EQ(parts(info).parts.size(), 1U);
  for (const PartInfo& part : {made, parts(info).parts[0]}) {
    EXPECT_EQ(part.number, 7U);
    EXPECT_EQ(part.size_bytes, 5000U);
    EXPECT_EQ(part.etag, etag_of(pattern(5000)));
    EXPECT_EQ(part.modified, clock().now());
    EXPECT_EQ(describe(part.checksum), "SHA256/full/part's value");
  }
}

TEST_P(UploadTest, PutPart_again_replacesIt) {
  const UploadInfo info = upload();
  must(put_part(engine(), info, 1, pattern(70'000)));
  must(put_part(engine(), info, 1, "short"));
  EXPECT_EQ(describe_parts(parts(info)), "1:5 end");
  must(put_part(engine(), info, 1, pattern(60'000)));
  must(complete(engine(), info, plan_of_all()));
  EXPECT_EQ(must(get(engine(), "b", "k")), pattern(60'000));
  EXPECT_EQ(usage("b"), (Usage{1, 1, 0, 60'000}));
}

TEST_P(UploadTest, PartWriter_dropped_leavesNothing) {
  const UploadInfo info = upload();
  must(put_part(engine(), info, 1, "kept"));
  for (const std::uint32_t number : {1U, 2U}) {
    auto writer = must(sync_wait(engine().create_part("b", "k", info.upload_id, number, std::nullopt)));
    must(write_all(*writer, pattern(50'000)));
  }
  EXPECT_EQ(describe_parts(parts(info)), "1:4 end");
}

TEST_P(UploadTest, PartCommit_digestsOfAnotherSize_storesNothing) {
  const UploadInfo info = upload();
  auto writer = must(sync_wait(engine().create_part("b", "k", info.upload_id, 1, std::nullopt)));
  must(write_all(*writer, pattern(5000)));
  EXPECT_NE(code(sync_wait(writer->commit(digests_of(pattern(4999)), "etag", {}))), "ok");
  EXPECT_EQ(describe_parts(parts(info)), "end");
}

TEST_P(UploadTest, PartCommit_uploadEndedMeanwhile_isNoSuchUpload) {
  for (const bool aborted : {true, false}) {
    const UploadInfo info = upload();
    must(put_part(engine(), info, 1, "1"));
    auto writer = must(sync_wait(engine().create_part("b", "k", info.upload_id, 2, std::nullopt)));
    must(write_all(*writer, pattern(30'000)));
    if (aborted) {
      must(abort(engine(), info));
    } else {
      must(complete(engine(), info, plan_of_all()));
    }
    EXPECT_EQ(code(sync_wait(writer->commit(digests_of(pattern(30'000)), "etag", {}))), "NoSuchUpload");
  }
  EXPECT_EQ(must(get(engine(), "b", "k")), "1");
}

TEST_P(UploadTest, Complete_parts_areTheObject) {
  const UploadInfo info = must(create_upload(engine(), "b", "k", some_attributes()));
  const std::vector<std::string> contents = {pattern(6000, 1), pattern(200'000, 2), "", pattern(1, 4), pattern(1'500'000, 5)};
  const std::vector<std::uint32_t> numbers = {1, 2, 3, 100, 10'000};
  for (std::size_t i = contents.size(); i-- > 0;) {
    must(put_part(engine(), info, numbers[i], contents[i],
                  Checksum{hash::Algorithm::crc32, ChecksumType::full_object, "sum" + std::to_string(i)}));
  }
  clock().advance(std::chrono::seconds(60));
  const Checksum checksum{hash::Algorithm::crc32, ChecksumType::composite, "AAAAAA==-5"};
  const ObjectPtr made = must(complete(engine(), info, plan_of(numbers, "0123-5", checksum)));
  const std::string whole = std::accumulate(contents.begin(), contents.end(), std::string());
  const auto reader = must(open(engine(), "b", "k"));
  for (const ObjectInfo& object : {*made, reader->info(), *must(head(engine(), "b", "k"))}) {
    EXPECT_EQ(object.size_bytes, whole.size());
    EXPECT_EQ(object.etag, "0123-5");
    EXPECT_EQ(describe(object.checksum), "CRC32/composite/AAAAAA==-5");
    EXPECT_EQ(object.part_count, 5U);
    EXPECT_EQ(object.upload_id, info.upload_id);
    EXPECT_EQ(object.modified, clock().now());
    EXPECT_EQ(describe(static_cast<const ObjectAttributes&>(object)), describe(some_attributes()));
  }
  ASSERT_EQ(reader->parts().size(), 5U);
  for (std::size_t i = 0; i < contents.size(); ++i) {
    EXPECT_EQ(reader->parts()[i].number, numbers[i]);
    EXPECT_EQ(reader->parts()[i].size_bytes, contents[i].size());
    EXPECT_EQ(reader->parts()[i].etag, etag_of(contents[i]));
    EXPECT_EQ(describe(reader->parts()[i].checksum), "CRC32/full/sum" + std::to_string(i));
  }
  EXPECT_TRUE(must(read(*reader, true)) == whole);
  EXPECT_TRUE(must(read(*reader, false)) == whole);
  EXPECT_TRUE(must(read(*reader, 5999, 200'002)) == whole.substr(5999, 200'002));
  EXPECT_TRUE(must(read(*reader, 206'000, 1)) == whole.substr(206'000, 1));
  EXPECT_TRUE(must(read(*reader, whole.size() - 1, 1, true)) == whole.substr(whole.size() - 1));
}

TEST_P(UploadTest, Complete_someParts_leavesTheOthersOut) {
  const UploadInfo info = upload();
  for (std::uint32_t number = 1; number <= 5; ++number) must(put_part(engine(), info, number, pattern(2000, number)));
  must(complete(engine(), info, plan_of({2, 5})));
  EXPECT_EQ(must(get(engine(), "b", "k")), pattern(2000, 2) + pattern(2000, 5));
  const auto reader = must(open(engine(), "b", "k"));
  ASSERT_EQ(reader->parts().size(), 2U);
  EXPECT_EQ(reader->parts()[0].number, 2U);
  EXPECT_EQ(reader->parts()[1].number, 5U);
}

TEST_P(UploadTest, Complete_onePartOfNoBytes_isAnEmptyObject) {
  const UploadInfo info = upload();
  must(put_part(engine(), info, 1, ""));
  EXPECT_EQ(must(complete(engine(), info, plan_of_all()))->size_bytes, 0U);
  EXPECT_EQ(must(get(engine(), "b", "k")), "");
  EXPECT_EQ(must(head(engine(), "b", "k"))->part_count, 1U);
}

TEST_P(UploadTest, Complete_planner_seesUploadAndParts) {
  const UploadInfo info = must(create_upload(engine(), "b", "k", some_attributes()));
  for (const std::uint32_t number : {9U, 3U, 10U}) must(put_part(engine(), info, number, pattern(number)));
  std::string seen;
  CompletePlanner planner = [&](const UploadInfo& upload, const std::vector<PartInfo>& parts) {
    seen = upload.bucket + "/" + upload.key + "/" + upload.upload_id + describe(upload.attributes);
    for (const PartInfo& part : parts) seen += " " + std::to_string(part.number) + ":" + std::to_string(part.size_bytes) + ":" + part.etag;
    return Result<CompletePlan>(CompletePlan{{3}, "e", {}});
  };
  must(complete(engine(), info, planner));
  EXPECT_EQ(seen, "b/k/" + info.upload_id + describe(some_attributes()) + " 3:3:" + etag_of(pattern(3)) + " 9:9:" + etag_of(pattern(9)) +
                      " 10:10:" + etag_of(pattern(10)));
}

TEST_P(UploadTest, Complete_plannerFails_theUploadStays) {
  const UploadInfo info = upload();
  must(put_part(engine(), info, 1, "1"));
  for (const ErrorCode error : {ErrorCode::InvalidPart, ErrorCode::InvalidPartOrder, ErrorCode::EntityTooSmall}) {
    CompletePlanner planner = [error](const UploadInfo&, const std::vector<PartInfo>&) {
      return Result<CompletePlan>(Error(error, "why"));
    };
    const auto outcome = complete(engine(), info, planner);
    EXPECT_EQ(code(outcome), error_name(error));
    EXPECT_EQ(outcome.error().text(), "why");
  }
  EXPECT_EQ(code(head(engine(), "b", "k")), "NoSuchKey");
  EXPECT_EQ(describe_parts(parts(info)), "1:1 end");
  must(complete(engine(), info, plan_of_all()));
}

TEST_P(UploadTest, Complete_planNamesMissingPart_isInvalidPart) {
  const UploadInfo info = upload();
  must(put_part(engine(), info, 1, "1"));
  EXPECT_EQ(code(complete(engine(), info, plan_of({1, 2}))), "InvalidPart");
  EXPECT_EQ(code(head(engine(), "b", "k")), "NoSuchKey");
  EXPECT_EQ(describe_parts(parts(info)), "1:1 end");
}

TEST_P(UploadTest, Complete_preconditionFails_theUploadStays) {
  must(put(engine(), "b", "k", "there"));
  const UploadInfo info = upload();
  must(put_part(engine(), info, 1, "1"));
  EXPECT_EQ(code(complete(engine(), info, plan_of_all(), if_absent())), "PreconditionFailed");
  EXPECT_EQ(must(get(engine(), "b", "k")), "there");
  std::string seen;
  must(complete(engine(), info, plan_of_all(), saw(seen)));
  EXPECT_EQ(seen, etag_of("there"));
  EXPECT_EQ(must(get(engine(), "b", "k")), "1");
}

TEST_P(UploadTest, Complete_repeated_answersTheSameObject) {
  const UploadInfo info = upload();
  must(put_part(engine(), info, 1, pattern(9000)));
  const ObjectPtr first = must(complete(engine(), info, plan_of_all()));
  clock().advance(std::chrono::seconds(5));
  const ObjectPtr again = must(complete(engine(), info, plan_of_all("another etag"), if_absent()));
  EXPECT_EQ(again->etag, first->etag);
  EXPECT_EQ(again->created_seq, first->created_seq);
  EXPECT_EQ(again->modified, first->modified);
  EXPECT_EQ(again->version_id, first->version_id);
  EXPECT_EQ(usage("b"), (Usage{1, 1, 0, 9000}));
}

TEST_P(UploadTest, Complete_repeatedAfterUpdate_answersTheObject) {
  const UploadInfo info = upload();
  must(put_part(engine(), info, 1, "1"));
  const ObjectPtr first = must(complete(engine(), info, plan_of_all()));
  must(update(engine(), {"b", "k", ""}, [](ObjectAttributes& attributes) {
    attributes.tags = {{"a", "b"}};
    return Result<>();
  }));
  EXPECT_EQ(must(complete(engine(), info, plan_of_all()))->created_seq, first->created_seq);
}

TEST_P(UploadTest, Complete_repeatedWhenNoLongerCurrent_answersItsVersion) {
  set_versioning(engine(), "b", Versioning::enabled);
  const UploadInfo info = upload();
  must(put_part(engine(), info, 1, "1"));
  const ObjectPtr first = must(complete(engine(), info, plan_of_all()));
  must(put(engine(), "b", "k", "newer"));
  const ObjectPtr again = must(complete(engine(), info, plan_of_all()));
  EXPECT_EQ(again->version_id, first->version_id);
  EXPECT_FALSE(again->is_latest);
  EXPECT_EQ(must(get(engine(), "b", "k")), "newer");
  must(remove(engine(), "b", "k", first->version_id));
  EXPECT_EQ(code(complete(engine(), info, plan_of_all())), "NoSuchUpload");
}

TEST_P(UploadTest, Complete_repeatedAfterTheObjectWent_isNoSuchUpload) {
  for (const bool overwritten : {true, false}) {
    const UploadInfo info = upload();
    must(put_part(engine(), info, 1, "1"));
    must(complete(engine(), info, plan_of_all()));
    if (overwritten) {
      must(put(engine(), "b", "k", "2"));
    } else {
      must(remove(engine(), "b", "k"));
    }
    EXPECT_EQ(code(complete(engine(), info, plan_of_all())), "NoSuchUpload");
  }
}

TEST_P(UploadTest, Completed_everythingElse_isNoSuchUpload) {
  const UploadInfo info = upload();
  must(put_part(engine(), info, 1, "1"));
  must(complete(engine(), info, plan_of_all()));
  EXPECT_EQ(code(sync_wait(engine().upload("b", "k", info.upload_id))), "NoSuchUpload");
  EXPECT_EQ(code(put_part(engine(), info, 2, "2")), "NoSuchUpload");
  EXPECT_EQ(code(abort(engine(), info)), "NoSuchUpload");
  EXPECT_EQ(code(sync_wait(engine().list_parts("b", "k", info.upload_id, 0, 10))), "NoSuchUpload");
  EXPECT_EQ(must(get(engine(), "b", "k")), "1");
}

TEST_P(UploadTest, Complete_manyParts_readsBack) {
  const UploadInfo info = upload();
  std::string whole;
  for (std::uint32_t number = 1; number <= 120; ++number) {
    const std::string content = pattern(number % 3 == 0 ? 5000 : 700, number);
    must(put_part(engine(), info, number, content));
    whole += content;
  }
  must(complete(engine(), info, plan_of_all()));
  const auto reader = must(open(engine(), "b", "k"));
  EXPECT_TRUE(must(read(*reader)) == whole);
  EXPECT_EQ(reader->parts().size(), 120U);
}

TEST_P(UploadTest, Complete_overExistingMultipart_replacesIt) {
  put_multipart(engine(), "b", "k", {pattern(6000, 1), pattern(7000, 2)});
  const auto reader = must(open(engine(), "b", "k"));
  put_multipart(engine(), "b", "k", {pattern(800, 3), pattern(900, 4)});
  EXPECT_EQ(must(get(engine(), "b", "k")), pattern(800, 3) + pattern(900, 4));
  EXPECT_EQ(must(read(*reader)), pattern(6000, 1) + pattern(7000, 2));
  EXPECT_EQ(usage("b"), (Usage{1, 1, 0, 1700}));
}

TEST_P(UploadTest, RemovedMultipart_whileRead_readsOn) {
  put_multipart(engine(), "b", "k", {pattern(60'000, 1), pattern(70'000, 2)});
  const auto reader = must(open(engine(), "b", "k"));
  must(read(*reader, 0, 10));
  must(remove(engine(), "b", "k"));
  EXPECT_EQ(must(read(*reader)), pattern(60'000, 1) + pattern(70'000, 2));
}

TEST_P(UploadTest, Abort_upload_isGoneWithItsParts) {
  const UploadInfo info = upload();
  must(put_part(engine(), info, 1, pattern(50'000)));
  must(put_part(engine(), info, 2, pattern(50)));
  must(abort(engine(), info));
  EXPECT_EQ(code(abort(engine(), info)), "NoSuchUpload");
  EXPECT_EQ(code(put_part(engine(), info, 1, "1")), "NoSuchUpload");
  EXPECT_EQ(code(complete(engine(), info, plan_of_all())), "NoSuchUpload");
  EXPECT_EQ(code(head(engine(), "b", "k")), "NoSuchKey");
  must(sync_wait(engine().delete_bucket("b")));
}

TEST_P(UploadTest, ListParts_pages_goOnAfterTheMarker) {
  const UploadInfo info = upload();
  for (const std::uint32_t number : {1U, 2U, 5U, 300U, 9999U, 10'000U}) must(put_part(engine(), info, number, pattern(number % 100)));
  EXPECT_EQ(describe_parts(parts(info)), "1:1 2:2 5:5 300:0 9999:99 10000:0 end");
  EXPECT_EQ(describe_parts(parts(info, 0, 2)), "1:1 2:2 next 2");
  EXPECT_EQ(describe_parts(parts(info, 2, 2)), "5:5 300:0 next 300");
  EXPECT_EQ(describe_parts(parts(info, 3, 1)), "5:5 next 5");
  EXPECT_EQ(describe_parts(parts(info, 300, 2)), "9999:99 10000:0 end");
  EXPECT_EQ(describe_parts(parts(info, 10'000, 2)), "end");
  EXPECT_EQ(describe_parts(parts(info, 0, 0)), "end");
}

TEST_P(DurableUploadTest, Restart_uploads_areKept) {
  const UploadInfo info = must(create_upload(engine(), "b", "k", some_attributes()));
  must(put_part(engine(), info, 1, pattern(60'000, 1), Checksum{hash::Algorithm::sha1, ChecksumType::full_object, "v"}));
  must(put_part(engine(), info, 2, pattern(70, 2)));
  must(put_part(engine(), info, 3, pattern(80, 3)));
  const UploadInfo aborted = upload();
  must(put_part(engine(), aborted, 1, "1"));
  must(abort(engine(), aborted));
  for (const Restart how : {Restart::hasty_without_index, Restart::hasty, Restart::plain, Restart::without_index}) {
    restart(how);
    const PartPage page = parts(info);
    EXPECT_EQ(describe_parts(page), "1:60000 2:70 3:80 end");
    EXPECT_EQ(describe(page.parts[0].checksum), "SHA1/full/v");
    EXPECT_EQ(describe(page.upload.attributes), describe(some_attributes()));
    EXPECT_EQ(code(sync_wait(engine().upload("b", "k", aborted.upload_id))), "NoSuchUpload");
  }
  const ObjectPtr made = must(complete(engine(), info, plan_of({1, 3})));
  for (const Restart how : {Restart::hasty_without_index, Restart::hasty, Restart::plain, Restart::without_index}) {
    restart(how);
    const auto reader = must(open(engine(), "b", "k"));
    EXPECT_EQ(must(read(*reader)), pattern(60'000, 1) + pattern(80, 3));
    EXPECT_EQ(reader->parts().size(), 2U);
    EXPECT_EQ(describe(reader->info()), describe(some_attributes()));
    EXPECT_EQ(must(complete(engine(), info, plan_of_all()))->created_seq, made->created_seq) << "a repeated Complete";
    EXPECT_EQ(code(put_part(engine(), info, 4, "4")), "NoSuchUpload");
    UploadQuery query;
    query.bucket = "b";
    EXPECT_TRUE(must(sync_wait(engine().list_uploads(query))).uploads.empty());
  }
}

}  // namespace
}  // namespace holdfast::storage::conformance
