// What the server says of itself, its buckets and its caller; restart and stop; quotas.
#include "admin/minio/call.hpp"

#include "holdfast/base/encoding.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

namespace holdfast::admin::ops {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t uptime_seconds(const Call& call) {
  return std::chrono::duration_cast<std::chrono::seconds>(call.now - call.parts.facts.started).count();
}

Json disk_to_json(const Call& call) {
  std::error_code failed;
  const auto space = std::filesystem::space(call.parts.facts.directory, failed);
  const std::string state = call.parts.engine.health().ready && !failed ? "ok" : "offline";
  return {{"endpoint", call.parts.facts.directory},
          {"path", call.parts.facts.directory},
          {"state", state},
          {"uuid", call.parts.engine.deployment_id()},
          {"local", true},
          {"totalspace", failed ? 0 : space.capacity},
          {"usedspace", failed ? 0 : space.capacity - space.free},
          {"availspace", failed ? 0 : space.available},
          {"pool_index", 0},
          {"set_index", 0},
          {"disk_index", 0}};
}

struct Totals {
  std::uint64_t buckets = 0;
  storage::Usage usage;
};

Totals add_up(const storage::Engine& engine) {
  Totals totals;
  for (const storage::BucketPtr& bucket : engine.buckets()) {
    const auto usage = engine.usage(bucket->name);
    if (!usage) continue;
    ++totals.buckets;
    totals.usage.objects += usage->objects;
    totals.usage.versions += usage->versions;
    totals.usage.delete_markers += usage->delete_markers;
    totals.usage.bytes += usage->bytes;
  }
  return totals;
}

Json backend_to_json() {
  return {{"backendType", "Erasure"}, {"onlineDisks", 1}, {"offlineDisks", 0},       {"standardSCParity", 0},
          {"rrSCParity", 0},          {"totalSets", {1}}, {"totalDrivesPerSet", {1}}};
}

Json server_to_json(const Call& call) {
  const ServerFacts& facts = call.parts.facts;
  return {{"state", call.parts.engine.health().ready ? "online" : "offline"},
          {"endpoint", facts.endpoint},
          {"scheme", facts.tls ? "https" : "http"},
          {"uptime", uptime_seconds(call)},
          {"version", facts.version},
          {"network", {{facts.endpoint, "online"}}},
          {"drives", Json::array({disk_to_json(call)})},
          {"poolNumber", 1},
          {"poolNumbers", {1}},
          {"mem_stats", Json::object()},
          {"edition", "Holdfast"}};
}

auth::Decision decide_s3(const Call& call, const char* action, const std::string& bucket, const char* suffix) {
  if (call.caller().is_unrestricted()) return auth::Decision::allow;
  return call.caller().decide({call.caller().arn(), action, "arn:aws:s3:::" + bucket + suffix, {}});
}

Result<storage::BucketPtr> asked_bucket(const Call& call) { return call.parts.engine.bucket(call.parameter("bucket")); }

void append_statements(Json& statements, const std::string& document) {
  const Json parsed = Json::parse(document);
  const Json& listed = parsed["Statement"];
  if (!listed.is_array()) return statements.push_back(listed);
  statements.insert(statements.end(), listed.begin(), listed.end());
}

// The statements of everything that the caller has, as one document.
Json policy_of_caller(const Call& call) {
  Json statements = Json::array();
  const auto current = call.snapshot();
  const auto add = [&](const auth::PolicyHolder& holder) {
    for (const std::string& name : holder.policies) {
      const auto policy = current->identities().find_policy(call.account(), name);
      if (policy) append_statements(statements, policy->document);
    }
  };
  if (call.caller().is_root()) {
    append_statements(statements, current->identities().find_policy(call.account(), "consoleAdmin")->document);
  } else if (const auth::User* user = current->identities().find_user(call.account(), call.caller().user)) {
    add(*user);
    for (const auth::Group* group : current->identities().groups_of(call.account(), user->name)) add(*group);
  }
  return {{"Version", "2012-10-17"}, {"Statement", std::move(statements)}};
}

}  // namespace

Answer server_info(Call& call) {
  const Totals totals = add_up(call.parts.engine);
  Json answer{{"mode", "online"},
              {"region", call.parts.facts.region},
              {"deploymentID", call.parts.engine.deployment_id()},
              {"buckets", {{"count", totals.buckets}}},
              {"objects", {{"count", totals.usage.objects}}},
              {"versions", {{"count", totals.usage.versions}}},
              {"deletemarkers", {{"count", totals.usage.delete_markers}}},
              {"usage", {{"size", totals.usage.bytes}}},
              {"services", Json::object()},
              {"backend", backend_to_json()},
              {"servers", Json::array({server_to_json(call)})}};
  answer["pools"]["0"]["0"] = {{"id", 0},
                               {"usage", totals.usage.bytes},
                               {"objectsCount", totals.usage.objects},
                               {"versionsCount", totals.usage.versions},
                               {"deleteMarkersCount", totals.usage.delete_markers}};
  co_return json_response(answer.dump());
}

