#include "holdfast/services/scrub.hpp"

#include "fault/engine_fixture.hpp"

namespace holdfast::testing {
namespace {

class BackgroundScrub : public LocalEngineTest {
 protected:
  void SetUp() override {
    make_bucket(open(), "b", storage::Versioning::unversioned);
    for (int i = 0; i < 10; ++i) put(*engine, "b", "k" + std::to_string(i), text_of(kLarge, 1));
    close();
    open();
  }
  // The clock stands still until a test moves it.
  std::unique_ptr<services::Scrub> start(std::uint64_t bytes_per_second = 0, unsigned first_hour = 0, unsigned last_hour = 0) {
    auto scrub = services::start_scrub(*engine, clock, {std::chrono::seconds(1), bytes_per_second, first_hour, last_hour});
    // It has looked at the clock once it has said when it did.
    EXPECT_TRUE(eventually([&] { return engine->document("services/scrub").has_value(); }));
    return scrub;
  }
};

TEST_F(BackgroundScrub, ReadsEverythingWhenItIsDueAndCountsDamage) {
  disk.flip(files_in("buckets").front(), 30);
  const auto scrub = start();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(scrub->counters().objects, 0U) << "the first one is due after an interval";
  clock.advance(std::chrono::seconds(2));
  ASSERT_TRUE(eventually([&] { return scrub->counters().rounds == 1; }));
  EXPECT_EQ(scrub->counters().objects, 10U);
  EXPECT_GE(scrub->counters().bytes, 9 * kLarge);
  EXPECT_EQ(scrub->counters().damaged, 1U);
  EXPECT_EQ(scrub->counters().finished_at, std::chrono::duration_cast<std::chrono::seconds>(clock.now().time_since_epoch()).count());
}

TEST_F(BackgroundScrub, StoppedInTheMiddle_goesOnAfterARestart) {
  std::uint64_t looked_at = 0;
  {
    const auto scrub = start(500'000);  // all of it: some 0.8 s
    clock.advance(std::chrono::seconds(2));
    ASSERT_TRUE(eventually([&] { return scrub->counters().objects >= 3; }));
    scrub->stop();
    looked_at = scrub->counters().objects;
    ASSERT_LT(looked_at, 10U);
  }
  close();
  open();
  const auto scrub = start();
  ASSERT_TRUE(eventually([&] { return scrub->counters().rounds == 1; }));
  EXPECT_EQ(scrub->counters().objects + looked_at, 10U);
}

TEST_F(BackgroundScrub, ReadsNoFasterThanAllowed) {
  const auto begin = std::chrono::steady_clock::now();
  const auto scrub = start(1'000'000);
  clock.advance(std::chrono::seconds(2));
  ASSERT_TRUE(eventually([&] { return scrub->counters().rounds == 1; }));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(390));
}

TEST_F(BackgroundScrub, OutsideItsHours_itRests) {
  const auto hour = static_cast<unsigned>(std::chrono::duration_cast<std::chrono::hours>(clock.now().time_since_epoch()).count() % 24);
  const auto scrub = start(0, (hour + 1) % 24, (hour + 3) % 24);
  clock.advance(std::chrono::seconds(2));
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  EXPECT_EQ(scrub->counters().objects, 0U);
  clock.advance(std::chrono::hours(1));
  EXPECT_TRUE(eventually([&] { return scrub->counters().rounds == 1; }));
}

TEST_F(BackgroundScrub, NoInterval_noScrub) {
  const auto scrub = services::start_scrub(*engine, clock, {});
  clock.advance(std::chrono::hours(24 * 365));
  scrub->stop();
  EXPECT_EQ(scrub->counters().objects, 0U);
}

}  // namespace
}  // namespace holdfast::testing
