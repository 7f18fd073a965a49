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

std::unique_ptr<CredentialStore> make_root_credentials(std::string access_key, std::string secret_key) {
  return std::make_unique<RootCredentials>(Credential{std::move(access_key), std::move(secret_key), true});
}

}  // namespace holdfast::auth
