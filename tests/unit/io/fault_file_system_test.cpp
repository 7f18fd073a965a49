// The instrument itself: what it keeps and what it forgets.
#include "support/fault_file_system.hpp"

#include <cerrno>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::testing {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Crash kSynced{Survival::synced, 0};
constexpr Crash kEverything{Survival::everything, 0};

std::string read_all(io::File& file) {
  std::string text(file.size_bytes().value(), '\0');
  text.resize(file.read_at(0, std::as_writable_bytes(std::span(text))).value());
  return text;
}

TEST(FaultFileSystem, WritesAreSeenButForgottenUnlessSynced) {
  FaultFileSystem files;
  files.put("/d/a", "old");
  {
    const auto file = files.open("/d/a", io::OpenMode::read_write).value();
    ASSERT_TRUE(file->write_at(1, as_bytes("NEW")));
    EXPECT_EQ(read_all(*file), "oNEW");
  }
  EXPECT_EQ(files.image(kSynced)->content("/d/a"), "old");
  EXPECT_EQ(files.image(kEverything)->content("/d/a"), "oNEW");
  EXPECT_EQ(files.content("/d/a"), "oNEW");

  ASSERT_TRUE(files.open("/d/a", io::OpenMode::read_write).value()->sync_data());
  EXPECT_EQ(files.image(kSynced)->content("/d/a"), "oNEW");
}

TEST(FaultFileSystem, RandomKeepsPagesAndSizeOneByOne) {
  FaultFileSystem files;
  files.put("/a", std::string(8192, 'o'));
  const auto file = files.open("/a", io::OpenMode::read_write).value();
  ASSERT_TRUE(file->write_at(0, as_bytes(std::string(12288, 'n'))));
  std::set<std::string> seen;
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::string content = files.image({Survival::random, seed})->content("/a");
    EXPECT_EQ(content, files.image({Survival::random, seed})->content("/a"));
    sizes.insert(content.size());
    seen.insert({content[0], content[4096]});
  }
  EXPECT_THAT(seen, ::testing::IsSupersetOf({"oo", "on", "no", "nn"}));
  EXPECT_THAT(sizes, ElementsAre(8192, 12288));
}

TEST(FaultFileSystem, NamesNeedTheirDirectorysSync) {
  FaultFileSystem files;
  ASSERT_TRUE(files.make_directory("/d"));
  {
    const auto file = files.open("/d/a", io::OpenMode::create).value();
    ASSERT_TRUE(file->write_at(0, as_bytes("x")));
    ASSERT_TRUE(file->sync());
  }
  ASSERT_TRUE(files.sync_directory("/d"));
  EXPECT_THAT(files.image(kSynced)->tree(), IsEmpty());
  ASSERT_TRUE(files.sync_directory("/"));
  EXPECT_THAT(files.image(kSynced)->tree(), ElementsAre("/d/", "/d/a"));

  ASSERT_TRUE(files.remove("/d/a"));
  EXPECT_FALSE(files.exists("/d/a"));
  EXPECT_EQ(files.image(kSynced)->content("/d/a"), "x");
  ASSERT_TRUE(files.sync_all("/"));
  EXPECT_THAT(files.image(kSynced)->tree(), ElementsAre("/d/"));
  ASSERT_TRUE(files.remove_directory("/d"));
  EXPECT_THAT(files.image(kSynced)->tree(), ElementsAre("/d/"));
}

TEST(FaultFileSystem, RenameIsAtomicAndBelongsToItsTarget) {
  FaultFileSystem files;
  files.put("/from/a", "new");
  files.put("/to/a", "old");
  ASSERT_TRUE(files.rename("/from/a", "/to/a"));
  ASSERT_TRUE(files.sync_directory("/from"));
  EXPECT_EQ(files.image(kSynced)->content("/from/a"), "new");
  EXPECT_EQ(files.image(kSynced)->content("/to/a"), "old");
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto after = files.image({Survival::random, seed});
    EXPECT_NE(after->exists("/from/a"), after->content("/to/a") == "new");
  }
  ASSERT_TRUE(files.sync_directory("/to"));
  EXPECT_THAT(files.image(kSynced)->tree(), ElementsAre("/from/", "/to/", "/to/a"));
  EXPECT_EQ(files.image(kSynced)->content("/to/a"), "new");
}

