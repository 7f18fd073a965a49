#include "holdfast/auth/identities.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"
#include "holdfast/base/random.hpp"

#include <algorithm>

namespace holdfast::auth {
namespace {

constexpr std::size_t kMinAccessKey = 3;
constexpr std::size_t kMinSecretKey = 8;
constexpr std::size_t kLongestName = 128;  // of users, groups, policies, access keys
constexpr std::size_t kLongestSecretKey = 256;

Error invalid(std::string_view what) { return {ErrorCode::XMinioAdminInvalidArgument, std::string(what)}; }

// Names go into ARNs, comma-separated lists and signatures' scopes.
bool is_plain(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kLongestName && is_valid_utf8(name) && std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == ',' || c == '=';
  });
}

Result<> check_name(std::string_view name, std::string_view what) {
  if (is_plain(name)) return {};
  return invalid(std::string(what) + " needs 1 to 128 characters and none of space, comma, '=' and control characters");
}

Result<> check_document(std::string_view document) {
  const auto parsed = PolicyDocument::parse(document);
  if (parsed) return {};
  return Error(ErrorCode::XMinioMalformedIAMPolicy, std::string(parsed.error().text()));
}

bool is_built_in(std::string_view policy) {
  const auto& all = built_in_policies();
  return std::any_of(all.begin(), all.end(), [policy](const ManagedPolicy& known) { return known.name == policy; });
}

template <class Map>
auto* find_in(Map& map, std::string_view name) {
  const auto found = map.find(name);
  return found == map.end() ? nullptr : &found->second;
}

bool holds(const std::map<std::string, User, std::less<>>& holders, std::string_view policy) {
  return std::any_of(holders.begin(), holders.end(), [policy](const auto& entry) { return entry.second.policies.contains(policy); });
}
bool holds(const std::map<std::string, Group, std::less<>>& holders, std::string_view policy) {
  return std::any_of(holders.begin(), holders.end(), [policy](const auto& entry) { return entry.second.policies.contains(policy); });
}

std::string random_text(std::string_view alphabet, std::size_t length) {
  std::string text(length, ' ');
  for (char& c : text) {
    // Values past the last whole run of the alphabet would favour its first letters.
    const unsigned fair = 256 / static_cast<unsigned>(alphabet.size()) * static_cast<unsigned>(alphabet.size());
    std::byte byte{};
    do {
      random_bytes({&byte, 1});
    } while (std::to_integer<unsigned>(byte) >= fair);
    c = alphabet[std::to_integer<unsigned>(byte) % alphabet.size()];
  }
  return text;
}

std::string new_account_id(const std::map<std::string, Account, std::less<>>& taken) {
  std::string id;
  do {
    id = random_text("0123456789", 12);
  } while (taken.contains(id));
  return id;
}

}  // namespace

Result<> check_access_key(std::string_view access_key) {
  if (is_plain(access_key) && access_key.size() >= kMinAccessKey) return {};
  return Error(ErrorCode::XMinioAdminInvalidAccessKey,
               "An access key needs 3 to 128 characters and none of space, comma, '=' and control characters");
}

Result<> check_secret_key(std::string_view secret_key) {
  if (secret_key.size() >= kMinSecretKey && secret_key.size() <= kLongestSecretKey && is_valid_utf8(secret_key)) return {};
  return Error(ErrorCode::XMinioAdminInvalidSecretKey, "A secret key needs 8 to 256 characters");
}

std::string random_access_key() { return random_text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 20); }
std::string random_secret_key() { return random_text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 40); }

Identities first_identities(TimePoint now) {
  Identities identities;
  Account root;
  root.id = kRootAccount;
  root.canonical_id = kRootCanonicalId;
  root.name = "root";
  root.created = now;
  identities.accounts.emplace(root.id, std::move(root));
  return identities;
}

// --- look-ups ---

const Account* Identities::find_account(std::string_view id) const { return find_in(accounts, id); }

const Account* Identities::find_account_by_name(std::string_view name) const {
  const auto found = std::find_if(accounts.begin(), accounts.end(), [name](const auto& entry) { return entry.second.name == name; });
  return found == accounts.end() ? nullptr : &found->second;
}

const User* Identities::find_user(std::string_view account, std::string_view name) const {
  const Account* owner = find_account(account);
  return owner == nullptr ? nullptr : find_in(owner->users, name);
}

const Group* Identities::find_group(std::string_view account, std::string_view name) const {
  const Account* owner = find_account(account);
  return owner == nullptr ? nullptr : find_in(owner->groups, name);
}

