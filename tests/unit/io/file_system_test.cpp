#include "holdfast/io/file_system.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace holdfast::io {
namespace {

using ::testing::UnorderedElementsAre;

class PosixFileSystemTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "holdfast-io-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::string path(const std::string& name) const { return root_ + "/" + name; }
  void put(const std::string& name, const std::string& content) const { std::ofstream(path(name), std::ios::binary) << content; }
  std::string get(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string root_;
  std::unique_ptr<FileSystem> files_ = make_posix_file_system();
};

TEST_F(PosixFileSystemTest, WritesReadsAndSyncs) {
  const auto file = files_->open(path("a"), OpenMode::create).value();
  ASSERT_TRUE(file->write_at(3, as_bytes("hello")));
  ASSERT_TRUE(file->sync_data());
  ASSERT_TRUE(file->sync());
  file->start_writeback(0, 8);
  EXPECT_EQ(file->size_bytes().value(), 8U);
  EXPECT_GE(file->descriptor(), 0);

  std::string buffer(16, 'x');
  const std::size_t got = file->read_at(0, std::as_writable_bytes(std::span(buffer))).value();
  EXPECT_EQ(buffer.substr(0, got), std::string("\0\0\0hello", 8));
  EXPECT_EQ(file->read_at(100, std::as_writable_bytes(std::span(buffer))).value(), 0U);
}

TEST_F(PosixFileSystemTest, CachedReadGivesWhatIsAtHandOrNothing) {
  const auto file = files_->open(path("a"), OpenMode::create).value();
  ASSERT_TRUE(file->write_at(0, as_bytes("0123456789")));
  std::string buffer(20, 'x');
  const auto got = file->read_cached_at(2, std::as_writable_bytes(std::span(buffer)));
  ASSERT_TRUE(got);
  if (*got != 0) {  // nothing where the file system has no RWF_NOWAIT
    EXPECT_EQ(buffer.substr(0, *got), "23456789");
  }
}

TEST_F(PosixFileSystemTest, CachedOpenOpensOrSaysThatItWouldWait) {
  put("a", "one");
  ASSERT_TRUE(files_->stat(path("a")));  // its name is in memory now
  const auto opened = files_->open_cached(path("a"));
  if (opened) {
    std::string text(3, ' ');
    EXPECT_EQ((*opened)->read_at(0, std::as_writable_bytes(std::span(text))).value(), 3U);
    EXPECT_EQ(text, "one");
  } else {
    EXPECT_TRUE(would_wait(opened.error())) << opened.error().text();
  }
  const auto nothing = files_->open_cached(path("b"));
  ASSERT_FALSE(nothing);
  EXPECT_TRUE(missing(nothing.error()) || would_wait(nothing.error())) << nothing.error().text();
}

TEST_F(PosixFileSystemTest, OpenModesAndMissing) {
  for (const OpenMode mode : {OpenMode::read, OpenMode::read_write}) {
    const auto opened = files_->open(path("none"), mode);
    ASSERT_FALSE(opened);
    EXPECT_TRUE(missing(opened.error()));
    EXPECT_EQ(opened.error().os_error, ENOENT);
    EXPECT_EQ(opened.error().code, ErrorCode::InternalError);
    EXPECT_THAT(opened.error().message, ::testing::HasSubstr("none"));
  }
  put("a", "1");
  const auto again = files_->open(path("a"), OpenMode::create);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().os_error, EEXIST);
  EXPECT_FALSE(missing(again.error()));
  const auto read_only = files_->open(path("a"), OpenMode::read).value();
  EXPECT_EQ(read_only->write_at(0, as_bytes("x")).error().os_error, EBADF);
}

TEST_F(PosixFileSystemTest, AllocateKeepsContentAndGrows) {
  const auto file = files_->open(path("a"), OpenMode::create).value();
  ASSERT_TRUE(file->write_at(0, as_bytes("abc")));
  ASSERT_TRUE(file->allocate(1'000'000));
  EXPECT_EQ(file->size_bytes().value(), 1'000'000U);
  EXPECT_EQ(get("a").substr(0, 4), std::string("abc\0", 4));
}

TEST_F(PosixFileSystemTest, DirectoriesRenamesAndRemovals) {
  ASSERT_TRUE(files_->make_directory(path("d")));
  ASSERT_TRUE(files_->make_directory(path("d")));
  put("f", "1");
  EXPECT_EQ(files_->make_directory(path("f")).error().os_error, ENOTDIR);
  EXPECT_TRUE(missing(files_->make_directory(path("no/such")).error()));

  put("d/x", "old");
  ASSERT_TRUE(files_->rename(path("f"), path("d/x")));
  EXPECT_EQ(get("d/x"), "1");
  EXPECT_TRUE(missing(files_->rename(path("f"), path("g")).error()));
  EXPECT_EQ(files_->remove_directory(path("d")).error().os_error, ENOTEMPTY);
  ASSERT_TRUE(files_->sync_directory(path("d")));
  EXPECT_TRUE(missing(files_->sync_directory(path("e")).error()));
  ASSERT_TRUE(files_->remove(path("d/x")));
  EXPECT_TRUE(missing(files_->remove(path("d/x")).error()));
  ASSERT_TRUE(files_->remove_directory(path("d")));
  EXPECT_TRUE(missing(files_->stat(path("d")).error()));
}

