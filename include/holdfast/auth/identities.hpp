// Everybody whom the server knows: accounts, their users, groups and policies, and everyone's access keys. The model is
// AWS's; MinIO's user is a user whose name is its access key.
//
// `Identities` is a plain value with the rules of changing it. `IdentityStore` keeps one: look-ups read a snapshot and
// wait for nobody; a change is durable when it returns, and counts from the next request on.
#pragma once

#include "holdfast/auth/credentials.hpp"
#include "holdfast/auth/principal.hpp"
#include "holdfast/base/async_mutex.hpp"
#include "holdfast/base/clock.hpp"
#include "holdfast/base/result.hpp"
#include "holdfast/base/task.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::auth {

using Names = std::set<std::string, std::less<>>;

// What users and groups have in common.
struct PolicyHolder {
  bool enabled = true;
  Names policies;                                                   // attached: names of managed policies
  std::map<std::string, std::string, std::less<>> inline_policies;  // name to document
  TimePoint updated;
};
struct User : PolicyHolder {
  std::string name;
  TimePoint created;
};
struct Group : PolicyHolder {
  std::string name;
  Names members;  // names of users
};

struct ManagedPolicy {
  std::string name;
  std::string document;
  TimePoint created;
  TimePoint updated;
};

// `user` empty: of the account's root. A user's own key has the user's name; every other key is a service account.
struct AccessKey {
  std::string access_key;
  std::string secret_key;
  std::string account;
  std::string user;
  bool own = false;  // the user's (or root's) own key: goes with the user
  bool enabled = true;
  std::string name;
  std::string description;
  std::string policy;  // narrower than the user's; empty: all that the user may
  std::optional<TimePoint> expires;
  TimePoint created;
};

struct Account {
  std::string id;            // 12 digits
  std::string canonical_id;  // 64 hex digits
  std::string name;
  TimePoint created;
  std::map<std::string, User, std::less<>> users;
  std::map<std::string, Group, std::less<>> groups;
  std::map<std::string, ManagedPolicy, std::less<>> policies;  // without the built-in ones
};

enum class HolderKind { user, group };

// What a change needs to know beside its arguments.
struct ChangeContext {
  TimePoint now;
  std::string_view root_access_key;  // the settings' root: never in `keys`
};

struct Identities {
  std::map<std::string, Account, std::less<>> accounts;  // by id; the first account is always there
  std::map<std::string, AccessKey, std::less<>> keys;    // by access key: unique over all accounts

  // --- look-ups: nullptr where there is none ---
  const Account* find_account(std::string_view id) const;
  const Account* find_account_by_name(std::string_view name) const;
  const User* find_user(std::string_view account, std::string_view name) const;
  const Group* find_group(std::string_view account, std::string_view name) const;
  const AccessKey* find_key(std::string_view access_key) const;
  std::vector<const Group*> groups_of(std::string_view account, std::string_view user) const;
  std::vector<const AccessKey*> keys_of(std::string_view account, std::string_view user) const;  // service accounts
  // One of the account's or a built-in one.
  std::optional<ManagedPolicy> find_policy(std::string_view account, std::string_view name) const;

  // --- changes. Errors are MinIO's (XMinioAdminNoSuchUser, ...); a refused change has changed nothing ---
  // Adds the user with its own access key of the same name; an existing one gets secret and status.
  Result<> put_user(const ChangeContext& context, std::string_view account, std::string_view name, std::string_view secret_key,
                    bool enabled);
  Result<> remove_user(std::string_view account, std::string_view name);  // with all its keys and memberships
  Result<> set_user_enabled(const ChangeContext& context, std::string_view account, std::string_view name, bool enabled);
  Result<> set_secret_key(std::string_view access_key, std::string_view secret_key);

  // Adding makes the group if need be.
  Result<> add_members(const ChangeContext& context, std::string_view account, std::string_view group, const Names& users);
  Result<> remove_members(const ChangeContext& context, std::string_view account, std::string_view group, const Names& users);
  Result<> remove_group(std::string_view account, std::string_view group);  // XMinioAdminGroupNotEmpty
  Result<> set_group_enabled(const ChangeContext& context, std::string_view account, std::string_view group, bool enabled);

  Result<> put_policy(const ChangeContext& context, std::string_view account, std::string_view name, std::string_view document);
  Result<> remove_policy(std::string_view account, std::string_view name);  // XMinioAdminPolicyInUse
  // The names that were new (attach) or there (detach); XMinioAdminPolicyChangeAlreadyApplied if none was.
  Result<Names> attach(const ChangeContext& context, std::string_view account, HolderKind kind, std::string_view holder,
                       const Names& policies);
  Result<Names> detach(const ChangeContext& context, std::string_view account, HolderKind kind, std::string_view holder,
                       const Names& policies);
  Result<> set_policies(const ChangeContext& context, std::string_view account, HolderKind kind, std::string_view holder,
                        const Names& policies);
  // An empty document removes it.
  Result<> put_inline_policy(const ChangeContext& context, std::string_view account, HolderKind kind, std::string_view holder,
                             std::string_view name, std::string_view document);

