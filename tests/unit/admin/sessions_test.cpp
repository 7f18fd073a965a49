#include "admin/console/sessions.hpp"

#include <gtest/gtest.h>

namespace holdfast::admin {
namespace {

using namespace std::chrono_literals;

class OneCredential final : public auth::CredentialStore {
 public:
  std::optional<auth::Credential> credential = auth::Credential{"alice", "alice-secret", auth::make_root_principal("alice")};
  std::optional<auth::Credential> find(std::string_view access_key) const override {
    return credential && credential->access_key == access_key ? credential : std::nullopt;
  }
};

class SessionsTest : public testing::Test {
 protected:
  TimePoint now_{std::chrono::hours(500'000)};
  OneCredential credentials_;
  Sessions sessions_;
};

TEST_F(SessionsTest, OpenUntilClosedOrTooOld) {
  const auto first = sessions_.open(*credentials_.credential, now_);
  const auto second = sessions_.open(*credentials_.credential, now_);
  EXPECT_NE(first.token, second.token);
  EXPECT_EQ(sessions_.find(first.token, credentials_, now_), "alice");
  EXPECT_EQ(sessions_.find(first.token + "x", credentials_, now_), std::nullopt);
  EXPECT_EQ(sessions_.find("", credentials_, now_), std::nullopt);
  sessions_.close(first.token);
  EXPECT_EQ(sessions_.find(first.token, credentials_, now_), std::nullopt);
  EXPECT_EQ(sessions_.find(second.token, credentials_, now_ + kSessionLife - 1s), "alice");
  EXPECT_EQ(sessions_.find(second.token, credentials_, now_ + kSessionLife), std::nullopt);
}

TEST_F(SessionsTest, EndsWithTheKeyAndWithTheSecret) {
  const auto opened = sessions_.open(*credentials_.credential, now_);
  credentials_.credential->secret_key = "changed-secret";
  EXPECT_EQ(sessions_.find(opened.token, credentials_, now_), std::nullopt);
  const auto again = sessions_.open(*credentials_.credential, now_);
  EXPECT_EQ(sessions_.find(again.token, credentials_, now_), "alice");
  credentials_.credential.reset();
  EXPECT_EQ(sessions_.find(again.token, credentials_, now_), std::nullopt);
}

TEST_F(SessionsTest, OldestMakesRoom) {
  const auto first = sessions_.open(*credentials_.credential, now_);
  std::string last;
  for (std::size_t i = 0; i < kSessions; ++i) last = sessions_.open(*credentials_.credential, now_ + 1s).token;
  EXPECT_EQ(sessions_.find(first.token, credentials_, now_ + 1s), std::nullopt);
  EXPECT_EQ(sessions_.find(last, credentials_, now_ + 1s), "alice");
}

TEST(LoginGuardTest, RefusesAfterFailuresOfOneAddressAtOneKey) {
  LoginGuard guard;
  const TimePoint now{std::chrono::hours(500'000)};
  for (unsigned i = 0; i < LoginGuard::kFailures; ++i) {
    EXPECT_FALSE(guard.blocked("10.0.0.1", "alice", now));
    guard.failed("10.0.0.1", "alice", now);
  }
  EXPECT_TRUE(guard.blocked("10.0.0.1", "alice", now));
  EXPECT_FALSE(guard.blocked("10.0.0.1", "bob", now));
  EXPECT_FALSE(guard.blocked("10.0.0.2", "alice", now));
  EXPECT_FALSE(guard.blocked("10.0.0.1", "alice", now + LoginGuard::kWindow));
  guard.succeeded("10.0.0.1", "alice");
  EXPECT_FALSE(guard.blocked("10.0.0.1", "alice", now));
}

}  // namespace
}  // namespace holdfast::admin
