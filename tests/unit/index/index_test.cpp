#include "test_index.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

namespace holdfast::storage::local::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Objects = IndexTest;
using Versions = IndexTest;
using Uploads = IndexTest;
using Listing = IndexTest;
using Counters = IndexTest;
using Opening = IndexTest;

TEST_F(Objects, ComeBackWhole) {
  PutVersion change = put("folder/a", 1);
  static_cast<ObjectAttributes&>(change.version.info) = full_attributes();
  apply({change});
  const auto found = index_->current(kBucket, "folder/a", ReadTier::any);
  ASSERT_TRUE(found.value());
  ASSERT_TRUE(found->value());
  const VersionRecord& record = ***found;
  EXPECT_EQ(to_sidecar(record, "b"), to_sidecar(change.version, "b"));
  EXPECT_EQ(record.info.version_id, version_id_of(change.version));
  EXPECT_TRUE(record.info.is_latest);
}

TEST_F(Objects, MissingOnesAreNone) {
  EXPECT_EQ(current_id("a"), "none");
  apply({put("ab", 1)});
  EXPECT_EQ(current_id("a"), "none");
  EXPECT_EQ(current_id("abc"), "none");
  EXPECT_FALSE(index_->current(kBucket + 1, "ab", ReadTier::any)->value());
}

TEST_F(Objects, ExtentsOfMultipartAndOfManyBlocksStayInTheSidecar) {
  PutVersion multipart = put("multipart", 1);
  multipart.version.info.part_count = 1;
  PutVersion most = put("most", 2);
  most.version.extents.front().block_crc32c.assign(kRowBlocks, 1);
  PutVersion more = put("more", 3);
  more.version.extents.front().block_crc32c.assign(kRowBlocks + 1, 1);
  apply({multipart, most, more});
  EXPECT_TRUE((***index_->current(kBucket, "multipart", ReadTier::any)).extents.empty());
  EXPECT_EQ((***index_->current(kBucket, "most", ReadTier::any)).extents.size(), 1U);
  EXPECT_TRUE((***index_->current(kBucket, "more", ReadTier::any)).extents.empty());
}

TEST_F(Objects, HostileKeysLieSideBySide) {
  const std::string zero("\0", 1);
  const std::vector<std::string> all = {"a",
                                        "a/",
                                        "a//b",
                                        "a/b",
                                        "a" + zero,
                                        "a" + zero + zero,
                                        zero,
                                        "a\x01",
                                        "\x7f\x1f",
                                        std::string(1024, 'k'),
                                        std::string(1023, 'k') + zero,
                                        "\xff",
                                        "../../etc/passwd",
                                        " "};
  std::vector<Change> changes;
  for (std::size_t i = 0; i < all.size(); ++i) changes.emplace_back(put(all[i], i + 1));
  for (std::size_t i = 0; i < all.size(); ++i) changes.emplace_back(put(all[i], 100 + i));  // a noncurrent version of each
  apply(changes);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(current_id(all[i]), all[i] + "@" + std::to_string(100 + i) + "*");
    const auto old = index_->version(kBucket, all[i], i + 1, ReadTier::any);
    ASSERT_TRUE(old->value()) << i;
    EXPECT_EQ((***old).info.key, all[i]);
    EXPECT_FALSE((***old).info.is_latest);
  }
  std::vector<std::string> sorted = all;
  std::ranges::sort(sorted);
  EXPECT_EQ(keys(), sorted);
}

TEST_F(Versions, NewerOneDemotesTheCurrent) {
  apply({put("a", 1)});
  apply({put("a", 2)});
  EXPECT_EQ(current_id("a"), "a@2*");
  EXPECT_THAT(versions(), ElementsAre("a@2*", "a@1"));
}

TEST_F(Versions, OlderOneComesInBelow) {
  apply({put("a", 5)});
  apply({put("a", 3)});
  apply({put("a", 4), put("a", 1)});
  EXPECT_EQ(current_id("a"), "a@5*");
  EXPECT_THAT(versions(), ElementsAre("a@5*", "a@4", "a@3", "a@1"));
}

