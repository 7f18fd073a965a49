#include "admin/minio/routes.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"
#include "holdfast/base/log.hpp"
#include "holdfast/base/random.hpp"
#include "holdfast/crypto/madmin_cipher.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace holdfast::admin {
namespace {

constexpr std::string_view kPrefix = "/minio/admin/";
// Admin actions have no resource; policies write this one.
constexpr std::string_view kResource = "arn:aws:s3:::*";

// What is behind /minio/admin/v3/; empty for another version.
std::string_view operation_path(std::string_view path) noexcept {
  path.remove_prefix(kPrefix.size());
  if (!path.starts_with("v3/") && !path.starts_with("v4/")) return {};
  return path.substr(3);
}

bool matches(const AdminRoute& row, std::string_view method, std::string_view path) noexcept {
  if (row.method != method) return false;
  if (!row.path.ends_with('*')) return row.path == path;
  return path.starts_with(row.path.substr(0, row.path.size() - 1));
}

Result<const AdminRoute*> find_route(std::string_view method, std::string_view path) {
  const auto found = std::ranges::find_if(kAdminRoutes, [&](const AdminRoute& row) { return matches(row, method, path); });
  if (found != std::end(kAdminRoutes)) return found;
  return Error(ErrorCode::MethodNotAllowed, "This server has no such admin operation.");
}

Result<std::map<std::string, std::vector<std::string>, std::less<>>> parse_query(std::string_view text) {
  std::map<std::string, std::vector<std::string>, std::less<>> query;
  for (const std::string_view pair : split(text, '&')) {
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = query_decode(pair.substr(0, equals));
    auto value = query_decode(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return ErrorCode::InvalidURI;
    query[*name].push_back(std::move(*value));
  }
  return query;
}

Task<Result<std::string>> read_body(http::BodyStream& stream) {
  std::string body;
  std::vector<std::byte> block(limits::kBodyBufferBytes);
  while (true) {
    HOLDFAST_CO_TRY(size, co_await stream.read(block));
    if (size == 0) co_return body;
    if (body.size() + size > limits::kXmlBodyBytes) co_return Error(ErrorCode::MaxMessageLengthExceeded);
    body.append(as_text(ByteView(block).first(size)));
  }
}

Result<> check_permission(const Call& call, const AdminRoute& row) {
  if (row.scope == Scope::server && call.account() != auth::kRootAccount) return ErrorCode::AccessDenied;
  return row.action.empty() ? Result<>() : call.require(row.action);
}

http::Response error_response(const Error& error, const http::Request& request, std::string_view request_id) {
  http::Response response = json_response(
      nlohmann::json{{"Code", error.name()}, {"Message", error.text()}, {"Resource", request.path}, {"RequestId", request_id}}.dump(
          -1, ' ', false, nlohmann::json::error_handler_t::replace));
  response.status = error.http_status();
  return response;
}

std::map<std::string, std::vector<std::string>, std::less<>> conditions_of(const Call& call) {
  const auto& caller = call.caller();
  std::map<std::string, std::vector<std::string>, std::less<>> conditions;
  conditions["aws:sourceip"] = {call.request.peer_address};
  conditions["aws:securetransport"] = {call.request.secure ? "true" : "false"};
  conditions["aws:currenttime"] = {format_iso8601_millis(call.now)};
  conditions["aws:username"] = {call.name_of(caller.user)};
  conditions["aws:userid"] = conditions["aws:username"];
  conditions["aws:principalaccount"] = {caller.account};
  if (!caller.groups.empty()) conditions["aws:groups"] = caller.groups;
  return conditions;
}

}  // namespace

std::string_view Call::parameter(std::string_view name) const noexcept {
  const auto found = query.find(name);
  return found == query.end() ? std::string_view() : std::string_view(found->second.front());
}

std::vector<std::string> Call::parameters(std::string_view name) const {
  const auto found = query.find(name);
  return found == query.end() ? std::vector<std::string>() : found->second;
}

auth::Decision Call::decide(std::string_view admin_action) const {
  return caller().decide({caller().arn(), std::string(admin_action), std::string(kResource), conditions_of(*this)});
}

Result<> Call::require(std::string_view admin_action) const {
  if (decide(admin_action) == auth::Decision::allow) return {};
  return ErrorCode::AccessDenied;
}

std::string Call::root_name() const {
  if (account() == auth::kRootAccount) return parts.identities.root_access_key();
  const auto current = snapshot();
  for (const auto& [name, key] : current->identities().keys) {
    if (key.own && key.user.empty() && key.account == account()) return name;
  }
  return {};
}

Result<std::string> Call::user_of(std::string_view name) const {
  if (name == root_name()) return std::string();
  if (snapshot()->identities().find_user(account(), name) == nullptr) return ErrorCode::XMinioAdminNoSuchUser;
  return std::string(name);
}

Task<Result<>> Call::change(auth::IdentityStore::Change change) const { return parts.identities.change(std::move(change)); }

Task<Result<std::string>> Call::open_body() {
  std::optional<std::string> text;
  {
    const auto guard = co_await deriving.lock();
    std::function<void()> work = [&] { text = crypto::madmin_decrypt(secret_key, body); };
    co_await parts.run_blocking(std::move(work));
  }
  if (!text) co_return Error(ErrorCode::XMinioAdminConfigBadJSON, "The body is not encrypted under the caller's secret key.");
  co_return std::move(*text);
}

Task<http::Response> Call::seal(std::string text) {
  std::string sealed;
  const auto guard = co_await deriving.lock();
  std::function<void()> work = [&] { sealed = crypto::madmin_encrypt(secret_key, text); };
  co_await parts.run_blocking(std::move(work));
  http::Response response;
  response.set("Content-Type", "application/octet-stream");
  response.body = std::move(sealed);
  co_return response;
}

http::Response json_response(std::string text) {
  http::Response response;
  response.set("Content-Type", "application/json");
  response.body = std::move(text);
  return response;
}

http::Response empty_response() { return {}; }

struct MinioApi::State {
  MinioApiParts parts;
  AsyncMutex deriving;

