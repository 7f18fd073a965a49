#include "holdfast/base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>
#include <vector>

namespace holdfast::log {
namespace {

using testing::MatchesRegex;

class LogTest : public testing::Test {
 protected:
  void TearDown() override { configure(Level::warn, Format::text); }

  static std::string output_of(const std::function<void()>& body) {
    testing::internal::CaptureStderr();
    body();
    return testing::internal::GetCapturedStderr();
  }
};

const std::string kStamp = "[0-9-]+T[0-9:.]+Z";

TEST_F(LogTest, OnlyWarningsAndErrorsBeforeConfigure) {
  EXPECT_FALSE(enabled(Level::debug));
  EXPECT_FALSE(enabled(Level::info));
  EXPECT_TRUE(enabled(Level::warn));
  EXPECT_TRUE(enabled(Level::error));
  EXPECT_EQ(output_of([] { info("quiet"); }), "");
  EXPECT_THAT(output_of([] { warn("loud"); }), MatchesRegex(kStamp + " warn loud\n"));
}

TEST_F(LogTest, Text) {
  configure(Level::debug, Format::text);
  EXPECT_THAT(output_of([] {
                debug("opened", {{"path", "/data"}, {"took", "3 ms"}, {"empty", ""}, {"quoted", "a\"b\n"}});
              }),
              MatchesRegex(kStamp + R"re( debug opened path=/data took="3 ms" empty="" quoted="a\\"b\\n")re" + "\n"));
}

TEST_F(LogTest, Json) {
  configure(Level::info, Format::json);
  EXPECT_THAT(output_of([] {
                error("broken\n\"disk\"", {{"path", "C:\\x\x01"}});
              }),
              MatchesRegex(R"re(\{"time":")re" + kStamp +
                           R"re(","level":"error","message":"broken\\n\\"disk\\"","path":"C:\\\\x\\u0001"\})re" + "\n"));
}

TEST_F(LogTest, JsonStaysUtf8) {
  configure(Level::info, Format::json);
  EXPECT_THAT(output_of([] { info("x", {{"key", "\xc3\xa9"}}); }), testing::HasSubstr("\"key\":\"\xc3\xa9\""));
  EXPECT_THAT(output_of([] { info("x", {{"key", "a\xff"}}); }), testing::HasSubstr(R"("key":"a\u00ff")"));
}

TEST_F(LogTest, MessageCannotForgeALine) {
  EXPECT_THAT(output_of([] { warn("one\ntwo\x1b[0m"); }), MatchesRegex(kStamp + R"re( warn one two\\u001b\[0m)re" + "\n"));
}

TEST_F(LogTest, BracesAreNotAFormat) {
  EXPECT_THAT(output_of([] { warn("{} {0} {x}"); }), testing::HasSubstr(" warn {} {0} {x}\n"));
}

TEST_F(LogTest, ConfigureAgain) {
  configure(Level::off, Format::json);
  EXPECT_FALSE(enabled(Level::error));
  EXPECT_FALSE(enabled(Level::off));
  EXPECT_EQ(output_of([] { error("nothing"); }), "");
  configure(Level::error, Format::text);
  EXPECT_THAT(output_of([] { error("again"); }), MatchesRegex(kStamp + " error again\n"));
}

TEST_F(LogTest, LinesOfManyThreadsAreNeverTorn) {
  const std::string output = output_of([] {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([i] {
        for (int n = 0; n < 200; ++n) warn("line", {{"value", std::string(100, static_cast<char>('a' + i))}});
      });
    }
    for (auto& thread : threads) thread.join();
  });
  std::size_t lines = 0;
  for (std::size_t start = 0; start < output.size(); ++lines) {
    const std::size_t end = output.find('\n', start);
    ASSERT_NE(end, std::string::npos);
    const std::string line = output.substr(start, end - start);
    ASSERT_THAT(line, MatchesRegex(kStamp + " warn line value=(a+|b+|c+|d+)"));
    ASSERT_TRUE(line.ends_with(std::string(100, line.back())));
    start = end + 1;
  }
  EXPECT_EQ(lines, 800U);
}

}  // namespace
}  // namespace holdfast::log
