// Access keys and their secrets.
#pragma once

#include "holdfast/auth/principal.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

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
};

// The server's root and nobody else.
std::unique_ptr<CredentialStore> make_root_credentials(std::string access_key, std::string secret_key);
PrincipalPtr make_root_principal(std::string access_key);

// Default credentials are good for this machine only (DESIGN: security): a loopback peer address (127.0.0.0/8, ::1,
// ::ffff:127.0.0.0/104), a loopback Host (localhost, 127.x, [::1]) and no Forwarded or X-Forwarded-* header.
bool is_loopback_address(std::string_view ip) noexcept;
bool is_loopback_host(std::string_view host_header) noexcept;

}  // namespace holdfast::auth
