// Buckets: their life, their usage counters, their quota.
#include "conformance_kinds.hpp"

namespace holdfast::storage::conformance {
namespace {

class BucketTest : public EngineTest {};
INSTANTIATE_TEST_SUITE_P(Engines, BucketTest, ::testing::ValuesIn(kinds()), kind_name);
class DurableBucketTest : public BucketTest {};
INSTANTIATE_TEST_SUITE_P(Engines, DurableBucketTest, ::testing::ValuesIn(durable_kinds()), kind_name);

std::vector<std::string> names_of(const std::vector<BucketPtr>& buckets) {
  std::vector<std::string> names;
  for (const BucketPtr& bucket : buckets) names.push_back(bucket->name);
  return names;
}

BucketInfo full_bucket() {
  BucketInfo info;
  info.name = "full";
  info.owner = "account-1";
  info.region = "eu-west-1";
  info.versioning = Versioning::enabled;
  info.object_lock = true;
  info.quota_bytes = 12345;
  info.configuration["policy"] = "{\"Statement\":[]}";
  info.configuration["tagging"] = "<Tag>\xc3\xa4\n\t\"</Tag>";
  return info;
}

void expect_full_bucket(const BucketInfo& info) {
  EXPECT_EQ(info.name, "full");
  EXPECT_EQ(info.owner, "account-1");
  EXPECT_EQ(info.region, "eu-west-1");
  EXPECT_EQ(info.versioning, Versioning::enabled);
  EXPECT_TRUE(info.object_lock);
  EXPECT_EQ(info.quota_bytes, 12345U);
  EXPECT_EQ(info.configuration, full_bucket().configuration);
}

TEST_P(BucketTest, CreateBucket_new_isFoundWithIdAndTime) {
  const BucketPtr made = make_bucket(engine(), "photos");
  EXPECT_NE(made->id, 0U);
  EXPECT_EQ(made->created, clock().now());
  const BucketPtr found = must(engine().bucket("photos"));
  EXPECT_EQ(found->name, "photos");
  EXPECT_EQ(found->id, made->id);
  EXPECT_EQ(found->versioning, Versioning::unversioned);
}

TEST_P(BucketTest, CreateBucket_withEverything_keepsIt) {
  const BucketPtr made = must(sync_wait(engine().create_bucket(full_bucket())));
  expect_full_bucket(*made);
  expect_full_bucket(*must(engine().bucket("full")));
}

TEST_P(BucketTest, CreateBucket_existing_isRefusedAndKept) {
  const BucketPtr made = must(sync_wait(engine().create_bucket(full_bucket())));
  BucketInfo again;
  again.name = "full";
  EXPECT_EQ(code(sync_wait(engine().create_bucket(again))), "BucketAlreadyExists");
  expect_full_bucket(*must(engine().bucket("full")));
  EXPECT_EQ(must(engine().bucket("full"))->id, made->id);
}

TEST_P(BucketTest, Bucket_missing_isNoSuchBucket) {
  EXPECT_EQ(code(engine().bucket("nowhere")), "NoSuchBucket");
  EXPECT_EQ(code(engine().bucket("")), "NoSuchBucket");
}

TEST_P(BucketTest, Buckets_several_comeByName) {
  EXPECT_TRUE(engine().buckets().empty());
  for (const char* name : {"m", "b.b", "b-b", "zz", "a"}) make_bucket(engine(), name);
  EXPECT_EQ(names_of(engine().buckets()), (std::vector<std::string>{"a", "b-b", "b.b", "m", "zz"}));
}

TEST_P(BucketTest, DeleteBucket_missing_isNoSuchBucket) { EXPECT_EQ(code(sync_wait(engine().delete_bucket("nowhere"))), "NoSuchBucket"); }

TEST_P(BucketTest, DeleteBucket_empty_isGone) {
  make_bucket(engine(), "b");
  make_bucket(engine(), "c");
  must(sync_wait(engine().delete_bucket("b")));
  EXPECT_EQ(code(engine().bucket("b")), "NoSuchBucket");
  EXPECT_EQ(names_of(engine().buckets()), std::vector<std::string>{"c"});
  EXPECT_EQ(code(sync_wait(engine().delete_bucket("b"))), "NoSuchBucket");
}

TEST_P(BucketTest, DeleteBucket_withObject_isBucketNotEmpty) {
  make_bucket(engine(), "b");
  must(put(engine(), "b", "k", "content"));
  EXPECT_EQ(code(sync_wait(engine().delete_bucket("b"))), "BucketNotEmpty");
  EXPECT_EQ(must(get(engine(), "b", "k")), "content");
  must(remove(engine(), "b", "k"));
  must(sync_wait(engine().delete_bucket("b")));
}

TEST_P(BucketTest, DeleteBucket_withOnlyADeleteMarker_isBucketNotEmpty) {
  make_bucket(engine(), "b", Versioning::enabled);
  const DeleteOutcome marker = must(remove(engine(), "b", "k"));
  EXPECT_EQ(code(sync_wait(engine().delete_bucket("b"))), "BucketNotEmpty");
  must(remove(engine(), "b", "k", marker.version_id));
  must(sync_wait(engine().delete_bucket("b")));
}

TEST_P(BucketTest, DeleteBucket_withOnlyAnOldVersion_isBucketNotEmpty) {
  make_bucket(engine(), "b", Versioning::enabled);
  const ObjectPtr version = must(put(engine(), "b", "k", "1"));
  must(remove(engine(), "b", "k", must(remove(engine(), "b", "k")).version_id));
  must(remove(engine(), "b", "k"));
  EXPECT_EQ(code(sync_wait(engine().delete_bucket("b"))), "BucketNotEmpty");
}

TEST_P(BucketTest, DeleteBucket_withUpload_abortsIt) {
  make_bucket(engine(), "b");
  const UploadInfo upload = must(create_upload(engine(), "b", "k"));
  must(put_part(engine(), upload, 1, pattern(20'000)));
  auto writer = must(sync_wait(engine().create_part("b", "k", upload.upload_id, 2, std::nullopt)));
  must(write_all(*writer, "late"));
  must(sync_wait(engine().delete_bucket("b")));
  EXPECT_NE(code(sync_wait(writer->commit(digests_of("late"), etag_of("late"), {}))), "ok");
  make_bucket(engine(), "b");
  EXPECT_EQ(code(sync_wait(engine().upload("b", "k", upload.upload_id))), "NoSuchUpload");
  EXPECT_EQ(code(complete(engine(), upload, plan_of_all())), "NoSuchUpload");
  UploadQuery query;
  query.bucket = "b";
  EXPECT_TRUE(must(sync_wait(engine().list_uploads(query))).uploads.empty());
}

TEST_P(BucketTest, CreateBucket_afterDeletion_isAnotherBucketAndEmpty) {
  const BucketPtr first = make_bucket(engine(), "b", Versioning::enabled);
  must(put(engine(), "b", "k", "content"));
  const std::string version = must(head(engine(), "b", "k"))->version_id;
  must(remove(engine(), "b", "k", version));
  must(sync_wait(engine().delete_bucket("b")));
  clock().advance(std::chrono::seconds(5));
  const BucketPtr second = make_bucket(engine(), "b");
  EXPECT_NE(second->id, first->id);
  EXPECT_EQ(second->created, clock().now());
  EXPECT_EQ(second->versioning, Versioning::unversioned);
  EXPECT_EQ(code(head(engine(), "b", "k")), "NoSuchKey");
  EXPECT_EQ(code(head(engine(), "b", "k", version)), "NoSuchVersion");
  EXPECT_EQ(usage("b"), Usage());
}

TEST_P(BucketTest, DeleteBucket_whileWriting_theWriterPublishesNothing) {
  make_bucket(engine(), "b");
  Put late{"b", "k", pattern(50'000)};
  auto first = must(sync_wait(engine().create(spec_of(late))));
  auto second = must(sync_wait(engine().create(spec_of(late))));
  must(write_all(*first, late.content));
  must(write_all(*second, late.content));
  must(sync_wait(engine().delete_bucket("b")));
  EXPECT_EQ(code(sync_wait(first->commit(digests_of(late.content), "etag", {}))), "NoSuchBucket");
  make_bucket(engine(), "b");
  EXPECT_EQ(code(sync_wait(second->commit(digests_of(late.content), "etag", {}))), "NoSuchBucket");
  EXPECT_EQ(code(head(engine(), "b", "k")), "NoSuchKey");
}

TEST_P(BucketTest, UpdateBucket_change_isStoredAndReturned) {
  const BucketPtr before = make_bucket(engine(), "b");
  clock().advance(std::chrono::seconds(5));
  const BucketPtr after = must(update_bucket(engine(), "b", [](BucketInfo& info) {
    const BucketInfo full = full_bucket();
    info.owner = full.owner;
    info.versioning = full.versioning;
    info.quota_bytes = full.quota_bytes;
    info.configuration = full.configuration;
    return Result<>();
  }));
  for (const BucketPtr& bucket : {after, must(engine().bucket("b"))}) {
    EXPECT_EQ(bucket->owner, "account-1");
    EXPECT_EQ(bucket->versioning, Versioning::enabled);
    EXPECT_EQ(bucket->quota_bytes, 12345U);
    EXPECT_EQ(bucket->configuration, full_bucket().configuration);
    EXPECT_EQ(bucket->id, before->id);
    EXPECT_EQ(bucket->created, before->created);
  }
  EXPECT_TRUE(before->configuration.empty()) << "a bucket handed out is a snapshot";
}

TEST_P(BucketTest, UpdateBucket_errorOfTheChange_storesNothing) {
  make_bucket(engine(), "b");
  const auto outcome = update_bucket(engine(), "b", [](BucketInfo& info) {
    info.configuration["policy"] = "half";
    return Result<>(Error(ErrorCode::MalformedPolicy, "no good"));
  });
  EXPECT_EQ(code(outcome), "MalformedPolicy");
  EXPECT_EQ(outcome.error().text(), "no good");
  EXPECT_TRUE(must(engine().bucket("b"))->configuration.empty());
}

TEST_P(BucketTest, UpdateBucket_missing_isNoSuchBucket) {
  bool asked = false;
  EXPECT_EQ(code(update_bucket(engine(), "b",
                               [&](BucketInfo&) {
                                 asked = true;
                                 return Result<>();
                               })),
            "NoSuchBucket");
  EXPECT_FALSE(asked);
}

TEST_P(BucketTest, UpdateBucket_configurationRemoved_isGone) {
  must(sync_wait(engine().create_bucket(full_bucket())));
  must(update_bucket(engine(), "full", [](BucketInfo& info) {
    info.configuration.erase("policy");
    return Result<>();
  }));
  EXPECT_FALSE(must(engine().bucket("full"))->configuration.contains("policy"));
  EXPECT_TRUE(must(engine().bucket("full"))->configuration.contains("tagging"));
}

TEST_P(BucketTest, EveryFunction_ofAMissingBucket_isNoSuchBucket) {
  make_bucket(engine(), "there");
  must(put(engine(), "there", "k", "1"));
  EXPECT_EQ(code(engine().usage("b")), "NoSuchBucket");
  EXPECT_EQ(code(head(engine(), "b", "k")), "NoSuchBucket");
  EXPECT_EQ(code(head(engine(), "b", "k", "null")), "NoSuchBucket");
  EXPECT_EQ(code(open(engine(), "b", "k")), "NoSuchBucket");
  EXPECT_EQ(code(put(engine(), "b", "k", "1")), "NoSuchBucket");
  EXPECT_EQ(code(copy(engine(), Copy{{"b", "k", ""}, "there", "k2"})), "NoSuchBucket");
  EXPECT_EQ(code(copy(engine(), Copy{{"there", "k", ""}, "b", "k2"})), "NoSuchBucket");
  EXPECT_EQ(code(remove(engine(), "b", "k")), "NoSuchBucket");
  EXPECT_EQ(code(sync_wait(engine().remove("b", {}))), "NoSuchBucket");
  EXPECT_EQ(code(update(engine(), {"b", "k", ""}, [](ObjectAttributes&) { return Result<>(); })), "NoSuchBucket");
  EXPECT_EQ(code(sync_wait(engine().list(ListQuery{"b", "", "", ""}))), "NoSuchBucket");
  EXPECT_EQ(code(sync_wait(engine().list_versions(VersionQuery{"b", "", "", "", ""}))), "NoSuchBucket");
  EXPECT_EQ(code(sync_wait(engine().list_uploads(UploadQuery{"b", "", "", "", ""}))), "NoSuchBucket");
  EXPECT_EQ(code(create_upload(engine(), "b", "k")), "NoSuchBucket");
}

TEST_P(BucketTest, Uploads_ofAMissingBucket_areNotFound) {
  make_bucket(engine(), "there");
  UploadInfo upload = must(create_upload(engine(), "there", "k"));
  upload.bucket = "b";
  EXPECT_EQ(code(sync_wait(engine().upload("b", "k", upload.upload_id))), "NoSuchBucket");
  EXPECT_EQ(code(put_part(engine(), upload, 1, "1")), "NoSuchBucket");
  EXPECT_EQ(code(complete(engine(), upload, plan_of_all())), "NoSuchBucket");
  EXPECT_EQ(code(abort(engine(), upload)), "NoSuchBucket");
  EXPECT_EQ(code(sync_wait(engine().list_parts("b", "k", upload.upload_id, 0, 10))), "NoSuchBucket");
}

// --- usage ---

TEST_P(BucketTest, Usage_putOverwriteRemove_isExact) {
  make_bucket(engine(), "b");
  EXPECT_EQ(usage("b"), Usage());
  must(put(engine(), "b", "a", pattern(10)));
  must(put(engine(), "b", "b", pattern(50'000)));
  EXPECT_EQ(usage("b"), (Usage{2, 2, 0, 50'010}));
  must(put(engine(), "b", "b", pattern(7)));
  EXPECT_EQ(usage("b"), (Usage{2, 2, 0, 17}));
  must(remove(engine(), "b", "a"));
  must(remove(engine(), "b", "a"));
  EXPECT_EQ(usage("b"), (Usage{1, 1, 0, 7}));
}

TEST_P(BucketTest, Usage_versions_countsAllOfThem) {
  make_bucket(engine(), "b", Versioning::enabled);
  const ObjectPtr first = must(put(engine(), "b", "k", pattern(100)));
  must(put(engine(), "b", "k", pattern(20)));
  EXPECT_EQ(usage("b"), (Usage{1, 2, 0, 120}));
  const DeleteOutcome marker = must(remove(engine(), "b", "k"));
  must(remove(engine(), "b", "never"));
  EXPECT_EQ(usage("b"), (Usage{0, 2, 2, 120}));
  must(remove(engine(), "b", "k", first->version_id));
  EXPECT_EQ(usage("b"), (Usage{0, 1, 2, 20}));
  must(remove(engine(), "b", "k", marker.version_id));
  EXPECT_EQ(usage("b"), (Usage{1, 1, 1, 20}));
}

TEST_P(BucketTest, Usage_suspended_nullMarkerReplacesNullVersion) {
  make_bucket(engine(), "b");
  must(put(engine(), "b", "k", pattern(100)));
  set_versioning(engine(), "b", Versioning::suspended);
  must(remove(engine(), "b", "k"));
  EXPECT_EQ(usage("b"), (Usage{0, 0, 1, 0}));
  must(remove(engine(), "b", "k"));
  EXPECT_EQ(usage("b"), (Usage{0, 0, 1, 0}));
  must(put(engine(), "b", "k", pattern(3)));
  EXPECT_EQ(usage("b"), (Usage{1, 1, 0, 3}));
}

TEST_P(BucketTest, Usage_multipart_countsWhenCompleted) {
  make_bucket(engine(), "b");
  const UploadInfo upload = must(create_upload(engine(), "b", "k"));
  must(put_part(engine(), upload, 1, pattern(5000)));
  must(put_part(engine(), upload, 2, pattern(600)));
  must(put_part(engine(), upload, 3, pattern(70)));
  EXPECT_EQ(usage("b"), Usage());
  must(complete(engine(), upload, plan_of({1, 3})));
  EXPECT_EQ(usage("b"), (Usage{1, 1, 0, 5070}));
}

TEST_P(BucketTest, Usage_copyAndUpdate_isExact) {
  make_bucket(engine(), "b");
  make_bucket(engine(), "c");
  must(put(engine(), "b", "k", pattern(5000)));
  must(copy(engine(), Copy{{"b", "k", ""}, "c", "k"}));
  must(copy(engine(), Copy{{"b", "k", ""}, "b", "k"}));
  must(update(engine(), {"b", "k", ""}, [](ObjectAttributes& attributes) {
    attributes.tags = {{"a", "b"}};
    return Result<>();
  }));
  EXPECT_EQ(usage("b"), (Usage{1, 1, 0, 5000}));
  EXPECT_EQ(usage("c"), (Usage{1, 1, 0, 5000}));
}

// --- quota ---

void set_quota(Engine& engine, const std::string& bucket, std::uint64_t bytes) {
  must(update_bucket(engine, bucket, [bytes](BucketInfo& info) {
    info.quota_bytes = bytes;
    return Result<>();
  }));
}

constexpr const char* kQuotaExceeded = "XMinioAdminBucketQuotaExceeded";

TEST_P(BucketTest, Quota_putBeyond_isRefused) {
  make_bucket(engine(), "b");
  set_quota(engine(), "b", 10'000);
  must(put(engine(), "b", "a", pattern(6000)));
  EXPECT_EQ(code(put(engine(), "b", "b", pattern(4001))), kQuotaExceeded);
  EXPECT_EQ(code(head(engine(), "b", "b")), "NoSuchKey");
  must(put(engine(), "b", "b", pattern(3900)));
  EXPECT_EQ(usage("b"), (Usage{2, 2, 0, 9900}));
}

TEST_P(BucketTest, Quota_sizeNotKnownBefore_isRefusedAtCommit) {
  make_bucket(engine(), "b");
  set_quota(engine(), "b", 1000);
  Put large{"b", "k", pattern(5000)};
  large.size_known = false;
  EXPECT_EQ(code(put(engine(), large)), kQuotaExceeded);
  EXPECT_EQ(usage("b"), Usage());
}

TEST_P(BucketTest, Quota_twoWritersAtOnce_onlyOneFits) {
  make_bucket(engine(), "b");
  set_quota(engine(), "b", 10'000);
  const Put first{"b", "first", pattern(6000)};
  const Put second{"b", "second", pattern(6000)};
  auto first_writer = must(sync_wait(engine().create(spec_of(first))));
  auto second_writer = must(sync_wait(engine().create(spec_of(second))));
  must(write_all(*first_writer, first.content));
  must(write_all(*second_writer, second.content));
  must(sync_wait(first_writer->commit(digests_of(first.content), "etag", {})));
  EXPECT_EQ(code(sync_wait(second_writer->commit(digests_of(second.content), "etag", {}))), kQuotaExceeded);
}

TEST_P(BucketTest, Quota_copyBeyond_isRefused) {
  make_bucket(engine(), "b");
  make_bucket(engine(), "c");
  must(put(engine(), "b", "k", pattern(5000)));
  set_quota(engine(), "c", 4000);
  EXPECT_EQ(code(copy(engine(), Copy{{"b", "k", ""}, "c", "k"})), kQuotaExceeded);
  EXPECT_EQ(code(head(engine(), "c", "k")), "NoSuchKey");
}

TEST_P(BucketTest, Quota_completeBeyond_isRefusedAndTheUploadStays) {
  make_bucket(engine(), "b");
  const UploadInfo upload = must(create_upload(engine(), "b", "k"));
  must(put_part(engine(), upload, 1, pattern(3000)));
  must(put_part(engine(), upload, 2, pattern(3000)));
  set_quota(engine(), "b", 5000);
  EXPECT_EQ(code(complete(engine(), upload, plan_of({1, 2}))), kQuotaExceeded);
  must(complete(engine(), upload, plan_of({2})));
  EXPECT_EQ(usage("b"), (Usage{1, 1, 0, 3000}));
}

TEST_P(BucketTest, Quota_removeThenPut_fitsAgain) {
  make_bucket(engine(), "b");
  set_quota(engine(), "b", 1000);
  must(put(engine(), "b", "a", pattern(900)));
  EXPECT_EQ(code(put(engine(), "b", "b", pattern(900))), kQuotaExceeded);
  must(remove(engine(), "b", "a"));
  must(put(engine(), "b", "b", pattern(900)));
}

TEST_P(BucketTest, Quota_oldVersions_countToo) {
  make_bucket(engine(), "b", Versioning::enabled);
  set_quota(engine(), "b", 1000);
  must(put(engine(), "b", "a", pattern(600)));
  EXPECT_EQ(code(put(engine(), "b", "a", pattern(600))), kQuotaExceeded);
  must(remove(engine(), "b", "a"));
  EXPECT_EQ(code(put(engine(), "b", "a", pattern(600))), kQuotaExceeded);
}

// --- the engine itself ---

TEST_P(BucketTest, Health_open_isReady) { EXPECT_TRUE(engine().health().ready) << engine().health().why; }

TEST_P(BucketTest, DeploymentId_isThereAndStaysTheSame) {
  EXPECT_FALSE(engine().deployment_id().empty());
  EXPECT_EQ(engine().deployment_id(), engine().deployment_id());
}

TEST_P(DurableBucketTest, Restart_deploymentId_isKept) {
  const std::string id = engine().deployment_id();
  for (const Restart how : {Restart::plain, Restart::hasty, Restart::without_index, Restart::hasty_without_index}) {
    restart(how);
    EXPECT_EQ(engine().deployment_id(), id);
  }
}

TEST_P(DurableBucketTest, Restart_buckets_areKept) {
  const BucketPtr full = must(sync_wait(engine().create_bucket(full_bucket())));
  make_bucket(engine(), "gone");
  must(sync_wait(engine().delete_bucket("gone")));
  for (const Restart how : {Restart::plain, Restart::hasty, Restart::without_index, Restart::hasty_without_index}) {
    restart(how);
    EXPECT_EQ(names_of(engine().buckets()), std::vector<std::string>{"full"});
    expect_full_bucket(*must(engine().bucket("full")));
    EXPECT_EQ(must(engine().bucket("full"))->id, full->id);
    EXPECT_EQ(must(engine().bucket("full"))->created, full->created);
  }
}

}  // namespace
}  // namespace holdfast::storage::conformance