TEST_F(Versions, RemovingTheCurrentPromotesTheNext) {
  apply({put("a", 1), put("a", 2), put("a", 3)});
  apply({remove("a", 3)});
  EXPECT_EQ(current_id("a"), "a@2*");
  apply({remove("a", 2), remove("a", 1)});
  EXPECT_EQ(current_id("a"), "none");
  EXPECT_THAT(versions(), IsEmpty());
}

TEST_F(Versions, RemovingANoncurrentOneLeavesTheCurrent) {
  apply({put("a", 1), put("a", 2), put("a", 3)});
  apply({remove("a", 2)});
  EXPECT_THAT(versions(), ElementsAre("a@3*", "a@1"));
  apply({remove("a", 2), remove("b", 1), remove("a", 9)});
  EXPECT_THAT(versions(), ElementsAre("a@3*", "a@1"));
}

TEST_F(Versions, MarkerHidesTheObject) {
  apply({put("a", 1)});
  apply({marker("a", 2)});
  EXPECT_EQ(current_id("a"), "a@2!*");
  EXPECT_THAT(keys(), IsEmpty());
  EXPECT_THAT(versions(), ElementsAre("a@2!*", "a@1"));
  const auto version = index_->version(kBucket, "a", 2, ReadTier::any);
  EXPECT_TRUE((***version).info.is_latest);
}

TEST_F(Versions, RemovingTheMarkerBringsTheObjectBack) {
  apply({put("a", 1), marker("a", 2)});
  apply({remove("a", 2)});
  EXPECT_EQ(current_id("a"), "a@1*");
  EXPECT_THAT(keys(), ElementsAre("a"));
}

TEST_F(Versions, UnderAMarkerNothingIsPromoted) {
  apply({put("a", 1), marker("a", 2), marker("a", 3), put("a", 4)});
  apply({remove("a", 4)});
  EXPECT_EQ(current_id("a"), "a@3!*");
  apply({remove("a", 3)});
  EXPECT_EQ(current_id("a"), "a@2!*");
  EXPECT_THAT(keys(), IsEmpty());
}

TEST_F(Versions, PutBelowAMarkerStaysHidden) {
  apply({marker("a", 5)});
  apply({put("a", 4)});
  EXPECT_EQ(current_id("a"), "a@5!*");
  EXPECT_THAT(keys(), IsEmpty());
  apply({put("a", 6)});
  EXPECT_THAT(versions(), ElementsAre("a@6*", "a@5!", "a@4"));
}

TEST_F(Versions, MarkerOfAMissingKey) {
  apply({marker("a", 1)});
  EXPECT_EQ(current_id("a"), "a@1!*");
  apply({remove("a", 1)});
  EXPECT_EQ(current_id("a"), "none");
}

TEST_F(Versions, UpdateInPlaceKeepsTheOrder) {
  apply({put("a", 1), put("a", 2)});
  PutVersion update = put("a", 1, 10);
  update.update = true;
  update.version.changed_seq = 3;
  update.version.info.tags = {{"k", "v"}};
  apply({update});
  EXPECT_THAT(versions(), ElementsAre("a@2*", "a@1"));
  EXPECT_EQ((***index_->version(kBucket, "a", 1, ReadTier::any)).info.tags.size(), 1U);
  apply({put("a", 1)});  // an older state of it, as a replay brings it
  EXPECT_EQ((***index_->version(kBucket, "a", 1, ReadTier::any)).info.tags.size(), 1U);

  PutVersion current = put("a", 2, 20);
  current.version.changed_seq = 4;
  apply({current});
  EXPECT_EQ((***index_->current(kBucket, "a", ReadTier::any)).info.size_bytes, 20U);
  apply({put("a", 2)});
  EXPECT_EQ((***index_->current(kBucket, "a", ReadTier::any)).info.size_bytes, 20U);
}

TEST_F(Versions, OverwriteInOneGroup) {
  apply({put_null("a", 1)});
  apply({remove("a", 1), put_null("a", 2)});
  EXPECT_THAT(versions(), ElementsAre("a@2*"));
  EXPECT_EQ(index_->usage(kBucket).versions, 1U);
}

