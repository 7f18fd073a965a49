#include "holdfast/services/lifecycle.hpp"
#include "holdfast/storage/notification_rules.hpp"

#include <gtest/gtest.h>

namespace holdfast::services {
namespace {

using namespace std::chrono_literals;
using storage::LifecycleRule;

constexpr auto kDay = std::chrono::hours(24);

class LifecycleTest : public ::testing::Test {
 protected:
  void make_bucket(storage::LifecycleRules rules, storage::Versioning versioning = storage::Versioning::unversioned, bool lock = false) {
    storage::BucketInfo bucket;
    bucket.name = "bucket";
    bucket.versioning = versioning;
    bucket.object_lock = lock;
    bucket.configuration["lifecycle"] = storage::format_lifecycle_rules(rules);
    ASSERT_TRUE(sync_wait(engine->create_bucket(std::move(bucket))));
  }
  void put(const std::string& key, storage::ObjectAttributes attributes = {}) {
    hash::AlgorithmSet algorithms;
    algorithms.add(hash::Algorithm::md5);
    hash::Verifier verifier(algorithms);
    storage::PutSpec spec{.bucket = "bucket", .key = key, .attributes = std::move(attributes), .size_bytes = 0, .precondition = {}};
    auto writer = sync_wait(engine->create(std::move(spec)));
    ASSERT_TRUE(writer);
    auto digests = verifier.finish();
    ASSERT_TRUE(sync_wait((*writer)->commit(std::move(*digests), "etag", std::nullopt)));
  }
  void remove(const std::string& key) {
    std::vector<storage::DeleteSpec> specs(1);
    specs.front().key = key;
    ASSERT_TRUE(sync_wait(engine->remove("bucket", std::move(specs))));
  }
  // "key key/marker ...", newest first.
  std::string versions() {
    storage::VersionQuery query;
    query.bucket = "bucket";
    std::string text;
    const auto page = sync_wait(engine->list_versions(query));
    for (const auto& version : page->versions) {
      text += (text.empty() ? "" : " ") + version.key + (version.delete_marker ? "/marker" : "");
    }
    return text;
  }
  LifecycleState run() {
    Lifecycle lifecycle(*engine, clock, {});
    lifecycle.run_once();
    return lifecycle.state();
  }
  static LifecycleRule rule() {
    LifecycleRule made;
    made.id = "r";
    return made;
  }

