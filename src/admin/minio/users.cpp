// Users and groups.
#include "admin/minio/call.hpp"

#include <nlohmann/json.hpp>

namespace holdfast::admin::ops {
namespace {

using Json = nlohmann::json;

std::string joined(const auth::Names& names) {
  std::string text;
  for (const std::string& name : names) text.append(text.empty() ? "" : ",").append(name);
  return text;
}

Result<bool> parse_status(std::string_view text) {
  if (text == "enabled") return true;
  if (text == "disabled") return false;
  return Error(ErrorCode::XMinioAdminInvalidArgument, "The status must be enabled or disabled.");
}

const char* status_name(bool enabled) { return enabled ? "enabled" : "disabled"; }

Json user_to_json(const auth::Identities& identities, std::string_view account, const auth::User& user) {
  Json member_of = Json::array();
  for (const auth::Group* group : identities.groups_of(account, user.name)) member_of.push_back(group->name);
  return {{"userAuthInfo", {{"type", "builtin"}}},
          {"policyName", joined(user.policies)},
          {"status", status_name(user.enabled)},
          {"memberOf", std::move(member_of)},
          {"updatedAt", format_iso8601_millis(user.updated)}};
}

struct NewUser {
  std::string secret_key;
  bool enabled = true;
};

Result<NewUser> parse_new_user(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return ErrorCode::XMinioMalformedJSON;
  const auto secret = json.find("secretKey");
  const auto status = json.find("status");
  NewUser user;
  if (secret != json.end() && secret->is_string()) user.secret_key = *secret;
  if (status != json.end() && status->is_string() && !status->get<std::string>().empty()) {
    HOLDFAST_TRY(enabled, parse_status(status->get<std::string>()));
    user.enabled = enabled;
  }
  return user;
}

struct GroupChange {
  std::string group;
  auth::Names members;
  bool remove = false;
};

Result<GroupChange> parse_group_change(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  GroupChange change;
  try {
    change.group = json.at("group");
    if (json.contains("members") && json["members"].is_array()) json["members"].get_to(change.members);
    change.remove = json.value("isRemove", false);
  } catch (const Json::exception&) {
    return ErrorCode::XMinioMalformedJSON;
  }
  return change;
}

}  // namespace

// A user may change its own secret key unless a policy denies it.
Answer add_user(Call& call) {
  const std::string name(call.parameter("accessKey"));
  const bool own = !name.empty() && name == call.caller().user && call.caller().boundaries.empty();
  const bool allowed = own ? call.decide("admin:CreateUser") != auth::Decision::deny : call.require("admin:CreateUser").has_value();
  if (!allowed) co_return Error(ErrorCode::AccessDenied);
  HOLDFAST_CO_TRY(text, co_await call.open_body());
  HOLDFAST_CO_TRY(user, parse_new_user(text));
  auth::IdentityStore::Change change = [&](auth::Identities& all, const auth::ChangeContext& context) {
    return all.put_user(context, call.account(), name, user.secret_key, user.enabled);
  };
  HOLDFAST_CO_TRY_VOID(co_await call.change(std::move(change)));
  co_return empty_response();
}

Answer remove_user(Call& call) {
  const std::string name(call.parameter("accessKey"));
  if (name == call.caller().user) co_return Error(ErrorCode::XMinioIAMActionNotAllowed, "A user can't remove itself.");
  auth::IdentityStore::Change change = [&](auth::Identities& all, const auth::ChangeContext&) {
    return all.remove_user(call.account(), name);
  };
  HOLDFAST_CO_TRY_VOID(co_await call.change(std::move(change)));
  co_return empty_response();
}

Answer list_users(Call& call) {
  const auto current = call.snapshot();
  Json users = Json::object();
  const auth::Account* account = current->identities().find_account(call.account());
  if (account == nullptr) co_return Error(ErrorCode::XMinioAdminNoSuchAccount);
  for (const auto& [name, user] : account->users) users[name] = user_to_json(current->identities(), account->id, user);
  co_return co_await call.seal(users.dump());
}

Answer user_info(Call& call) {
  const std::string_view name = call.parameter("accessKey");
  if (name != call.caller().user || name.empty()) HOLDFAST_CO_TRY_VOID(call.require("admin:GetUser"));
  const auto current = call.snapshot();
  const auth::User* user = current->identities().find_user(call.account(), name);
  if (user == nullptr) co_return Error(ErrorCode::XMinioAdminNoSuchUser);
  co_return json_response(user_to_json(current->identities(), call.account(), *user).dump());
}

Answer set_user_status(Call& call) {
  const std::string name(call.parameter("accessKey"));
  HOLDFAST_CO_TRY(enabled, parse_status(call.parameter("status")));
  HOLDFAST_CO_TRY_VOID(call.require(enabled ? "admin:EnableUser" : "admin:DisableUser"));
  if (name == call.caller().user) co_return Error(ErrorCode::XMinioIAMActionNotAllowed, "A user can't change its own status.");
  auth::IdentityStore::Change change = [&](auth::Identities& all, const auth::ChangeContext& context) {
    return all.set_user_enabled(context, call.account(), name, enabled);
  };
  HOLDFAST_CO_TRY_VOID(co_await call.change(std::move(change)));
  co_return empty_response();
}

// Removing without members removes the group itself.
Answer update_group_members(Call& call) {
  HOLDFAST_CO_TRY(asked, parse_group_change(call.body));
  HOLDFAST_CO_TRY_VOID(call.require(asked.remove ? "admin:RemoveUserFromGroup" : "admin:AddUserToGroup"));
  auth::IdentityStore::Change change = [&](auth::Identities& all, const auth::ChangeContext& context) -> Result<> {
    if (!asked.remove) return all.add_members(context, call.account(), asked.group, asked.members);
    if (asked.members.empty()) return all.remove_group(call.account(), asked.group);
    return all.remove_members(context, call.account(), asked.group, asked.members);
  };
  HOLDFAST_CO_TRY_VOID(co_await call.change(std::move(change)));
  co_return empty_response();
}

Answer group_info(Call& call) {
  const auto current = call.snapshot();
  const auth::Group* group = current->identities().find_group(call.account(), call.parameter("group"));
  if (group == nullptr) co_return Error(ErrorCode::XMinioAdminNoSuchGroup);
  co_return json_response(Json{{"name", group->name},
                               {"status", status_name(group->enabled)},
                               {"members", group->members},
                               {"policy", joined(group->policies)},
                               {"updatedAt", format_iso8601_millis(group->updated)}}
                              .dump());
}

Answer list_groups(Call& call) {
  const auto current = call.snapshot();
  Json names = Json::array();
  if (const auth::Account* account = current->identities().find_account(call.account())) {
    for (const auto& [name, group] : account->groups) names.push_back(name);
  }
  co_return json_response(names.dump());
}

Answer set_group_status(Call& call) {
  const std::string name(call.parameter("group"));
  HOLDFAST_CO_TRY(enabled, parse_status(call.parameter("status")));
  HOLDFAST_CO_TRY_VOID(call.require(enabled ? "admin:EnableGroup" : "admin:DisableGroup"));
  auth::IdentityStore::Change change = [&](auth::Identities& all, const auth::ChangeContext& context) {
    return all.set_group_enabled(context, call.account(), name, enabled);
  };
  HOLDFAST_CO_TRY_VOID(co_await call.change(std::move(change)));
  co_return empty_response();
}

}  // namespace holdfast::admin::ops
