#include "holdfast/auth/identities.hpp"
#include "holdfast/base/encoding.hpp"

namespace holdfast::auth {
namespace {

// A document that doesn't parse allows nothing; it was parsed before it was stored.
void add_policy(std::vector<PolicyDocument>& out, std::string_view document) {
  if (auto parsed = PolicyDocument::parse(document)) out.push_back(std::move(*parsed));
}

void add_policies(std::vector<PolicyDocument>& out, const Identities& identities, std::string_view account, const PolicyHolder& holder) {
  for (const std::string& name : holder.policies) {
    if (const auto policy = identities.find_policy(account, name)) add_policy(out, policy->document);
  }
  for (const auto& [name, document] : holder.inline_policies) add_policy(out, document);
}

// What an account's root or a user has, before any key narrows it; nullptr for one who is disabled or gone.
std::shared_ptr<Principal> resolve(const Identities& identities, std::string_view account, std::string_view user_name) {
  const Account* owner = identities.find_account(account);
  if (owner == nullptr) return nullptr;
  auto principal = std::make_shared<Principal>();
  principal->account = owner->id;
  principal->canonical_id = owner->canonical_id;
  if (user_name.empty()) return principal;
  const User* user = identities.find_user(account, user_name);
  if (user == nullptr || !user->enabled) return nullptr;
  principal->user = user->name;
  principal->access_key = user->name;
  add_policies(principal->policies, identities, account, *user);
  for (const Group* group : identities.groups_of(account, user_name)) {
    if (!group->enabled) continue;
    principal->groups.push_back(group->name);
    add_policies(principal->policies, identities, account, *group);
  }
  return principal;
}

}  // namespace

IdentitySnapshot::IdentitySnapshot(Identities identities, std::string_view root_access_key, std::string_view root_secret_key)
    : identities_(std::move(identities)) {
  for (const auto& [name, key] : identities_.keys) add(key);
  const std::string root(root_access_key);
  credentials_[root] = {root, std::string(root_secret_key), make_root_principal(root)};
}

void IdentitySnapshot::add(const AccessKey& key) {
  auto principal = key.enabled ? resolve(identities_, key.account, key.user) : nullptr;
  if (!principal) return;
  principal->access_key = key.access_key;
  principal->expires = key.expires;
  if (!key.policy.empty()) {
    auto boundary = PolicyDocument::parse(key.policy);
    principal->boundaries.push_back(boundary ? std::move(*boundary) : PolicyDocument());
  }
  credentials_.emplace(key.access_key, Credential{key.access_key, key.secret_key, std::move(principal)});
}

const Credential* IdentitySnapshot::find(std::string_view access_key) const {
  const auto found = credentials_.find(access_key);
  return found == credentials_.end() ? nullptr : &found->second;
}

PrincipalPtr IdentitySnapshot::find_owner(std::string_view account, std::string_view user) const {
  return resolve(identities_, account, user);
}

Result<std::unique_ptr<IdentityStore>> IdentityStore::open(IdentityStorage& storage, const Clock& clock, std::string root_access_key,
                                                           std::string root_secret_key) {
  HOLDFAST_TRY(text, storage.load());
  Identities identities = first_identities(clock.now());
  if (text) {
    HOLDFAST_TRY(stored, parse_identities(*text));
    identities = std::move(stored);
  }
  std::unique_ptr<IdentityStore> store(new IdentityStore(storage, clock, std::move(root_access_key), std::move(root_secret_key)));
  store->snapshot_.store(store->make_snapshot(std::move(identities)));
  return store;
}

std::shared_ptr<const IdentitySnapshot> IdentityStore::make_snapshot(Identities identities) const {
  return std::make_shared<const IdentitySnapshot>(std::move(identities), root_access_key_, root_secret_key_);
}

Task<Result<>> IdentityStore::change(Change change) {
  const auto guard = co_await changing_.lock();
  Identities next = snapshot()->identities();
  const ChangeContext context{clock_.now(), root_access_key_};
  HOLDFAST_CO_TRY_VOID(change(next, context));
  std::string text = serialize_identities(next);
  HOLDFAST_CO_TRY_VOID(co_await storage_.save(std::move(text)));
  snapshot_.store(make_snapshot(std::move(next)));
  co_return Result<>();
}

std::optional<Credential> IdentityStore::find(std::string_view access_key) const {
  const auto current = snapshot();
  const Credential* found = current->find(access_key);
  if (found == nullptr) return std::nullopt;
  const auto& expires = found->principal->expires;
  if (expires && *expires <= clock_.now()) return std::nullopt;
  return *found;
}

Result<PrincipalPtr> IdentityStore::sign_in(std::string_view access_key, std::string_view secret_key) const {
  const auto found = find(access_key);
  const bool right = constant_time_equal(found ? std::string_view(found->secret_key) : std::string_view(root_secret_key_), secret_key);
  if (!found || !right) return Error(ErrorCode::AccessDenied, "The access key or secret key is wrong.");
  return found->principal;
}

}  // namespace holdfast::auth