Answer storage_info(Call& call) {
  const Json backend{{"Type", 2}, {"OnlineDisks", {{"", 1}}}, {"StandardSCParity", 0}, {"RRSCParity", 0}};
  co_return json_response(Json{{"Disks", Json::array({disk_to_json(call)})}, {"Backend", backend}}.dump());
}

Answer data_usage_info(Call& call) {
  const Totals totals = add_up(call.parts.engine);
  Json buckets = Json::object();
  Json sizes = Json::object();
  for (const storage::BucketPtr& bucket : call.parts.engine.buckets()) {
    const auto usage = call.parts.engine.usage(bucket->name);
    if (!usage) continue;
    buckets[bucket->name] = {{"size", usage->bytes},
                             {"objectsCount", usage->objects},
                             {"versionsCount", usage->versions},
                             {"deleteMarkersCount", usage->delete_markers}};
    sizes[bucket->name] = usage->bytes;
  }
  const Json disk = disk_to_json(call);
  co_return json_response(Json{
      {"lastUpdate", format_iso8601_millis(call.now)},
      {"objectsCount", totals.usage.objects},
      {"objectsTotalSize", totals.usage.bytes},
      {"bucketsCount", totals.buckets},
      {"bucketsUsageInfo", std::move(buckets)},
      {"bucketsSizes", std::move(sizes)},
      {"capacity", disk["totalspace"]},
      {"freeCapacity", disk["availspace"]},
      {"usedCapacity",
       disk["usedspace"]}}.dump());
}

Answer account_info(Call& call) {
  Json buckets = Json::array();
  for (const storage::BucketPtr& bucket : call.parts.engine.buckets()) {
    if (bucket->owner != call.caller().canonical_id && !bucket->owner.empty()) continue;
    const bool read = decide_s3(call, "s3:ListBucket", bucket->name, "") == auth::Decision::allow;
    const bool write = decide_s3(call, "s3:PutObject", bucket->name, "/*") == auth::Decision::allow;
    if (!read && !write) continue;
    const auto usage = call.parts.engine.usage(bucket->name);
    buckets.push_back({{"name", bucket->name},
                       {"size", usage ? usage->bytes : 0},
                       {"objects", usage ? usage->objects : 0},
                       {"created", format_iso8601_millis(bucket->created)},
                       {"access", {{"read", read}, {"write", write}}}});
  }
  co_return json_response(Json{
      {"AccountName", call.name_of(call.caller().user)},
      {"Server", {{"Type", 2}}},
      {"Policy", policy_of_caller(call)},
      {"Buckets",
       std::move(buckets)}}.dump());
}

Answer service_action(Call& call) {
  const std::string_view asked = call.parameter("action");
  if (asked != "restart" && asked != "stop") {
    co_return Error(ErrorCode::XMinioAdminInvalidArgument, "The action must be restart or stop.");
  }
  HOLDFAST_CO_TRY_VOID(call.require(asked == "restart" ? "admin:ServiceRestart" : "admin:ServiceStop"));
  const bool dry_run = call.parameter("dry-run") == "true";
  const Json result{{"host", call.parts.facts.endpoint}};
  const Json answer{{"action", asked}, {"dryRun", dry_run}, {"results", Json::array({result})}};
  if (!dry_run) call.parts.service(asked == "restart" ? ServiceAction::restart : ServiceAction::stop);
  co_return json_response(answer.dump());
}

Answer get_bucket_quota(Call& call) {
  HOLDFAST_CO_TRY(bucket, asked_bucket(call));
  if (bucket->quota_bytes == 0) co_return json_response("{}");
  co_return json_response(
      Json{{"quota", bucket->quota_bytes}, {"size", bucket->quota_bytes}, {"rate", 0}, {"requests", 0}, {"quotatype", "hard"}}.dump());
}

Answer set_bucket_quota(Call& call) {
  const Json json = Json::parse(call.body, nullptr, false);
  if (!json.is_object()) co_return Error(ErrorCode::XMinioMalformedJSON);
  std::uint64_t bytes = 0;
  for (const char* name : {"quota", "size"}) {
    if (json.contains(name) && json[name].is_number_unsigned()) bytes = std::max(bytes, json[name].get<std::uint64_t>());
  }
  std::function<Result<>(storage::BucketInfo&)> change = [bytes](storage::BucketInfo& bucket) -> Result<> {
    bucket.quota_bytes = bytes;
    return {};
  };
  HOLDFAST_CO_TRY_VOID(co_await call.parts.engine.update_bucket(std::string(call.parameter("bucket")), std::move(change)));
  co_return empty_response();
}

Answer no_healing(Call& call) {
  (void)call;
  co_return Error(ErrorCode::XMinioHealNotImplemented,
                  "There is nothing to heal on one folder: run 'holdfast check --deep DIR' to compare everything with its checksums.");
}

}  // namespace holdfast::admin::ops
