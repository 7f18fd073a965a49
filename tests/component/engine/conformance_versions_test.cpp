// Versions, delete markers, removal, object lock.
#include "conformance_kinds.hpp"

#include "holdfast/storage/default_retention.hpp"

namespace holdfast::storage::conformance {
namespace {

class VersionTest : public EngineTest {
 protected:
  void bucket(Versioning versioning) { make_bucket(engine(), "b", versioning); }

  ObjectPtr put_version(const std::string& content) { return must(put(engine(), "b", "k", content)); }

  // The key's history, newest first: contents, "-" for delete markers, "(n)" before a null version, '*' after the current one.
  std::string history(const std::string& key = "k") {
    VersionQuery query;
    query.bucket = "b";
    query.prefix = key;
    std::string text;
    for (const ObjectInfo& info : must(sync_wait(engine().list_versions(query))).versions) {
      if (info.key != key) continue;
      text += text.empty() ? "" : " ";
      text += info.version_id == "null" ? "(n)" : "";
      text += info.delete_marker ? "-" : must(get(engine(), "b", key, info.version_id));
      text += info.is_latest ? "*" : "";
    }
    return text;
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, VersionTest, ::testing::ValuesIn(kinds()), kind_name);
class DurableVersionTest : public VersionTest {};
INSTANTIATE_TEST_SUITE_P(Engines, DurableVersionTest, ::testing::ValuesIn(durable_kinds()), kind_name);

TEST_P(VersionTest, Unversioned_putAndRemove_keepOneNullVersion) {
  bucket(Versioning::unversioned);
  EXPECT_EQ(put_version("1")->version_id, "null");
  EXPECT_EQ(put_version("2")->version_id, "null");
  EXPECT_EQ(history(), "(n)2*");
  const DeleteOutcome outcome = must(remove(engine(), "b", "k"));
  EXPECT_EQ(outcome.version_id, "");
  EXPECT_FALSE(outcome.delete_marker);
  EXPECT_TRUE(outcome.existed);
  EXPECT_EQ(history(), "");
}

TEST_P(VersionTest, Unversioned_removeMissing_isFineAndMakesNothing) {
  bucket(Versioning::unversioned);
  const DeleteOutcome outcome = must(remove(engine(), "b", "k"));
  EXPECT_EQ(outcome.version_id, "");
  EXPECT_FALSE(outcome.delete_marker);
  EXPECT_FALSE(outcome.existed);
  EXPECT_EQ(history(), "");
}

TEST_P(VersionTest, Unversioned_removeNullVersionByName_removesIt) {
  bucket(Versioning::unversioned);
  put_version("1");
  const DeleteOutcome outcome = must(remove(engine(), "b", "k", "null"));
  EXPECT_TRUE(outcome.existed);
  EXPECT_FALSE(outcome.delete_marker);
  EXPECT_EQ(history(), "");
}

TEST_P(VersionTest, Enabled_put_addsVersions) {
  bucket(Versioning::enabled);
  const ObjectPtr first = put_version("1");
  clock().advance(std::chrono::seconds(1));
  const ObjectPtr second = put_version("2");
  EXPECT_NE(first->version_id, second->version_id);
  EXPECT_NE(first->version_id, "null");
  EXPECT_LT(first->created_seq, second->created_seq);
  EXPECT_EQ(history(), "2* 1");
  EXPECT_FALSE(must(head(engine(), "b", "k", first->version_id))->is_latest);
  EXPECT_TRUE(must(head(engine(), "b", "k", second->version_id))->is_latest);
  EXPECT_LT(must(head(engine(), "b", "k", first->version_id))->modified, must(head(engine(), "b", "k"))->modified);
  EXPECT_FALSE(must(open(engine(), "b", "k", first->version_id))->info().is_latest);
}

TEST_P(VersionTest, Enabled_versionIdOfAnotherKey_isNoSuchVersion) {
  bucket(Versioning::enabled);
  const ObjectPtr version = put_version("1");
  must(put(engine(), "b", "other", "2"));
  EXPECT_EQ(code(head(engine(), "b", "other", version->version_id)), "NoSuchVersion");
  EXPECT_FALSE(must(remove(engine(), "b", "other", version->version_id)).existed);
  EXPECT_EQ(history(), "1*");
}

TEST_P(VersionTest, Enabled_remove_makesAMarkerOnTop) {
  bucket(Versioning::enabled);
  const ObjectPtr version = put_version("1");
  clock().advance(std::chrono::seconds(1));
  const DeleteOutcome outcome = must(remove(engine(), "b", "k"));
  EXPECT_TRUE(outcome.delete_marker);
  EXPECT_TRUE(outcome.existed);
  EXPECT_NE(outcome.version_id, version->version_id);
  EXPECT_EQ(history(), "-* 1");
  const ObjectPtr marker = must(head(engine(), "b", "k"));
  EXPECT_TRUE(marker->delete_marker);
  EXPECT_TRUE(marker->is_latest);
  EXPECT_EQ(marker->version_id, outcome.version_id);
  EXPECT_EQ(marker->modified, clock().now());
  EXPECT_EQ(marker->size_bytes, 0U);
  EXPECT_EQ(must(head(engine(), "b", "k", outcome.version_id))->version_id, outcome.version_id);
  EXPECT_TRUE(must(open(engine(), "b", "k"))->info().delete_marker);
  EXPECT_EQ(must(get(engine(), "b", "k", version->version_id)), "1");
}

TEST_P(VersionTest, Enabled_removeMissingKey_makesAMarker) {
  bucket(Versioning::enabled);
  const DeleteOutcome outcome = must(remove(engine(), "b", "k"));
  EXPECT_TRUE(outcome.delete_marker);
  EXPECT_FALSE(outcome.existed);
  EXPECT_EQ(history(), "-*");
}

TEST_P(VersionTest, Enabled_removeTwice_makesTwoMarkers) {
  bucket(Versioning::enabled);
  put_version("1");
  must(remove(engine(), "b", "k"));
  EXPECT_TRUE(must(remove(engine(), "b", "k")).delete_marker);
  EXPECT_EQ(history(), "-* - 1");
}

TEST_P(VersionTest, Enabled_removeMarker_bringsTheObjectBack) {
  bucket(Versioning::enabled);
  put_version("1");
  const DeleteOutcome marker = must(remove(engine(), "b", "k"));
  const DeleteOutcome outcome = must(remove(engine(), "b", "k", marker.version_id));
  EXPECT_TRUE(outcome.delete_marker);
  EXPECT_TRUE(outcome.existed);
  EXPECT_EQ(outcome.version_id, marker.version_id);
  EXPECT_EQ(history(), "1*");
  EXPECT_EQ(must(get(engine(), "b", "k")), "1");
}

TEST_P(VersionTest, Enabled_removeCurrentVersion_promotesTheNext) {
  bucket(Versioning::enabled);
  put_version("1");
  const ObjectPtr second = put_version("2");
  const DeleteOutcome outcome = must(remove(engine(), "b", "k", second->version_id));
  EXPECT_FALSE(outcome.delete_marker);
  EXPECT_TRUE(outcome.existed);
  EXPECT_EQ(outcome.version_id, second->version_id);
  EXPECT_EQ(history(), "1*");
  EXPECT_TRUE(must(head(engine(), "b", "k"))->is_latest);
  ListQuery query;
  query.bucket = "b";
  EXPECT_EQ(must(sync_wait(engine().list(query))).objects.size(), 1U);
}

TEST_P(VersionTest, Enabled_removeCurrentVersionAboveMarker_leavesTheMarkerCurrent) {
  bucket(Versioning::enabled);
  put_version("1");
  must(remove(engine(), "b", "k"));
  const ObjectPtr third = put_version("3");
  EXPECT_EQ(history(), "3* - 1");
  must(remove(engine(), "b", "k", third->version_id));
  EXPECT_EQ(history(), "-* 1");
  ListQuery query;
  query.bucket = "b";
  EXPECT_TRUE(must(sync_wait(engine().list(query))).objects.empty());
}

TEST_P(VersionTest, Enabled_removeMiddleVersion_leavesTheOthers) {
  bucket(Versioning::enabled);
  put_version("1");
  const ObjectPtr second = put_version("2");
  put_version("3");
  must(remove(engine(), "b", "k", second->version_id));
  EXPECT_EQ(history(), "3* 1");
  EXPECT_EQ(code(head(engine(), "b", "k", second->version_id)), "NoSuchVersion");
}

TEST_P(VersionTest, Enabled_removeAllVersions_theKeyIsGone) {
  bucket(Versioning::enabled);
  const ObjectPtr first = put_version("1");
  const ObjectPtr second = put_version("2");
  must(remove(engine(), "b", "k", second->version_id));
  must(remove(engine(), "b", "k", first->version_id));
  EXPECT_EQ(code(head(engine(), "b", "k")), "NoSuchKey");
  EXPECT_EQ(usage("b"), Usage());
}

TEST_P(VersionTest, Enabled_removeMissingVersion_isFineAndMakesNothing) {
  bucket(Versioning::enabled);
  put_version("1");
  for (const std::string& absent : {std::string(32, 'a'), std::string("null"), std::string("nonsense")}) {
    const DeleteOutcome outcome = must(remove(engine(), "b", "k", absent));
    EXPECT_FALSE(outcome.existed);
    EXPECT_FALSE(outcome.delete_marker);
  }
  EXPECT_EQ(history(), "1*");
}

TEST_P(VersionTest, Enabled_afterUnversioned_keepsTheNullVersion) {
  bucket(Versioning::unversioned);
  put_version("1");
  set_versioning(engine(), "b", Versioning::enabled);
  EXPECT_EQ(history(), "(n)1*");
  put_version("2");
  put_version("3");
  EXPECT_EQ(history(), "3* 2 (n)1");
  EXPECT_EQ(must(get(engine(), "b", "k", "null")), "1");
  must(remove(engine(), "b", "k", "null"));
  EXPECT_EQ(history(), "3* 2");
}

TEST_P(VersionTest, Enabled_removeAfterUnversioned_keepsTheNullVersion) {
  bucket(Versioning::unversioned);
  put_version("1");
  set_versioning(engine(), "b", Versioning::enabled);
  must(remove(engine(), "b", "k"));
  EXPECT_EQ(history(), "-* (n)1");
}

TEST_P(VersionTest, Suspended_put_replacesOnlyTheNullVersion) {
  bucket(Versioning::enabled);
  put_version("1");
  set_versioning(engine(), "b", Versioning::suspended);
  EXPECT_EQ(put_version("2")->version_id, "null");
  EXPECT_EQ(history(), "(n)2* 1");
  put_version("3");
  EXPECT_EQ(history(), "(n)3* 1");
}

TEST_P(VersionTest, Suspended_putWithOldNullVersionBelow_movesItToTheTop) {
  bucket(Versioning::unversioned);
  put_version("1");
  set_versioning(engine(), "b", Versioning::enabled);
  put_version("2");
  set_versioning(engine(), "b", Versioning::suspended);
  put_version("3");
  EXPECT_EQ(history(), "(n)3* 2");
}

TEST_P(VersionTest, Suspended_remove_replacesTheNullVersionByANullMarker) {
  bucket(Versioning::enabled);
  put_version("1");
  set_versioning(engine(), "b", Versioning::suspended);
  put_version("2");
  const DeleteOutcome outcome = must(remove(engine(), "b", "k"));
  EXPECT_EQ(outcome.version_id, "null");
  EXPECT_TRUE(outcome.delete_marker);
  EXPECT_TRUE(outcome.existed);
  EXPECT_EQ(history(), "(n)-* 1");
  must(remove(engine(), "b", "k"));
  EXPECT_EQ(history(), "(n)-* 1");
  put_version("3");
  EXPECT_EQ(history(), "(n)3* 1");
}

TEST_P(VersionTest, Suspended_removeWithoutNullVersion_makesANullMarker) {
  bucket(Versioning::enabled);
  put_version("1");
  set_versioning(engine(), "b", Versioning::suspended);
  EXPECT_EQ(must(remove(engine(), "b", "k")).version_id, "null");
  EXPECT_EQ(history(), "(n)-* 1");
  EXPECT_TRUE(must(head(engine(), "b", "k", "null"))->delete_marker);
}

TEST_P(VersionTest, Suspended_removeNullMarkerByName_bringsTheObjectBack) {
  bucket(Versioning::enabled);
  put_version("1");
  set_versioning(engine(), "b", Versioning::suspended);
  must(remove(engine(), "b", "k"));
  const DeleteOutcome outcome = must(remove(engine(), "b", "k", "null"));
  EXPECT_TRUE(outcome.existed);
  EXPECT_TRUE(outcome.delete_marker);
  EXPECT_EQ(outcome.version_id, "null");
  EXPECT_EQ(history(), "1*");
}

TEST_P(VersionTest, Suspended_removeNamedVersion_removesIt) {
  bucket(Versioning::enabled);
  const ObjectPtr first = put_version("1");
  set_versioning(engine(), "b", Versioning::suspended);
  put_version("2");
  must(remove(engine(), "b", "k", first->version_id));
  EXPECT_EQ(history(), "(n)2*");
}

TEST_P(VersionTest, EnabledAgain_put_addsAboveTheNullVersion) {
  bucket(Versioning::enabled);
  put_version("1");
  set_versioning(engine(), "b", Versioning::suspended);
  put_version("2");
  must(remove(engine(), "b", "k"));
  set_versioning(engine(), "b", Versioning::enabled);
  put_version("3");
  EXPECT_EQ(history(), "3* (n)- 1");
}

TEST_P(VersionTest, Copy_inEnabledBucket_addsAVersion) {
  bucket(Versioning::enabled);
  const ObjectPtr first = put_version("1");
  put_version("2");
  const ObjectPtr copied = must(copy(engine(), Copy{{"b", "k", first->version_id}, "b", "k"}));
  EXPECT_EQ(history(), "1* 2 1");
  EXPECT_EQ(copied->version_id, must(head(engine(), "b", "k"))->version_id);
}

TEST_P(VersionTest, Copy_ontoItselfInSuspendedBucket_replacesTheNullVersion) {
  bucket(Versioning::enabled);
  put_version("1");
  set_versioning(engine(), "b", Versioning::suspended);
  const std::string content = pattern(40'000);
  put_version(content);
  must(copy(engine(), Copy{{"b", "k", "null"}, "b", "k"}));
  EXPECT_EQ(history(), "(n)" + content + "* 1");
}

TEST_P(VersionTest, Complete_inEnabledBucket_addsAVersion) {
  bucket(Versioning::enabled);
  put_version("1");
  const ObjectPtr made = put_multipart(engine(), "b", "k", {"two", "three"});
  EXPECT_NE(made->version_id, "null");
  EXPECT_EQ(history(), "twothree* 1");
}

// --- groups ---

TEST_P(VersionTest, RemoveGroup_mixed_answersInOrder) {
  bucket(Versioning::unversioned);
  for (const char* key : {"a", "b", "c", "held"}) must(put(engine(), "b", key, pattern(key[0] == 'b' ? 30'000 : 30)));
  must(update(engine(), {"b", "held", ""}, [](ObjectAttributes& attributes) {
    attributes.legal_hold = true;
    return Result<>();
  }));
  std::vector<DeleteSpec> specs(7);
  specs[0].key = "a";
  specs[1].key = "missing";
  specs[2].key = "held";
  specs[3].key = "b";
  specs[4].key = "c";
  specs[4].precondition = fails_with(ErrorCode::PreconditionFailed);
  specs[5].key = "c";
  specs[5].version_id = "nonsense";
  specs[6].key = "a";
  const auto outcomes = must(sync_wait(engine().remove("b", specs)));
  ASSERT_EQ(outcomes.size(), 7U);
  EXPECT_TRUE(must(outcomes[0]).existed);
  EXPECT_FALSE(must(outcomes[1]).existed);
  EXPECT_EQ(code(outcomes[2]), "AccessDenied");
  EXPECT_TRUE(must(outcomes[3]).existed);
  EXPECT_EQ(code(outcomes[4]), "PreconditionFailed");
  EXPECT_FALSE(must(outcomes[5]).existed);
  EXPECT_FALSE(must(outcomes[6]).existed) << "the first of the group removed it";
  EXPECT_EQ(usage("b"), (Usage{2, 2, 0, 60}));
  EXPECT_EQ(code(head(engine(), "b", "b")), "NoSuchKey");
}

TEST_P(VersionTest, RemoveGroup_empty_answersNothing) {
  bucket(Versioning::unversioned);
  EXPECT_TRUE(must(sync_wait(engine().remove("b", {}))).empty());
}

TEST_P(VersionTest, RemoveGroup_sameKeyTwiceInEnabledBucket_makesTwoMarkers) {
  bucket(Versioning::enabled);
  put_version("1");
  std::vector<DeleteSpec> specs(2);
  specs[0].key = specs[1].key = "k";
  const auto outcomes = must(sync_wait(engine().remove("b", specs)));
  EXPECT_NE(must(outcomes[0]).version_id, must(outcomes[1]).version_id);
  EXPECT_EQ(history(), "-* - 1");
}

TEST_P(VersionTest, RemoveGroup_allVersionsOfAKey_leavesNothing) {
  bucket(Versioning::enabled);
  std::vector<DeleteSpec> specs;
  for (const char* content : {"1", "2", "3"}) {
    DeleteSpec spec;
    spec.key = "k";
    spec.version_id = put_version(content)->version_id;
    specs.push_back(spec);
  }
  DeleteSpec marker;
  marker.key = "k";
  marker.version_id = must(remove(engine(), "b", "k")).version_id;
  specs.insert(specs.begin() + 1, marker);
  for (const auto& outcome : must(sync_wait(engine().remove("b", specs)))) EXPECT_TRUE(must(outcome).existed);
  EXPECT_EQ(code(head(engine(), "b", "k")), "NoSuchKey");
  EXPECT_EQ(usage("b"), Usage());
}

TEST_P(VersionTest, RemoveGroup_thousandKeys_removesThemAll) {
  bucket(Versioning::unversioned);
  std::vector<DeleteSpec> specs(1000);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    specs[i].key = "key " + std::to_string(i);
    if (i % 10 == 0) must(put(engine(), "b", specs[i].key, "x"));
  }
  const auto outcomes = must(sync_wait(engine().remove("b", specs)));
  ASSERT_EQ(outcomes.size(), 1000U);
  for (std::size_t i = 0; i < specs.size(); ++i) EXPECT_EQ(must(outcomes[i]).existed, i % 10 == 0);
  EXPECT_EQ(usage("b"), Usage());
}

// --- preconditions of removal ---

TEST_P(VersionTest, RemovePrecondition_noVersionNamed_seesTheCurrentOne) {
  bucket(Versioning::enabled);
  put_version("1");
  put_version("2");
  DeleteSpec spec;
  spec.key = "k";
  std::string seen;
  spec.precondition = saw(seen);
  must(remove(engine(), "b", spec));
  EXPECT_EQ(seen, etag_of("2"));
  must(remove(engine(), "b", spec));
  EXPECT_EQ(seen, "(none)") << "the current one is a delete marker";
}

TEST_P(VersionTest, RemovePrecondition_versionNamed_seesThatOne) {
  bucket(Versioning::enabled);
  const ObjectPtr first = put_version("1");
  put_version("2");
  DeleteSpec spec;
  spec.key = "k";
  spec.version_id = first->version_id;
  std::string seen;
  spec.precondition = saw(seen);
  must(remove(engine(), "b", spec));
  EXPECT_EQ(seen, etag_of("1"));
  must(remove(engine(), "b", spec));
  EXPECT_EQ(seen, "(none)");
}

TEST_P(VersionTest, RemovePrecondition_fails_removesNothing) {
  bucket(Versioning::enabled);
  const ObjectPtr version = put_version("1");
  DeleteSpec spec;
  spec.key = "k";
  spec.precondition = if_match("another");
  EXPECT_EQ(code(remove(engine(), "b", spec)), "PreconditionFailed");
  spec.version_id = version->version_id;
  EXPECT_EQ(code(remove(engine(), "b", spec)), "PreconditionFailed");
  EXPECT_EQ(history(), "1*");
}

// --- object lock ---

void lock(Engine& engine, const std::string& version_id, Retention retention, bool legal_hold) {
  must(update(engine, {"b", "k", version_id}, [=](ObjectAttributes& attributes) {
    attributes.retention = retention;
    attributes.legal_hold = legal_hold;
    return Result<>();
  }));
}

Result<DeleteOutcome> remove_bypassing(Engine& engine, const std::string& version_id) {
  DeleteSpec spec;
  spec.key = "k";
  spec.version_id = version_id;
  spec.bypass_governance = true;
  return remove(engine, "b", spec);
}

TEST_P(VersionTest, LegalHold_remove_isAccessDeniedUntilReleased) {
  bucket(Versioning::enabled);
  const std::string version_id = put_version("1")->version_id;
  lock(engine(), version_id, {}, true);
  EXPECT_EQ(code(remove(engine(), "b", "k", version_id)), "AccessDenied");
  EXPECT_EQ(code(remove_bypassing(engine(), version_id)), "AccessDenied");
  EXPECT_EQ(history(), "1*");
  lock(engine(), version_id, {}, false);
  EXPECT_TRUE(must(remove(engine(), "b", "k", version_id)).existed);
}

TEST_P(VersionTest, Compliance_remove_isAccessDeniedUntilItEnds) {
  bucket(Versioning::enabled);
  const std::string version_id = put_version("1")->version_id;
  lock(engine(), version_id, {RetentionMode::compliance, clock().now() + std::chrono::hours(1)}, false);
  EXPECT_EQ(code(remove(engine(), "b", "k", version_id)), "AccessDenied");
  EXPECT_EQ(code(remove_bypassing(engine(), version_id)), "AccessDenied");
  clock().advance(std::chrono::minutes(59));
  EXPECT_EQ(code(remove(engine(), "b", "k", version_id)), "AccessDenied");
  clock().advance(std::chrono::minutes(2));
  EXPECT_TRUE(must(remove(engine(), "b", "k", version_id)).existed);
}

TEST_P(VersionTest, Governance_remove_needsTheBypass) {
  bucket(Versioning::enabled);
  const std::string version_id = put_version("1")->version_id;
  lock(engine(), version_id, {RetentionMode::governance, clock().now() + std::chrono::hours(1)}, false);
  EXPECT_EQ(code(remove(engine(), "b", "k", version_id)), "AccessDenied");
  EXPECT_EQ(history(), "1*");
  EXPECT_TRUE(must(remove_bypassing(engine(), version_id)).existed);
  EXPECT_EQ(history(), "");
}

TEST_P(VersionTest, Governance_over_removesWithoutBypass) {
  bucket(Versioning::enabled);
  const std::string version_id = put_version("1")->version_id;
  lock(engine(), version_id, {RetentionMode::governance, clock().now() + std::chrono::hours(1)}, false);
  clock().advance(std::chrono::hours(2));
  EXPECT_TRUE(must(remove(engine(), "b", "k", version_id)).existed);
}

TEST_P(VersionTest, Governance_withLegalHold_bypassDoesNotHelp) {
  bucket(Versioning::enabled);
  const std::string version_id = put_version("1")->version_id;
  lock(engine(), version_id, {RetentionMode::governance, clock().now() + std::chrono::hours(1)}, true);
  EXPECT_EQ(code(remove_bypassing(engine(), version_id)), "AccessDenied");
}

TEST_P(VersionTest, Locked_newVersionsAndMarkers_areAllowed) {
  bucket(Versioning::enabled);
  const std::string version_id = put_version("1")->version_id;
  lock(engine(), version_id, {RetentionMode::compliance, clock().now() + std::chrono::hours(1)}, true);
  const DeleteOutcome marker = must(remove(engine(), "b", "k"));
  EXPECT_TRUE(marker.delete_marker);
  put_version("2");
  EXPECT_EQ(history(), "2* - 1");
  must(remove(engine(), "b", "k", marker.version_id));
  EXPECT_EQ(history(), "2* 1");
}

TEST_P(VersionTest, Locked_fromThePut_isEnforced) {
  bucket(Versioning::enabled);
  Put locked{"b", "k", "1"};
  locked.attributes.legal_hold = true;
  const ObjectPtr version = must(put(engine(), locked));
  EXPECT_EQ(code(remove(engine(), "b", "k", version->version_id)), "AccessDenied");
}

TEST_P(VersionTest, LockedNullVersion_isNeverReplaced) {
  bucket(Versioning::unversioned);
  Put locked{"b", "k", "1"};
  locked.attributes.legal_hold = true;
  must(put(engine(), locked));
  for (const Versioning versioning : {Versioning::unversioned, Versioning::suspended}) {
    set_versioning(engine(), "b", versioning);
    EXPECT_EQ(code(put(engine(), "b", "k", "2")), "AccessDenied");
    EXPECT_EQ(code(remove(engine(), "b", "k")), "AccessDenied");
    EXPECT_EQ(code(copy(engine(), Copy{{"b", "k", ""}, "b", "k"})), "AccessDenied");
    EXPECT_EQ(history(), "(n)1*");
  }
  const UploadInfo upload = must(create_upload(engine(), "b", "k"));
  must(put_part(engine(), upload, 1, "2"));
  EXPECT_EQ(code(complete(engine(), upload, plan_of_all())), "AccessDenied");
  EXPECT_EQ(history(), "(n)1*");
}

// --- default retention ---

void set_default_retention(Engine& engine, const DefaultRetention& retention) {
  must(update_bucket(engine, "b", [&](BucketInfo& info) {
    info.object_lock = true;
    info.configuration[std::string(kDefaultRetention)] = format_default_retention(retention);
    return Result<>();
  }));
}

TEST_P(VersionTest, DefaultRetention_putCopyComplete_protectsTheNewVersion) {
  bucket(Versioning::enabled);
  make_bucket(engine(), "source");
  must(put(engine(), "source", "k", "source"));
  set_default_retention(engine(), {RetentionMode::compliance, 3, false});
  const std::vector<ObjectPtr> made = {put_version("1"), must(copy(engine(), Copy{{"source", "k", ""}, "b", "k"})),
                                       put_multipart(engine(), "b", "k", {"part"})};
  for (const ObjectPtr& version : made) {
    const ObjectPtr info = must(head(engine(), "b", "k", version->version_id));
    EXPECT_EQ(info->retention.mode, RetentionMode::compliance);
    EXPECT_EQ(info->retention.until, clock().now() + std::chrono::days(3));
    EXPECT_EQ(version->retention.until, info->retention.until);
    EXPECT_EQ(code(remove_bypassing(engine(), version->version_id)), "AccessDenied");
  }
}

TEST_P(VersionTest, DefaultRetention_versionWithItsOwn_keepsThat) {
  bucket(Versioning::enabled);
  set_default_retention(engine(), {RetentionMode::compliance, 3, false});
  Put object{"b", "k", "1"};
  object.attributes.retention = {RetentionMode::governance, clock().now() + std::chrono::hours(1)};
  must(put(engine(), object));
  EXPECT_EQ(must(head(engine(), "b", "k"))->retention.mode, RetentionMode::governance);
  EXPECT_EQ(must(head(engine(), "b", "k"))->retention.until, clock().now() + std::chrono::hours(1));
}

TEST_P(VersionTest, DefaultRetention_deleteMarker_isNotProtected) {
  bucket(Versioning::enabled);
  set_default_retention(engine(), {RetentionMode::governance, 1, true});
  const DeleteOutcome marker = must(remove(engine(), "b", "k"));
  EXPECT_TRUE(must(remove(engine(), "b", "k", marker.version_id)).existed);
}

TEST_P(VersionTest, DefaultRetention_notUnderstood_refusesTheWrite) {
  bucket(Versioning::enabled);
  must(update_bucket(engine(), "b", [](BucketInfo& info) {
    info.object_lock = true;
    info.configuration[std::string(kDefaultRetention)] = "SOMETHING ELSE";
    return Result<>();
  }));
  EXPECT_NE(code(put(engine(), "b", "k", "1")), "ok");
  EXPECT_EQ(history(), "");
}

// --- restart ---

TEST_P(DurableVersionTest, Restart_historyAndLocks_areKept) {
  bucket(Versioning::unversioned);
  put_version("1");
  set_versioning(engine(), "b", Versioning::enabled);
  const ObjectPtr second = put_version("2");
  const std::string large = pattern(70'000);
  put_version(large);
  must(remove(engine(), "b", "k"));
  put_version("3");
  lock(engine(), second->version_id, {}, true);
  const std::string before = history();
  EXPECT_EQ(before, "3* - " + large + " 2 (n)1");
  for (const Restart how : {Restart::hasty_without_index, Restart::hasty, Restart::plain, Restart::without_index}) {
    restart(how);
    EXPECT_EQ(history(), before);
    EXPECT_EQ(code(remove(engine(), "b", "k", second->version_id)), "AccessDenied");
    EXPECT_EQ(must(head(engine(), "b", "k", second->version_id))->created_seq, second->created_seq);
  }
  put_version("4");
  EXPECT_EQ(history(), "4* " + before.substr(0, 1) + before.substr(2)) << "sequence numbers never go back";
}

}  // namespace
}  // namespace holdfast::storage::conformance