TEST_F(Versions, NullVersionIsFoundWhereverItIs) {
  const auto null_id = [&](const std::string& key) {
    const auto found = index_->null_version(kBucket, key, ReadTier::any);
    return found->value() ? describe(***found) : std::string("none");
  };
  EXPECT_EQ(null_id("a"), "none");
  apply({put_null("a", 1)});
  EXPECT_EQ(null_id("a"), "a@1*");
  apply({put("a", 2), put("a", 3), marker("a", 4)});
  EXPECT_EQ(null_id("a"), "a@1");
  apply({put("b", 5)});
  EXPECT_EQ(null_id("b"), "none");
  PutVersion null_marker = marker("b", 6);
  null_marker.version.null_version = true;
  apply({null_marker});
  EXPECT_EQ(null_id("b"), "b@6!*");
}

TEST_F(Uploads, AndPartsComeAndGo) {
  apply({put_upload("a", 1), put_part(1, 1, 2), put_part(1, 10, 3), put_part(1, 2, 4)});
  const auto upload = index_->upload(kBucket, "a", 1, ReadTier::any);
  ASSERT_TRUE(upload->value());
  EXPECT_EQ(to_sidecar(***upload, "b"), to_sidecar(put_upload("a", 1).upload, "b"));
  const auto numbers = [&](std::uint32_t after, std::uint32_t max) {
    std::vector<std::uint32_t> out;
    for (const PartRecord& part : **index_->parts(1, after, max, ReadTier::any)) out.push_back(part.extent.part.number);
    return out;
  };
  EXPECT_THAT(numbers(0, 100), ElementsAre(1, 2, 10));
  EXPECT_THAT(numbers(1, 1), ElementsAre(2));
  EXPECT_THAT(numbers(10, 100), IsEmpty());
  EXPECT_THAT(numbers(UINT32_MAX, 100), IsEmpty());
  EXPECT_TRUE(index_->part(1, 10, ReadTier::any)->value());
  EXPECT_FALSE(index_->part(2, 10, ReadTier::any)->value());
  apply({RemovePart{kBucket, 1, 10, (1ULL << kFileCounterBits) | 3, false}, RemoveUpload{kBucket, "a", 1, 0}});
  EXPECT_THAT(numbers(0, 100), ElementsAre(1, 2));
  EXPECT_FALSE(index_->upload(kBucket, "a", 1, ReadTier::any)->value());
}

TEST_F(Uploads, ReplacedPartStays) {
  const RemovePart old{kBucket, 1, 1, (1ULL << kFileCounterBits) | 2, false};
  apply({put_part(1, 1, 2)});
  apply({put_part(1, 1, 3), old});
  EXPECT_EQ((***index_->part(1, 1, ReadTier::any)).changed_seq, 3U);
  apply({put_part(1, 1, 2), put_part(1, 1, 3), old});  // again, as a replay brings it
  EXPECT_EQ((***index_->part(1, 1, ReadTier::any)).changed_seq, 3U);
}

TEST_F(Listing, ZeroKeysIsAnEmptyPage) {
  apply({put("a", 1), put_upload("a", 2)});
  const ListPage page = list(objects("", "", "", 0));
  EXPECT_TRUE(page.objects.empty());
  EXPECT_FALSE(page.truncated);
  EXPECT_FALSE((**index_->list_versions(kBucket, after("", "", 0), ReadTier::any)).truncated);
  EXPECT_FALSE((**index_->list_uploads(kBucket, uploads_after("", "", 0), ReadTier::any)).truncated);
}

TEST_F(Listing, EntriesShowTheObject) {
  PutVersion change = put("a", 1, 77);
  change.version.info.properties = {{"storage-class", "GLACIER"}, {"owner", "alice"}};
  change.version.info.checksum = Checksum{hash::Algorithm::sha256, ChecksumType::composite, "x-2"};
  apply({change});
  const ListEntry entry = list({}).objects.front();
  EXPECT_EQ(entry.key, "a");
  EXPECT_EQ(entry.size_bytes, 77U);
  EXPECT_EQ(entry.etag, change.version.info.etag);
  EXPECT_EQ(entry.modified, change.version.info.modified);
  EXPECT_EQ(entry.storage_class, "GLACIER");
  EXPECT_EQ(entry.owner, "alice");
  EXPECT_EQ(entry.checksum->value, "x-2");
}