TEST_F(PosixFileSystemTest, ListsFilesAndDirectories) {
  put("a", "");
  put(".hidden", "");
  ASSERT_TRUE(files_->make_directory(path("d")));
  std::set<std::pair<std::string, bool>> found;
  for (const DirectoryEntry& entry : files_->list(root_).value()) found.emplace(entry.name, entry.is_directory);
  EXPECT_THAT(found, UnorderedElementsAre(std::pair("a", false), std::pair(".hidden", false), std::pair("d", true)));
  EXPECT_TRUE(missing(files_->list(path("none")).error()));
}

TEST_F(PosixFileSystemTest, LinksCountAndRefuse) {
  put("a", "1");
  ASSERT_TRUE(files_->link(path("a"), path("b")));
  EXPECT_EQ(files_->stat(path("a")).value().links, 2U);
  const auto taken = files_->link(path("a"), path("b"));
  EXPECT_EQ(taken.error().os_error, EEXIST);
  EXPECT_FALSE(link_unsupported(taken.error()));
  ASSERT_TRUE(files_->make_directory(path("d")));
  EXPECT_TRUE(link_unsupported(files_->link(path("d"), path("e")).error()));
}

TEST_F(PosixFileSystemTest, CloneCopiesOrLeavesNothing) {
  put("a", "content");
  const auto cloned = files_->clone(path("a"), path("b"));
  if (cloned) {
    EXPECT_EQ(get("b"), "content");
  } else {
    EXPECT_TRUE(missing(files_->stat(path("b")).error()));
  }
  EXPECT_TRUE(missing(files_->clone(path("none"), path("c")).error()));
}

TEST_F(PosixFileSystemTest, SyncAllAndSpace) {
  put("a", "1");
  (void)files_->sync_all_reliable(root_);
  EXPECT_TRUE(files_->sync_all(root_));
  EXPECT_TRUE(missing(files_->sync_all(path("none")).error()));
  EXPECT_FALSE(files_->sync_all_reliable(path("none")));
  const Space space = files_->space(root_).value();
  EXPECT_GT(space.total_bytes, 0U);
  EXPECT_LE(space.free_bytes, space.total_bytes);
}

TEST_F(PosixFileSystemTest, LockExcludesUntilReleased) {
  auto first = files_->lock(path("lock"));
  ASSERT_TRUE(first);
  EXPECT_EQ(files_->lock(path("lock")).error().os_error, EWOULDBLOCK);
  first->reset();
  EXPECT_TRUE(files_->lock(path("lock")));
}

TEST_F(PosixFileSystemTest, OutOfDescriptorsIsSlowDown) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto opened = files_->open(path("a"), OpenMode::create);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().os_error, EMFILE);
  EXPECT_EQ(opened.error().code, ErrorCode::SlowDown);
}

TEST_F(PosixFileSystemTest, FullDeviceIsStorageFull) {
  const auto full = files_->open("/dev/full", OpenMode::read_write);
  if (!full) GTEST_SKIP() << "no /dev/full";
  const auto written = full.value()->write_at(0, as_bytes("x"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().os_error, ENOSPC);
  EXPECT_EQ(written.error().code, ErrorCode::XMinioStorageFull);
}

TEST_F(PosixFileSystemTest, MakesDirectoryChains) {
  ASSERT_TRUE(make_directories_durably(*files_, path("a/b/c")));
  EXPECT_TRUE(files_->stat(path("a/b/c")).value().is_directory);
  ASSERT_TRUE(make_directories_durably(*files_, path("a/b/c/")));
  ASSERT_TRUE(make_directories_durably(*files_, path("a//b/d/")));
  EXPECT_TRUE(files_->stat(path("a/b/d")).value().is_directory);
  put("f", "1");
  EXPECT_EQ(make_directories_durably(*files_, path("f")).error().os_error, ENOTDIR);
  EXPECT_EQ(make_directories_durably(*files_, path("f/x")).error().os_error, ENOTDIR);
  EXPECT_TRUE(make_directories_durably(*files_, "/"));
}

TEST_F(PosixFileSystemTest, ReplacesWholeFiles) {
  ASSERT_TRUE(replace_file_durably(*files_, path("doc"), as_bytes("one")));
  put("doc.new", "left by a crash");
  ASSERT_TRUE(replace_file_durably(*files_, path("doc"), as_bytes("two")));
  EXPECT_EQ(get("doc"), "two");
  EXPECT_EQ(files_->list(root_).value().size(), 1U);
  EXPECT_TRUE(missing(replace_file_durably(*files_, path("none/doc"), as_bytes("x")).error()));

  ASSERT_TRUE(files_->make_directory(path("d")));
  EXPECT_FALSE(replace_file_durably(*files_, path("d"), as_bytes("x")));
  EXPECT_TRUE(missing(files_->stat(path("d.new")).error()));
}

TEST_F(PosixFileSystemTest, ReadsWholeFilesUpToALimit) {
  put("a", "12345");
  EXPECT_EQ(read_whole_file(*files_, path("a"), 5).value(), "12345");
  EXPECT_EQ(read_whole_file(*files_, path("a"), 4).error().os_error, EFBIG);
  EXPECT_TRUE(missing(read_whole_file(*files_, path("b"), 4).error()));
  put("empty", "");
  EXPECT_EQ(read_whole_file(*files_, path("empty"), 0).value(), "");
}

}  // namespace
}  // namespace holdfast::io
