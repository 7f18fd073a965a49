// Identities as JSON.
#include "holdfast/auth/identities.hpp"

#include <nlohmann/json.hpp>

namespace holdfast::auth {
namespace {

using Json = nlohmann::json;
constexpr int kFormat = 1;

std::int64_t to_json(TimePoint time) { return time.time_since_epoch().count(); }
TimePoint time_from(const Json& json) { return TimePoint(std::chrono::nanoseconds(json.get<std::int64_t>())); }

Json holder_to_json(const PolicyHolder& holder) {
  return {{"enabled", holder.enabled},
          {"policies", holder.policies},
          {"inline_policies", holder.inline_policies},
          {"updated", to_json(holder.updated)}};
}

void read_holder(const Json& json, PolicyHolder& holder) {
  holder.enabled = json.at("enabled");
  json.at("policies").get_to(holder.policies);
  json.at("inline_policies").get_to(holder.inline_policies);
  holder.updated = time_from(json.at("updated"));
}

Json to_json(const Account& account) {
  Json users = Json::object();
  for (const auto& [name, user] : account.users) {
    users[name] = holder_to_json(user);
    users[name]["created"] = to_json(user.created);
  }
  Json groups = Json::object();
  for (const auto& [name, group] : account.groups) {
    groups[name] = holder_to_json(group);
    groups[name]["members"] = group.members;
  }
  Json policies = Json::object();
  for (const auto& [name, policy] : account.policies) {
    policies[name] = {{"document", policy.document}, {"created", to_json(policy.created)}, {"updated", to_json(policy.updated)}};
  }
  return {{"canonical_id", account.canonical_id}, {"name", account.name},
          {"created", to_json(account.created)},  {"users", std::move(users)},
          {"groups", std::move(groups)},          {"policies", std::move(policies)}};
}

Account account_from(const std::string& id, const Json& json) {
  Account account;
  account.id = id;
  account.canonical_id = json.at("canonical_id");
  account.name = json.at("name");
  account.created = time_from(json.at("created"));
  for (const auto& [name, item] : json.at("users").items()) {
    User& user = account.users[name];
    read_holder(item, user);
    user.name = name;
    user.created = time_from(item.at("created"));
  }
  for (const auto& [name, item] : json.at("groups").items()) {
    Group& group = account.groups[name];
    read_holder(item, group);
    group.name = name;
    item.at("members").get_to(group.members);
  }
  for (const auto& [name, item] : json.at("policies").items()) {
    account.policies[name] = {name, item.at("document"), time_from(item.at("created")), time_from(item.at("updated"))};
  }
  return account;
}

Json to_json(const AccessKey& key) {
  Json json{{"secret_key", key.secret_key},
            {"account", key.account},
            {"user", key.user},
            {"own", key.own},
            {"enabled", key.enabled},
            {"name", key.name},
            {"description", key.description},
            {"policy", key.policy},
            {"created", to_json(key.created)}};
  if (key.expires) json["expires"] = to_json(*key.expires);
  return json;
}

AccessKey key_from(const std::string& access_key, const Json& json) {
  AccessKey key;
  key.access_key = access_key;
  key.secret_key = json.at("secret_key");
  key.account = json.at("account");
  key.user = json.at("user");
  key.own = json.at("own");
  key.enabled = json.at("enabled");
  key.name = json.at("name");
  key.description = json.at("description");
  key.policy = json.at("policy");
  key.created = time_from(json.at("created"));
  if (json.contains("expires")) key.expires = time_from(json.at("expires"));
  return key;
}

Error unreadable(std::string_view why) { return {ErrorCode::InternalError, "the stored identities can't be read: " + std::string(why)}; }

Identities identities_from(const Json& json) {
  Identities identities;
  for (const auto& [id, item] : json.at("accounts").items()) identities.accounts.emplace(id, account_from(id, item));
  for (const auto& [name, item] : json.at("keys").items()) identities.keys.emplace(name, key_from(name, item));
  return identities;
}

}  // namespace

std::string serialize_identities(const Identities& identities) {
  Json accounts = Json::object();
  for (const auto& [id, account] : identities.accounts) accounts[id] = to_json(account);
  Json keys = Json::object();
  for (const auto& [name, key] : identities.keys) keys[name] = to_json(key);
  return Json{{"format", kFormat}, {"accounts", std::move(accounts)}, {"keys", std::move(keys)}}.dump(-1, ' ', false,
                                                                                                      Json::error_handler_t::replace);
}

Result<Identities> parse_identities(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    if (json.at("format") != kFormat) return unreadable("they are of a newer format");
    Identities identities = identities_from(json);
    if (!identities.accounts.contains(kRootAccount)) return unreadable("the first account is missing");
    return identities;
  } catch (const Json::exception& failure) {
    return unreadable(failure.what());
  }
}

}  // namespace holdfast::auth