TEST_F(Listing, CommonPrefixMarkerSkipsAllUnderIt) {
  apply({put("a", 1), put("a/1", 2), put("a/2", 3), put("b/1", 4), put("c", 5)});
  EXPECT_THAT(keys(objects("", "/", "")), ElementsAre("a", "c", "a/", "b/"));
  EXPECT_THAT(keys(objects("", "/", "a")), ElementsAre("c", "a/", "b/"));
  EXPECT_THAT(keys(objects("", "/", "a/")), ElementsAre("c", "b/"));
  EXPECT_THAT(keys(objects("", "/", "a/1")), ElementsAre("c", "b/"));
  EXPECT_THAT(keys(objects("", "", "a/")), ElementsAre("a/1", "a/2", "b/1", "c"));
  EXPECT_THAT(keys(objects("a/", "/", "a/")), ElementsAre("a/1", "a/2"));
}

TEST_F(Listing, PageOfOneTellsWhereItStopped) {
  apply({put("a/1", 1), put("a/2", 2), put("b", 3)});
  const ListPage first = list(objects("", "/", "", 1));
  EXPECT_TRUE(first.truncated);
  EXPECT_EQ(first.next, "a/");
  const ListPage second = list(objects("", "/", first.next, 1));
  EXPECT_FALSE(second.truncated);
  EXPECT_TRUE(second.next.empty());
  EXPECT_EQ(second.objects.front().key, "b");
}

TEST_F(Listing, OtherBucketsStayOut) {
  PutVersion next = put("a", 1);
  next.version.bucket_id = kBucket + 1;
  PutVersion wide = put("a", 2);
  wide.version.bucket_id = UINT64_MAX;
  apply({next, wide, put("\xff\xff", 3)});
  EXPECT_THAT(keys(), ElementsAre("\xff\xff"));
  EXPECT_THAT(keys(objects("", "\xff", "")), ElementsAre("\xff"));
  EXPECT_EQ((**index_->list(UINT64_MAX, {}, ReadTier::any)).objects.size(), 1U);
  EXPECT_EQ((**index_->list(UINT64_MAX, objects("", "a", ""), ReadTier::any)).common_prefixes.size(), 1U);
}

TEST_F(Listing, VersionMarkersContinueInsideAKey) {
  apply({put_null("a", 1), put("a", 2), marker("a", 3), put("b", 4)});
  const auto id = [&](std::uint64_t seq) { return (***index_->version(kBucket, "a", seq, ReadTier::any)).info.version_id; };
  EXPECT_THAT(versions(after("a", id(3))), ElementsAre("a@2", "a@1", "b@4*"));
  EXPECT_THAT(versions(after("a", id(2))), ElementsAre("a@1", "b@4*"));
  EXPECT_THAT(versions(after("a", "null")), ElementsAre("b@4*"));
  EXPECT_THAT(versions(after("a", "")), ElementsAre("b@4*"));
  EXPECT_THAT(versions(after("b", "null")), ElementsAre("b@4*"));  // it has none any more
  const std::string removed = id(3);
  apply({remove("a", 3)});
  EXPECT_THAT(versions(after("a", removed)), ElementsAre("a@2*", "a@1", "b@4*"));
}

TEST_F(Listing, MarkersThatAreNoIdsAreRefused) {
  const auto page = index_->list_versions(kBucket, after("a", "x"), ReadTier::any);
  EXPECT_EQ(page->error().code, ErrorCode::InvalidArgument);
  const auto uploads = index_->list_uploads(kBucket, uploads_after("a", "x"), ReadTier::any);
  EXPECT_EQ(uploads->error().code, ErrorCode::InvalidArgument);
}

TEST_F(Counters, CountWhatHappened) {
  apply({put("a", 1, 10), put("a", 2, 20), put("b", 3, 30)});
  EXPECT_EQ(index_->usage(kBucket), (Usage{2, 3, 0, 60}));
  apply({marker("a", 4)});
  EXPECT_EQ(index_->usage(kBucket), (Usage{1, 3, 1, 60}));
  apply({remove("a", 2)});
  EXPECT_EQ(index_->usage(kBucket), (Usage{1, 2, 1, 40}));
  apply({remove("a", 4)});
  EXPECT_EQ(index_->usage(kBucket), (Usage{2, 2, 0, 40}));
  PutVersion grown = put("b", 3, 35);
  grown.version.changed_seq = 9;
  apply({grown});
  EXPECT_EQ(index_->usage(kBucket), (Usage{2, 2, 0, 45}));
  EXPECT_EQ(index_->usage(kBucket + 1), Usage{});
}

