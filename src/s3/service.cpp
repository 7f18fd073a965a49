#include "holdfast/s3/service.hpp"

#include "s3/authorize.hpp"
#include "s3/bucket_config.hpp"
#include "s3/caller.hpp"
#include "s3/context.hpp"
#include "s3/cors.hpp"
#include "s3/router.hpp"
#include "s3/watcher.hpp"
#include "s3/xml.hpp"

#include "holdfast/auth/credentials.hpp"
#include "holdfast/base/encoding.hpp"
#include "holdfast/base/log.hpp"
#include "holdfast/base/random.hpp"

#include <exception>

namespace holdfast::s3 {
namespace {

constexpr std::string_view kReservedPath = "/minio/";

auth::AuthenticateOptions authenticate_options(const ServiceOptions& options) {
  auth::AuthenticateOptions out;
  out.region = options.region;
  out.allow_v2 = options.allow_signature_v2;
  out.host_aliases = options.host_aliases;
  return out;
}

Result<> check_access(const Context& context) {
  const Route& route = *context.route;
  if (context.caller.root || route.action.empty()) return {};
  if (!context.query.get("versionId").empty()) {
    return context.authorizer.authorize(context, versioned_action(route.action), context.bucket(), context.key());
  }
  return context.authorizer.authorize(context, route.action, context.bucket(), context.key());
}

// What wasn't allowed so far, the object's own ACL may allow.
Task<Result<>> check_object_access(const Context& context) {
  const bool versioned = !context.query.get("versionId").empty();
  std::string action = versioned ? versioned_action(context.route->action) : std::string(context.route->action);
  co_return co_await context.authorizer.authorize_object(context, std::move(action), context.object_name());
}

// What a request says beside the operation itself, which must not be passed over.
Result<> check_claims(const Context& context) {
  if (!context.header("x-amz-mfa").empty()) return Error(ErrorCode::NotImplemented, "MFA delete is not offered by this server.");
  if (context.bucket().empty()) return {};
  return check_expected_owner(context, "x-amz-expected-bucket-owner", context.bucket());
}

storage::BucketPtr bucket_of(const Context& context) {
  if (context.bucket().empty()) return nullptr;
  auto bucket = context.find_bucket();
  return bucket ? std::move(*bucket) : nullptr;
}

Result<storage::LifecycleRules> parse_lifecycle(std::string_view document, const storage::BucketInfo&) {
  return storage::parse_lifecycle_rules(document);
}

void render_error(http::Response& response, const Error& error, const http::Request& request, const ErrorResource& resource) {
  response.status = error.http_status();
  response.set("Content-Type", "application/xml");
  if (request.method != "HEAD" && error.code != ErrorCode::NotModified) response.body = render_error_xml(error, resource);
}

class NoBody final : public http::BodyStream {
 public:
  std::optional<std::uint64_t> content_length() const noexcept override { return 0; }
  bool has_body() const noexcept override { return false; }
  Task<Result<std::size_t>> read(ByteSpan) override { co_return std::size_t{0}; }
};

auth::Authentication vouched_for(std::string access_key) {
  auth::Authentication authentication;
  authentication.kind = auth::SignatureKind::v4_header;
  authentication.access_key = std::move(access_key);
  return authentication;
}

class Service final : public S3Service {
 public:
  Service(storage::Engine& engine, const auth::CredentialStore& credentials, const Clock& clock, ServiceOptions options,
          ReservedHandler reserved, Observers observers)
      : engine_(engine),
        credentials_(credentials),
        clock_(clock),
        options_(std::move(options)),
        reserved_(std::move(reserved)),
        authenticator_(credentials, authenticate_options(options_)),
        host_id_(engine.deployment_id()),
        cors_(options_.cors_allow_origin),
        observers_(std::move(observers)) {}