  Answer run(const http::Request& request, http::BodyStream& stream);
  Result<> identify(Call& call);
};

MinioApi::MinioApi(MinioApiParts parts) : state_(new State{std::move(parts), {}}) {}
MinioApi::~MinioApi() = default;

bool MinioApi::serves(std::string_view path) noexcept { return path.starts_with(kPrefix); }

Result<> MinioApi::State::identify(Call& call) {
  auth::RequestView view;
  view.method = call.request.method;
  view.raw_path = call.request.path;
  view.raw_query = call.request.query;
  view.host = call.request.header("host");
  view.headers = call.request.headers;
  HOLDFAST_TRY(who, parts.authenticator.authenticate(view, call.now));
  if (!who.principal) return ErrorCode::AccessDenied;
  const auto token = call.request.header("x-amz-security-token");
  if (token.empty()) {
    const auto credential = parts.identities.find(who.access_key);
    if (!credential) return ErrorCode::InvalidAccessKeyId;
    call.secret_key = credential->secret_key;
  } else {
    HOLDFAST_TRY(credential, parts.identities.find_session(who.access_key, token));
    call.secret_key = credential.secret_key;
  }
  call.who = std::move(who);
  return auth::check_default_credentials(parts.default_credentials, call.caller(), call.request.peer_address, call.request.headers);
}

// Who, whether he may, what: in this order, so that nobody learns or costs anything before.
Answer MinioApi::State::run(const http::Request& request, http::BodyStream& stream) {
  HOLDFAST_CO_TRY(query, parse_query(request.query));
  HOLDFAST_CO_TRY(route, find_route(request.method, operation_path(request.path)));
  Call call{parts, deriving, request, std::move(query), {}, {}, {}, parts.clock.now()};
  HOLDFAST_CO_TRY_VOID(identify(call));
  HOLDFAST_CO_TRY_VOID(check_permission(call, *route));
  HOLDFAST_CO_TRY(body, co_await read_body(stream));
  HOLDFAST_CO_TRY_VOID(auth::check_body(call.who, body));
  call.body = std::move(body);
  if (route->run == nullptr) co_return Error(ErrorCode::NotImplemented, "This server does not do that.");
  co_return co_await route->run(call);
}

Task<http::Response> MinioApi::handle(const http::Request& request, http::BodyStream& body) {
  std::string request_id = new_request_id();
  Result<http::Response> result = ErrorCode::InternalError;
  try {
    result = co_await state_->run(request, body);
  } catch (const std::exception& bug) {
    log::error("an admin request failed in a way that it never should; please report it", {{"what", bug.what()}});
  }
  if (result) co_return std::move(*result);
  co_return error_response(result.error(), request, request_id);
}

}  // namespace holdfast::admin
