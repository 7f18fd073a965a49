// Service accounts, which mc calls access keys.
#include "admin/minio/call.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace holdfast::admin::ops {
namespace {

using Json = nlohmann::ordered_json;
// What MinIO writes for a key that never expires.
constexpr const char* kNever = "1970-01-01T00:00:00Z";

struct KeyRequest {
  auth::AccessKey key;
  std::string target;  // whose it is to be; empty: the caller's
};

std::string text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// A policy is a JSON document inside the JSON; minio-py sends it as text.
std::string policy_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

Result<std::optional<TimePoint>> expiry_of(const Json& json, const char* name) {
  const std::string text = text_of(json, name);
  if (text.empty() || text == kNever || text.starts_with("0001-01-01")) return std::optional<TimePoint>();
  const auto time = parse_iso8601(text);
  if (!time) return Error(ErrorCode::XMinioAdminInvalidArgument, "The expiration is no date.");
  return time;
}

Result<KeyRequest> parse_new_key(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return ErrorCode::XMinioMalformedJSON;
  KeyRequest request;
  request.target = text_of(json, "targetUser");
  request.key.access_key = text_of(json, "accessKey");
  request.key.secret_key = text_of(json, "secretKey");
  request.key.name = text_of(json, "name");
  request.key.description = text_of(json, "description");
  if (request.key.description.empty()) request.key.description = text_of(json, "comment");
  request.key.policy = policy_of(json, "policy");
  HOLDFAST_TRY(expires, expiry_of(json, "expiration"));
  request.key.expires = expires;
  if (request.key.access_key.empty()) request.key.access_key = auth::random_access_key();
  if (request.key.secret_key.empty()) request.key.secret_key = auth::random_secret_key();
  return request;
}

Result<> apply_update(const std::string& text, auth::AccessKey& key) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return ErrorCode::XMinioMalformedJSON;
  if (const auto secret = text_of(json, "newSecretKey"); !secret.empty()) key.secret_key = secret;
  if (const auto name = text_of(json, "newName"); !name.empty()) key.name = name;
  if (const auto description = text_of(json, "newDescription"); !description.empty()) key.description = description;
  if (const auto policy = policy_of(json, "newPolicy"); !policy.empty()) key.policy = policy;
  const auto status = text_of(json, "newStatus");
  if (!status.empty()) key.enabled = status == "on" || status == "enabled";
  if (!text_of(json, "newExpiration").empty()) {
    HOLDFAST_TRY(expires, expiry_of(json, "newExpiration"));
    key.expires = expires;
  }
  return {};
}

Json describe(const Call& call, const auth::AccessKey& key) {
  Json json{{"parentUser", call.name_of(key.user)},
            {"accountStatus", key.enabled ? "on" : "off"},
            {"impliedPolicy", key.policy.empty()},
            {"accessKey", key.access_key},
            {"name", key.name},
            {"description", key.description}};
  json["expiration"] = key.expires ? format_iso8601_millis(*key.expires) : std::string(kNever);
  return json;
}

// Whoever has the keys of a user may look after that user's keys, unless a policy denies it. A narrowed key may not: what
// it makes or changes would have more rights than itself.
Result<> check_keys_of(const Call& call, std::string_view user, std::string_view action) {
  const auto& caller = call.caller();
  if (!caller.boundaries.empty()) return ErrorCode::AccessDenied;
  if (user == caller.user) return call.decide(action) == auth::Decision::deny ? Result<>(ErrorCode::AccessDenied) : Result<>();
  if (user.empty()) return ErrorCode::AccessDenied;  // root's own are root's alone
  return call.require(action);
}

// A service account of the caller's account; XMinioAdminServiceAccountNotFound.
Result<auth::AccessKey> find_key(const Call& call) {
  const auto current = call.snapshot();
  const auth::AccessKey* key = current->identities().find_key(call.parameter("accessKey"));
  if (key == nullptr || key->own || key->account != call.account()) return ErrorCode::XMinioAdminServiceAccountNotFound;
  return *key;
}

// Nobody named: the caller.
Result<std::string> owner_named(const Call& call, std::string_view name) {
  if (name.empty()) return call.caller().user;
  return call.user_of(name);
}

Json keys_to_json(const Call& call, std::string_view user) {
  const auto current = call.snapshot();
  Json list = Json::array();
  for (const auth::AccessKey* key : current->identities().keys_of(call.account(), user)) list.push_back(describe(call, *key));
  return list;
}

}  // namespace

