// What a folder may hold at start, and what start-up makes of it.
#include "fault/engine_fixture.hpp"

namespace holdfast::testing {
namespace {

class LocalFolder : public LocalEngineTest {
 protected:
  std::string refusal() {
    auto opened = try_open();
    return opened ? "opened" : std::string(opened.error().text());
  }
  std::vector<std::string> bucket_names() const {
    std::vector<std::string> names;
    for (const auto& bucket : engine->buckets()) names.push_back(bucket->name);
    return names;
  }
};

TEST_F(LocalFolder, NewFolder_startsEmptyAndKeepsItsId) {
  open();
  EXPECT_TRUE(engine->buckets().empty());
  EXPECT_TRUE(engine->health().ready);
  const std::string id = engine->deployment_id();
  EXPECT_EQ(id.size(), 36U);
  close();
  open();
  EXPECT_EQ(engine->deployment_id(), id);
}

TEST_F(LocalFolder, OtherServersData_isNeverServedAsEmpty) {
  disk.put(folder.path() + "/.minio.sys/format.json", "{}");
  EXPECT_EQ(refusal(),
            folder.path() + " holds another server's data (.minio.sys). To take it over, run: holdfast import minio " + folder.path());
  EXPECT_FALSE(disk.exists(home("format.json")));
}

TEST_F(LocalFolder, SecondServer_isRefused) {
  open();
  EXPECT_NE(refusal().find("in use by another holdfast process"), std::string::npos);
}

TEST_F(LocalFolder, NewerFormat_isRefused) {
  open();
  close();
  std::string format = disk.content(home("format.json"));
  const std::size_t number = format.find_first_of("0123456789", format.find("\"format\""));
  ASSERT_NE(number, std::string::npos);
  disk.put(home("format.json"), format.replace(number, 1, "9"));
  EXPECT_NE(refusal(), "opened");
}

TEST_F(LocalFolder, FormatLost_isRefusedWhenThereIsData) {
  make_bucket(open(), "b", storage::Versioning::unversioned);
  close();
  must(disk.remove(home("format.json")));
  EXPECT_NE(refusal().find("is missing, but there is data"), std::string::npos);
}

TEST_F(LocalFolder, EmptyFolders_becomeBucketsOnce) {
  for (const char* name : {"photos", "lost+found", ".hidden", "Not-Legal", "full"}) must(disk.make_directory(folder.path() + "/" + name));
  disk.put(folder.path() + "/full/file", "x");
  open();
  EXPECT_EQ(bucket_names(), std::vector<std::string>{"photos"});
  must(sync_wait(engine->delete_bucket("photos")));
  close();
  open();
  EXPECT_TRUE(engine->buckets().empty());
  EXPECT_TRUE(disk.exists(folder.path() + "/full/file"));
}

TEST_F(LocalFolder, DamagedDocument_isReportedNotForgotten) {
  make_bucket(open(), "b", storage::Versioning::unversioned);
  close();
  const auto documents = files_in("documents");
  ASSERT_EQ(documents.size(), 1U);
  disk.flip(documents.front(), 30);
  EXPECT_NE(refusal().find("'buckets/b' is damaged"), std::string::npos);
}

TEST_F(LocalFolder, CleanStop_nextStartWritesNothingAgain) {
  make_bucket(open(), "b", storage::Versioning::unversioned);
  for (int i = 0; i < 50; ++i) put(*engine, "b", "k" + std::to_string(i), text_of(kSmall, 1));
  close();
  const std::uint64_t before = disk.steps();
  open();
  for (const Step& step : disk.log()) {
    const bool settled_again = step.number > before && step.path.find("/buckets/") != std::string::npos;
    EXPECT_FALSE(settled_again) << describe(step);
  }
  close();
}

TEST_F(LocalFolder, Idle_sealsTheJournalByItself) {
  make_bucket(open(), "b", storage::Versioning::unversioned);
  put(*engine, "b", "k", text_of(kSmall, 1));
  const std::size_t pieces = files_in("buckets").size();
  EXPECT_TRUE(eventually([&] { return files_in("buckets").size() == 2; })) << pieces;
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  kill();
  const std::uint64_t before = disk.steps();
  open();
  for (const Step& step : disk.log()) {
    const bool settled_again = step.number > before && step.path.find("/buckets/") != std::string::npos;
    EXPECT_FALSE(settled_again) << describe(step);
  }
}

TEST_F(LocalFolder, CloseWithoutTime_keepsTheRestInTheJournal) {
  never_settle();
  make_bucket(open(), "b", storage::Versioning::unversioned);
  put(*engine, "b", "k", text_of(kSmall, 1));
  engine->close(std::chrono::steady_clock::now());
  engine.reset();
  open();
  EXPECT_EQ(read_all(*engine, {"b", "k", ""}), text_of(kSmall, 1));
}

}  // namespace
}  // namespace holdfast::testing