  Task<http::Response> handle(const http::Request& request, http::BodyStream& body) override;
  http::Response handle_error(const Error& error) override;
  Task<Result<http::Response>> call(std::string access_key, std::string request_id, const http::Request& request,
                                    http::BodyStream& body) override;
  Result<> authorize(const std::string& access_key, const http::Request& request, std::string_view action, std::string_view bucket,
                     std::string_view key) override;

 private:
  Task<http::Response> answer(const http::Request& request, http::BodyStream& body, const std::string& request_id, Watcher* watcher);
  std::unique_ptr<Watcher> watch(RequestRecord::Kind kind, TimePoint started) const;
  Task<Result<http::Response>> run(Context& context);
  Task<Result<http::Response>> perform(Context& context);
  Result<> identify(Context& context) const;
  void finish(http::Response& response, std::string request_id) const;
  void log_request(const http::Request& request, const http::Response& response, const std::string& request_id, TimePoint started) const;

  storage::Engine& engine_;
  const auth::CredentialStore& credentials_;
  const Clock& clock_;
  const ServiceOptions options_;
  const ReservedHandler reserved_;
  const auth::Authenticator authenticator_;
  const std::string host_id_;
  Authorizer authorizer_;
  hash::Md5Lanes md5_lanes_;
  Cors cors_;
  ParsedCache<storage::LifecycleRules> lifecycle_{storage::kLifecycleConfiguration, parse_lifecycle};
  const Observers observers_;
};

std::unique_ptr<Watcher> Service::watch(RequestRecord::Kind kind, TimePoint started) const {
  return observers_.empty() ? nullptr : std::make_unique<Watcher>(observers_, kind, started);
}

Task<http::Response> Service::handle(const http::Request& request, http::BodyStream& body) {
  const TimePoint started = clock_.now();
  std::string request_id = new_request_id();
  http::Response response;
  const bool reserved = request.path.starts_with(kReservedPath) && reserved_;
  auto watcher = watch(reserved ? RequestRecord::Kind::reserved : RequestRecord::Kind::s3, started);
  if (reserved) {
    response = co_await reserved_(request, body);
    cors_.decorate(request, nullptr, response);
  } else {
    response = co_await answer(request, body, request_id, watcher.get());
  }
  if (log::enabled(log::Level::debug)) log_request(request, response, request_id, started);
  finish(response, std::move(request_id));
  response.watcher = std::move(watcher);
  co_return response;
}

Task<http::Response> Service::answer(const http::Request& request, http::BodyStream& body, const std::string& request_id,
                                     Watcher* watcher) {
  Context context{request, body, engine_, options_, authorizer_, authenticator_, credentials_, md5_lanes_, request_id, clock_.now()};
  context.lifecycle = &lifecycle_;
  Result<http::Response> result = ErrorCode::InternalError;
  try {
    result = co_await run(context);
  } catch (const std::exception& bug) {
    log::error("a request failed in a way that it never should; please report it", {{"request_id", request_id}, {"what", bug.what()}});
  }
  http::Response response;
  if (result) {
    response = std::move(*result);
  } else {
    const ErrorResource resource{request.path, context.bucket(), context.key(), request_id, host_id_};
    render_error(response, result.error(), request, resource);
    if (watcher != nullptr) watcher->take_error(result.error());
  }
  for (auto& [name, value] : context.answer_headers) response.set(std::move(name), std::move(value));
  cors_.decorate(request, bucket_of(context), response);
  if (watcher != nullptr) watcher->take(context);
  co_return response;
}

Task<Result<http::Response>> Service::call(std::string access_key, std::string request_id, const http::Request& request,
                                           http::BodyStream& body) {
  Context context{request,     body, engine_, options_, authorizer_, authenticator_, credentials_, md5_lanes_, std::move(request_id),
                  clock_.now()};
  context.lifecycle = &lifecycle_;
  HOLDFAST_CO_TRY(query, Query::parse(request.query));
  context.query = std::move(query);
  HOLDFAST_CO_TRY(address, parse_address(request.path, {}, {}));
  context.address = std::move(address);
  HOLDFAST_CO_TRY(route, find_route(context.request, context.address, context.query));
  context.route = route;
  HOLDFAST_CO_TRY_VOID(name_caller(context, vouched_for(std::move(access_key))));
  auto response = co_await perform(context);
  if (!response) co_return std::move(response).error();
  for (auto& [name, value] : context.answer_headers) response->set(std::move(name), std::move(value));
  co_return std::move(*response);
}

Result<> Service::authorize(const std::string& access_key, const http::Request& request, std::string_view action, std::string_view bucket,
                            std::string_view key) {
  NoBody body;
  Context context{request, body, engine_, options_, authorizer_, authenticator_, credentials_, md5_lanes_, {}, clock_.now()};
  HOLDFAST_TRY(query, Query::parse(request.query));
  context.query = std::move(query);
  HOLDFAST_TRY_VOID(name_caller(context, vouched_for(access_key)));
  return authorizer_.authorize(context, action, bucket, key);
}

// The pipeline: each step either goes on or is the answer.
Task<Result<http::Response>> Service::run(Context& context) {
  HOLDFAST_CO_TRY(query, Query::parse(context.request.query));
  context.query = std::move(query);
  HOLDFAST_CO_TRY(address, parse_address(context.request.path, context.header("host"), options_.domains));
  context.address = std::move(address);
  if (is_preflight(context.request)) co_return cors_.preflight(context.request, bucket_of(context));
  HOLDFAST_CO_TRY(route, find_route(context.request, context.address, context.query));
  context.route = route;
  HOLDFAST_CO_TRY_VOID(identify(context));
  co_return co_await perform(context);
}

// What is left once route and caller are known.
Task<Result<http::Response>> Service::perform(Context& context) {
  if (!check_access(context)) HOLDFAST_CO_TRY_VOID(co_await check_object_access(context));
  HOLDFAST_CO_TRY_VOID(check_claims(context));
  if (context.route->run == nullptr) co_return ErrorCode::NotImplemented;
  co_return co_await context.route->run(context);
}

Result<> Service::identify(Context& context) const {
  auth::RequestView view;
  view.method = context.request.method;
  view.raw_path = context.request.path;
  view.raw_query = context.request.query;
  view.host = context.header("host");
  if (context.address.virtual_host) view.virtual_host_bucket = context.bucket();
  view.headers = context.request.headers;
  HOLDFAST_TRY(authentication, authenticator_.authenticate(view, context.now));
  return name_caller(context, std::move(authentication));
}

void Service::finish(http::Response& response, std::string request_id) const {
  response.set("x-amz-request-id", std::move(request_id));
  response.set("x-amz-id-2", host_id_);
}

void Service::log_request(const http::Request& request, const http::Response& response, const std::string& request_id,
                          TimePoint started) const {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(clock_.now() - started).count();
  log::debug("request", {{"request_id", request_id},
                         {"method", std::string(request.method)},
                         {"path", std::string(request.path)},  // without the query: it may hold a signature
                         {"status", std::to_string(response.status)},
                         {"microseconds", std::to_string(microseconds)}});
}

http::Response Service::handle_error(const Error& error) {
  http::Response response;
  std::string request_id = new_request_id();
  response.status = error.http_status();
  response.set("Content-Type", "application/xml");
  response.body = render_error_xml(error, {{}, {}, {}, request_id, host_id_});
  finish(response, std::move(request_id));
  if (auto watcher = watch(RequestRecord::Kind::refused, clock_.now())) {
    watcher->take_error(error);
    response.watcher = std::move(watcher);
  }
  return response;
}

}  // namespace

std::unique_ptr<S3Service> make_service(storage::Engine& engine, const auth::CredentialStore& credentials, const Clock& clock,
                                        ServiceOptions options, ReservedHandler reserved, std::vector<RequestObserver*> observers) {
  return std::make_unique<Service>(engine, credentials, clock, std::move(options), std::move(reserved), std::move(observers));
}

}  // namespace holdfast::s3
