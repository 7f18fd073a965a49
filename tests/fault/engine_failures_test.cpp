// Failing disks: every failure is told, leaves nothing behind, and ends with the disk's.
#include "fault/engine_fixture.hpp"

#include <cerrno>

namespace holdfast::testing {
namespace {

class EngineFailures : public LocalEngineTest {
 protected:
  void SetUp() override { make_bucket(open(), "b", storage::Versioning::unversioned); }

  std::string error_of(const auto& result) const { return result ? "ok" : std::string(result.error().name()); }
  std::string get(const std::string& key) { return read_all(*engine, {"b", key, ""}); }
  std::uint64_t used() {
    disk.set_capacity(std::uint64_t{1} << 40);  // an unbounded disk doesn't count
    const io::Space space = must(disk.space("/"));
    return space.total_bytes - space.free_bytes;
  }
  bool has(const std::string& key) { return static_cast<bool>(sync_wait(engine->head({"b", key, ""}))); }
};

TEST_F(EngineFailures, JournalWriteFails_putFailsAndNextSucceeds) {
  put(*engine, "b", "before", text_of(kSmall, 1));
  disk.fail({.op = Op::write, .error = EIO, .path_contains = "/journal/"});
  EXPECT_EQ(error_of(try_put(*engine, "b", "k", text_of(kSmall, 2))), "InternalError");
  EXPECT_FALSE(has("k"));
  EXPECT_EQ(get("before"), text_of(kSmall, 1));
  put(*engine, "b", "k", text_of(kSmall, 3));
  kill();
  open();
  EXPECT_EQ(get("k"), text_of(kSmall, 3));
}

TEST_F(EngineFailures, JournalSyncFails_theChangeNeverComesBack) {
  disk.fail({.op = Op::sync_data, .error = EIO, .path_contains = "/journal/"});
  EXPECT_EQ(error_of(try_put(*engine, "b", "ghost", text_of(kSmall, 1))), "InternalError");
  put(*engine, "b", "real", text_of(kSmall, 2));
  kill();
  open();
  EXPECT_FALSE(has("ghost"));
  EXPECT_EQ(get("real"), text_of(kSmall, 2));
}

TEST_F(EngineFailures, JournalKeepsFailing_unreadyAndReadsGoOn) {
  put(*engine, "b", "k", text_of(kSmall, 1));
  disk.fail({.op = Op::sync_data, .error = EIO, .path_contains = "/journal/", .times = 1'000});
  EXPECT_EQ(error_of(try_put(*engine, "b", "x", "1")), "InternalError");
  EXPECT_EQ(error_of(try_put(*engine, "b", "x", "1")), "InternalError");
  EXPECT_FALSE(engine->health().ready);
  EXPECT_EQ(get("k"), text_of(kSmall, 1));
  disk.clear_faults();
  put(*engine, "b", "x", "1");
  EXPECT_TRUE(engine->health().ready);
}

TEST_F(EngineFailures, StagedWriteFails_putFailsAndLeavesNothing) {
  disk.fail({.op = Op::write, .error = ENOSPC, .path_contains = "/staging/"});
  EXPECT_EQ(error_of(try_put(*engine, "b", "k", text_of(kLarge, 1))), "XMinioStorageFull");
  EXPECT_TRUE(eventually([&] { return files_in("staging").empty(); }));
  disk.fail({.op = Op::sync_data, .error = EIO, .path_contains = "/staging/"});
  EXPECT_EQ(error_of(try_put(*engine, "b", "k", text_of(kLarge, 1))), "InternalError");
  disk.fail({.op = Op::sync_directory, .error = EIO, .path_contains = "/staging"});
  EXPECT_EQ(error_of(try_put(*engine, "b", "k", text_of(kLarge, 1))), "InternalError");
  EXPECT_TRUE(eventually([&] { return files_in("staging").empty(); }));
  EXPECT_FALSE(has("k"));
}

TEST_F(EngineFailures, AbandonedWriter_leavesNothing) {
  storage::PutSpec spec;
  spec.bucket = "b";
  spec.key = "k";
  auto writer = must(sync_wait(engine->create(std::move(spec))));
  must(sync_wait(writer->write(as_bytes(text_of(kLarge * 10, 1)))));
  EXPECT_EQ(files_in("staging").size(), 1U);
  writer.reset();
  EXPECT_TRUE(eventually([&] { return files_in("staging").empty(); }));
}

TEST_F(EngineFailures, LessWrittenThanVerified_isRefused) {
  storage::PutSpec spec;
  spec.bucket = "b";
  spec.key = "k";
  auto writer = must(sync_wait(engine->create(std::move(spec))));
  must(sync_wait(writer->write(as_bytes("abc"))));
  Verified proof = verified("abcd");
  EXPECT_EQ(error_of(sync_wait(writer->commit(std::move(proof.digests), proof.etag, std::nullopt))), "InternalError");
  EXPECT_FALSE(has("k"));
}

TEST_F(EngineFailures, SyncfsFails_everythingIsWrittenAgainAndWhole) {
  disk.fail({.op = Op::sync_all, .error = EIO, .times = 2});
  put(*engine, "b", "small", text_of(kSmall, 1));
  // Refused while the first failure is known and not yet mended.
  EXPECT_TRUE(eventually([&] { return try_put(*engine, "b", "large", text_of(kLarge, 2)).has_value(); }));
  EXPECT_TRUE(eventually([&] { return engine->health().ready; }));
  close();
  EXPECT_EQ(problems(), std::vector<std::string>());
  open();
  EXPECT_EQ(get("small"), text_of(kSmall, 1));
  EXPECT_EQ(get("large"), text_of(kLarge, 2));
}

TEST_F(EngineFailures, SettlerCantWrite_unreadyThenCatchesUp) {
  disk.fail({.op = Op::create, .error = EIO, .path_contains = "/buckets/", .times = 1});
  put(*engine, "b", "k", text_of(kSmall, 1));
  EXPECT_TRUE(eventually([&] { return !engine->health().ready; }));
  EXPECT_EQ(get("k"), text_of(kSmall, 1));
  EXPECT_TRUE(eventually([&] { return engine->health().ready; }));
  close();
  EXPECT_EQ(problems(), std::vector<std::string>());
}

TEST_F(EngineFailures, FullDisk_putIs507DeleteFreesSpace) {
  put(*engine, "b", "large", text_of(kLarge * 20, 1));
  put(*engine, "b", "other", text_of(kSmall, 1));
  ASSERT_TRUE(eventually([&] { return files_in("buckets").size() == 4; }));
  disk.set_capacity(used() + 64 * 1024);
  std::this_thread::sleep_for(std::chrono::milliseconds(150));  // free space is asked for every 100 ms
  EXPECT_EQ(error_of(try_put(*engine, "b", "k", text_of(kLarge * 20, 2))), "XMinioStorageFull");
  EXPECT_EQ(get("large"), text_of(kLarge * 20, 1));
  remove(*engine, "b", {"large"});
  EXPECT_FALSE(has("large"));
  EXPECT_TRUE(eventually([&] { return files_in("buckets").size() == 2; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  put(*engine, "b", "k", text_of(kLarge * 20, 2));
  EXPECT_EQ(get("k"), text_of(kLarge * 20, 2));
}

TEST_F(EngineFailures, FullDiskWhileSettling_putIs507DeleteWorksAndAllSettlesLater) {
  put(*engine, "b", "kept", text_of(kSmall, 1));
  put(*engine, "b", "going", text_of(kLarge * 20, 2));
  ASSERT_TRUE(eventually([&] { return files_in("buckets").size() == 4; }));
  disk.fail({.op = Op::create, .error = ENOSPC, .path_contains = "/buckets/", .times = 1'000'000});
  disk.fail({.op = Op::create, .error = ENOSPC, .path_contains = "/staging/", .times = 1'000'000});
  put(*engine, "b", "in the journal", text_of(kSmall, 3));
  EXPECT_TRUE(eventually([&] { return !engine->health().ready; }));
  EXPECT_EQ(error_of(try_put(*engine, "b", "k", "1")), "XMinioStorageFull");
  remove(*engine, "b", {"going"});
  EXPECT_TRUE(eventually([&] { return files_in("buckets").size() == 2; })) << "a removal must not wait for what can't be written";
  EXPECT_EQ(get("in the journal"), text_of(kSmall, 3));
  kill();
  open();  // with the disk still full
  EXPECT_EQ(get("in the journal"), text_of(kSmall, 3));
  EXPECT_FALSE(has("going"));
  remove(*engine, "b", {"kept"});
  disk.clear_faults();
  EXPECT_TRUE(eventually([&] { return engine->health().ready; }));
  close();
  EXPECT_EQ(problems(), std::vector<std::string>());
}

TEST_F(EngineFailures, ReserveIsKept) {
  close();
  options.reserve_bytes = 1024 * 1024;
  disk.set_capacity(used() + 2 * 1024 * 1024);
  open();
  EXPECT_EQ(error_of(try_put(*engine, "b", "k", text_of(1'500'000, 1))), "XMinioStorageFull");
  put(*engine, "b", "k", text_of(kLarge, 1));
}

// Fills the journal many times over while the settler stands still, then lets it go on.
TEST_F(EngineFailures, SettlerStandsStill_writersWaitDeletesDont) {
  close();
  options.unsettled_bytes = 64 * 1024;
  open();
  put(*engine, "b", "victim", text_of(kSmall, 0));
  ASSERT_TRUE(eventually([&] { return files_in("buckets").size() == 2; }));
  disk.fail({.op = Op::sync_all, .error = ENOSPC, .times = 1'000'000});
  disk.fail({.op = Op::create, .error = ENOSPC, .path_contains = "/buckets/", .times = 1'000'000});
  disk.fail({.op = Op::create, .error = ENOSPC, .path_contains = "/staging/", .times = 1'000'000});
  int accepted = 0;
  while (accepted < 10'000 && try_put(*engine, "b", "k" + std::to_string(accepted), text_of(kSmall, 1))) ++accepted;
  EXPECT_LT(accepted, 10'000);
  remove(*engine, "b", {"victim"});
  disk.clear_faults();
  EXPECT_TRUE(eventually([&] { return engine->health().ready; }));
  for (int i = 0; i < 500; ++i) put(*engine, "b", "later" + std::to_string(i % 50), text_of(kSmall, 2));
  close();
  EXPECT_EQ(problems(), std::vector<std::string>());
  open();
  for (int i = 0; i < accepted; ++i) EXPECT_TRUE(has("k" + std::to_string(i)));
}

TEST_F(EngineFailures, LinksUnsupported_copyStillWorks) {
  put(*engine, "b", "large", text_of(kLarge, 1));
  disk.set_links(false);
  copy(*engine, "large", "by bytes");
  disk.set_clones(true);
  copy(*engine, "large", "by reflink");
  remove(*engine, "b", {"large"});
  close();
  EXPECT_EQ(problems(), std::vector<std::string>());
  open();
  EXPECT_EQ(get("by bytes"), text_of(kLarge, 1));
  EXPECT_EQ(get("by reflink"), text_of(kLarge, 1));
}

TEST_F(EngineFailures, CopyFails_leavesNothing) {
  put(*engine, "b", "large", text_of(kLarge, 1));
  disk.set_links(false);
  disk.fail({.op = Op::write, .error = ENOSPC, .path_contains = "/staging/"});
  storage::CopySpec spec;
  spec.source = {"b", "large", ""};
  spec.target.bucket = "b";
  spec.target.key = "copy";
  EXPECT_EQ(error_of(sync_wait(engine->copy(std::move(spec)))), "XMinioStorageFull");
  EXPECT_FALSE(has("copy"));
  EXPECT_TRUE(eventually([&] { return files_in("staging").empty(); }));
}

TEST_F(EngineFailures, PayloadDamaged_readSaysSo) {
  put(*engine, "b", "small", text_of(kSmall, 1));
  close();
  disk.flip(only_file(".data"), 100);
  open();
  auto reader = must(sync_wait(engine->open({"b", "small", ""})));
  EXPECT_EQ(error_of(sync_wait(reader->read(0, 10, false))), "XHoldfastCorruptObject");
  EXPECT_EQ(error_of(sync_wait(engine->head({"b", "small", ""}))), "ok");
}

TEST_F(EngineFailures, PayloadMissing_readSaysSoAndListingStays) {
  put(*engine, "b", "small", text_of(kSmall, 1));
  close();
  must(disk.remove(only_file(".data")));
  open();
  EXPECT_EQ(error_of(sync_wait(engine->open({"b", "small", ""}))), "XHoldfastCorruptObject");
  storage::ListQuery query;
  query.bucket = "b";
  EXPECT_EQ(must(sync_wait(engine->list(query))).objects.size(), 1U);
}

TEST_F(EngineFailures, LargePayloadDamaged_blocksBeforeAreServed) {
  options.inline_payload_bytes = 1024;
  const std::string text = text_of(3 * 1024 * 1024, 1);
  put(*engine, "b", "large", text);
  close();
  disk.flip(only_file(".data"), 2 * 1024 * 1024 + 5);
  open();
  auto reader = must(sync_wait(engine->open({"b", "large", ""})));
  const Piece piece = must(sync_wait(reader->read(1'048'000, 1'048'576, false)));
  EXPECT_EQ(as_text(std::get<SharedBytes>(piece).bytes), std::string_view(text).substr(1'048'000, 576));
  EXPECT_EQ(error_of(sync_wait(reader->read(2 * 1024 * 1024, 10, false))), "XHoldfastCorruptObject");
}

}  // namespace
}  // namespace holdfast::testing