const AccessKey* Identities::find_key(std::string_view access_key) const { return find_in(keys, access_key); }

std::vector<const Group*> Identities::groups_of(std::string_view account, std::string_view user) const {
  std::vector<const Group*> found;
  const Account* owner = find_account(account);
  if (owner == nullptr) return found;
  for (const auto& [name, group] : owner->groups) {
    if (group.members.contains(user)) found.push_back(&group);
  }
  return found;
}

std::vector<const AccessKey*> Identities::keys_of(std::string_view account, std::string_view user) const {
  std::vector<const AccessKey*> found;
  for (const auto& [name, key] : keys) {
    if (!key.own && key.account == account && key.user == user) found.push_back(&key);
  }
  return found;
}

std::optional<ManagedPolicy> Identities::find_policy(std::string_view account, std::string_view name) const {
  const Account* owner = find_account(account);
  if (owner == nullptr) return std::nullopt;
  if (const ManagedPolicy* own = find_in(owner->policies, name)) return *own;
  const auto& known = built_in_policies();
  const auto found = std::find_if(known.begin(), known.end(), [name](const ManagedPolicy& policy) { return policy.name == name; });
  return found == known.end() ? std::nullopt : std::optional(*found);
}

// --- users ---

Result<Account*> Identities::account_of(std::string_view id) {
  Account* found = find_in(accounts, id);
  if (found == nullptr) return ErrorCode::XMinioAdminNoSuchAccount;
  return found;
}

Result<> Identities::check_new_key(const ChangeContext& context, std::string_view access_key, std::string_view secret_key) const {
  HOLDFAST_TRY_VOID(check_access_key(access_key));
  HOLDFAST_TRY_VOID(check_secret_key(secret_key));
  if (access_key == context.root_access_key) return Error(ErrorCode::XMinioIAMActionNotAllowed, "This access key is the server's root's.");
  return {};
}

Result<> Identities::put_user(const ChangeContext& context, std::string_view account, std::string_view name, std::string_view secret_key,
                              bool enabled) {
  HOLDFAST_TRY(owner, account_of(account));
  HOLDFAST_TRY_VOID(check_new_key(context, name, secret_key));
  const AccessKey* taken = find_key(name);
  const bool is_own = taken != nullptr && taken->own && taken->account == account && taken->user == name;
  if (taken != nullptr && !is_own)
    return Error(ErrorCode::XMinioIAMActionNotAllowed, "Another user or service account has this access key.");
  User& user = owner->users[std::string(name)];
  if (user.name.empty()) user.created = context.now;
  user.name = name;
  user.enabled = enabled;
  user.updated = context.now;
  AccessKey& key = keys[std::string(name)];
  key.access_key = name;
  key.secret_key = secret_key;
  key.account = account;
  key.user = name;
  key.own = true;
  key.created = context.now;
  return {};
}

Result<> Identities::remove_user(std::string_view account, std::string_view name) {
  HOLDFAST_TRY(owner, account_of(account));
  const auto found = owner->users.find(name);
  if (found == owner->users.end()) return ErrorCode::XMinioAdminNoSuchUser;
  std::erase_if(keys, [&](const auto& entry) { return entry.second.account == account && entry.second.user == name; });
  for (auto& [group_name, group] : owner->groups) group.members.erase(std::string(name));
  owner->users.erase(found);
  return {};
}

Result<> Identities::set_user_enabled(const ChangeContext& context, std::string_view account, std::string_view name, bool enabled) {
  HOLDFAST_TRY(holder, holder_of(account, HolderKind::user, name));
  holder->enabled = enabled;
  holder->updated = context.now;
  return {};
}

Result<> Identities::set_secret_key(std::string_view access_key, std::string_view secret_key) {
  AccessKey* key = find_in(keys, access_key);
  if (key == nullptr) return ErrorCode::XMinioAdminNoSuchAccessKey;
  HOLDFAST_TRY_VOID(check_secret_key(secret_key));
  key->secret_key = secret_key;
  return {};
}

// --- groups ---

Result<> Identities::add_members(const ChangeContext& context, std::string_view account, std::string_view group, const Names& users) {
  HOLDFAST_TRY(owner, account_of(account));
  HOLDFAST_TRY_VOID(check_name(group, "A group's name"));
  for (const std::string& user : users) {
    if (!owner->users.contains(user)) return ErrorCode::XMinioAdminNoSuchUser;
  }
  Group& found = owner->groups[std::string(group)];
  found.name = group;
  found.members.insert(users.begin(), users.end());
  found.updated = context.now;
  return {};
}

