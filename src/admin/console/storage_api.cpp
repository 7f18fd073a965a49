#include "admin/console/storage_api.hpp"

#include "admin/console/links.hpp"
#include "admin/console/s3_request.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"
#include "holdfast/base/random.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace holdfast::admin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds kLinkLife{3600};
constexpr std::string_view kStaging = ".holdfast-uploads/";
constexpr std::string_view kDefaultType = "application/octet-stream";

http::Response json_answer(const Json& json) { return json_response(200, json.dump(-1, ' ', false, Json::error_handler_t::replace)); }

std::string_view without_quotes(std::string_view etag) {
  if (etag.starts_with('"')) etag.remove_prefix(1);
  if (etag.ends_with('"')) etag.remove_suffix(1);
  return etag;
}

Result<std::string> decode_key(std::string_view encoded) {
  auto key = uri_decode(encoded);
  if (!key || key->empty() || !is_valid_utf8(*key)) return Error(ErrorCode::InvalidArgument, "The path names no file.");
  return std::move(*key);
}

// The upload's own type, unless it could break a header.
std::string type_of(const http::FormParser& form) {
  const std::string& type = form.file_type();
  const bool legal = std::ranges::none_of(type, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; });
  return type.empty() || !legal ? std::string(kDefaultType) : type;
}

// What the caller asked the form's file to be called; empty if nothing in it says so.
std::string name_of(const FormUpload& form) {
  const auto custom = form.field("custom_name");
  return std::string(custom.empty() ? std::string_view(form.form().file_name()) : custom);
}

Error no_name() { return {ErrorCode::InvalidArgument, "The upload has no name: send custom_name, or a file with a name."}; }

Result<std::uint32_t> page_size(std::string_view query) {
  const auto asked = query_value(query, "limit");
  if (!asked) return limits::kListKeys;
  const auto number = parse_u64(*asked);
  if (!number || *number == 0) return Error(ErrorCode::InvalidArgument, "limit must be a number from 1 to 1000.");
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(*number, limits::kListKeys));
}

}  // namespace

http::Response StorageApi::health() const {
  const storage::Health health = engine_.health();
  http::Response response = json_answer(Json{{"status", health.ready ? "healthy" : "unhealthy"}});
  if (!health.ready) response.status = 503;
  return response;
}

Task<http::Response> StorageApi::answer(const ApiCall& call, std::string_view path) {
  auto response = co_await run(call, path);
  if (!response) co_return failure(call, response.error());
  co_return std::move(*response);
}

Task<Result<http::Response>> StorageApi::run(const ApiCall& call, std::string_view path) {
  const std::string_view method = call.request.method;
  const bool reads = method == "GET" || method == "HEAD";
  HOLDFAST_CO_TRY(bucket, bucket_of(call));
  if (method == "POST" && path == "upload") co_return co_await upload(call, bucket);
  if (method == "GET" && path == "files") co_return co_await list(call, bucket);
  if (method == "DELETE" && !path.empty()) {
    HOLDFAST_CO_TRY(key, decode_key(path));
    co_return co_await remove(call, bucket, key);
  }
  const auto slash = std::min(path.find('/'), path.size());
  const auto verb = path.substr(0, slash);
  if (!reads || (verb != "download" && verb != "info" && verb != "url")) {
    co_return Error(ErrorCode::MethodNotAllowed, "There is no such call; docs/storage-api.md lists them.");
  }
  HOLDFAST_CO_TRY(key, decode_key(path.substr(std::min(slash + 1, path.size()))));
  if (verb == "download") co_return co_await download(call, bucket, key);
  if (verb == "info") co_return co_await info(call, bucket, key);
  co_return link(call, bucket, key);
}

