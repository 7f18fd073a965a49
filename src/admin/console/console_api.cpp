#include "admin/console/console_api.hpp"

#include "admin/console/links.hpp"
#include "admin/console/s3_request.hpp"
#include "admin/console/zip.hpp"

#include "holdfast/auth/policy.hpp"
#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace holdfast::admin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kJsonBytes = 64 * 1024;
constexpr std::uint64_t kLinkSeconds = 3600;

http::Response json_answer(const Json& json) { return json_response(200, json.dump(-1, ' ', false, Json::error_handler_t::replace)); }

std::string_view versioning_name(storage::Versioning versioning) {
  constexpr std::array<std::string_view, 3> kNames{"unversioned", "enabled", "suspended"};
  return kNames.at(static_cast<std::size_t>(versioning));
}

// A policy that doesn't parse lets nobody in.
bool is_public(const storage::BucketInfo& bucket) {
  const auto found = bucket.configuration.find("policy");
  if (found == bucket.configuration.end()) return false;
  const auto policy = auth::PolicyDocument::parse_bucket_policy(found->second, bucket.name);
  return policy && policy->is_public();
}

std::vector<std::string> query_values(std::string_view query, std::string_view name) {
  std::vector<std::string> values;
  for (const std::string_view parameter : split(query, '&')) {
    if (auto value = query_value(parameter, name)) values.push_back(std::move(*value));
  }
  return values;
}

struct ObjectPath {
  std::string bucket;
  std::string key;
};

Result<ObjectPath> parse_object_path(std::string_view path) {
  const auto slash = std::min(path.find('/'), path.size());
  auto bucket = uri_decode(path.substr(0, slash));
  auto key = uri_decode(path.substr(std::min(slash + 1, path.size())));
  if (!bucket || !key || bucket->empty() || key->empty()) return Error(ErrorCode::InvalidURI);
  return ObjectPath{std::move(*bucket), std::move(*key)};
}

// A PDF is shown by the browser's own viewer, which a sandbox would keep from working; it has no access to the page. All
// other content is in an origin of its own and runs nothing, whatever it says it is.
std::string_view preview_policy(std::string_view content_type) {
  if (content_type == "application/pdf") return "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'";
  return "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self'; frame-ancestors 'self'";
}

}  // namespace

ConsoleApi::ConsoleApi(storage::Engine& engine, const auth::CredentialStore& credentials, const S3Door& s3, const ConsoleOptions& options)
    : engine_(engine), credentials_(credentials), s3_(s3), options_(options), history_(options.activity) {}

Task<http::Response> ConsoleApi::answer(const ApiCall& call) {
  auto response = co_await run(call);
  if (!response) co_return failure(call, response.error());
  co_return std::move(*response);
}

Task<Result<http::Response>> ConsoleApi::run(const ApiCall& call) {
  const std::string_view method = call.request.method;
  const bool reads = method == "GET" || method == "HEAD";
  const auto slash = std::min(call.path.find('/'), call.path.size());
  const auto place = call.path.substr(0, slash);
  const auto rest = call.path.substr(std::min(slash + 1, call.path.size()));
  if (place == "s3") co_return co_await s3(call, rest);
  if (reads && place == "download") co_return co_await object(call, rest, false);
  if (reads && place == "preview") co_return co_await object(call, rest, true);
  if (method == "POST" && call.path == "share") co_return co_await share(call);
  if (method != "GET") co_return Error(ErrorCode::MethodNotAllowed);
  if (call.path == "session") co_return session(call);
  if (call.path == "buckets") co_return buckets(call);
  if (call.path == "allowed") co_return allowed(call);
  if (call.path == "server") co_return server(call);
  if (call.path == "zip") {
    ZipSpec spec;
    spec.bucket = query_value(call.request.query, "bucket").value_or(std::string());
    spec.prefix = query_value(call.request.query, "prefix").value_or(std::string());
    spec.keys = query_values(call.request.query, "key");
    co_return zip_objects(call, std::move(spec), engine_, s3_);
  }
  co_return Error(ErrorCode::MethodNotAllowed, "There is no such call.");
}

bool ConsoleApi::is_root(const ApiCall& call) const {
  const auto credential = credentials_.find(call.access_key);
  return credential && credential->principal->is_unrestricted();
}

http::Response ConsoleApi::session(const ApiCall& call) const {
  Json features = Json::array();
  if (is_root(call)) features.push_back("server");
  return json_answer(Json{{"access_key", call.access_key},
                          {"root", is_root(call)},
                          {"s3_endpoint", s3_endpoint(call.request, options_)},
                          {"public_url", options_.public_url},
                          {"region", options_.region},
                          {"version", options_.version},
                          {"features", std::move(features)},
                          {"operations", options_.operations}});
}

bool ConsoleApi::may_see(const ApiCall& call, const storage::BucketInfo& bucket) const {
  for (const std::string_view action : {"s3:ListAllMyBuckets", "s3:ListBucket"}) {
    if (s3_.authorize(call.access_key, call.request, action, action == "s3:ListBucket" ? bucket.name : std::string(), {})) return true;
  }
  return false;
}

