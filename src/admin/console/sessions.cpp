#include "admin/console/sessions.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/random.hpp"

#include <algorithm>

namespace holdfast::admin {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kNameLength = kTokenBytes;  // in hex, half of the token
constexpr std::size_t kGuarded = 10'000;          // pairs of address and access key

std::string pair_of(std::string_view peer, std::string_view access_key) { return std::string(peer) + '\n' + std::string(access_key); }

}  // namespace

Sessions::Opened Sessions::open(const auth::Credential& credential, TimePoint now) {
  Opened opened{random_hex(kTokenBytes), now + kSessionLife};
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [now](const auto& entry) { return entry.second.expires <= now; });
  if (sessions_.size() >= kSessions) {
    sessions_.erase(std::ranges::min_element(sessions_, {}, [](const auto& entry) { return entry.second.expires; }));
  }
  sessions_[opened.token.substr(0, kNameLength)] = {credential.access_key, credential.secret_key, opened.token, opened.expires};
  return opened;
}

std::optional<std::string> Sessions::find(std::string_view token, const auth::CredentialStore& credentials, TimePoint now) const {
  Session session;
  {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(token.substr(0, kNameLength));
    if (found == sessions_.end() || !constant_time_equal(found->second.token, token) || found->second.expires <= now) return std::nullopt;
    session = found->second;
  }
  const auto credential = credentials.find(session.access_key);
  if (!credential || credential->secret_key != session.secret_key) return std::nullopt;
  return session.access_key;
}

void Sessions::close(std::string_view token) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(token.substr(0, kNameLength));
  if (found != sessions_.end() && constant_time_equal(found->second.token, token)) sessions_.erase(found);
}

bool LoginGuard::blocked(std::string_view peer, std::string_view access_key, TimePoint now) const {
  const std::lock_guard lock(mutex_);
  const auto found = failures_.find(pair_of(peer, access_key));
  return found != failures_.end() && found->second.count >= kFailures && now - found->second.since < kWindow;
}

void LoginGuard::failed(std::string_view peer, std::string_view access_key, TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (failures_.size() >= kGuarded) forget_old(now);
  Failures& failures = failures_[pair_of(peer, access_key)];
  if (now - failures.since >= kWindow) failures = {0, now};
  ++failures.count;
}

void LoginGuard::succeeded(std::string_view peer, std::string_view access_key) {
  const std::lock_guard lock(mutex_);
  failures_.erase(pair_of(peer, access_key));
}

void LoginGuard::forget_old(TimePoint now) {
  std::erase_if(failures_, [now](const auto& entry) { return now - entry.second.since >= kWindow; });
  if (failures_.size() >= kGuarded) failures_.clear();
}

}  // namespace holdfast::admin
