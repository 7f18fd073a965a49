#include "holdfast/base/random.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "holdfast/base/bytes.hpp"

namespace holdfast {
namespace {

using testing::MatchesRegex;

TEST(Random, FillsTheWholeSpan) {
  std::vector<std::byte> bytes(100'000);
  random_bytes(bytes);
  std::set<std::byte> seen(bytes.begin(), bytes.end());
  EXPECT_EQ(seen.size(), 256U);
  random_bytes({});
}

TEST(Random, Shapes) {
  EXPECT_THAT(random_hex(0), "");
  EXPECT_THAT(random_hex(20), MatchesRegex("[0-9a-f]+"));
  EXPECT_EQ(random_hex(20).size(), 40U);
  EXPECT_THAT(random_uuid(), MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_THAT(new_request_id(), MatchesRegex("[0-9A-F]{16}"));
}

TEST(Random, UniqueAcrossThreads) {
  std::mutex mutex;
  std::set<std::string> seen;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 5'000; ++n) {
        std::string id = new_request_id();
        const std::lock_guard lock(mutex);
        seen.insert(std::move(id));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(seen.size(), 20'000U);
}

TEST(Random, UuidsAndHexAreUnique) {
  std::set<std::string> seen;
  for (int i = 0; i < 5'000; ++i) {
    seen.insert(random_uuid());
    seen.insert(random_hex(16));
  }
  EXPECT_EQ(seen.size(), 10'000U);
}

TEST(Bytes, SharedBytesOwnTheirText) {
  SharedBytes copy;
  {
    const SharedBytes bytes = SharedBytes::from("kept alive, longer than a small string");
    copy = bytes;
  }
  EXPECT_EQ(as_text(copy.bytes), "kept alive, longer than a small string");
  EXPECT_TRUE(SharedBytes::from("").bytes.empty());
}

}  // namespace
}  // namespace holdfast