Result<> Identities::remove_members(const ChangeContext& context, std::string_view account, std::string_view group, const Names& users) {
  HOLDFAST_TRY(owner, account_of(account));
  Group* found = find_in(owner->groups, group);
  if (found == nullptr) return ErrorCode::XMinioAdminNoSuchGroup;
  for (const std::string& user : users) found->members.erase(user);
  found->updated = context.now;
  return {};
}

Result<> Identities::remove_group(std::string_view account, std::string_view group) {
  HOLDFAST_TRY(owner, account_of(account));
  const auto found = owner->groups.find(group);
  if (found == owner->groups.end()) return ErrorCode::XMinioAdminNoSuchGroup;
  if (!found->second.members.empty()) return ErrorCode::XMinioAdminGroupNotEmpty;
  owner->groups.erase(found);
  return {};
}

Result<> Identities::set_group_enabled(const ChangeContext& context, std::string_view account, std::string_view group, bool enabled) {
  HOLDFAST_TRY(holder, holder_of(account, HolderKind::group, group));
  holder->enabled = enabled;
  holder->updated = context.now;
  return {};
}

// --- policies ---

Result<PolicyHolder*> Identities::holder_of(std::string_view account, HolderKind kind, std::string_view name) {
  HOLDFAST_TRY(owner, account_of(account));
  PolicyHolder* found = nullptr;
  if (kind == HolderKind::user) found = find_in(owner->users, name);
  if (kind == HolderKind::group) found = find_in(owner->groups, name);
  if (found == nullptr) return kind == HolderKind::user ? ErrorCode::XMinioAdminNoSuchUser : ErrorCode::XMinioAdminNoSuchGroup;
  return found;
}

Result<> Identities::check_policies(std::string_view account, const Names& policies) const {
  for (const std::string& policy : policies) {
    if (!find_policy(account, policy)) return ErrorCode::XMinioAdminNoSuchPolicy;
  }
  return {};
}

Result<> Identities::put_policy(const ChangeContext& context, std::string_view account, std::string_view name, std::string_view document) {
  HOLDFAST_TRY(owner, account_of(account));
  HOLDFAST_TRY_VOID(check_name(name, "A policy's name"));
  HOLDFAST_TRY_VOID(check_document(document));
  if (is_built_in(name)) return Error(ErrorCode::XMinioIAMActionNotAllowed, "The built-in policies can't be changed.");
  ManagedPolicy& policy = owner->policies[std::string(name)];
  if (policy.name.empty()) policy.created = context.now;
  policy.name = name;
  policy.document = document;
  policy.updated = context.now;
  return {};
}

Result<> Identities::remove_policy(std::string_view account, std::string_view name) {
  HOLDFAST_TRY(owner, account_of(account));
  if (is_built_in(name)) return Error(ErrorCode::XMinioIAMActionNotAllowed, "The built-in policies can't be removed.");
  const auto found = owner->policies.find(name);
  if (found == owner->policies.end()) return ErrorCode::XMinioAdminNoSuchPolicy;
  if (holds(owner->users, name) || holds(owner->groups, name)) return ErrorCode::XMinioAdminPolicyInUse;
  owner->policies.erase(found);
  return {};
}

Result<Names> Identities::attach(const ChangeContext& context, std::string_view account, HolderKind kind, std::string_view holder,
                                 const Names& policies) {
  HOLDFAST_TRY(found, holder_of(account, kind, holder));
  HOLDFAST_TRY_VOID(check_policies(account, policies));
  Names fresh;
  std::set_difference(policies.begin(), policies.end(), found->policies.begin(), found->policies.end(), std::inserter(fresh, fresh.end()));
  if (fresh.empty()) return ErrorCode::XMinioAdminPolicyChangeAlreadyApplied;
  found->policies.insert(fresh.begin(), fresh.end());
  found->updated = context.now;
  return fresh;
}

Result<Names> Identities::detach(const ChangeContext& context, std::string_view account, HolderKind kind, std::string_view holder,
                                 const Names& policies) {
  HOLDFAST_TRY(found, holder_of(account, kind, holder));
  HOLDFAST_TRY_VOID(check_policies(account, policies));
  Names gone;
  for (const std::string& policy : policies) {
    if (found->policies.erase(policy) > 0) gone.insert(policy);
  }
  if (gone.empty()) return ErrorCode::XMinioAdminPolicyChangeAlreadyApplied;
  found->updated = context.now;
  return gone;
}

