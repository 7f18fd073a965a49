// Managed policies, and to whom they are attached.
#include "admin/minio/call.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace holdfast::admin::ops {
namespace {

using Json = nlohmann::ordered_json;
using auth::HolderKind;

auth::Names comma_separated(std::string_view text) {
  auth::Names names;
  for (const std::string_view name : split(text, ',')) {
    if (!trim(name).empty()) names.emplace(trim(name));
  }
  return names;
}

Json document_of(const auth::ManagedPolicy& policy) { return Json::parse(policy.document); }

// Built-in and own policies, by name.
std::map<std::string, auth::ManagedPolicy> all_policies(const auth::Identities& identities, std::string_view account) {
  std::map<std::string, auth::ManagedPolicy> all;
  for (const auth::ManagedPolicy& policy : auth::built_in_policies()) all.emplace(policy.name, policy);
  if (const auth::Account* owner = identities.find_account(account)) all.insert(owner->policies.begin(), owner->policies.end());
  return all;
}

struct Association {
  auth::Names policies;
  HolderKind kind = HolderKind::user;
  std::string holder;
};

Result<Association> parse_association(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  Association association;
  try {
    json.at("policies").get_to(association.policies);
    const std::string user = json.value("user", "");
    const std::string group = json.value("group", "");
    if (user.empty() == group.empty()) return Error(ErrorCode::XMinioAdminInvalidArgument, "Name either a user or a group.");
    association.kind = user.empty() ? HolderKind::group : HolderKind::user;
    association.holder = user.empty() ? group : user;
  } catch (const Json::exception&) {
    return ErrorCode::XMinioMalformedJSON;
  }
  if (association.policies.empty()) return Error(ErrorCode::XMinioAdminInvalidArgument, "No policies are named.");
  return association;
}

Json user_mapping(const auth::Identities& identities, std::string_view account, const auth::User& user) {
  Json groups = Json::array();
  for (const auth::Group* group : identities.groups_of(account, user.name)) {
    if (!group->policies.empty()) groups.push_back({{"group", group->name}, {"policies", group->policies}});
  }
  Json mapping{{"user", user.name}, {"policies", user.policies}};
  if (!groups.empty()) mapping["memberOfMappings"] = std::move(groups);
  return mapping;
}

Json policy_mapping(const auth::Account& account, const std::string& policy) {
  Json users = Json::array();
  for (const auto& [name, user] : account.users) {
    if (user.policies.contains(policy)) users.push_back(name);
  }
  Json groups = Json::array();
  for (const auto& [name, group] : account.groups) {
    if (group.policies.contains(policy)) groups.push_back(name);
  }
  return {{"policy", policy}, {"users", std::move(users)}, {"groups", std::move(groups)}};
}

bool wanted(const std::vector<std::string>& asked, bool everything, const std::string& name) {
  return everything || std::ranges::find(asked, name) != asked.end();
}

Answer associate(Call& call, bool attaching) {
  HOLDFAST_CO_TRY(text, co_await call.open_body());
  HOLDFAST_CO_TRY(asked, parse_association(text));
  auth::Names changed;
  auth::IdentityStore::Change change = [&](auth::Identities& all, const auth::ChangeContext& context) -> Result<> {
    HOLDFAST_TRY(names, attaching ? all.attach(context, call.account(), asked.kind, asked.holder, asked.policies)
                                  : all.detach(context, call.account(), asked.kind, asked.holder, asked.policies));
    changed = names;
    return {};
  };
  HOLDFAST_CO_TRY_VOID(co_await call.change(std::move(change)));
  const char* member = attaching ? "policiesAttached" : "policiesDetached";
  const Json answer{{member, changed}, {"updatedAt", format_iso8601_millis(call.now)}};
  co_return co_await call.seal(answer.dump());
}

}  // namespace

Answer add_policy(Call& call) {
  const std::string name(call.parameter("name"));
  auth::IdentityStore::Change change = [&](auth::Identities& all, const auth::ChangeContext& context) {
    return all.put_policy(context, call.account(), name, call.body);
  };
  HOLDFAST_CO_TRY_VOID(co_await call.change(std::move(change)));
  co_return empty_response();
}

Answer remove_policy(Call& call) {
  const std::string name(call.parameter("name"));
  auth::IdentityStore::Change change = [&](auth::Identities& all, const auth::ChangeContext&) {
    return all.remove_policy(call.account(), name);
  };
  HOLDFAST_CO_TRY_VOID(co_await call.change(std::move(change)));
  co_return empty_response();
}

Answer policy_info(Call& call) {
  const auto policy = call.snapshot()->identities().find_policy(call.account(), call.parameter("name"));
  if (!policy) co_return Error(ErrorCode::XMinioAdminNoSuchPolicy);
  if (call.parameter("v") != "2") co_return json_response(policy->document);
  Json answer{{"PolicyName", policy->name}, {"Policy", document_of(*policy)}};
  if (policy->created != TimePoint()) {
    answer["CreateDate"] = format_iso8601_millis(policy->created);
    answer["UpdateDate"] = format_iso8601_millis(policy->updated);
  }
  co_return json_response(answer.dump());
}

Answer list_policies(Call& call) {
  Json policies = Json::object();
  for (const auto& [name, policy] : all_policies(call.snapshot()->identities(), call.account())) policies[name] = document_of(policy);
  co_return json_response(policies.dump());
}

Answer set_policy(Call& call) {
  const auth::Names policies = comma_separated(call.parameter("policyName"));
  const std::string holder(call.parameter("userOrGroup"));
  const HolderKind kind = call.parameter("isGroup") == "true" ? HolderKind::group : HolderKind::user;
  auth::IdentityStore::Change change = [&](auth::Identities& all, const auth::ChangeContext& context) {
    return all.set_policies(context, call.account(), kind, holder, policies);
  };
  HOLDFAST_CO_TRY_VOID(co_await call.change(std::move(change)));
  co_return empty_response();
}

Answer attach_policy(Call& call) { return associate(call, true); }
Answer detach_policy(Call& call) { return associate(call, false); }

Answer policy_entities(Call& call) {
  const auto users = call.parameters("user");
  const auto groups = call.parameters("group");
  const auto policies = call.parameters("policy");
  const bool everything = users.empty() && groups.empty() && policies.empty();
  const auto current = call.snapshot();
  const auth::Account* account = current->identities().find_account(call.account());
  if (account == nullptr) co_return Error(ErrorCode::XMinioAdminNoSuchAccount);
  Json answer{{"timestamp", format_iso8601_millis(call.now)}};
  for (const auto& [name, user] : account->users) {
    const bool shown = wanted(users, everything && !user.policies.empty(), name);
    if (shown) answer["userMappings"].push_back(user_mapping(current->identities(), account->id, user));
  }
  for (const auto& [name, group] : account->groups) {
    const bool shown = wanted(groups, everything && !group.policies.empty(), name);
    if (shown) answer["groupMappings"].push_back(Json{{"group", name}, {"policies", group.policies}});
  }
  for (const auto& [name, policy] : all_policies(current->identities(), account->id)) {
    if (wanted(policies, everything, name)) answer["policyMappings"].push_back(policy_mapping(*account, name));
  }
  co_return co_await call.seal(answer.dump());
}

}  // namespace holdfast::admin::ops
