#include "holdfast/admin/console.hpp"

#include "admin/console/api.hpp"
#include "admin/console/door.hpp"
#include "admin/console/s3_request.hpp"
#include "admin/console/storage_api.hpp"

#include "holdfast/base/log.hpp"
#include "holdfast/base/random.hpp"

#include <exception>

namespace holdfast::admin {
namespace {

constexpr std::string_view kApi = "/api/v1/";
constexpr std::string_view kStorage = "storage/";

class Console final : public http::Handler {
 public:
  Console(storage::Engine& engine, const auth::CredentialStore& credentials, const Clock& clock, S3Door s3, ConsoleOptions options)
      : clock_(clock),
        s3_(std::move(s3)),
        options_(std::move(options)),
        door_(credentials, options_),
        storage_api_(engine, credentials, s3_, options_) {}

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
  if (call.request.path.starts_with(kApi)) {
    call.path = call.request.path.substr(kApi.size());
    co_return co_await answer_api(call);
  }
  http::Response response;
  response.status = 404;
  response.set("Content-Type", "text/plain; charset=utf-8");
  response.body = "The web console is not in this build. S3 is served on the other port; health is at /health.\n";
  co_return response;
}

Task<http::Response> Console::answer_api(ApiCall& call) {
  const std::string_view method = call.request.method;
  if (call.path == "storage/health") co_return storage_api_.health();
  if (call.path == "login" && method == "POST") co_return co_await door_.login(call);
  if (auto refusal = door_.identify(call)) co_return std::move(*refusal);
  if (call.path == "logout" && method == "POST") co_return door_.logout(call);
  if (call.path.starts_with(kStorage)) co_return co_await storage_api_.answer(call, call.path.substr(kStorage.size()));
  co_return failure(call, 404, "NoSuchCall", "There is no such call.");
}

// Nothing that this listener sends may run in a page of its origin but the console itself: an object that a browser is
// made to open is shown as what it says it is, without scripts, in an origin of its own.
void Console::finish(http::Response& response, const std::string& request_id) {
  response.set("X-Request-Id", request_id);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("X-Frame-Options", "SAMEORIGIN");
  response.set("Referrer-Policy", "no-referrer");
  response.set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'self'");
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

std::unique_ptr<http::Handler> make_console(storage::Engine& engine, const auth::CredentialStore& credentials, const Clock& clock,
                                            S3Door s3, ConsoleOptions options) {
  return std::make_unique<Console>(engine, credentials, clock, std::move(s3), std::move(options));
}

}  // namespace holdfast::admin
