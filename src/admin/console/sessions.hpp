// Who is logged in. A session is a random token that only its holder knows. It ends with the secret that opened it, at
// logout, after a while, and with the process.
#pragma once

#include "holdfast/auth/credentials.hpp"
#include "holdfast/base/clock.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::admin {

inline constexpr std::chrono::hours kSessionLife{12};
inline constexpr std::size_t kSessions = 1'000;  // beyond it the one that ends first makes room

class Sessions {
 public:
  struct Opened {
    std::string token;
    TimePoint expires;
  };
  Opened open(const auth::Credential& credential, TimePoint now);
  // The access key whose session it is; nullopt if there is no such session any more, or its key or secret is gone.
  std::optional<std::string> find(std::string_view token, const auth::CredentialStore& credentials, TimePoint now) const;
  void close(std::string_view token);

 private:
  struct Session {
    std::string access_key;
    std::string secret_key;
    std::string token;
    TimePoint expires;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Session, std::less<>> sessions_;  // by the token's first half: comparing the rest takes the same time for all
};

// Slows down those who guess: after a few failures of one address at one access key, further attempts are refused for a
// while, right ones too.
class LoginGuard {
 public:
  static constexpr unsigned kFailures = 10;
  static constexpr std::chrono::minutes kWindow{5};

  bool blocked(std::string_view peer, std::string_view access_key, TimePoint now) const;
  void failed(std::string_view peer, std::string_view access_key, TimePoint now);
  void succeeded(std::string_view peer, std::string_view access_key);

 private:
  struct Failures {
    unsigned count = 0;
    TimePoint since;
  };
  void forget_old(TimePoint now);

  mutable std::mutex mutex_;
  std::map<std::string, Failures, std::less<>> failures_;
};

}  // namespace holdfast::admin