TEST_F(Counters, SurviveAReopen) {
  apply({put("a", 1, 10), marker("b", 2)});
  ASSERT_TRUE(index_->flush());
  open();
  EXPECT_EQ(index_->usage(kBucket), (Usage{1, 1, 1, 10}));
}

TEST_F(Counters, EmptyBucketIsEmpty) {
  const auto empty = [&] { return **index_->bucket_empty(kBucket, ReadTier::any); };
  EXPECT_TRUE(empty());
  apply({put_upload("a", 1)});
  EXPECT_TRUE(empty());
  apply({marker("a", 2)});
  EXPECT_FALSE(empty());
  apply({remove("a", 2), put("a", 3)});
  EXPECT_FALSE(empty());
  apply({remove("a", 3)});
  EXPECT_TRUE(empty());
}

TEST_F(Counters, RemovedBucketTakesItsRowsAlong) {
  PutVersion other = put("a", 1);
  other.version.bucket_id = kBucket + 1;
  PutUpload other_upload = put_upload("a", 2);
  other_upload.upload.bucket_id = kBucket + 1;
  apply({other, other_upload, put_part(2, 1, 3)});
  apply({put("a", 4), put("a", 5), marker("b", 6), put_upload("u", 7), put_part(7, 1, 8)});
  apply({put("c", 9), put_upload("v", 10), put_part(10, 1, 11), RemoveDocument{"buckets/a", kBucket}});
  EXPECT_THAT(versions(), IsEmpty());
  EXPECT_THAT((**index_->list_uploads(kBucket, {}, ReadTier::any)).uploads, IsEmpty());
  EXPECT_THAT(**index_->parts(7, 0, 10, ReadTier::any), IsEmpty());
  EXPECT_THAT(**index_->parts(10, 0, 10, ReadTier::any), IsEmpty());
  EXPECT_EQ(index_->usage(kBucket), Usage{});
  EXPECT_EQ(index_->usage(kBucket + 1).objects, 1U);
  EXPECT_EQ((**index_->parts(2, 0, 10, ReadTier::any)).size(), 1U);
  std::size_t left = 0;
  ASSERT_TRUE(index_->visit_versions([&](const VersionRecord&) { return ++left, Result<>(); }));
  EXPECT_EQ(left, 1U);
}

TEST_F(Counters, DocumentsAndEventsOnlyMoveTheSequence) {
  apply({PutDocument{"a", "b"}, RemoveDocument{"a", 0}, Event{}});
  EXPECT_EQ(index_->applied_seq(), 3U);
  EXPECT_EQ(index_->greatest_epoch(), 0U);
}

TEST_F(Opening, FreshIndexIsIncomplete) {
  EXPECT_FALSE(index_->complete());
  EXPECT_EQ(index_->applied_seq(), 0U);
  ASSERT_TRUE(index_->mark_complete());
  EXPECT_TRUE(index_->complete());
  open();
  EXPECT_TRUE(index_->complete());
}

TEST_F(Opening, FlushedRowsAreThereAgain) {
  PutVersion change = put("a", 41);
  change.version.extents.front().file = 3ULL << kFileCounterBits;
  apply({change, put_upload("u", 2)});
  ASSERT_TRUE(index_->flush());
  open();
  EXPECT_EQ(current_id("a"), "a@41*");
  EXPECT_EQ(index_->applied_seq(), 2U);
  EXPECT_EQ(index_->greatest_epoch(), 3U);
  apply({});
  EXPECT_EQ(index_->applied_seq(), 2U);
}

TEST_F(Opening, UnflushedRowsAreTheJournals) {
  apply({put("a", 1)});
  ASSERT_TRUE(index_->flush());
  apply({put("b", 2)});
  open();
  EXPECT_EQ(index_->applied_seq(), 1U);
  EXPECT_EQ(current_id("b"), "none");
  EXPECT_EQ(index_->usage(kBucket).objects, 1U);
}

