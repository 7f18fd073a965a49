// Who a request comes from, and what the policies say that came with who it is.
#pragma once

#include "holdfast/auth/policy.hpp"
#include "holdfast/base/clock.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::auth {

// The server's first account, whose root is that of the settings.
inline constexpr std::string_view kRootAccount = "000000000000";
// Its canonical id, SHA-256 of "holdfast/root": has the shape that clients know and never changes.
inline constexpr std::string_view kRootCanonicalId = "366dd5f399c5ed0fee2a6e86d88d9825bd106dd018d21e707c98ee1052ec1926";

struct Principal {
  std::string access_key;
  std::string account;       // id: 12 digits
  std::string canonical_id;  // of the account
  std::string user;          // empty: the account's root
  std::string session;       // name of the STS session; empty: a permanent key
  std::vector<std::string> groups;
  std::vector<PolicyDocument> policies;    // the user's and its groups', attached and inline
  std::vector<PolicyDocument> boundaries;  // of the key or session: each must allow as well
  std::optional<TimePoint> expires;
  bool from_settings = false;  // the server's root by the key that the settings name

  bool is_root() const noexcept { return user.empty(); }
  // The server's root by a key that nothing narrows: may do everything.
  bool is_unrestricted() const noexcept { return is_root() && account == kRootAccount && boundaries.empty(); }
  std::string arn() const;  // arn:aws:iam::ACCOUNT:user/NAME, ...:root, arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION
  // What its policies say. The root of an account may do everything in it, as far as the boundaries go; what those
  // don't allow is denied. Fills in nothing: `request` brings principal and conditions.
  Decision decide(const AccessRequest& request) const;
  bool asks_for_existing_tags() const noexcept;  // see PolicyDocument
};
using PrincipalPtr = std::shared_ptr<const Principal>;

}  // namespace holdfast::auth
