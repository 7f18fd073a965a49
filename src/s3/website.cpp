#include "s3/website.hpp"

#include "s3/authorize.hpp"
#include "s3/bucket_config.hpp"
#include "s3/metadata.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <array>

namespace holdfast::s3 {
namespace {

constexpr std::string_view kRedirectHeader = "x-amz-website-redirect-location";
constexpr std::uint16_t kMoved = 301;
constexpr std::uint16_t kFound = 302;

std::string_view reason(int status) noexcept {
  constexpr std::array<std::pair<int, std::string_view>, 9> kReasons{{{400, "Bad Request"},
                                                                      {403, "Forbidden"},
                                                                      {404, "Not Found"},
                                                                      {405, "Method Not Allowed"},
                                                                      {412, "Precondition Failed"},
                                                                      {416, "Requested Range Not Satisfiable"},
                                                                      {500, "Internal Server Error"},
                                                                      {501, "Not Implemented"},
                                                                      {503, "Service Unavailable"}}};
  const auto found = std::ranges::find(kReasons, status, &std::pair<int, std::string_view>::first);
  return found == kReasons.end() ? std::string_view("Error") : found->second;
}

void append_item(std::string& html, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  html.append("<li>").append(name).append(": ");
  append_xml_escaped(html, value);
  html.append("</li>\n");
}

// An error as a person sees it. `second`: what went wrong with the bucket's own error page.
std::string error_page(const Context& context, const Error& error, const Error* second, std::string_view host_id) {
  const std::string title = std::to_string(error.http_status()) + " " + std::string(reason(error.http_status()));
  std::string html = "<!DOCTYPE html>\n<html>\n<head><title>" + title + "</title></head>\n<body>\n<h1>" + title + "</h1>\n<ul>\n";
  append_item(html, "Code", error.name());
  append_item(html, "Message", error.text());
  append_item(html, "BucketName", context.bucket());
  append_item(html, "Key", context.key());
  append_item(html, "RequestId", context.request_id);
  append_item(html, "HostId", host_id);
  html += "</ul>\n";
  if (second != nullptr) {
    html += "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n";
    append_item(html, "Code", second->name());
    append_item(html, "Message", second->text());
    html += "</ul>\n";
  }
  return html + "<hr/>\n</body>\n</html>\n";
}

http::Response page(const Context& context, int status, std::string html) {
  http::Response response = empty_response(status);
  response.set("Content-Type", "text/html; charset=utf-8");
  if (context.request.method != "HEAD") response.body = std::move(html);
  return response;
}

http::Response redirect(std::uint16_t status, std::string location) {
  http::Response response = empty_response(status);
  response.set("Location", std::move(location));
  return response;
}

const std::string* find_header(const http::Response& response, std::string_view name) noexcept {
  const auto found = std::ranges::find(response.headers, name, &std::pair<std::string, std::string>::first);
  return found == response.headers.end() ? nullptr : &found->second;
}

// The object at that key, if everyone may read it.
Task<Result<http::Response>> read(Context& context, std::string key) {
  context.address.key = std::move(key);
  context.answer_headers.clear();
  std::string action = "s3:GetObject";
  HOLDFAST_CO_TRY_VOID(co_await context.authorizer.authorize_object(context, std::move(action), context.object_name()));
  if (context.request.method == "HEAD") co_return co_await ops::head_object(context);
  co_return co_await ops::get_object(context);
}

// Whether "docs" is a folder with an index: AWS sends the browser to "docs/" then.
Task<bool> is_folder(Context& context, std::string index_key) {
  storage::ObjectName name{context.bucket(), std::move(index_key), {}};
  std::string action = "s3:GetObject";
  const auto allowed = co_await context.authorizer.authorize_object(context, std::move(action), name);
  if (!allowed) co_return false;
  const auto found = co_await context.engine.head(std::move(name));
  co_return found && !(*found)->delete_marker;
}

// The error page of the bucket's own, under the status of the error.
Task<Result<http::Response>> read_error_page(Context& context, const std::string& error_key, int status) {
  http::Request plain = context.request;  // neither range nor conditions are meant for it
  std::erase_if(plain.headers, [](const auto& header) { return header.first.starts_with("if-") || header.first == "range"; });
  Context inner{plain,
                context.stream,
                context.engine,
                context.options,
                context.authorizer,
                context.authenticator,
                context.credentials,
                context.md5_lanes,
                context.request_id,
                context.now};
  inner.address.bucket = context.bucket();
  HOLDFAST_CO_TRY(response, co_await read(inner, error_key));
  response.status = status;
  co_return std::move(response);
}

struct Asked {
  std::string key;  // as it was asked for
  const WebsiteConfiguration& website;
  std::string_view host_id;
};

http::Response follow(const Context& context, const RoutingRule& rule, const std::string& key) {
  return redirect(rule.redirect.status,
                  redirect_location(rule.redirect, rule.key_prefix, key, context.request.secure, context.header("host")));
}

Task<http::Response> answer_error(Context& context, const Asked& asked, Error error) {
  const auto status = static_cast<std::uint16_t>(error.http_status());
  if (const auto* rule = find_rule(asked.website, asked.key, status)) co_return follow(context, *rule, asked.key);
  const bool has_page = !asked.website.error_key.empty() && status >= 400 && status < 500;
  if (!has_page) co_return page(context, status, error_page(context, error, nullptr, asked.host_id));
  const std::string error_key = asked.website.error_key;
  auto own = co_await read_error_page(context, error_key, status);
  context.answer_headers.clear();
  if (own) co_return std::move(*own);
  const Error second = std::move(own).error();
  co_return page(context, status, error_page(context, error, &second, asked.host_id));
}

}  // namespace

std::string website_bucket(std::string_view host, std::string_view domain) {
  const auto colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) host = host.substr(0, colon);
  if (domain.empty() || host.size() <= domain.size() + 1) return {};
  const auto split = host.size() - domain.size();
  if (host[split - 1] != '.' || !equals_ignoring_case(host.substr(split), domain)) return {};
  return ascii_lower(host.substr(0, split - 1));
}

