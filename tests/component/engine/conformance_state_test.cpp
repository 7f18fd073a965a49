// Documents and the change feed.
#include "conformance_kinds.hpp"

namespace holdfast::storage::conformance {
namespace {

class DocumentTest : public EngineTest {};
INSTANTIATE_TEST_SUITE_P(Engines, DocumentTest, ::testing::ValuesIn(kinds()), kind_name);
class DurableDocumentTest : public DocumentTest {};
INSTANTIATE_TEST_SUITE_P(Engines, DurableDocumentTest, ::testing::ValuesIn(durable_kinds()), kind_name);

TEST_P(DocumentTest, Document_missing_isNone) {
  EXPECT_FALSE(engine().document("test/none").has_value());
  EXPECT_FALSE(engine().document("").has_value());
}

TEST_P(DocumentTest, PutDocument_any_isFound) {
  const std::string binary("\0\x01\xff\n\"{}", 7);
  must(put_document(engine(), "test/a", "content"));
  must(put_document(engine(), "test/b.c-d_0", binary));
  must(put_document(engine(), "test/empty", ""));
  must(put_document(engine(), "test/large", pattern(200'000)));
  EXPECT_EQ(engine().document("test/a"), "content");
  EXPECT_EQ(engine().document("test/b.c-d_0"), binary);
  EXPECT_EQ(engine().document("test/empty"), "");
  EXPECT_EQ(engine().document("test/large"), pattern(200'000));
}

TEST_P(DocumentTest, PutDocument_again_replacesIt) {
  must(put_document(engine(), "test/a", "first"));
  must(put_document(engine(), "test/a", "second"));
  EXPECT_EQ(engine().document("test/a"), "second");
  EXPECT_EQ(engine().documents("test/").size(), 1U);
}

TEST_P(DocumentTest, PutDocument_wrongName_isRefused) {
  for (const char* name : {"", "A", "a b", "a\n", "\xc3\xa4", "a:b"}) EXPECT_NE(code(put_document(engine(), name, "x")), "ok") << name;
}

TEST_P(DocumentTest, DeleteDocument_existingAndMissing_areGone) {
  must(put_document(engine(), "test/a", "content"));
  must(sync_wait(engine().delete_document("test/a")));
  must(sync_wait(engine().delete_document("test/a")));
  must(sync_wait(engine().delete_document("test/never")));
  EXPECT_FALSE(engine().document("test/a").has_value());
  EXPECT_TRUE(engine().documents("test/").empty());
}

TEST_P(DocumentTest, Documents_prefix_givesNamesInByteOrder) {
  for (const char* name : {"test/b", "test/a", "test/a/x", "test/a-x", "tesu", "test0"}) must(put_document(engine(), name, "x"));
  EXPECT_EQ(engine().documents("test/"), (std::vector<std::string>{"test/a", "test/a-x", "test/a/x", "test/b"}));
  EXPECT_EQ(engine().documents("test/a/"), std::vector<std::string>{"test/a/x"});
  EXPECT_TRUE(engine().documents("test/z").empty());
}

TEST_P(DurableDocumentTest, Restart_documents_areKept) {
  const std::string binary("\0\x01\xff\n\"{}", 7);
  must(put_document(engine(), "test/a", "first"));
  must(put_document(engine(), "test/a", "second"));
  must(put_document(engine(), "test/binary", binary));
  must(put_document(engine(), "test/gone", "x"));
  must(sync_wait(engine().delete_document("test/gone")));
  for (const Restart how : {Restart::hasty_without_index, Restart::hasty, Restart::plain, Restart::without_index}) {
    restart(how);
    EXPECT_EQ(engine().documents("test/"), (std::vector<std::string>{"test/a", "test/binary"}));
    EXPECT_EQ(engine().document("test/a"), "second");
    EXPECT_EQ(engine().document("test/binary"), binary);
  }
}

class FeedTest : public EngineTest {
 protected:
  FeedTest() { make_bucket(engine(), "b"); }

  void follow(const std::string& follower) { must(sync_wait(engine().create_cursor(follower))); }
  std::vector<ChangeEvent> changes(const std::string& follower, std::uint32_t max = 1000) {
    return must(sync_wait(engine().changes(follower, max)));
  }
  void advance(const std::string& follower, std::uint64_t seq) { must(sync_wait(engine().advance_cursor(follower, seq))); }
  static std::string describe_events(const std::vector<ChangeEvent>& events) {
    std::string text;
    for (const ChangeEvent& event : events) text += event.name.substr(std::string("s3:Object").size()) + " " + event.key + "; ";
    return text;
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, FeedTest, ::testing::ValuesIn(kinds()), kind_name);
class DurableFeedTest : public FeedTest {};
INSTANTIATE_TEST_SUITE_P(Engines, DurableFeedTest, ::testing::ValuesIn(durable_kinds()), kind_name);

TEST_P(FeedTest, Changes_newCursor_startsWithNothing) {
  must(put(engine(), "b", "before", "1"));
  follow("f");
  EXPECT_TRUE(changes("f").empty());
}

TEST_P(FeedTest, Changes_everyKindOfWrite_areSeenInOrder) {
  follow("f");
  must(put(engine(), "b", "put", "1"));
  must(copy(engine(), Copy{{"b", "put", ""}, "b", "copy"}));
  put_multipart(engine(), "b", "multi", {"1", "2"});
  must(put(engine(), "b", "put", "2"));
  must(remove(engine(), "b", "put"));
  must(remove(engine(), "b", "never"));
  set_versioning(engine(), "b", Versioning::enabled);
  must(remove(engine(), "b", "copy"));
  EXPECT_EQ(describe_events(changes("f")),
            "Created:Put put; Created:Copy copy; Created:CompleteMultipartUpload multi; Created:Put put; Removed:Delete put; "
            "Removed:DeleteMarkerCreated copy; ");
}

TEST_P(FeedTest, Changes_event_saysWhatHappened) {
  set_versioning(engine(), "b", Versioning::enabled);
  follow("f");
  clock().advance(std::chrono::seconds(2));
  const ObjectPtr made = must(put(engine(), "b", "key \xc3\xa4", "content"));
  const auto events = changes("f");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].name, "s3:ObjectCreated:Put");
  EXPECT_EQ(events[0].bucket, "b");
  EXPECT_EQ(events[0].key, "key \xc3\xa4");
  EXPECT_EQ(events[0].version_id, made->version_id);
  EXPECT_EQ(events[0].etag, etag_of("content"));
  EXPECT_EQ(events[0].size_bytes, 7U);
  EXPECT_EQ(events[0].time, clock().now());
  EXPECT_NE(events[0].seq, 0U);
}

TEST_P(FeedTest, Changes_removal_namesTheVersion) {
  set_versioning(engine(), "b", Versioning::enabled);
  const ObjectPtr made = must(put(engine(), "b", "k", "1"));
  follow("f");
  const DeleteOutcome marker = must(remove(engine(), "b", "k"));
  must(remove(engine(), "b", "k", made->version_id));
  const auto events = changes("f");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].version_id, marker.version_id);
  EXPECT_EQ(events[1].name, "s3:ObjectRemoved:Delete");
  EXPECT_EQ(events[1].version_id, made->version_id);
}

TEST_P(FeedTest, Changes_failedWrites_areNotSeen) {
  must(put(engine(), "b", "k", "1"));
  follow("f");
  EXPECT_NE(code(put(engine(), Put{"b", "k", "2", {}, if_absent()})), "ok");
  const UploadInfo upload = must(create_upload(engine(), "b", "k"));
  must(put_part(engine(), upload, 1, "1"));
  must(abort(engine(), upload));
  EXPECT_TRUE(changes("f").empty());
}

TEST_P(FeedTest, Changes_notAdvanced_comeAgain) {
  follow("f");
  must(put(engine(), "b", "k", "1"));
  EXPECT_EQ(changes("f").size(), 1U);
  EXPECT_EQ(changes("f").size(), 1U);
}

TEST_P(FeedTest, AdvanceCursor_some_theRestComes) {
  follow("f");
  for (int i = 0; i < 5; ++i) must(put(engine(), "b", "k" + std::to_string(i), "1"));
  const auto events = changes("f");
  ASSERT_EQ(events.size(), 5U);
  for (std::size_t i = 1; i < events.size(); ++i) EXPECT_LT(events[i - 1].seq, events[i].seq);
  advance("f", events[1].seq);
  EXPECT_EQ(describe_events(changes("f")), "Created:Put k2; Created:Put k3; Created:Put k4; ");
  advance("f", events[0].seq);
  EXPECT_EQ(changes("f").size(), 3U) << "a cursor never goes back";
  advance("f", events[4].seq);
  EXPECT_TRUE(changes("f").empty());
  must(put(engine(), "b", "k5", "1"));
  EXPECT_EQ(describe_events(changes("f")), "Created:Put k5; ");
}

TEST_P(FeedTest, Changes_maxEvents_limits) {
  follow("f");
  for (int i = 0; i < 5; ++i) must(put(engine(), "b", "k" + std::to_string(i), "1"));
  EXPECT_EQ(describe_events(changes("f", 2)), "Created:Put k0; Created:Put k1; ");
  advance("f", changes("f", 2).back().seq);
  EXPECT_EQ(describe_events(changes("f", 2)), "Created:Put k2; Created:Put k3; ");
  const std::uint64_t ahead = changes("f", 1).back().seq;
  EXPECT_EQ(describe_events(must(sync_wait(engine().changes("f", 1, ahead)))), "Created:Put k3; ");
  EXPECT_EQ(describe_events(must(sync_wait(engine().changes("f", 1, 0)))), "Created:Put k2; ");
}

TEST_P(FeedTest, Followers_several_haveTheirOwnCursors) {
  follow("early");
  must(put(engine(), "b", "k0", "1"));
  follow("late");
  must(put(engine(), "b", "k1", "1"));
  EXPECT_EQ(describe_events(changes("early")), "Created:Put k0; Created:Put k1; ");
  EXPECT_EQ(describe_events(changes("late")), "Created:Put k1; ");
  advance("early", changes("early").back().seq);
  EXPECT_TRUE(changes("early").empty());
  EXPECT_EQ(changes("late").size(), 1U);
}

TEST_P(FeedTest, CreateCursor_existing_isKept) {
  follow("f");
  must(put(engine(), "b", "k", "1"));
  follow("f");
  EXPECT_EQ(changes("f").size(), 1U);
}

TEST_P(FeedTest, DeleteCursor_existingAndMissing_isGone) {
  follow("f");
  must(put(engine(), "b", "k", "1"));
  must(sync_wait(engine().delete_cursor("f")));
  must(sync_wait(engine().delete_cursor("f")));
  EXPECT_NE(code(sync_wait(engine().changes("f", 10))), "ok");
  follow("f");
  EXPECT_TRUE(changes("f").empty());
}

TEST_P(FeedTest, Cursor_missing_isAnError) {
  EXPECT_NE(code(sync_wait(engine().changes("never", 10))), "ok");
  EXPECT_NE(code(sync_wait(engine().advance_cursor("never", 1))), "ok");
}

TEST_P(FeedTest, RemoveGroup_events_comeInOrder) {
  for (const char* key : {"a", "b", "c"}) must(put(engine(), "b", key, "1"));
  follow("f");
  std::vector<DeleteSpec> specs(4);
  specs[0].key = "c";
  specs[1].key = "missing";
  specs[2].key = "a";
  specs[3].key = "b";
  must(sync_wait(engine().remove("b", specs)));
  EXPECT_EQ(describe_events(changes("f")), "Removed:Delete c; Removed:Delete a; Removed:Delete b; ");
}

TEST_P(DurableFeedTest, Restart_cursorAndEvents_areKept) {
  follow("f");
  for (int i = 0; i < 4; ++i) must(put(engine(), "b", "k" + std::to_string(i), "1"));
  advance("f", changes("f")[1].seq);
  for (const Restart how : {Restart::hasty_without_index, Restart::hasty, Restart::plain, Restart::without_index}) {
    restart(how);
    EXPECT_EQ(describe_events(changes("f")), "Created:Put k2; Created:Put k3; ");
  }
  must(put(engine(), "b", "k4", "1"));
  EXPECT_EQ(describe_events(changes("f")), "Created:Put k2; Created:Put k3; Created:Put k4; ");
}

TEST_P(FeedTest, ManyEvents_slowFollower_losesNone) {
  follow("f");
  for (int i = 0; i < 1500; ++i) must(put(engine(), "b", "k" + std::to_string(i), "1"));
  int next = 0;
  for (auto events = changes("f", 100); !events.empty(); events = changes("f", 100)) {
    for (const ChangeEvent& event : events) ASSERT_EQ(event.key, "k" + std::to_string(next++));
    advance("f", events.back().seq);
  }
  EXPECT_EQ(next, 1500);
}

}  // namespace
}  // namespace holdfast::storage::conformance