TEST(FaultFileSystem, ALaterDurableChangeOfANameTakesTheRenameAlong) {
  FaultFileSystem files;
  files.put("/from/a", "first");
  files.put("/to/b", "");
  ASSERT_TRUE(files.rename("/from/a", "/to/a"));
  ASSERT_TRUE(files.open("/from/a", io::OpenMode::create));
  ASSERT_TRUE(files.sync_directory("/from"));
  const auto after = files.image(kSynced);
  EXPECT_EQ(after->content("/to/a"), "first");
  EXPECT_EQ(after->content("/from/a"), "");
}

TEST(FaultFileSystem, SyncAllMakesEverythingDurable) {
  FaultFileSystem files;
  ASSERT_TRUE(files.make_directory("/d"));
  const auto file = files.open("/d/a", io::OpenMode::create).value();
  ASSERT_TRUE(file->write_at(0, as_bytes("x")));
  EXPECT_TRUE(files.sync_all_reliable("/d"));
  ASSERT_TRUE(files.sync_all("/d"));
  EXPECT_EQ(files.image(kSynced)->content("/d/a"), "x");
}

TEST(FaultFileSystem, AFailedSyncLosesWhatItWasToWrite) {
  FaultFileSystem files;
  files.put("/a", "old");
  const auto file = files.open("/a", io::OpenMode::read_write).value();
  ASSERT_TRUE(file->write_at(0, as_bytes("new")));
  files.fail({.op = Op::sync_data, .error = EIO});
  EXPECT_EQ(file->sync_data().error().os_error, EIO);
  ASSERT_TRUE(file->sync_data());
  EXPECT_EQ(files.content("/a"), "new");
  EXPECT_EQ(files.image(kSynced)->content("/a"), "old");
  ASSERT_TRUE(file->write_at(0, as_bytes("new")));
  ASSERT_TRUE(file->sync_data());
  EXPECT_EQ(files.image(kSynced)->content("/a"), "new");
}

TEST(FaultFileSystem, StepsAreNumberedCutAndLogged) {
  FaultFileSystem files;
  files.cut_power_after(3);
  ASSERT_TRUE(files.make_directory("/d"));                             // 1
  const auto file = files.open("/d/a", io::OpenMode::create).value();  // 2
  EXPECT_EQ(read_all(*file), "");
  ASSERT_TRUE(file->write_at(0, as_bytes("x")));  // 3
  EXPECT_TRUE(files.power_is_cut());
  EXPECT_EQ(file->sync().error().os_error, EIO);
  EXPECT_EQ(file->size_bytes().error().os_error, EIO);
  EXPECT_EQ(files.list("/").error().os_error, EIO);
  EXPECT_EQ(files.steps(), 3U);
  EXPECT_THAT(describe(files.log().back()), HasSubstr("step 3: write /d/a"));

  files.reboot(kEverything);
  EXPECT_EQ(files.content("/d/a"), "x");
  EXPECT_EQ(file->write_at(0, as_bytes("y")).error().os_error, EIO);
  EXPECT_TRUE(files.open("/d/a", io::OpenMode::read));
}

TEST(FaultFileSystem, AKilledProcessLosesNothingYet) {
  FaultFileSystem files;
  const auto lock = files.lock("/lock").value();
  const auto file = files.open("/a", io::OpenMode::create).value();
  ASSERT_TRUE(file->write_at(0, as_bytes("x")));
  files.reboot({Survival::process, 0});
  EXPECT_FALSE(file->sync());
  EXPECT_TRUE(files.lock("/lock"));
  EXPECT_EQ(files.content("/a"), "x");
  EXPECT_EQ(files.image({Survival::process, 0})->content("/a"), "x");
  EXPECT_THAT(files.image(kSynced)->tree(), IsEmpty());
}

TEST(FaultFileSystem, ObserverMayTakeImages) {
  FaultFileSystem files;
  std::vector<std::size_t> survivors;
  files.on_step([&](const Step&) { survivors.push_back(files.image(kSynced)->tree().size()); });
  ASSERT_TRUE(files.make_directory("/d"));
  ASSERT_TRUE(files.sync_directory("/"));
  EXPECT_THAT(survivors, ElementsAre(0U, 1U));
}