TEST_F(Opening, AnotherDeploymentsIndexIsBegunAnew) {
  apply({put("a", 1)});
  ASSERT_TRUE(index_->mark_complete());
  deployment_ = "deployment-2";
  open();
  EXPECT_FALSE(index_->complete());
  EXPECT_EQ(current_id("a"), "none");
  EXPECT_EQ(index_->applied_seq(), 0U);
}

TEST_F(Opening, DamagedIndexIsBegunAnew) {
  apply({put("a", 1)});
  ASSERT_TRUE(index_->mark_complete());
  close();
  std::size_t broken = 0;
  for (const auto& entry : std::filesystem::directory_iterator(options().directory)) {
    if (!entry.path().filename().string().starts_with("MANIFEST")) continue;
    std::filesystem::resize_file(entry.path(), entry.file_size() / 2);
    ++broken;
  }
  ASSERT_EQ(broken, 1U);
  open();
  EXPECT_FALSE(index_->complete());
  apply({put("a", 1)});
  EXPECT_EQ(current_id("a"), "a@1*");
}

TEST_F(Opening, MissingTableIsDamage) {
  apply({put("a", 1)});
  ASSERT_TRUE(index_->mark_complete());
  close();
  for (const auto& entry : std::filesystem::directory_iterator(options().directory)) {
    if (entry.path().extension() == ".sst") std::filesystem::remove(entry.path());
  }
  open();
  EXPECT_FALSE(index_->complete());
}

TEST_F(Opening, AFolderOfSomethingElseIsRefusedOrBegunAnew) {
  close();
  ASSERT_TRUE(destroy_index(options().directory));
  EXPECT_FALSE(std::filesystem::exists(options().directory));
  ASSERT_TRUE(destroy_index(options().directory));  // a missing one is fine
  std::ofstream(options().directory) << "a file";
  EXPECT_FALSE(open_index(options()));
}

TEST_F(Opening, OpenTwiceIsRefusedAndHarmsNothing) {
  apply({put("a", 1)});
  EXPECT_FALSE(open_index(options()));
  EXPECT_FALSE(destroy_index(options().directory));
  IndexOptions other = options();
  other.deployment_id = "deployment-2";
  EXPECT_FALSE(open_index(other));
  EXPECT_EQ(current_id("a"), "a@1*");
  ASSERT_TRUE(index_->flush());
  open();
  EXPECT_EQ(current_id("a"), "a@1*");
}

TEST_F(Opening, FailedFlushEndsWritingUntilAReopen) {
  apply({put("a", 1)});
  std::filesystem::remove_all(options().directory);
  EXPECT_FALSE(index_->flush());
  const Change change = put("b", 2);
  const SequencedChange sequenced{2, &change};
  EXPECT_FALSE(index_->apply({&sequenced, 1}));
  EXPECT_FALSE(index_->mark_complete());
  EXPECT_FALSE(index_->complete());
  EXPECT_EQ(index_->applied_seq(), 1U);
  EXPECT_EQ(index_->usage(kBucket).objects, 1U);
  EXPECT_EQ(current_id("a"), "a@1*");  // reads go on
  open();
  EXPECT_FALSE(index_->complete());
  apply({put("b", 2)});
  EXPECT_TRUE(index_->flush());
}

TEST_F(Opening, MovedFolderOpens) {
  apply({put("a", 1)});
  ASSERT_TRUE(index_->mark_complete());
  close();
  std::filesystem::rename(options().directory, folder_.path() + "/moved");
  auto moved = open_index({folder_.path() + "/moved", deployment_, 1 << 20});
  ASSERT_TRUE(moved);
  EXPECT_TRUE((*moved)->complete());
  EXPECT_TRUE((*moved)->current(kBucket, "a", ReadTier::any)->value());
}

