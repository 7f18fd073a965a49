#include "server/default_keys.hpp"

namespace holdfast::server {
namespace {

Result<bool> add_default_key(auth::IdentityStore& store, const DefaultKey& wanted) {
  if (store.snapshot()->identities().find_key(wanted.access_key) != nullptr) return false;
  HOLDFAST_TRY(policy, auth::narrowed_policy(wanted.policy, wanted.bucket));
  auth::AccessKey key;
  key.access_key = wanted.access_key;
  key.secret_key = wanted.secret_key;
  key.account = auth::kRootAccount;
  key.name = "default key";
  key.policy = policy;
  auth::IdentityStore::Change add = [&key](auth::Identities& identities, const auth::ChangeContext& context) {
    return identities.add_key(context, key);
  };
  HOLDFAST_TRY_VOID(sync_wait(store.change(std::move(add))));
  return true;
}

}  // namespace

Result<> make_default_keys(auth::IdentityStore& store, const DefaultKeys& keys) {
  for (const DefaultKey& key : keys) {
    const auto made = add_default_key(store, key);
    if (!made) return Error(made.error().code, "HOLDFAST_DEFAULT_KEYS: " + key.access_key + ": " + std::string(made.error().text()));
    if (*made) {
      log::info("made the access key " + key.access_key + " (" + key.policy + (key.bucket.empty() ? "" : " on bucket " + key.bucket) + ")");
    }
  }
  return {};
}

}  // namespace holdfast::server
