#include "admin/console/door.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/log.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace holdfast::admin {
namespace {

constexpr std::size_t kLoginBytes = 16 * 1024;
constexpr std::string_view kWrongLogin = "The access key or the secret key is not right.";

// Cookies know no ports: two servers on one machine must not log each other out.
std::string cookie_name(const http::Request& request) { return "holdfast-session-" + std::to_string(request.local_port); }

bool was_forwarded(const http::Request& request) noexcept {
  for (const auto& [name, value] : request.headers) {
    if (name == "forwarded" || name.starts_with("x-forwarded-")) return true;
  }
  return false;
}

bool changes_something(std::string_view method) noexcept { return method != "GET" && method != "HEAD"; }

std::string json_text(const nlohmann::json& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = object.find(name);
    if (found != object.end() && found->is_string()) return found->get<std::string>();
  }
  return {};
}

}  // namespace

std::optional<http::Response> Door::identify(ApiCall& call) {
  const auto authorization = call.request.header("authorization");
  const auto with_basic = basic(authorization);
  if (with_basic) {
    if (auto refusal = refuse(call, with_basic->access_key)) return refusal;
    if (const auto credential = check(call, *with_basic)) call.access_key = credential->access_key;
  } else {
    call.access_key = sessions_.find(token_of(call.request), credentials_, call.now).value_or(std::string());
  }
  if (!call.access_key.empty()) {
    if (changes_something(call.request.method) && call.request.header("sec-fetch-site") == "cross-site") {
      return failure(call, 403, "CrossSiteRequest", "Another site's page asked for this change.");
    }
    const bool by_cookie = authorization.empty();
    if (!by_cookie || !changes_something(call.request.method) || call.request.has_header(kConsoleHeader)) return std::nullopt;
    return failure(call, 403, "MissingConsoleHeader", "A change asked for with the session cookie needs the header X-Holdfast-Console.");
  }
  http::Response response =
      failure(call, 401, "NotLoggedIn", with_basic ? kWrongLogin : "Log in first, or send HTTP Basic or a bearer token.");
  // A browser would show its own dialogue for this, which the console's page has no use for.
  if (!call.request.has_header(kConsoleHeader)) response.set("WWW-Authenticate", "Basic realm=\"Holdfast\", charset=\"UTF-8\"");
  return response;
}

Task<http::Response> Door::login(ApiCall& call) {
  const auto body = co_await read_body(call.body, kLoginBytes);
  if (!body) co_return failure(call, body.error());
  const auto pair = parse_login(*body);
  if (!pair) {
    co_return failure(call, 400, "InvalidRequest", "Send {\"access_key\": \"...\", \"secret_key\": \"...\"} as JSON.");
  }
  if (auto refusal = refuse(call, pair->access_key)) co_return std::move(*refusal);
  const auto credential = check(call, *pair);
  if (!credential) co_return failure(call, 401, "WrongLogin", kWrongLogin);
  const auto session = sessions_.open(*credential, call.now);
  nlohmann::ordered_json answer = {{"access_key", credential->access_key}, {"expires", format_iso8601_millis(session.expires)}};
  const bool browser = call.request.has_header(kConsoleHeader);
  if (!browser) answer["token"] = session.token;
  http::Response response = json_response(200, answer.dump());
  if (browser) response.set("Set-Cookie", cookie(call.request, session.token, kSessionLife));
  co_return response;
}

http::Response Door::logout(const ApiCall& call) {
  sessions_.close(token_of(call.request));
  http::Response response;
  response.status = 204;
  response.set("Set-Cookie", cookie(call.request, {}, std::chrono::seconds(0)));
  return response;
}

std::optional<Door::Pair> Door::basic(std::string_view authorization) {
  constexpr std::string_view kScheme = "basic ";
  if (!equals_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  const auto decoded = base64_decode(trim(authorization.substr(kScheme.size())));
  if (!decoded) return Pair{};
  const std::string_view text = as_text(*decoded);
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return Pair{};
  return Pair{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

// Forms too, and the names by which other consoles call the two: whoever moves here keeps the scripts.
std::optional<Door::Pair> Door::parse_login(std::string_view body) {
  Pair pair;
  if (!trim(body).starts_with('{')) {
    for (const char* name : {"access_key", "accessKey", "username"}) {
      if (pair.access_key.empty()) pair.access_key = query_value(body, name).value_or(std::string());
    }
    for (const char* name : {"secret_key", "secretKey", "password"}) {
      if (pair.secret_key.empty()) pair.secret_key = query_value(body, name).value_or(std::string());
    }
  } else {
    const auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    pair.access_key = json_text(json, {"access_key", "accessKey", "username"});
    pair.secret_key = json_text(json, {"secret_key", "secretKey", "password"});
  }
  if (pair.access_key.empty() || pair.secret_key.empty()) return std::nullopt;
  return pair;
}

std::optional<auth::Credential> Door::check(const ApiCall& call, const Pair& pair) {
  auto credential = credentials_.find(pair.access_key);
  const bool right = constant_time_equal(credential ? credential->secret_key : std::string(), pair.secret_key) && credential;
  if (right) {
    guard_.succeeded(call.request.peer_address, pair.access_key);
    return credential;
  }
  guard_.failed(call.request.peer_address, pair.access_key, call.now);
  log::warn("wrong login to the console", {{"peer", call.request.peer_address}, {"request_id", call.request_id}});
  return std::nullopt;
}

std::optional<http::Response> Door::refuse(const ApiCall& call, std::string_view access_key) const {
  if (guard_.blocked(call.request.peer_address, access_key, call.now)) {
    http::Response response = failure(call, 429, "TooManyAttempts", "Too many wrong logins. Wait five minutes and try again.");
    response.set("Retry-After", std::to_string(std::chrono::seconds(LoginGuard::kWindow).count()));
    return response;
  }
  const http::Request& request = call.request;
  const bool local =
      auth::is_loopback_address(request.peer_address) && auth::is_loopback_host(request.header("host")) && !was_forwarded(request);
  if (!options_.default_credentials || access_key != options_.root_user || local) return std::nullopt;
  return failure(call, 403, "AccessDenied",
                 "The default credentials work from the server's own machine only. To use the server from elsewhere, start it with "
                 "MINIO_ROOT_USER=<a name of 3 characters or more> MINIO_ROOT_PASSWORD=<a password of 8 characters or more>");
}

std::string_view Door::token_of(const http::Request& request) const noexcept {
  constexpr std::string_view kScheme = "bearer ";
  const auto authorization = request.header("authorization");
  if (!authorization.empty()) {
    const bool bearer = equals_ignoring_case(authorization.substr(0, kScheme.size()), kScheme);
    return bearer ? trim(authorization.substr(kScheme.size())) : std::string_view();
  }
  const std::string name = cookie_name(request);
  for (std::string_view cookie : split(request.header("cookie"), ';')) {
    cookie = trim(cookie);
    if (cookie.size() > name.size() && cookie.starts_with(name) && cookie[name.size()] == '=') return cookie.substr(name.size() + 1);
  }
  return {};
}

std::string Door::cookie(const http::Request& request, std::string_view token, std::chrono::seconds life) const {
  std::string text = cookie_name(request) + "=" + std::string(token);
  text += "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(life.count());
  const bool secure = request.secure || equals_ignoring_case(request.header("x-forwarded-proto"), "https");
  return secure ? text + "; Secure" : text;
}

}  // namespace holdfast::admin
