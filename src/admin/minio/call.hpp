// One admin request on its way, and what its operation needs.
#pragma once

#include "holdfast/admin/minio_api.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::admin {

struct Call {
  MinioApiParts& parts;
  AsyncMutex& deriving;  // one key derivation at a time: each takes 64 MiB
  const http::Request& request;
  std::map<std::string, std::vector<std::string>, std::less<>> query;
  auth::Authentication who;
  std::string secret_key;  // the caller's: bodies are encrypted under it
  std::string body;        // as sent
  TimePoint now;

  const auth::Principal& caller() const noexcept { return *who.principal; }
  const std::string& account() const noexcept { return who.principal->account; }
  std::string_view parameter(std::string_view name) const noexcept;  // the first of that name; empty if there is none
  std::vector<std::string> parameters(std::string_view name) const;

  auth::Decision decide(std::string_view admin_action) const;
  Result<> require(std::string_view admin_action) const;  // AccessDenied
  std::shared_ptr<const auth::IdentitySnapshot> snapshot() const { return parts.identities.snapshot(); }

  // MinIO names the root by its access key, here it is the user without a name.
  std::string root_name() const;
  std::string name_of(std::string_view user) const { return user.empty() ? root_name() : std::string(user); }
  Result<std::string> user_of(std::string_view name) const;  // XMinioAdminNoSuchUser
  Task<Result<>> change(auth::IdentityStore::Change change) const;
  // XMinioAdminConfigBadJSON for what this caller's secret key doesn't open.
  Task<Result<std::string>> open_body();
  Task<http::Response> seal(std::string text);
};

using Answer = Task<Result<http::Response>>;
using Operation = Answer (*)(Call&);

http::Response json_response(std::string text);
http::Response empty_response();

namespace ops {
Answer add_user(Call& call);
Answer remove_user(Call& call);
Answer list_users(Call& call);
Answer user_info(Call& call);
Answer set_user_status(Call& call);
Answer update_group_members(Call& call);
Answer group_info(Call& call);
Answer list_groups(Call& call);
Answer set_group_status(Call& call);
Answer add_policy(Call& call);
Answer remove_policy(Call& call);
Answer policy_info(Call& call);
Answer list_policies(Call& call);
Answer set_policy(Call& call);
Answer attach_policy(Call& call);
Answer detach_policy(Call& call);
Answer policy_entities(Call& call);
Answer add_service_account(Call& call);
Answer update_service_account(Call& call);
Answer service_account_info(Call& call);
Answer list_service_accounts(Call& call);
Answer delete_service_account(Call& call);
Answer list_access_keys(Call& call);
Answer add_account(Call& call);
Answer list_accounts(Call& call);
Answer remove_account(Call& call);
Answer server_info(Call& call);
Answer storage_info(Call& call);
Answer data_usage_info(Call& call);
Answer account_info(Call& call);
Answer service_action(Call& call);
Answer get_bucket_quota(Call& call);
Answer set_bucket_quota(Call& call);
Answer no_healing(Call& call);
}  // namespace ops

}  // namespace holdfast::admin