Result<std::string> StorageApi::bucket_of(const ApiCall& call) const {
  const std::string bucket = query_value(call.request.query, "bucket").value_or(std::string());
  if (!bucket.empty()) return bucket;
  if (!options_.storage_api_bucket.empty()) return options_.storage_api_bucket;
  return Error(ErrorCode::InvalidArgument, "Name a bucket with ?bucket=, or start the server with HOLDFAST_STORAGE_API_BUCKET.");
}

// A small form is known whole before anything is written. In a large one custom_name should come before the file; where
// it might still come behind it, the file waits under a name of its own.
Task<Result<http::Response>> StorageApi::upload(const ApiCall& call, std::string bucket) {
  const auto boundary = http::form_boundary(call.request.header("content-type"));
  if (!boundary) co_return Error(ErrorCode::InvalidRequest, "Send multipart/form-data with a part named \"file\".");
  FormUpload form(call.body, *boundary);
  HOLDFAST_CO_TRY_VOID(co_await form.begin());
  const bool named = form.whole() || !form.field("custom_name").empty();
  if (!named) co_return co_await upload_staged(call, bucket, form);
  const std::string key = name_of(form);
  if (key.empty()) co_return no_name();
  HOLDFAST_CO_TRY(stored, co_await put(call, bucket, key, form, call.access_key));
  co_return uploaded(call, bucket, key, form, response_header(stored, "etag"));
}

Task<Result<http::Response>> StorageApi::upload_staged(const ApiCall& call, std::string bucket, FormUpload& form) {
  const std::string own_name = form.form().file_name();
  HOLDFAST_CO_TRY_VOID(s3_.authorize(call.access_key, call.request, "s3:PutObject", bucket, own_name.empty() ? "file" : own_name));
  const std::string staged = std::string(kStaging) + random_uuid();
  HOLDFAST_CO_TRY(stored, co_await put(call, bucket, staged, form, options_.root_user));
  const std::string version(response_header(stored, "x-amz-version-id"));
  const std::string key = name_of(form);
  Result<http::Response> copied = no_name();
  if (const auto allowed = s3_.authorize(call.access_key, call.request, "s3:PutObject", bucket, key); !allowed) {
    copied = allowed.error();
  } else if (!key.empty()) {
    S3Request copy(call, "PUT", bucket, key);
    copy.header("x-amz-copy-source", "/" + bucket + "/" + staged).header("content-length", "0");
    NoBody no_body;
    copied = co_await s3_.call(options_.root_user, call.request_id, copy.request(), no_body);
  }
  std::string query;
  if (!version.empty()) add_parameter(query, "versionId", version);
  S3Request clean(call, "DELETE", bucket, staged, query);
  NoBody nothing;
  const auto cleaned = co_await s3_.call(options_.root_user, call.request_id, clean.request(), nothing);
  if (!copied) co_return std::move(copied).error();
  if (!cleaned) co_return cleaned.error();
  co_return uploaded(call, bucket, key, form, response_header(stored, "etag"));
}

Task<Result<http::Response>> StorageApi::put(const ApiCall& call, std::string bucket, std::string key, FormUpload& form,
                                             std::string access_key) {
  S3Request request(call, "PUT", bucket, key);
  request.header("content-type", type_of(form.form()));
  co_return co_await s3_.call(std::move(access_key), call.request_id, request.request(), form);
}

Result<http::Response> StorageApi::uploaded(const ApiCall& call, const std::string& bucket, const std::string& key, const FormUpload& form,
                                            std::string_view etag) const {
  const LinkSpec spec{bucket, key, {}, kLinkLife};
  HOLDFAST_TRY(url, make_link(call, spec, credentials_, options_));
  return json_answer(Json{{"filename", key},
                          {"size", form.size_bytes()},
                          {"content_type", type_of(form.form())},
                          {"etag", without_quotes(etag)},
                          {"url", url}});
}