Result<> Identities::set_policies(const ChangeContext& context, std::string_view account, HolderKind kind, std::string_view holder,
                                  const Names& policies) {
  HOLDFAST_TRY(found, holder_of(account, kind, holder));
  HOLDFAST_TRY_VOID(check_policies(account, policies));
  found->policies = policies;
  found->updated = context.now;
  return {};
}

Result<> Identities::put_inline_policy(const ChangeContext& context, std::string_view account, HolderKind kind, std::string_view holder,
                                       std::string_view name, std::string_view document) {
  HOLDFAST_TRY(found, holder_of(account, kind, holder));
  HOLDFAST_TRY_VOID(check_name(name, "A policy's name"));
  if (document.empty()) {
    if (found->inline_policies.erase(std::string(name)) == 0) return ErrorCode::XMinioAdminNoSuchPolicy;
  } else {
    HOLDFAST_TRY_VOID(check_document(document));
    found->inline_policies[std::string(name)] = document;
  }
  found->updated = context.now;
  return {};
}

// --- service accounts ---

Result<> Identities::add_key(const ChangeContext& context, AccessKey key) {
  HOLDFAST_TRY_VOID(check_new_key(context, key.access_key, key.secret_key));
  if (keys.contains(key.access_key)) return Error(ErrorCode::XMinioAdminInvalidAccessKey, "This access key is taken.");
  HOLDFAST_TRY(owner, account_of(key.account));
  if (!key.user.empty() && !owner->users.contains(key.user)) return ErrorCode::XMinioAdminNoSuchUser;
  if (!key.policy.empty()) HOLDFAST_TRY_VOID(check_document(key.policy));
  if (key.expires && *key.expires <= context.now) return invalid("The access key's expiry lies in the past");
  key.own = false;
  key.created = context.now;
  keys.emplace(key.access_key, std::move(key));
  return {};
}

Result<> Identities::update_key(const ChangeContext& context, AccessKey key) {
  AccessKey* found = find_in(keys, key.access_key);
  if (found == nullptr || found->own) return ErrorCode::XMinioAdminServiceAccountNotFound;
  HOLDFAST_TRY_VOID(check_secret_key(key.secret_key));
  if (!key.policy.empty()) HOLDFAST_TRY_VOID(check_document(key.policy));
  const bool new_expiry = key.expires != found->expires;
  if (new_expiry && key.expires && *key.expires <= context.now) return invalid("The access key's expiry lies in the past");
  key.account = found->account;
  key.user = found->user;
  key.own = false;
  key.created = found->created;
  *found = std::move(key);
  return {};
}

Result<> Identities::remove_key(std::string_view access_key) {
  const auto found = keys.find(access_key);
  if (found == keys.end() || found->second.own) return ErrorCode::XMinioAdminServiceAccountNotFound;
  keys.erase(found);
  return {};
}

// --- accounts ---

Result<> Identities::add_account(const ChangeContext& context, std::string_view name, std::string_view access_key,
                                 std::string_view secret_key) {
  HOLDFAST_TRY_VOID(check_name(name, "An account's name"));
  HOLDFAST_TRY_VOID(check_new_key(context, access_key, secret_key));
  if (find_account_by_name(name) != nullptr || keys.contains(access_key)) return ErrorCode::XMinioAdminAccountExists;
  Account account;
  account.id = new_account_id(accounts);
  account.canonical_id = random_hex(32);
  account.name = name;
  account.created = context.now;
  AccessKey key;
  key.access_key = access_key;
  key.secret_key = secret_key;
  key.account = account.id;
  key.own = true;
  key.created = context.now;
  keys.emplace(key.access_key, std::move(key));
  accounts.emplace(account.id, std::move(account));
  return {};
}

Result<> Identities::remove_account(std::string_view name) {
  const Account* found = find_account_by_name(name);
  if (found == nullptr) return ErrorCode::XMinioAdminNoSuchAccount;
  if (found->id == kRootAccount) return Error(ErrorCode::XMinioIAMActionNotAllowed, "The server's own account can't be removed.");
  const std::string id = found->id;
  std::erase_if(keys, [&id](const auto& entry) { return entry.second.account == id; });
  accounts.erase(id);
  return {};
}

}  // namespace holdfast::auth