  ManualClock clock{*parse_iso8601("2026-03-01T12:00:00Z")};
  std::unique_ptr<storage::Engine> engine = storage::make_memory_engine(clock);
};

TEST_F(LifecycleTest, ExpiresByDaysAtMidnight) {
  LifecycleRule after = rule();
  after.expiration_days = 1;
  after.filter.prefix = "tmp/";
  make_bucket({after});
  put("tmp/a");
  put("keep");
  clock.advance(kDay);
  EXPECT_EQ(run().expired, 0U) << "counted from the next midnight";
  clock.set(*parse_iso8601("2026-03-03T00:00:00Z"));
  EXPECT_EQ(run().expired, 1U);
  EXPECT_EQ(versions(), "keep");
}

TEST_F(LifecycleTest, ExpiresByDateTagsAndSize) {
  LifecycleRule on = rule();
  on.expiration_date = *parse_iso8601("2026-03-02T00:00:00Z");
  on.filter.tags = {{"kind", "scratch"}};
  on.filter.size_less_than = 10;
  make_bucket({on});
  storage::ObjectAttributes tagged;
  tagged.tags = {{"kind", "scratch"}};
  put("a", tagged);
  put("b");
  EXPECT_EQ(run().expired, 0U);
  clock.advance(kDay);
  EXPECT_EQ(run().expired, 1U);
  EXPECT_EQ(versions(), "b");
}

TEST_F(LifecycleTest, ADisabledRuleDoesNothing) {
  LifecycleRule off = rule();
  off.enabled = false;
  off.expiration_days = 1;
  make_bucket({off});
  put("a");
  clock.advance(10 * kDay);
  EXPECT_EQ(run().expired, 0U);
}

TEST_F(LifecycleTest, VersionedObjectsGetAMarkerThenGo) {
  LifecycleRule all = rule();
  all.expiration_days = 1;
  all.noncurrent_days = 2;
  make_bucket({all}, storage::Versioning::enabled);
  put("a");
  clock.advance(3 * kDay);
  EXPECT_EQ(run().expired, 1U);
  EXPECT_EQ(versions(), "a/marker a");
  clock.advance(4 * kDay);
  EXPECT_EQ(run().noncurrent_expired, 1U);
  EXPECT_EQ(versions(), "a/marker");
  EXPECT_EQ(run().markers_removed, 1U) << "days count for a marker that is alone";
  EXPECT_EQ(versions(), "");
}

TEST_F(LifecycleTest, KeepsSoManyNewerVersions) {
  LifecycleRule newest = rule();
  newest.noncurrent_days = 1;
  newest.newer_noncurrent_versions = 2;
  make_bucket({newest}, storage::Versioning::enabled);
  for (int i = 0; i < 5; ++i) put("a");
  put("b");
  clock.advance(3 * kDay);
  EXPECT_EQ(run().noncurrent_expired, 2U);
  EXPECT_EQ(versions(), "a a a b");
}

TEST_F(LifecycleTest, RemovesLoneMarkersAlone) {
  LifecycleRule marker = rule();
  marker.expired_delete_marker = true;
  make_bucket({marker}, storage::Versioning::enabled);
  remove("alone");
  put("shadowed");
  remove("shadowed");
  EXPECT_EQ(run().markers_removed, 1U);
  EXPECT_EQ(versions(), "shadowed/marker shadowed");
}

TEST_F(LifecycleTest, ObjectLockWins) {
  LifecycleRule old = rule();
  old.noncurrent_days = 1;
  make_bucket({old}, storage::Versioning::enabled, true);
  storage::ObjectAttributes held;
  held.legal_hold = true;
  put("a", held);
  put("a");
  clock.advance(3 * kDay);
  const LifecycleState state = run();
  EXPECT_EQ(state.kept_by_lock, 1U);
  EXPECT_EQ(state.noncurrent_expired, 0U);
  EXPECT_EQ(versions(), "a a");
}

TEST_F(LifecycleTest, AbortsUploads) {
  LifecycleRule abort = rule();
  abort.abort_upload_days = 1;
  abort.filter.prefix = "up/";
  make_bucket({abort});
  for (const std::string key : {"up/a", "other"}) {
    storage::PutSpec spec{.bucket = "bucket", .key = key, .attributes = {}, .size_bytes = {}, .precondition = {}};
    ASSERT_TRUE(sync_wait(engine->create_upload(std::move(spec))));
  }
  clock.advance(3 * kDay);
  EXPECT_EQ(run().uploads_aborted, 1U);
  storage::UploadQuery query;
  query.bucket = "bucket";
  EXPECT_EQ(sync_wait(engine->list_uploads(query))->uploads.front().key, "other");
}

TEST_F(LifecycleTest, WalksManyPages) {
  LifecycleRule all = rule();
  all.expiration_days = 1;
  make_bucket({all});
  for (int i = 0; i < 2500; ++i) put("key" + std::to_string(i));
  clock.advance(3 * kDay);
  const LifecycleState state = run();
  EXPECT_EQ(state.expired, 2500U);
  EXPECT_EQ(state.scanned, 2500U);
  EXPECT_EQ(versions(), "");
}

TEST_F(LifecycleTest, GoesOnWhereItWas) {
  LifecycleRule all = rule();
  all.expiration_days = 1;
  make_bucket({all});
  for (int i = 100; i < 110; ++i) put("key" + std::to_string(i));
  clock.advance(3 * kDay);
  ASSERT_TRUE(sync_wait(engine->put_document("services/lifecycle-place", "bucket\na2V5MTA0")));  // key104
  EXPECT_EQ(run().expired, 5U);
  EXPECT_FALSE(engine->document("services/lifecycle-place"));
  EXPECT_EQ(run().expired, 5U) << "the next pass begins at the beginning";
}

TEST(LifecycleDayTest, ShortDaysCountFromTheTimeItself) {
  const TimePoint from = *parse_iso8601("2026-03-01T12:00:00Z");
  EXPECT_EQ(storage::LifecycleDay{10s}.after(from, 3), from + 30s);
  EXPECT_EQ(storage::LifecycleDay{}.after(from, 1), *parse_iso8601("2026-03-03T00:00:00Z"));
}

TEST(LifecycleRulesTest, SurviveTheirText) {
  LifecycleRule rule;
  rule.id = "x";
  rule.enabled = false;
  rule.filter = {"p", {{"a", "b"}}, 1, 2, storage::LifecycleFilter::Form::all_of};
  rule.expiration_date = *parse_iso8601("2026-03-02T00:00:00Z");
  rule.noncurrent_days = 3;
  rule.newer_noncurrent_versions = 4;
  rule.abort_upload_days = 5;
  const auto read = storage::parse_lifecycle_rules(storage::format_lifecycle_rules({rule}));
  ASSERT_TRUE(read);
  EXPECT_EQ(storage::format_lifecycle_rules(*read), storage::format_lifecycle_rules({rule}));
  EXPECT_FALSE(storage::parse_lifecycle_rules("nonsense"));
  EXPECT_FALSE(storage::parse_notification_rules("[{}]"));
}

}  // namespace
}  // namespace holdfast::services
