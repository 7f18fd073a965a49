// Kills, lost indexes, and what lies about in a folder afterwards.
#include "fault/engine_fixture.hpp"

#include "storage/local/layout.hpp"

#include <fstream>

namespace holdfast::testing {
namespace {

class LocalRecovery : public LocalEngineTest {
 protected:
  void run_workload() {
    open();
    for (const Operation& operation : workload()) operation(*engine);
    state = dump(*engine);
  }
  void lose_index() { std::filesystem::remove_all(folder.index()); }

  std::string state;
};

TEST_F(LocalRecovery, Killed_unsettled_everythingComesBack) {
  never_settle();
  run_workload();
  kill();
  open();
  EXPECT_EQ(dump(*engine), state);
  close();
  EXPECT_EQ(problems(), std::vector<std::string>());
}

TEST_F(LocalRecovery, Killed_settled_everythingComesBack) {
  run_workload();
  kill();
  open();
  EXPECT_EQ(dump(*engine), state);
  close();
  EXPECT_EQ(problems(), std::vector<std::string>());
}

TEST_F(LocalRecovery, KilledAgainAndAgain_everythingStays) {
  never_settle();
  run_workload();
  for (int i = 0; i < 4; ++i) {
    kill();
    open();
    EXPECT_EQ(dump(*engine), state);
    put(*engine, "b", "late" + std::to_string(i), text_of(kSmall, 1));
    state = dump(*engine);
  }
}

TEST_F(LocalRecovery, IndexLost_cleanStop_isMadeAnew) {
  run_workload();
  close();
  lose_index();
  open();
  EXPECT_EQ(dump(*engine), state);
}

TEST_F(LocalRecovery, IndexLost_killed_isMadeAnew) {
  never_settle();
  run_workload();
  kill();
  lose_index();
  open();
  EXPECT_EQ(dump(*engine), state);
}

TEST_F(LocalRecovery, IndexDamaged_isMadeAnew) {
  run_workload();
  close();
  for (const auto& entry : std::filesystem::directory_iterator(folder.index())) {
    if (entry.path().filename() == "CURRENT") std::ofstream(entry.path()) << "rubbish\n";
  }
  open();
  EXPECT_EQ(dump(*engine), state);
}

TEST_F(LocalRecovery, IndexOfAnotherFolder_isNotUsed) {
  run_workload();
  close();
  RealFolder other;
  FaultFileSystem other_disk;
  other_disk.put(other.path() + "/.keep", "");
  auto stranger = must(storage::open_local_engine(small_options(other.path()), other_disk, pool, clock, {}));
  make_bucket(*stranger, "strange", storage::Versioning::unversioned);
  stranger->close(std::chrono::steady_clock::now() + std::chrono::seconds(20));
  stranger.reset();
  lose_index();
  std::filesystem::copy(other.index(), folder.index(), std::filesystem::copy_options::recursive);
  open();
  EXPECT_EQ(dump(*engine), state);
}

TEST_F(LocalRecovery, IndexFromAnOlderBackup_isMadeAnew) {
  make_bucket(open(), "b", storage::Versioning::unversioned);
  put(*engine, "b", "before", "1");
  close();
  RealFolder backup;
  std::filesystem::copy(folder.index(), backup.index(), std::filesystem::copy_options::recursive);
  open();
  put(*engine, "b", "after", "2");
  remove(*engine, "b", {"before"});
  state = dump(*engine);
  close();
  lose_index();
  std::filesystem::copy(backup.index(), folder.index(), std::filesystem::copy_options::recursive);
  open();
  EXPECT_EQ(dump(*engine), state);
  close();
  EXPECT_EQ(problems(), std::vector<std::string>()) << "an index made anew is not older than the journal";
}

TEST_F(LocalRecovery, RebuildCommand_bringsEverythingBack) {
  run_workload();
  close();
  lose_index();
  std::vector<std::string> steps;
  const storage::Progress progress = [&](std::string_view step, std::uint64_t, std::uint64_t) { steps.emplace_back(step); };
  must(storage::rebuild_local_index(options, disk, progress));
  EXPECT_FALSE(steps.empty());
  EXPECT_EQ(problems(), std::vector<std::string>());
  open();
  EXPECT_EQ(dump(*engine), state);
}

TEST_F(LocalRecovery, RebuildCommand_folderInUse_isRefused) {
  open();
  const auto outcome = storage::rebuild_local_index(options, disk, {});
  ASSERT_FALSE(outcome);
  EXPECT_NE(std::string(outcome.error().text()).find("in use"), std::string::npos);
  EXPECT_FALSE(storage::check_local(options, disk, false, false, {}));
}

TEST_F(LocalRecovery, RebuildCommand_noFolder_isRefusedAndMakesNothing) {
  EXPECT_FALSE(storage::rebuild_local_index(options, disk, {}));
  EXPECT_FALSE(disk.exists(home("format.json")));
}

TEST_F(LocalRecovery, StagingAndTrash_areEmptiedOfWhatNobodyNames) {
  never_settle();
  make_bucket(open(), "b", storage::Versioning::unversioned);
  put(*engine, "b", "large", text_of(kLarge, 1));
  kill();
  disk.put(home("staging/0000010000ffffff"), "left by a writer");
  disk.put(home("trash/0000010000fffffe"), "left by a reader");
  open();
  EXPECT_TRUE(files_in("staging").empty());
  EXPECT_TRUE(files_in("trash").empty());
  EXPECT_EQ(read_all(*engine, {"b", "large", ""}), text_of(kLarge, 1));
}

// A crash may leave half a file for a record that isn't known to be settled.
TEST_F(LocalRecovery, HalfWrittenFiles_areNotTrusted) {
  never_settle();
  make_bucket(open(), "b", storage::Versioning::unversioned);
  put(*engine, "b", "k", text_of(kSmall, 1));
  const auto id = must(engine->bucket("b"))->id;
  kill();
  const storage::local::Layout layout(folder.path());
  for (storage::local::FileId file = id; file < id + 8; ++file) {
    disk.put(layout.data(id, file), "short");
    disk.put(layout.sidecar(id, file), "{\"form");
  }
  lose_index();
  open();
  EXPECT_EQ(read_all(*engine, {"b", "k", ""}), text_of(kSmall, 1));
}

// Sequence numbers and file ids go on from what the files say when the journal is lost.
TEST_F(LocalRecovery, JournalLost_numbersGoOn) {
  make_bucket(open(), "b", storage::Versioning::enabled);
  put(*engine, "b", "k", text_of(kSmall, 1));
  close();
  for (const std::string& segment : files_in("journal")) must(disk.remove(segment));
  for (const bool index_too : {false, true}) {
    if (index_too) lose_index();
    open();
    put(*engine, "b", "k", text_of(kSmall, index_too ? 3 : 2));
    EXPECT_EQ(read_all(*engine, {"b", "k", ""}), text_of(kSmall, index_too ? 3 : 2));
    close();
    EXPECT_EQ(problems(), std::vector<std::string>());
    for (const std::string& segment : files_in("journal")) must(disk.remove(segment));
  }
  open();
  storage::VersionQuery query;
  query.bucket = "b";
  EXPECT_EQ(must(sync_wait(engine->list_versions(query))).versions.size(), 3U);
}

TEST_F(LocalRecovery, DeletedBucketMadeAgain_isAnotherBucket) {
  make_bucket(open(), "b", storage::Versioning::unversioned);
  put(*engine, "b", "k", text_of(kSmall, 1));
  remove(*engine, "b", {"k"});
  must(sync_wait(engine->delete_bucket("b")));
  make_bucket(*engine, "b", storage::Versioning::unversioned);
  EXPECT_FALSE(sync_wait(engine->head({"b", "k", ""})));
  kill();
  lose_index();
  open();
  EXPECT_FALSE(sync_wait(engine->head({"b", "k", ""})));
  EXPECT_EQ(must(engine->usage("b")).objects, 0U);
}

TEST_F(LocalRecovery, ReaderOfSeveralFiles_removedMeanwhile_readsOnFromTheTrash) {
  make_bucket(open(), "b", storage::Versioning::unversioned);
  const std::string id = start_upload(*engine, "b", "multi");
  const std::string first = text_of(kLarge, 1);
  const std::string second = text_of(kLarge, 2);
  put_part(*engine, "b", "multi", id, 1, first);
  put_part(*engine, "b", "multi", id, 2, second);
  must(try_complete(*engine, "b", "multi", id));
  auto reader = must(sync_wait(engine->open({"b", "multi", ""})));
  remove(*engine, "b", {"multi"});
  ASSERT_TRUE(eventually([&] { return files_in("trash").size() == 2; }));
  std::string text;
  while (text.size() < first.size() + second.size()) {
    const Piece piece = must(sync_wait(reader->read(text.size(), first.size() + second.size() - text.size(), false)));
    text.append(as_text(std::get<SharedBytes>(piece).bytes));
  }
  EXPECT_EQ(text, first + second);
  reader.reset();
  EXPECT_TRUE(eventually([&] { return files_in("trash").empty(); }));
  EXPECT_TRUE(files_in("buckets").empty());
}

}  // namespace
}  // namespace holdfast::testing
