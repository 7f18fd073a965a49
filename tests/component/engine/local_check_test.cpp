// holdfast check: finds every kind of damage, says where, and repairs what it can without deleting anything.
#include "fault/engine_fixture.hpp"

namespace holdfast::testing {
namespace {

class LocalCheck : public LocalEngineTest {
 protected:
  void SetUp() override {
    make_bucket(open(), "b", storage::Versioning::unversioned);
    put(*engine, "b", "k", text_of(kSmall, 1));
  }
  storage::CheckReport check(bool deep, bool repair) { return must(storage::check_local(options, disk, deep, repair, {})); }
  void expect_problem(bool deep, const std::string& part) {
    const auto found = problems(deep);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(found.front().find(part), std::string::npos) << found.front();
  }
};

TEST_F(LocalCheck, WholeFolder_isCountedAndClean) {
  const std::string id = start_upload(*engine, "b", "multi");
  put_part(*engine, "b", "multi", id, 1, text_of(kLarge, 2));
  close();
  const auto report = check(true, false);
  EXPECT_EQ(report.problems, std::vector<std::string>());
  EXPECT_EQ(report.objects, 1U);
  EXPECT_EQ(report.uploads, 1U);
  EXPECT_EQ(report.files, 5U);
  EXPECT_EQ(report.bytes, kSmall + kLarge);
}

TEST_F(LocalCheck, UnsettledFolder_isClean) {
  close();
  never_settle();
  open();
  put(*engine, "b", "unsettled", text_of(kSmall, 1));
  put(*engine, "b", "staged", text_of(kLarge, 1));
  put(*engine, "b", "k", text_of(kSmall, 2));
  kill();
  EXPECT_EQ(problems(), std::vector<std::string>());
  open();
  EXPECT_EQ(read_all(*engine, {"b", "staged", ""}), text_of(kLarge, 1));
}

TEST_F(LocalCheck, PayloadMissing_isFound) {
  close();
  must(disk.remove(only_file(".data")));
  expect_problem(false, "the payload of b/k version null is missing");
}

TEST_F(LocalCheck, PayloadShort_isFound) {
  close();
  const std::string path = only_file(".data");
  disk.put(path, disk.content(path).substr(0, 10));
  expect_problem(false, "has 10 bytes instead of 700");
}

TEST_F(LocalCheck, PayloadDamaged_isFoundByTheDeepCheck) {
  close();
  disk.flip(only_file(".data"), 5);
  EXPECT_TRUE(problems(false).empty());
  expect_problem(true, "is damaged: the checksum of bytes");
}

TEST_F(LocalCheck, SidecarDamaged_isFoundAndWrittenAgain) {
  close();
  disk.flip(only_file(".json"), 20);
  expect_problem(false, "the sidecar of b/k version null can't be read");
  EXPECT_FALSE(check(false, true).repaired.empty());
  EXPECT_EQ(problems(), std::vector<std::string>());
  std::filesystem::remove_all(folder.index());
  open();
  EXPECT_EQ(read_all(*engine, {"b", "k", ""}), text_of(kSmall, 1));
}

TEST_F(LocalCheck, SidecarMissing_isFoundAndWrittenAgain) {
  close();
  must(disk.remove(only_file(".json")));
  expect_problem(false, "it is missing");
  EXPECT_FALSE(check(false, true).repaired.empty());
  EXPECT_EQ(problems(), std::vector<std::string>());
}

TEST_F(LocalCheck, PayloadOfNobody_isSetAsideNotDeleted) {
  close();
  const std::string path = only_file(".data");
  const std::string stray = path.substr(0, path.rfind('/') + 1) + "00000100000000ff.data";
  disk.put(stray, "somebody's");
  expect_problem(false, "a payload that no object has");
  EXPECT_FALSE(check(false, true).repaired.empty());
  EXPECT_FALSE(disk.exists(stray));
  EXPECT_EQ(disk.content(home("orphans/00000100000000ff.data")), "somebody's");
  EXPECT_EQ(problems(), std::vector<std::string>());
}

TEST_F(LocalCheck, IndexMissing_isFoundAndMadeAnew) {
  close();
  std::filesystem::remove_all(folder.index());
  expect_problem(false, "the index was missing or incomplete");
  EXPECT_EQ(problems(), std::vector<std::string>());
}

// A sidecar put back from a backup: the index doesn't know it, and is made anew.
TEST_F(LocalCheck, SidecarTheIndexDoesNotKnow_comesBackByRepair) {
  ASSERT_TRUE(eventually([&] { return files_in("buckets").size() == 2; }));
  const std::string sidecar = only_file(".json");
  const std::string data = only_file(".data");
  const std::string sidecar_text = disk.content(sidecar);
  const std::string data_text = disk.content(data);
  remove(*engine, "b", {"k"});
  close();
  disk.put(sidecar, sidecar_text);
  disk.put(data, data_text);
  EXPECT_EQ(problems().size(), 2U);
  EXPECT_FALSE(check(false, true).repaired.empty());
  EXPECT_EQ(problems(), std::vector<std::string>());
  open();
  EXPECT_EQ(read_all(*engine, {"b", "k", ""}), text_of(kSmall, 1));
}

}  // namespace
}  // namespace holdfast::testing
