// Access keys and their secrets.
#pragma once

#include "holdfast/auth/principal.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace holdfast::auth {

struct Credential {
  std::string access_key;
  std::string secret_key;
  PrincipalPtr principal;  // never null
};

// Any thread. Look-ups happen at every request, so that a disabled key is refused at the next one.
class CredentialStore {
 public:
  virtual ~CredentialStore() = default;
  virtual std::optional<Credential> find(std::string_view access_key) const = 0;
  // The credential of an STS session. InvalidAccessKeyId; InvalidToken for a token that isn't this key's; ExpiredToken.
  virtual Result<Credential> find_session(std::string_view access_key, std::string_view session_token) const;
};

// The server's root and nobody else.
std::unique_ptr<CredentialStore> make_root_credentials(std::string access_key, std::string secret_key);
PrincipalPtr make_root_principal(std::string access_key);

// Default credentials are good for this machine only (DESIGN: security): a loopback peer address (127.0.0.0/8, ::1,
// ::ffff:127.0.0.0/104), a loopback Host (localhost, 127.x, [::1]) and no Forwarded or X-Forwarded-* header.
bool is_loopback_address(std::string_view ip) noexcept;
bool is_loopback_host(std::string_view host_header) noexcept;
// AccessDenied, with what to do about it, if the settings' root has the default credentials and isn't on this machine.
// `headers`: of the request, names in lower case.
Result<> check_default_credentials(bool has_default_credentials, const Principal& caller, std::string_view peer_address,
                                   std::span<const std::pair<std::string_view, std::string_view>> headers);

}  // namespace holdfast::auth
