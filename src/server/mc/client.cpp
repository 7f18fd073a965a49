#include "server/mc/client.hpp"

#include "server/mc/xml.hpp"

#include "holdfast/auth/authenticate.hpp"
#include "holdfast/base/encoding.hpp"
#include "holdfast/http/client.hpp"

#include <cstdio>

namespace holdfast::server::mc {
namespace {

constexpr std::chrono::milliseconds kTimeout{30'000};
constexpr std::chrono::milliseconds kReadyTimeout{5'000};
constexpr std::chrono::hours kTransferTime{24};

// A value in curl's configuration, where a line is an option.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n' || c == '\r') {
      out += c == '\n' ? "\\n" : "\\r";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// The URL is a credential: it goes by standard input, not by an argument that every process can read.
Result<> run_curl(const std::string& configuration) {
  FILE* curl = ::popen("curl --config -", "w");  // NOLINT(cert-env33-c): a constant command
  if (curl == nullptr) return Error(ErrorCode::InternalError, "curl can't be started");
  std::fputs(configuration.c_str(), curl);
  if (::pclose(curl) != 0) return Error(ErrorCode::InternalError, "the transfer failed");
  return {};
}

}  // namespace

std::string Client::url(const Request& request) const {
  if (!alias_.access_key.empty()) {
    auth::PresignSpec spec;
    spec.method = request.method;
    spec.endpoint = alias_.url;
    spec.bucket = request.bucket;
    spec.key = request.key;
    spec.query = request.query;
    spec.expires = kTransferTime;
    return auth::presign_url(spec, alias_.access_key, alias_.secret_key, SystemClock().now());
  }
  std::string text = alias_.url + "/" + request.bucket;
  if (!request.key.empty()) text += "/" + uri_encode(request.key, true);
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    text += separator + uri_encode(name, false) + "=" + uri_encode(value, false);
    separator = '&';
  }
  return text;
}

Result<std::string> Client::call(const Request& request) const {
  const auto fetched = http::fetch(request.method, url(request), request.headers, request.body, kTimeout, !insecure_);
  // The library's message names the URL, which is signed.
  if (!fetched) return Error(ErrorCode::ServiceUnavailable, "no answer from " + alias_.url);
  if (fetched->status / 100 != 2) return parse_error(fetched->status, fetched->body);
  return fetched->body;
}

Result<std::vector<Entry>> Client::list(const std::string& bucket, const std::string& prefix, bool recursive) const {
  std::vector<Entry> entries;
  std::string token;
  do {
    Request request{.bucket = bucket, .query = {{"list-type", "2"}, {"prefix", prefix}, {"encoding-type", "url"}}};
    if (!recursive) request.query.emplace_back("delimiter", "/");
    if (!token.empty()) request.query.emplace_back("continuation-token", token);
    HOLDFAST_TRY(xml, call(request));
    HOLDFAST_TRY(page, parse_listing(xml));
    entries.insert(entries.end(), page.entries.begin(), page.entries.end());
    token = page.next;
  } while (!token.empty());
  return entries;
}

Result<std::vector<Entry>> Client::buckets() const {
  HOLDFAST_TRY(xml, call({}));
  return parse_buckets(xml);
}

Result<> Client::ready() const {
  const auto answer = http::fetch("GET", alias_.url + "/minio/health/cluster", {}, {}, kReadyTimeout, !insecure_);
  if (!answer) return answer.error();
  if (answer->status != 200) return Error(ErrorCode::ServiceUnavailable, alias_.url + " answers " + std::to_string(answer->status));
  return {};
}

Result<> Client::upload(const std::string& file, const std::string& bucket, const std::string& key, const std::string& content_type) const {
  const Request request{.method = "PUT", .bucket = bucket, .key = key};
  return run_curl("fail\nsilent\nshow-error\n" + std::string(insecure_ ? "insecure\n" : "") + "upload-file = " + quoted(file) +
                  "\nheader = " + quoted("Content-Type: " + content_type) + "\nurl = " + quoted(url(request)) + "\n");
}

Result<> Client::download(const std::string& bucket, const std::string& key, const std::string& file) const {
  const Request request{.bucket = bucket, .key = key};
  return run_curl("fail\nsilent\nshow-error\ncreate-dirs\n" + std::string(insecure_ ? "insecure\n" : "") + "output = " + quoted(file) +
                  "\nurl = " + quoted(url(request)) + "\n");
}

}  // namespace holdfast::server::mc