TEST_F(Opening, CachedReadsDontTouchTheDisk) {
  std::vector<Change> filler;  // so that the rows asked for don't share a block with those that opening reads
  for (std::uint64_t seq = 100; seq < 1100; ++seq) {
    PutVersion change = put("filler" + std::to_string(seq), seq);
    change.version.bucket_id = kBucket - 1;
    filler.emplace_back(change);
  }
  apply(filler);
  apply({put("a", 1), put("a", 2), put_upload("a", 3), put_part(3, 1, 4)});
  ASSERT_TRUE(index_->mark_complete());
  open();
  EXPECT_FALSE(index_->current(kBucket, "a", ReadTier::cached));
  EXPECT_FALSE(index_->version(kBucket, "a", 1, ReadTier::cached));
  EXPECT_FALSE(index_->null_version(kBucket, "a", ReadTier::cached));
  EXPECT_FALSE(index_->list(kBucket, {}, ReadTier::cached));
  EXPECT_FALSE(index_->list_versions(kBucket, {}, ReadTier::cached));
  EXPECT_FALSE(index_->list_uploads(kBucket, {}, ReadTier::cached));
  EXPECT_FALSE(index_->upload(kBucket, "a", 3, ReadTier::cached));
  EXPECT_FALSE(index_->part(3, 1, ReadTier::cached));
  EXPECT_FALSE(index_->parts(3, 0, 9, ReadTier::cached));
  EXPECT_EQ(current_id("a"), "a@2*");
  EXPECT_EQ(versions().size(), 2U);
  EXPECT_TRUE(index_->current(kBucket, "a", ReadTier::cached)->value());
  EXPECT_TRUE(index_->version(kBucket, "a", 1, ReadTier::cached)->value());
  EXPECT_EQ(index_->list(kBucket, {}, ReadTier::cached)->value().objects.size(), 1U);
  EXPECT_EQ(index_->list_versions(kBucket, {}, ReadTier::cached)->value().versions.size(), 2U);
}

TEST_F(Opening, VisitsSeeEveryRow) {
  apply({put("a", 1), put("a", 2), marker("b", 3), put_upload("a", 4), put_part(4, 1, 5)});
  std::vector<std::string> seen;
  ASSERT_TRUE(index_->visit_versions([&](const VersionRecord& record) { return seen.push_back(describe(record)), Result<>(); }));
  EXPECT_THAT(seen, ElementsAre("a@2*", "a@1", "b@3!"));
  std::size_t uploads = 0;
  ASSERT_TRUE(index_->visit_uploads([&](const UploadRecord& record) { return uploads += record.key == "a", Result<>(); }));
  EXPECT_EQ(uploads, 1U);
  std::size_t parts = 0;
  ASSERT_TRUE(index_->visit_parts([&](const PartRecord& record) { return parts += record.upload_seq == 4, Result<>(); }));
  EXPECT_EQ(parts, 1U);
  const auto stop = [](const auto&) { return Result<>(ErrorCode::SlowDown); };
  EXPECT_EQ(index_->visit_versions(stop).error().code, ErrorCode::SlowDown);
  EXPECT_EQ(index_->visit_uploads(stop).error().code, ErrorCode::SlowDown);
  EXPECT_EQ(index_->visit_parts(stop).error().code, ErrorCode::SlowDown);
}

using Concurrency = IndexTest;

// A version moves between two kinds of rows when it is demoted and promoted; no reader may miss it on the way.
TEST_F(Concurrency, ReadersNeverMissAVersionThatMoves) {
  apply({put_null("a", 1), put("z", 2)});
  std::atomic<bool> done = false;
  std::atomic<int> missed = 0;
  const auto read = [&] {
    while (!done) {
      const auto version = index_->version(kBucket, "a", 1, ReadTier::any);
      if (!version->value()) ++missed;
      const auto null = index_->null_version(kBucket, "a", ReadTier::any);
      if (!null->value() || (***null).info.created_seq != 1) ++missed;
      const auto current = index_->current(kBucket, "a", ReadTier::any);
      if (!current->value() || !(***current).info.is_latest) ++missed;
      const auto page = index_->list_versions(kBucket, {}, ReadTier::any);
      const auto& rows = page->value().versions;
      if (rows.size() < 2 || !rows.front().info.is_latest || rows[rows.size() - 2].info.created_seq != 1) ++missed;
    }
  };
  std::thread first(read);
  std::thread second(read);
  for (std::uint64_t seq = 10; seq < 1500; seq += 2) {
    apply({put("a", seq)});
    apply({marker("a", seq + 1), remove("a", seq)});
    apply({remove("a", seq + 1)});
    if (seq % 300 == 10) {
      ASSERT_TRUE(index_->flush());
    }
  }
  done = true;
  first.join();
  second.join();
  EXPECT_EQ(missed, 0);
}

}  // namespace
}  // namespace holdfast::storage::local::test
