// Further accounts: `holdfast admin account`. Only the server's root, by a key that nothing narrows, looks after them.
#include "admin/minio/call.hpp"

#include <nlohmann/json.hpp>

namespace holdfast::admin::ops {
namespace {

using Json = nlohmann::ordered_json;

Result<> check_root(const Call& call) { return call.caller().is_unrestricted() ? Result<>() : Result<>(ErrorCode::AccessDenied); }

}  // namespace

Answer add_account(Call& call) {
  HOLDFAST_CO_TRY_VOID(check_root(call));
  HOLDFAST_CO_TRY(text, co_await call.open_body());
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) co_return Error(ErrorCode::XMinioMalformedJSON);
  const std::string name = json.value("name", "");
  const std::string access_key = json.value("accessKey", "");
  const std::string secret_key = json.value("secretKey", "");
  auth::IdentityStore::Change change = [&](auth::Identities& all, const auth::ChangeContext& context) {
    return all.add_account(context, name, access_key, secret_key);
  };
  HOLDFAST_CO_TRY_VOID(co_await call.change(std::move(change)));
  const auto current = call.snapshot();
  const auth::Account* made = current->identities().find_account_by_name(name);
  if (made == nullptr) co_return Error(ErrorCode::XMinioAdminNoSuchAccount);
  co_return json_response(Json{{"name", made->name}, {"id", made->id}, {"canonicalId", made->canonical_id}}.dump());
}

Answer list_accounts(Call& call) {
  HOLDFAST_CO_TRY_VOID(check_root(call));
  const auto current = call.snapshot();
  Json list = Json::array();
  for (const auto& [id, account] : current->identities().accounts) {
    list.push_back({{"name", account.name}, {"id", id}, {"canonicalId", account.canonical_id}, {"users", account.users.size()}});
  }
  co_return json_response(list.dump());
}

// Its buckets would be nobody's.
Answer remove_account(Call& call) {
  HOLDFAST_CO_TRY_VOID(check_root(call));
  const std::string name(call.parameter("name"));
  const auto current = call.snapshot();
  const auth::Account* account = current->identities().find_account_by_name(name);
  if (account == nullptr) co_return Error(ErrorCode::XMinioAdminNoSuchAccount);
  for (const storage::BucketPtr& bucket : call.parts.engine.buckets()) {
    if (bucket->owner != account->canonical_id) continue;
    co_return Error(ErrorCode::XMinioAdminInvalidArgument, "The account still has buckets, for example " + bucket->name + ".");
  }
  auth::IdentityStore::Change change = [&](auth::Identities& all, const auth::ChangeContext&) { return all.remove_account(name); };
  HOLDFAST_CO_TRY_VOID(co_await call.change(std::move(change)));
  co_return empty_response();
}

}  // namespace holdfast::admin::ops