Answer add_service_account(Call& call) {
  HOLDFAST_CO_TRY(text, co_await call.open_body());
  HOLDFAST_CO_TRY(asked, parse_new_key(text));
  const bool own = asked.target.empty() || asked.target == call.caller().access_key;
  HOLDFAST_CO_TRY(user, owner_named(call, own ? std::string() : asked.target));
  HOLDFAST_CO_TRY_VOID(check_keys_of(call, user, "admin:CreateServiceAccount"));
  asked.key.account = call.account();
  asked.key.user = user;
  auth::IdentityStore::Change change = [&](auth::Identities& all, const auth::ChangeContext& context) {
    return all.add_key(context, asked.key);
  };
  HOLDFAST_CO_TRY_VOID(co_await call.change(std::move(change)));
  const std::string expires = asked.key.expires ? format_iso8601_millis(*asked.key.expires) : std::string(kNever);
  const Json answer{{"credentials", {{"accessKey", asked.key.access_key}, {"secretKey", asked.key.secret_key}, {"expiration", expires}}}};
  co_return co_await call.seal(answer.dump());
}

Answer update_service_account(Call& call) {
  HOLDFAST_CO_TRY(key, find_key(call));
  HOLDFAST_CO_TRY_VOID(check_keys_of(call, key.user, "admin:UpdateServiceAccount"));
  HOLDFAST_CO_TRY(text, co_await call.open_body());
  HOLDFAST_CO_TRY_VOID(apply_update(text, key));
  auth::IdentityStore::Change change = [&](auth::Identities& all, const auth::ChangeContext& context) {
    return all.update_key(context, key);
  };
  HOLDFAST_CO_TRY_VOID(co_await call.change(std::move(change)));
  http::Response response = empty_response();
  response.status = 204;
  co_return response;
}

Answer service_account_info(Call& call) {
  HOLDFAST_CO_TRY(key, find_key(call));
  HOLDFAST_CO_TRY_VOID(check_keys_of(call, key.user, "admin:ListServiceAccounts"));
  Json answer = describe(call, key);
  answer["policy"] = key.policy;
  answer["userType"] = "Service Account";
  answer["userProvider"] = "builtin";
  co_return co_await call.seal(answer.dump());
}

Answer list_service_accounts(Call& call) {
  const std::string_view asked = call.parameter("user");
  HOLDFAST_CO_TRY(user, owner_named(call, asked));
  HOLDFAST_CO_TRY_VOID(check_keys_of(call, user, "admin:ListServiceAccounts"));
  const Json answer{{"accounts", keys_to_json(call, user)}};
  co_return co_await call.seal(answer.dump());
}

Answer list_access_keys(Call& call) {
  auto names = call.parameters("users");
  if (call.parameter("all") == "true") {
    names = {call.root_name()};
    const auto current = call.snapshot();
    const auth::Account* account = current->identities().find_account(call.account());
    for (const auto& [name, user] : account->users) names.push_back(name);
  }
  if (names.empty()) names = {call.name_of(call.caller().user)};
  const bool with_keys = call.parameter("listType") != "users-only" && call.parameter("listType") != "sts-only";
  Json answer = Json::object();
  for (const std::string& name : names) {
    HOLDFAST_CO_TRY(user, call.user_of(name));
    const bool own = user == call.caller().user && call.parameter("all") != "true";
    if (!own) HOLDFAST_CO_TRY_VOID(call.require("admin:ListServiceAccounts"));
    answer[name] = {{"serviceAccounts", with_keys ? keys_to_json(call, user) : Json::array()}, {"stsKeys", Json::array()}};
  }
  co_return co_await call.seal(answer.dump());
}

Answer delete_service_account(Call& call) {
  HOLDFAST_CO_TRY(key, find_key(call));
  HOLDFAST_CO_TRY_VOID(check_keys_of(call, key.user, "admin:RemoveServiceAccount"));
  auth::IdentityStore::Change change = [&](auth::Identities& all, const auth::ChangeContext&) { return all.remove_key(key.access_key); };
  HOLDFAST_CO_TRY_VOID(co_await call.change(std::move(change)));
  http::Response response = empty_response();
  response.status = 204;
  co_return response;
}

}  // namespace holdfast::admin::ops
