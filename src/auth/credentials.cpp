#include "holdfast/auth/credentials.hpp"

namespace holdfast::auth {
namespace {

class RootCredentials final : public CredentialStore {
 public:
  explicit RootCredentials(Credential root) : root_(std::move(root)) {}

  std::optional<Credential> find(std::string_view access_key) const override {
    if (access_key != root_.access_key) return std::nullopt;
    return root_;
  }

 private:
  const Credential root_;
};

}  // namespace

// No sessions here: a key of ours comes without a token.
Result<Credential> CredentialStore::find_session(std::string_view access_key, std::string_view /*session_token*/) const {
  return find(access_key) ? ErrorCode::InvalidToken : ErrorCode::InvalidAccessKeyId;
}

PrincipalPtr make_root_principal(std::string access_key) {
  auto root = std::make_shared<Principal>();
  root->access_key = std::move(access_key);
  root->account = kRootAccount;
  root->canonical_id = kRootCanonicalId;
  root->from_settings = true;
  return root;
}

std::unique_ptr<CredentialStore> make_root_credentials(std::string access_key, std::string secret_key) {
  PrincipalPtr principal = make_root_principal(access_key);
  return std::make_unique<RootCredentials>(Credential{std::move(access_key), std::move(secret_key), std::move(principal)});
}

}  // namespace holdfast::auth