Task<Result<http::Response>> StorageApi::download(const ApiCall& call, std::string bucket, std::string key) {
  S3Request request(call, std::string(call.request.method), bucket, key);
  for (const std::string_view name : {"range", "if-range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since"}) {
    request.pass(call, name);
  }
  NoBody no_body;
  HOLDFAST_CO_TRY(response, co_await s3_.call(call.access_key, call.request_id, request.request(), no_body));
  if (response_header(response, "content-disposition").empty()) {
    response.set("Content-Disposition", content_disposition("attachment", key));
  }
  co_return std::move(response);
}

Task<Result<http::Response>> StorageApi::list(const ApiCall& call, std::string bucket) {
  HOLDFAST_CO_TRY_VOID(s3_.authorize(call.access_key, call.request, "s3:ListBucket", bucket, {}));
  HOLDFAST_CO_TRY(limit, page_size(call.request.query));
  storage::ListQuery query;
  query.bucket = bucket;
  query.prefix = query_value(call.request.query, "prefix").value_or(std::string());
  query.max_keys = limit;
  if (const auto next = query_value(call.request.query, "next"); next && !next->empty()) {
    const auto decoded = base64url_decode(*next);
    if (!decoded) co_return Error(ErrorCode::InvalidArgument, "next is not what an earlier page said.");
    query.start_after = as_text(*decoded);
  }
  HOLDFAST_CO_TRY(page, co_await engine_.list(std::move(query)));
  Json files = Json::array();
  for (const storage::ListEntry& entry : page.objects) files.push_back(entry.key);
  Json answer = {{"files", std::move(files)}, {"count", page.objects.size()}};
  if (page.truncated) answer["next"] = base64url_encode(as_bytes(page.next));
  co_return json_answer(answer);
}

Task<Result<http::Response>> StorageApi::info(const ApiCall& call, std::string bucket, std::string key) {
  S3Request request(call, "HEAD", bucket, key);
  NoBody no_body;
  HOLDFAST_CO_TRY(object, co_await s3_.call(call.access_key, call.request_id, request.request(), no_body));
  const auto modified = parse_http_date(response_header(object, "last-modified"));
  const auto type = response_header(object, "content-type");
  co_return json_answer(Json{{"object_name", key},
                             {"size", object.content_length.value_or(0)},
                             {"content_type", type.empty() ? kDefaultType : type},
                             {"last_modified", modified ? format_iso8601_millis(*modified) : std::string()},
                             {"etag", without_quotes(response_header(object, "etag"))}});
}

Result<http::Response> StorageApi::link(const ApiCall& call, const std::string& bucket, const std::string& key) const {
  const auto asked = query_value(call.request.query, "expires");
  const auto seconds = asked ? parse_u64(*asked) : static_cast<std::uint64_t>(kLinkLife.count());
  if (!seconds || *seconds < 1 || *seconds > static_cast<std::uint64_t>(limits::kPresignMax.count())) {
    return Error(ErrorCode::InvalidArgument, "expires must be a number of seconds from 1 to 604800.");
  }
  const LinkSpec spec{bucket, key, {}, std::chrono::seconds(*seconds)};
  HOLDFAST_TRY(url, make_link(call, spec, credentials_, options_));
  return json_answer(Json{{"url", url}, {"expires_in", *seconds}});
}

// S3's DELETE says nothing about a key that isn't there; this API does.
Task<Result<http::Response>> StorageApi::remove(const ApiCall& call, std::string bucket, std::string key) {
  HOLDFAST_CO_TRY_VOID(s3_.authorize(call.access_key, call.request, "s3:DeleteObject", bucket, key));
  storage::ObjectName name{bucket, key, {}};
  HOLDFAST_CO_TRY(object, co_await engine_.head(std::move(name)));
  if (object->delete_marker) co_return ErrorCode::NoSuchKey;
  S3Request request(call, "DELETE", bucket, key);
  NoBody no_body;
  HOLDFAST_CO_TRY_VOID(co_await s3_.call(call.access_key, call.request_id, request.request(), no_body));
  co_return json_answer(Json{{"filename", key}, {"deleted", true}});
}

}  // namespace holdfast::admin