http::Response ConsoleApi::buckets(const ApiCall& call) const {
  Json list = Json::array();
  for (const storage::BucketPtr& bucket : engine_.buckets()) {
    if (!may_see(call, *bucket)) continue;
    const auto known = engine_.usage(bucket->name);
    const storage::Usage usage = known ? *known : storage::Usage{};
    list.push_back(Json{{"name", bucket->name},
                        {"created", format_iso8601_millis(bucket->created)},
                        {"objects", usage.objects},
                        {"versions", usage.versions},
                        {"bytes", usage.bytes},
                        {"public", is_public(*bucket)},
                        {"versioning", versioning_name(bucket->versioning)},
                        {"object_lock", bucket->object_lock}});
  }
  return json_answer(Json{{"buckets", std::move(list)}});
}

// Which of the actions asked for the caller may do: pages don't offer the others.
http::Response ConsoleApi::allowed(const ApiCall& call) const {
  const std::string bucket = query_value(call.request.query, "bucket").value_or(std::string());
  const std::string prefix = query_value(call.request.query, "prefix").value_or(std::string());
  http::Request plain = call.request;
  plain.query = {};  // what is asked for here is not what a condition on s3:prefix speaks of
  Json list = Json::array();
  for (const std::string& action : query_values(call.request.query, "action")) {
    const bool on_objects = action.ends_with("Object");
    if (s3_.authorize(call.access_key, plain, action, bucket, on_objects ? prefix + "*" : std::string())) list.push_back(action);
  }
  return json_answer(Json{{"allowed", std::move(list)}});
}

Task<Result<http::Response>> ConsoleApi::share(const ApiCall& call) const {
  HOLDFAST_CO_TRY(body, co_await read_body(call.body, kJsonBytes));
  const auto json = nlohmann::json::parse(body, nullptr, false);
  const auto text = [&json](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (!json.is_object() || text("bucket").empty() || text("key").empty()) {
    co_return Error(ErrorCode::InvalidRequest, "Send {\"bucket\", \"key\", \"expires\"} as JSON.");
  }
  const auto asked = json.find("expires");
  const std::uint64_t seconds = asked == json.end() ? kLinkSeconds : asked->is_number_unsigned() ? asked->get<std::uint64_t>() : 0;
  if (seconds < 1 || seconds > static_cast<std::uint64_t>(limits::kPresignMax.count())) {
    co_return Error(ErrorCode::InvalidArgument, "expires must be a number of seconds from 1 to 604800.");
  }
  LinkSpec spec{text("bucket"), text("key"), {}, std::chrono::seconds(seconds)};
  if (const auto version = text("version_id"); !version.empty()) spec.query.emplace_back("versionId", version);
  HOLDFAST_CO_TRY(url, make_link(call, spec, credentials_, options_));
  co_return json_answer(Json{{"url", url}, {"expires_in", seconds}});
}

Result<http::Response> ConsoleApi::server(const ApiCall& call) const {
  if (!is_root(call)) return ErrorCode::AccessDenied;
  const Activity now = history_.now();
  const storage::Health health = engine_.health();
  const auto span = query_value(call.request.query, "span") == "day" ? History::Span::day : History::Span::hour;
  const History::Rates rates = history_.rates(span);
  return json_answer(Json{{"version", options_.version},
                          {"uptime_seconds", history_.uptime_seconds()},
                          {"healthy", health.ready},
                          {"why", health.why},
                          {"disk", {{"total", now.disk_total_bytes}, {"free", now.disk_free_bytes}}},
                          {"connections", now.connections},
                          {"requests_total", now.requests},
                          {"history",
                           {{"time", rates.time},
                            {"requests", rates.requests},
                            {"errors", rates.errors},
                            {"received", rates.received},
                            {"sent", rates.sent}}}});
}

Task<Result<http::Response>> ConsoleApi::s3(const ApiCall& call, std::string_view path) const {
  S3Request request(call, path);
  request.pass_all(call);
  HOLDFAST_CO_TRY(response, co_await s3_.call(call.access_key, call.request_id, request.request(), call.body));
  if (response_header(response, "cache-control").empty()) response.set("Cache-Control", "no-store");
  co_return std::move(response);
}

Task<Result<http::Response>> ConsoleApi::object(const ApiCall& call, std::string_view path, bool inline_content) const {
  HOLDFAST_CO_TRY(name, parse_object_path(path));
  std::string query;
  if (const auto version = query_value(call.request.query, "versionId")) add_parameter(query, "versionId", *version);
  S3Request request(call, std::string(call.request.method), name.bucket, name.key, query);
  for (const std::string_view header : {"range", "if-range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since"}) {
    request.pass(call, header);
  }
  NoBody no_body;
  HOLDFAST_CO_TRY(response, co_await s3_.call(call.access_key, call.request_id, request.request(), no_body));
  response.set("Content-Disposition", content_disposition(inline_content ? "inline" : "attachment", name.key));
  const auto policy = preview_policy(inline_content ? response_header(response, "content-type") : std::string_view());
  response.set("Content-Security-Policy", std::string(policy));
  response.set("Cache-Control", "private, no-cache");
  co_return std::move(response);
}

}  // namespace holdfast::admin
