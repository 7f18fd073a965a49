#include "holdfast/admin/console.hpp"

#include "admin/console/api.hpp"
#include "admin/console/console_api.hpp"
#include "admin/console/door.hpp"
#include "admin/console/links.hpp"
#include "admin/console/pages.hpp"
#include "admin/console/s3_request.hpp"
#include "admin/console/storage_api.hpp"

#include "holdfast/base/log.hpp"
#include "holdfast/base/random.hpp"

#include <exception>

namespace holdfast::admin {
namespace {

constexpr std::string_view kApi = "/api/v1/";
constexpr std::string_view kStorage = "storage/";

http::Response redirect(std::string to) {
  http::Response response;
  response.status = 303;
  response.set("Location", std::move(to));
  return response;
}

class Console final : public http::Handler {
 public:
  Console(storage::Engine& engine, const auth::CredentialStore& credentials, const Clock& clock, S3Door s3, ConsoleOptions options)
      : clock_(clock),
        s3_(std::move(s3)),
        options_(std::move(options)),
        door_(credentials, options_),
        storage_api_(engine, credentials, s3_, options_),
        console_api_(engine, credentials, s3_, options_) {}

  Task<http::Response> handle(const http::Request& request, http::BodyStream& body) override;
  http::Response handle_error(const Error& error) override;

 private:
  Task<http::Response> answer(ApiCall& call);
  Task<http::Response> answer_api(ApiCall& call);
  static void finish(http::Response& response, const std::string& request_id);

  const Clock& clock_;
  const S3Door s3_;
  const ConsoleOptions options_;
  Door door_;
  StorageApi storage_api_;
  ConsoleApi console_api_;
};

Task<http::Response> Console::handle(const http::Request& request, http::BodyStream& body) {
  ApiCall call{request, body, {}, new_request_id(), clock_.now(), {}};
  std::optional<http::Response> response;
  try {
    response = co_await answer(call);
  } catch (const std::exception& bug) {
    log::error("a request failed in a way that it never should; please report it", {{"request_id", call.request_id}, {"what", bug.what()}});
  }
  if (!response) response = failure(call, ErrorCode::InternalError);
  finish(*response, call.request_id);
  co_return std::move(*response);
}

Task<http::Response> Console::answer(ApiCall& call) {
  std::string_view path = call.request.path;
  if (!options_.base_path.empty() && path == options_.base_path) co_return redirect(options_.base_path + "/");
  if (path.starts_with(options_.base_path + "/")) path.remove_prefix(options_.base_path.size());
  if (path.starts_with(kApi)) {
    call.path = path.substr(kApi.size());
    co_return co_await answer_api(call);
  }
  if (!options_.pages) co_return failure(call, 404, "NoConsole", "The web console is switched off (MINIO_BROWSER=off).");
  co_return answer_page(call.request, path, s3_endpoint(call.request, options_));
}

Task<http::Response> Console::answer_api(ApiCall& call) {
  const std::string_view method = call.request.method;
  if (call.path == "storage/health") co_return storage_api_.health();
  if (call.path == "login" && method == "POST") co_return co_await door_.login(call);
  if (auto refusal = door_.identify(call)) {
    // A page that asks whether somebody is logged in is told so, not refused.
    if (call.path == "session" && refusal->status == 401 && call.request.header("authorization").empty())
      co_return json_response(200, "null");
    co_return std::move(*refusal);
  }
  if (call.path == "logout" && method == "POST") co_return door_.logout(call);
  if (call.path.starts_with(kStorage)) co_return co_await storage_api_.answer(call, call.path.substr(kStorage.size()));
  if (!options_.pages) co_return failure(call, 404, "NoConsole", "The web console is switched off (MINIO_BROWSER=off).");
  co_return co_await console_api_.answer(call);
}

// Nothing that this listener sends may run in a page of its origin but the console itself: an object that a browser is
// made to open is shown as what it says it is, without scripts, in an origin of its own.
void Console::finish(http::Response& response, const std::string& request_id) {
  response.set("X-Request-Id", request_id);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  if (response_header(response, "x-frame-options").empty()) response.set("X-Frame-Options", "SAMEORIGIN");
  if (response_header(response, "content-security-policy").empty()) {
    response.set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'self'");
  }
}

http::Response Console::handle_error(const Error& error) {
  const http::Request request;
  NoBody nothing;
  const ApiCall call{request, nothing, {}, new_request_id(), clock_.now(), {}};
  http::Response response = failure(call, error);
  finish(response, call.request_id);
  return response;
}

}  // namespace

bool has_console_pages() noexcept { return has_pages(); }

std::unique_ptr<http::Handler> make_console(storage::Engine& engine, const auth::CredentialStore& credentials, const Clock& clock,
                                            S3Door s3, ConsoleOptions options) {
  return std::make_unique<Console>(engine, credentials, clock, std::move(s3), std::move(options));
}

}  // namespace holdfast::admin
