// Who comes in: HTTP Basic (access key and secret), a bearer token, or the browser's session cookie.
#pragma once

#include "admin/console/api.hpp"
#include "admin/console/sessions.hpp"

#include "holdfast/admin/console.hpp"
#include "holdfast/auth/credentials.hpp"

#include <optional>

namespace holdfast::admin {

// Requests that change something must carry it when a cookie says who calls: another site's page can't set it.
inline constexpr std::string_view kConsoleHeader = "x-holdfast-console";

class Door {
 public:
  Door(const auth::CredentialStore& credentials, const ConsoleOptions& options) : credentials_(credentials), options_(options) {}

  // Fills in the call's access key. The answer for those who don't come in: 401, 403, 429.
  std::optional<http::Response> identify(ApiCall& call);

  // POST login: {"access_key", "secret_key"}. A browser (kConsoleHeader) gets a cookie, others {"token", "expires"}.
  Task<http::Response> login(ApiCall& call);
  http::Response logout(const ApiCall& call);

 private:
  struct Pair {
    std::string access_key;
    std::string secret_key;
  };
  static std::optional<Pair> basic(std::string_view authorization);
  static std::optional<Pair> parse_login(std::string_view body);
  // The credential if the secret is right.
  std::optional<auth::Credential> check(const ApiCall& call, const Pair& pair);
  std::optional<http::Response> refuse(const ApiCall& call, std::string_view access_key) const;
  std::string_view token_of(const http::Request& request) const noexcept;
  std::string cookie(const http::Request& request, std::string_view token, std::chrono::seconds life) const;

  const auth::CredentialStore& credentials_;
  const ConsoleOptions& options_;
  Sessions sessions_;
  LoginGuard guard_;
};

}  // namespace holdfast::admin