Result<WebsiteConfiguration> Website::parse(std::string_view document, const storage::BucketInfo& /*bucket*/) {
  return parse_website(document);
}

Task<http::Response> Website::answer(Context& context, std::string_view host_id) {
  const auto fail = [&](const Error& error) { return page(context, error.http_status(), error_page(context, error, nullptr, host_id)); };
  if (context.request.method != "GET" && context.request.method != "HEAD") co_return fail(ErrorCode::MethodNotAllowed);
  const auto bucket = context.find_bucket();
  if (!bucket) co_return fail(bucket.error());
  const auto website = configurations_.find(*bucket);
  if (!website) co_return fail(website.error());
  if (!*website) co_return fail(ErrorCode::NoSuchWebsiteConfiguration);
  const std::shared_ptr<const WebsiteConfiguration> configuration = *website;
  const Asked asked{context.key(), *configuration, host_id};
  if (configuration->redirect_all) {
    co_return redirect(kMoved,
                       redirect_location(*configuration->redirect_all, {}, asked.key, context.request.secure, context.header("host")));
  }
  if (const auto* rule = find_rule(*configuration, asked.key, 0)) co_return follow(context, *rule, asked.key);
  const bool folder = asked.key.empty() || asked.key.ends_with('/');
  std::string key = asked.key;
  if (folder) key += configuration->index_suffix;
  auto response = co_await read(context, std::move(key));
  if (response) {
    const auto* location = find_header(*response, kRedirectHeader);
    if (location != nullptr) co_return redirect(kMoved, *location);
    co_return std::move(*response);
  }
  Error error = std::move(response).error();
  const bool missing = error.code == ErrorCode::NoSuchKey || error.code == ErrorCode::AccessDenied;
  if (missing && !folder) {
    std::string index_key = asked.key + "/" + configuration->index_suffix;
    const bool has_index = co_await is_folder(context, std::move(index_key));
    if (has_index) co_return redirect(kFound, "/" + uri_encode(asked.key, true) + "/");
  }
  co_return co_await answer_error(context, asked, std::move(error));
}

}  // namespace holdfast::s3
