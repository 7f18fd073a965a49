// The scrub finds one flipped byte wherever it is, names what it belongs to, and takes nothing else for damage.
#include "fault/engine_fixture.hpp"

#include "holdfast/storage/scrub.hpp"

#include <cerrno>
#include <set>

namespace holdfast::testing {
namespace {

class Notes final : public storage::ScrubObserver {
 public:
  bool go_on(std::uint64_t bytes) override {
    read += bytes;
    return read < end_after;
  }
  void checked(const std::string& at) override {
    position = at;
    positions.insert(at);
  }
  void damaged(const storage::Damage& damage) override { found.push_back(damage); }

  std::uint64_t end_after = UINT64_MAX;
  std::uint64_t read = 0;
  std::string position;
  std::set<std::string> positions;
  std::vector<storage::Damage> found;
};

class LocalScrub : public LocalEngineTest {
 protected:
  void SetUp() override {
    make_bucket(open(), "b", storage::Versioning::unversioned);
    put(*engine, "b", "small", text_of(kSmall, 1));
    put(*engine, "b", "large", text_of(kLarge, 2));
    put(*engine, "b", "empty", "");
    make_bucket(*engine, "versions", storage::Versioning::enabled);
    put(*engine, "versions", "v", text_of(kSmall, 3));
    put(*engine, "versions", "v", text_of(kSmall, 4));
    const std::string made = start_upload(*engine, "b", "multi");
    put_part(*engine, "b", "multi", made, 1, text_of(kLarge, 5));
    put_part(*engine, "b", "multi", made, 2, text_of(kSmall, 6));
    must(try_complete(*engine, "b", "multi", made));
    put_part(*engine, "b", "open", start_upload(*engine, "b", "open"), 1, text_of(kLarge, 7));
    must(sync_wait(engine->put_document("state/one", "first")));
    close();
    open();
  }
  Notes scrub() {
    Notes notes;
    EXPECT_TRUE(must(storage::as_scrubbable(*engine)->scrub("", notes)).finished);
    return notes;
  }
};

TEST_F(LocalScrub, WholeFolder_isClean) {
  Notes notes;
  const storage::ScrubOutcome outcome = must(storage::as_scrubbable(*engine)->scrub("", notes));
  EXPECT_TRUE(outcome.finished);
  EXPECT_EQ(outcome.objects, 6U);
  EXPECT_EQ(outcome.damaged, 0U);
  EXPECT_TRUE(notes.found.empty());
  EXPECT_GT(outcome.bytes, 3 * kLarge + 4 * kSmall);
  EXPECT_EQ(outcome.bytes, notes.read);
}

TEST_F(LocalScrub, OneFlippedByteInAnyFile_isFoundAndNamed) {
  std::set<std::string> named;
  std::vector<std::string> all = files_in("buckets");
  for (const std::string& path : files_in("documents")) all.push_back(path);
  ASSERT_GT(all.size(), 14U);
  for (const std::string& path : all) {
    const std::size_t size = disk.content(path).size();
    for (std::size_t at = 0; at < size; at += size < 2000 ? 13 : 4999) {
      disk.flip(path, at, static_cast<std::uint8_t>(1U << (at % 8)));
      const Notes notes = scrub();
      disk.flip(path, at, static_cast<std::uint8_t>(1U << (at % 8)));
      ASSERT_EQ(notes.found.size(), 1U) << path << " " << at;
      EXPECT_EQ(notes.found.front().file, path) << at;
      named.insert(notes.found.front().bucket + "/" + notes.found.front().key);
    }
  }
  EXPECT_EQ(named, (std::set<std::string>{"/buckets/b", "/buckets/versions", "/state/one", "b/empty", "b/large", "b/multi", "b/open",
                                          "b/small", "versions/v"}));
}

TEST_F(LocalScrub, MissingAndShortFiles_areFound) {
  const std::string path = files_in("buckets").front();
  const std::string content = disk.content(path);
  must(disk.remove(path));
  EXPECT_EQ(scrub().found.at(0).what, "it is missing");
  disk.put(path, content.substr(0, content.size() - 1));
  EXPECT_EQ(scrub().found.size(), 1U);
}

TEST_F(LocalScrub, DiskThatCantBeRead_isDamage_noDescriptorsIsNot) {
  disk.fail({.op = Op::read, .error = EIO, .path_contains = ".data"});
  EXPECT_EQ(scrub().found.size(), 1U);
  disk.fail({.op = Op::open, .error = EMFILE, .path_contains = ".data"});
  Notes notes;
  const auto outcome = storage::as_scrubbable(*engine)->scrub("", notes);
  EXPECT_FALSE(outcome);
  EXPECT_TRUE(notes.found.empty());
}

TEST_F(LocalScrub, EndedAndTakenUpAgain_looksAtEverything) {
  std::string position;
  std::set<std::string> looked_at;
  for (int stretch = 0;; ++stretch) {
    ASSERT_LT(stretch, 100);
    Notes notes;
    notes.end_after = 2 * kLarge;  // room for the largest object
    const storage::ScrubOutcome outcome = must(storage::as_scrubbable(*engine)->scrub(position, notes));
    looked_at.merge(notes.positions);
    if (outcome.finished) break;
    ASSERT_LE(notes.read, 3 * kLarge);
    if (!notes.position.empty()) position = notes.position;
  }
  EXPECT_EQ(looked_at.size(), 6U);
}

TEST_F(LocalScrub, WhileObjectsComeAndGo_noFalseAlarm) {
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; i < 150; ++i) {
      const std::string key = "moving" + std::to_string(i % 7);
      put(*engine, "b", key, text_of(i % 3 == 0 ? kLarge : kSmall, static_cast<unsigned>(i)));
      tag(*engine, "b", key, std::to_string(i));
      if (i % 2 == 0) remove(*engine, "b", {key});
    }
    done = true;
  });
  while (!done) {
    for (const storage::Damage& damage : scrub().found) ADD_FAILURE() << damage.key << " " << damage.file << " " << damage.what;
  }
  writer.join();
}

TEST_F(LocalScrub, FolderThatNobodyServes_isScrubbedToo) {
  put(*engine, "b", "in the journal", text_of(kSmall, 9));
  kill();
  Notes clean;
  EXPECT_TRUE(must(storage::scrub_local(options, disk, clean, {})).finished);
  EXPECT_TRUE(clean.found.empty());
  disk.flip(files_in("buckets").front(), 3);
  Notes notes;
  EXPECT_EQ(must(storage::scrub_local(options, disk, notes, {})).damaged, 1U);
}

}  // namespace
}  // namespace holdfast::testing