TEST(FaultFileSystem, FaultsHitTheCallTheyName) {
  FaultFileSystem files;
  files.put("/a", "12345678");
  files.put("/b", "12345678");
  files.fail({.op = Op::write, .error = ENOSPC, .path_contains = "/a", .skip = 1, .times = 1, .partial_bytes = 2});
  const auto a = files.open("/a", io::OpenMode::read_write).value();
  const auto b = files.open("/b", io::OpenMode::read_write).value();
  ASSERT_TRUE(b->write_at(0, as_bytes("bbb")));
  ASSERT_TRUE(a->write_at(0, as_bytes("aaa")));
  const auto full = a->write_at(4, as_bytes("xxx"));
  EXPECT_EQ(full.error().code, ErrorCode::XMinioStorageFull);
  EXPECT_EQ(files.content("/a"), "aaa4xx78");
  ASSERT_TRUE(a->write_at(0, as_bytes("bbb")));

  files.fail({.op = Op::open, .error = EMFILE});
  EXPECT_EQ(files.open("/a", io::OpenMode::read).error().code, ErrorCode::SlowDown);
  EXPECT_TRUE(files.open("/a", io::OpenMode::read));
  files.fail({.op = Op::read, .error = EIO, .times = 2});
  std::byte byte{};
  EXPECT_FALSE(a->read_at(0, ByteSpan(&byte, 1)));
  EXPECT_FALSE(a->read_at(0, ByteSpan(&byte, 1)));
  EXPECT_TRUE(a->read_at(0, ByteSpan(&byte, 1)));

  files.fail_step(files.steps() + 2, EDQUOT);
  ASSERT_TRUE(files.make_directory("/d"));
  EXPECT_EQ(files.remove("/b").error().os_error, EDQUOT);
  EXPECT_TRUE(files.exists("/b"));

  files.fail({.error = EIO, .times = 1'000});
  EXPECT_FALSE(files.make_directory("/e"));
  EXPECT_FALSE(files.exists("/e"));
  files.clear_faults();
  EXPECT_TRUE(files.make_directory("/e"));
}

TEST(FaultFileSystem, IgnoredSyncsDoNothing) {
  FaultFileSystem files;
  files.ignore(Op::sync_directory, "/");
  ASSERT_TRUE(files.make_directory("/d"));
  ASSERT_TRUE(files.sync_directory("/"));
  EXPECT_THAT(files.image(kSynced)->tree(), IsEmpty());
}

TEST(FaultFileSystem, CapacityLinksClonesAndLocks) {
  FaultFileSystem files;
  files.put("/a", std::string(5000, 'x'));
  files.set_capacity(16384);
  EXPECT_EQ(files.space("/").value().free_bytes, 8192U);
  const auto file = files.open("/b", io::OpenMode::create).value();
  EXPECT_EQ(file->allocate(8193).error().os_error, ENOSPC);
  ASSERT_TRUE(file->allocate(8192));
  EXPECT_EQ(file->write_at(8192, as_bytes("x")).error().os_error, ENOSPC);
  EXPECT_EQ(files.clone("/a", "/c").error().os_error, EOPNOTSUPP);
  files.set_clones(true);
  EXPECT_EQ(files.clone("/a", "/c").error().os_error, ENOSPC);
  ASSERT_TRUE(files.remove("/b"));
  ASSERT_TRUE(files.clone("/a", "/c"));
  EXPECT_EQ(files.content("/c"), files.content("/a"));

  ASSERT_TRUE(files.link("/a", "/l"));
  EXPECT_EQ(files.stat("/l").value().links, 2U);
  ASSERT_TRUE(files.sync_directory("/"));
  files.reboot(kSynced);
  EXPECT_EQ(files.stat("/a").value().links, 2U);
  files.set_links(false);
  EXPECT_TRUE(io::link_unsupported(files.link("/a", "/m").error()));

  auto lock = files.lock("/lock").value();
  EXPECT_EQ(files.lock("/lock").error().os_error, EWOULDBLOCK);
  lock.reset();
  lock = files.lock("/lock").value();
  files.reboot(kEverything);
  EXPECT_TRUE(files.lock("/lock"));
}

TEST(FaultFileSystem, FlipChangesDiskAndMemory) {
  FaultFileSystem files;
  files.put("/a", "abc");
  files.flip("/a", 1, 0x20);
  EXPECT_EQ(files.content("/a"), "aBc");
  EXPECT_EQ(files.image(kSynced)->content("/a"), "aBc");
}

TEST(FaultFileSystem, ErrorsAreThoseOfPosix) {
  FaultFileSystem files;
  files.put("/d/a", "x");
  files.put("/f", "x");
  EXPECT_TRUE(io::missing(files.open("/none", io::OpenMode::read).error()));
  EXPECT_TRUE(io::missing(files.open("/no/ne", io::OpenMode::create).error()));
  EXPECT_EQ(files.open("/f", io::OpenMode::create).error().os_error, EEXIST);
  EXPECT_EQ(files.open("/f/x", io::OpenMode::create).error().os_error, ENOTDIR);
  EXPECT_EQ(files.open("/d", io::OpenMode::read).error().os_error, EISDIR);
  EXPECT_EQ(files.open("/f", io::OpenMode::read).value()->write_at(0, as_bytes("x")).error().os_error, EBADF);
  EXPECT_EQ(files.make_directory("/f").error().os_error, ENOTDIR);
  EXPECT_TRUE(files.make_directory("/d"));
  EXPECT_EQ(files.remove_directory("/d").error().os_error, ENOTEMPTY);
  EXPECT_EQ(files.remove_directory("/f").error().os_error, ENOTDIR);
  EXPECT_TRUE(io::missing(files.remove("/none").error()));
  EXPECT_EQ(files.remove("/d").error().os_error, EISDIR);
  EXPECT_TRUE(io::missing(files.rename("/none", "/x").error()));
  EXPECT_EQ(files.rename("/f", "/d").error().os_error, EISDIR);
  EXPECT_EQ(files.link("/f", "/d/a").error().os_error, EEXIST);
  EXPECT_TRUE(io::missing(files.sync_directory("/none").error()));
  EXPECT_TRUE(io::missing(files.stat("/none").error()));
  EXPECT_TRUE(io::missing(files.list("/none").error()));
}

TEST(FaultFileSystem, HelpersOfIoAreDurableOnIt) {
  FaultFileSystem files;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    ASSERT_TRUE(io::make_directories_durably(files, "/x/y/z"));
    ASSERT_TRUE(io::replace_file_durably(files, "/x/y/z/doc", as_bytes("v" + std::to_string(seed))));
    EXPECT_EQ(files.image(kSynced)->content("/x/y/z/doc"), "v" + std::to_string(seed));
  }
  files.on_step([&](const Step&) {
    for (const Crash& crash : {kSynced, kEverything, Crash{Survival::random, files.steps()}}) {
      EXPECT_THAT(files.image(crash)->content("/x/y/z/doc"), AnyOf("v3", "v4"));
    }
  });
  ASSERT_TRUE(io::replace_file_durably(files, "/x/y/z/doc", as_bytes("v4")));
  files.on_step(nullptr);

  // A directory that exists but isn't durable yet is made so.
  ASSERT_TRUE(files.make_directory("/x/new"));
  ASSERT_TRUE(io::make_directories_durably(files, "/x/new"));
  EXPECT_TRUE(files.image(kSynced)->exists("/x/new"));

  for (const Op op : {Op::create, Op::write, Op::sync, Op::rename}) {
    files.fail({.op = op, .error = EIO});
    EXPECT_FALSE(io::replace_file_durably(files, "/x/y/z/doc", as_bytes("v5"))) << op_name(op);
    EXPECT_EQ(files.content("/x/y/z/doc"), "v4");
    EXPECT_FALSE(files.exists("/x/y/z/doc.new"));
  }
  files.fail({.op = Op::sync_directory, .error = EIO});
  EXPECT_FALSE(io::replace_file_durably(files, "/x/y/z/doc", as_bytes("v6")));
}

TEST(FaultFileSystem, ThreadsMayShareIt) {
  FaultFileSystem files;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&files, t] {
      for (int i = 0; i < 200; ++i) {
        const std::string path = "/" + std::to_string(t) + "-" + std::to_string(i);
        const auto file = files.open(path, io::OpenMode::create).value();
        (void)file->write_at(0, as_bytes(path));
        (void)(i % 2 == 0 ? file->sync() : files.sync_all("/"));
        if (i % 50 == 0) (void)files.image({Survival::random, 1});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(files.tree().size(), 800U);
  EXPECT_EQ(files.steps(), 2400U);
}

}  // namespace
}  // namespace holdfast::testing
