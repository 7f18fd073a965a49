// Every admin request: how it is asked for, which permission it takes, who answers.
#pragma once

#include "admin/minio/call.hpp"

#include <string_view>

namespace holdfast::admin {

// identities: about the caller's own account, also for the roots of further accounts. server: about the whole server,
// for the first account alone.
enum class Scope : unsigned char { identities, server };

struct AdminRoute {
  std::string_view method;
  std::string_view path;    // behind /minio/admin/vN/; a trailing '*' stands for anything
  std::string_view action;  // admin permission; empty: the operation asks itself
  Scope scope;
  Operation run;  // nullptr: NotImplemented
};

// clang-format off
inline constexpr AdminRoute kAdminRoutes[] = {
  {"PUT",    "add-user", "", Scope::identities, ops::add_user},
  {"DELETE", "remove-user", "admin:DeleteUser", Scope::identities, ops::remove_user},
  {"GET",    "list-users", "admin:ListUsers", Scope::identities, ops::list_users},
  {"GET",    "user-info", "", Scope::identities, ops::user_info},
  {"PUT",    "set-user-status", "", Scope::identities, ops::set_user_status},
  {"PUT",    "update-group-members", "", Scope::identities, ops::update_group_members},
  {"GET",    "group", "admin:GetGroup", Scope::identities, ops::group_info},
  {"GET",    "groups", "admin:ListGroups", Scope::identities, ops::list_groups},
  {"PUT",    "set-group-status", "", Scope::identities, ops::set_group_status},
  {"PUT",    "add-canned-policy", "admin:CreatePolicy", Scope::identities, ops::add_policy},
  {"DELETE", "remove-canned-policy", "admin:DeletePolicy", Scope::identities, ops::remove_policy},
  {"GET",    "info-canned-policy", "admin:GetPolicy", Scope::identities, ops::policy_info},
  {"GET",    "list-canned-policies", "admin:ListUserPolicies", Scope::identities, ops::list_policies},
  {"PUT",    "set-user-or-group-policy", "admin:AttachUserOrGroupPolicy", Scope::identities, ops::set_policy},
  {"POST",   "idp/builtin/policy/attach", "admin:AttachUserOrGroupPolicy", Scope::identities, ops::attach_policy},
  {"POST",   "idp/builtin/policy/detach", "admin:AttachUserOrGroupPolicy", Scope::identities, ops::detach_policy},
  {"GET",    "idp/builtin/policy-entities", "admin:ListUserPolicies", Scope::identities, ops::policy_entities},
  {"PUT",    "add-service-account", "", Scope::identities, ops::add_service_account},
  {"POST",   "update-service-account", "", Scope::identities, ops::update_service_account},
  {"GET",    "info-service-account", "", Scope::identities, ops::service_account_info},
  {"GET",    "temporary-account-info", "", Scope::identities, ops::service_account_info},
  {"GET",    "info-access-key", "", Scope::identities, ops::service_account_info},
  {"GET",    "list-service-accounts", "", Scope::identities, ops::list_service_accounts},
  {"GET",    "list-access-keys-bulk", "", Scope::identities, ops::list_access_keys},
  {"DELETE", "delete-service-account", "", Scope::identities, ops::delete_service_account},
  {"GET",    "accountinfo", "", Scope::identities, ops::account_info},

  {"PUT",    "accounts", "admin:CreateAccount", Scope::server, ops::add_account},
  {"GET",    "accounts", "admin:ListAccounts", Scope::server, ops::list_accounts},
  {"DELETE", "accounts", "admin:DeleteAccount", Scope::server, ops::remove_account},
  {"GET",    "info", "admin:ServerInfo", Scope::server, ops::server_info},
  {"GET",    "storageinfo", "admin:StorageInfo", Scope::server, ops::storage_info},
  {"GET",    "datausageinfo", "admin:DataUsageInfo", Scope::server, ops::data_usage_info},
  {"POST",   "service", "", Scope::server, ops::service_action},
  {"GET",    "get-bucket-quota", "admin:GetBucketQuota", Scope::server, ops::get_bucket_quota},
  {"PUT",    "set-bucket-quota", "admin:SetBucketQuota", Scope::server, ops::set_bucket_quota},
  {"POST",   "heal/*", "admin:Heal", Scope::server, ops::no_healing},
  {"POST",   "background-heal/status", "admin:Heal", Scope::server, ops::no_healing},

  {"POST",   "update", "admin:ServerUpdate", Scope::server, nullptr},
  {"GET",    "top/locks", "admin:TopLocksInfo", Scope::server, nullptr},
  {"GET",    "inspect-data", "admin:InspectData", Scope::server, nullptr},
  {"POST",   "profile", "admin:Profiling", Scope::server, nullptr},
  {"GET",    "pools/*", "admin:Decommission", Scope::server, nullptr},
  {"PUT",    "site-replication/*", "admin:SiteReplicationAdd", Scope::server, nullptr},
  {"GET",    "site-replication/*", "admin:SiteReplicationInfo", Scope::server, nullptr},
  {"GET",    "tier*", "admin:ListTier", Scope::server, nullptr},
  {"PUT",    "tier*", "admin:SetTier", Scope::server, nullptr},
  {"GET",    "list-remote-targets", "admin:GetBucketTarget", Scope::server, nullptr},
  {"PUT",    "set-remote-target", "admin:SetBucketTarget", Scope::server, nullptr},
  {"DELETE", "remove-remote-target", "admin:SetBucketTarget", Scope::server, nullptr},
  {"POST",   "speedtest*", "admin:HealthInfo", Scope::server, nullptr},
  {"GET",    "healthinfo", "admin:HealthInfo", Scope::server, nullptr},
};
// clang-format on

}  // namespace holdfast::admin