  // A service account. Account, user, access key and secret are given; created is set here.
  Result<> add_key(const ChangeContext& context, AccessKey key);
  Result<> update_key(const ChangeContext& context, AccessKey key);  // all but whose it is and created
  Result<> remove_key(std::string_view access_key);

  // A further account with its root's key. Ids are set here.
  Result<> add_account(const ChangeContext& context, std::string_view name, std::string_view access_key, std::string_view secret_key);
  Result<> remove_account(std::string_view name);  // and everybody in it; never the first

 private:
  Result<Account*> account_of(std::string_view id);
  Result<PolicyHolder*> holder_of(std::string_view account, HolderKind kind, std::string_view name);
  Result<> check_policies(std::string_view account, const Names& policies) const;
  Result<> check_new_key(const ChangeContext& context, std::string_view access_key, std::string_view secret_key) const;
};

// Identities that nobody has been added to.
Identities first_identities(TimePoint now);
// As text to keep, and back. InternalError for what can't be read.
std::string serialize_identities(const Identities& identities);
Result<Identities> parse_identities(std::string_view text);

// readonly, readwrite, writeonly, diagnostics, consoleAdmin: there in every account, never changed.
const std::vector<ManagedPolicy>& built_in_policies();

// A built-in policy's document, for one bucket and what is in it alone; an empty bucket leaves it as it is.
// XMinioAdminNoSuchPolicy; XMinioAdminInvalidArgument for a policy that is about more than buckets.
Result<std::string> narrowed_policy(std::string_view built_in, std::string_view bucket);

// XMinioAdminInvalidAccessKey, XMinioAdminInvalidSecretKey.
Result<> check_access_key(std::string_view access_key);
Result<> check_secret_key(std::string_view secret_key);
// Letters and digits in the form that clients know: 20 and 40 characters.
std::string random_access_key();
std::string random_secret_key();

// Where identities are kept; the server's is encrypted, in the data folder.
class IdentityStorage {
 public:
  virtual ~IdentityStorage() = default;
  virtual Result<std::optional<std::string>> load() = 0;  // nullopt: nothing yet. An error stops the start
  virtual Task<Result<>> save(std::string text) = 0;      // durable when it returns
};

// One state of everything, with who each key stands for worked out. Immutable.
class IdentitySnapshot {
 public:
  IdentitySnapshot(Identities identities, std::string_view root_access_key, std::string_view root_secret_key);

  const Identities& identities() const noexcept { return identities_; }
  // nullptr: no such key, or it or whom it belongs to is disabled. Says nothing of expiry.
  const Credential* find(std::string_view access_key) const;
  // Who holds the account's (empty user) or user's own rights, for sessions; nullptr as above.
  PrincipalPtr find_owner(std::string_view account, std::string_view user) const;

 private:
  void add(const AccessKey& key);

  Identities identities_;
  std::map<std::string, Credential, std::less<>> credentials_;
};

class IdentityStore final : public CredentialStore {
 public:
  using Change = std::function<Result<>(Identities&, const ChangeContext&)>;

  // `storage` and `clock` outlive the store. The root's credentials are the settings', never stored.
  static Result<std::unique_ptr<IdentityStore>> open(IdentityStorage& storage, const Clock& clock, std::string root_access_key,
                                                     std::string root_secret_key);

  std::shared_ptr<const IdentitySnapshot> snapshot() const noexcept { return snapshot_.load(); }
  // Applies `change` to a copy, stores it, and makes it count; an error of `change` or of the storage changes nothing.
  // One at a time. `change` must not wait.
  Task<Result<>> change(Change change);

  std::optional<Credential> find(std::string_view access_key) const override;
  // Signing in with a key and its secret (console). AccessDenied, in the same time whatever is wrong.
  Result<PrincipalPtr> sign_in(std::string_view access_key, std::string_view secret_key) const;
  const std::string& root_access_key() const noexcept { return root_access_key_; }

 private:
  IdentityStore(IdentityStorage& storage, const Clock& clock, std::string root_access_key, std::string root_secret_key)
      : storage_(storage), clock_(clock), root_access_key_(std::move(root_access_key)), root_secret_key_(std::move(root_secret_key)) {}
  std::shared_ptr<const IdentitySnapshot> make_snapshot(Identities identities) const;

  IdentityStorage& storage_;
  const Clock& clock_;
  const std::string root_access_key_;
  const std::string root_secret_key_;
  AsyncMutex changing_;
  std::atomic<std::shared_ptr<const IdentitySnapshot>> snapshot_;
};

}  // namespace holdfast::auth
