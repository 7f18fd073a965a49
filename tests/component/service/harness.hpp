// The S3 service in process: no sockets, a memory engine, a clock that tests move, and a signer of its own.
#pragma once

#include "holdfast/auth/authenticate.hpp"
#include "holdfast/auth/credentials.hpp"
#include "holdfast/base/clock.hpp"
#include "holdfast/base/encoding.hpp"
#include "holdfast/hash/digest.hpp"
#include "holdfast/http/message.hpp"
#include "holdfast/s3/service.hpp"
#include "holdfast/storage/engine.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::s3::test {

inline constexpr std::string_view kAccessKey = "test-root";
inline constexpr std::string_view kSecretKey = "test-root-secret";
inline constexpr std::string_view kUnsigned = "UNSIGNED-PAYLOAD";

// A body off an imaginary wire, handed out at most `step` bytes at a time.
class WireBody final : public http::BodyStream {
 public:
  WireBody(std::string bytes, std::size_t step, bool chunked_coding) : bytes_(std::move(bytes)), step_(step), chunked_(chunked_coding) {}
  std::optional<std::uint64_t> content_length() const noexcept override {
    return chunked_ ? std::nullopt : std::optional<std::uint64_t>(declared_.value_or(bytes_.size()));
  }
  bool has_body() const noexcept override { return chunked_ || !bytes_.empty(); }
  Task<Result<std::size_t>> read(ByteSpan out) override {
    const auto take = std::min({out.size(), step_, bytes_.size() - at_});
    if (take == 0 && declared_ && at_ < *declared_) co_return ErrorCode::IncompleteBody;  // the client went away
    std::memcpy(out.data(), bytes_.data() + at_, take);
    at_ += take;
    co_return take;
  }
  void declare_length(std::uint64_t bytes) { declared_ = bytes; }

 private:
  std::string bytes_;
  std::size_t step_;
  bool chunked_;
  std::size_t at_ = 0;
  std::optional<std::uint64_t> declared_;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

// A request as a test writes it; send() adds Host, Content-Length and, unless anonymous, a SigV4 header signature.
struct Call {
  std::string method = "GET";
  std::string path = "/";  // percent-encoded
  std::string query = {};  // encoded
  Headers headers = {};    // names in lower case
  std::string body = {};
  bool anonymous = false;
  std::string access_key = std::string(kAccessKey);
  std::string secret_key = std::string(kSecretKey);
  std::string payload_hash = std::string(kUnsigned);  // x-amz-content-sha256
  std::string host = "localhost:9000";
  std::string peer = "127.0.0.1";
  bool secure = false;
  std::size_t wire_step = 1U << 20U;
  bool chunked_coding = false;
  bool send_content_length = true;
  std::optional<std::uint64_t> declared_length = {};
};

struct Reply {
  int status = 0;
  Headers headers;
  std::string body;
  std::optional<std::uint64_t> content_length;
  bool broken = false;  // the content ended with an error

  std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (equals_ignoring_case(key, name)) return value;
    }
    return {};
  }
  bool has_header(std::string_view name) const {
    return std::ranges::any_of(headers, [name](const auto& header) { return equals_ignoring_case(header.first, name); });
  }
  // The text of the first element of that name in the body; empty if there is none.
  std::string element(std::string_view name) const {
    const std::string open = "<" + std::string(name) + ">";
    const auto begin = body.find(open);
    if (begin == std::string::npos) return {};
    const auto end = body.find("</" + std::string(name) + ">", begin);
    return body.substr(begin + open.size(), end - begin - open.size());
  }
  std::string code() const { return element("Code"); }  // of an error
};

inline std::string sha256_hex(std::string_view text) { return hash::digest(hash::Algorithm::sha256, as_bytes(text)).hex(); }

// What a SigV4 signature was made with: chunk signatures go on from it.
struct Signature {
  hash::Digest key;
  std::string date;
  std::string scope;
  std::string value;
};

inline Signature sign_string(TimePoint now, std::string_view canonical_request, std::string_view secret = kSecretKey) {
  Signature signature;
  signature.date = format_amz_date(now);
  const std::string day = signature.date.substr(0, 8);
  signature.scope = day + "/us-east-1/s3/aws4_request";
  hash::Digest key = hash::hmac_sha256(as_bytes("AWS4" + std::string(secret)), as_bytes(day));
  for (const std::string_view step : {"us-east-1", "s3", "aws4_request"}) key = hash::hmac_sha256(key.bytes(), as_bytes(step));
  signature.key = key;
  const std::string text = "AWS4-HMAC-SHA256\n" + signature.date + "\n" + signature.scope + "\n" + sha256_hex(canonical_request);
  signature.value = hash::hmac_sha256(key.bytes(), as_bytes(text)).hex();
  return signature;
}

inline std::string canonical_query(std::string_view query) {
  std::vector<std::string> pairs;
  for (const auto pair : split(query, '&')) {
    if (!pair.empty()) pairs.push_back(pair.find('=') == std::string_view::npos ? std::string(pair) + "=" : std::string(pair));
  }
  std::ranges::sort(pairs);
  std::string out;
  for (const auto& pair : pairs) out += (out.empty() ? "" : "&") + pair;
  return out;
}

// Signs all headers of `call`, adding x-amz-date, x-amz-content-sha256, host and authorization.
inline Signature sign(Call& call, TimePoint now) {
  call.headers.emplace_back("host", call.host);
  call.headers.emplace_back("x-amz-date", format_amz_date(now));
  call.headers.emplace_back("x-amz-content-sha256", call.payload_hash);
  std::map<std::string, std::string> sorted;
  for (const auto& [name, value] : call.headers) sorted[name] = sorted.contains(name) ? sorted[name] + "," + value : value;
  std::string canonical = call.method + "\n" + call.path + "\n" + canonical_query(call.query) + "\n";
  std::string names;
  for (const auto& [name, value] : sorted) {
    canonical += name + ":" + value + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  canonical += "\n" + names + "\n" + call.payload_hash;
  auto signature = sign_string(now, canonical, call.secret_key);
  call.headers.emplace_back("authorization", "AWS4-HMAC-SHA256 Credential=" + call.access_key + "/" + signature.scope +
                                                 ",SignedHeaders=" + names + ",Signature=" + signature.value);
  return signature;
}

// Service, engine and clock of one test.
class Harness {
 public:
  // `store`: other credentials than the root's.
  explicit Harness(ServiceOptions options = {}, ReservedHandler reserved = {}, std::unique_ptr<auth::CredentialStore> store = {})
      : engine(storage::make_memory_engine(clock)),
        credentials(store ? std::move(store) : auth::make_root_credentials(std::string(kAccessKey), std::string(kSecretKey))),
        service(make_service(*engine, *credentials, clock, std::move(options), std::move(reserved))) {}

  Reply send(Call call) {
    if (call.anonymous) {
      call.headers.emplace_back("host", call.host);
    } else {
      sign(call, clock.now());
    }
    return send_as_is(std::move(call));
  }

  // Nothing is added but Content-Length.
  Reply send_as_is(Call call) {
    if (call.send_content_length && !call.chunked_coding && (call.method == "PUT" || call.method == "POST" || !call.body.empty())) {
      call.headers.emplace_back("content-length", std::to_string(call.body.size()));
    }
    http::Request request;
    request.method = call.method;
    const std::string target = call.path + (call.query.empty() ? "" : "?" + call.query);
    request.target = target;
    request.path = call.path;
    request.query = call.query;
    for (const auto& [name, value] : call.headers) request.headers.emplace_back(name, value);
    request.peer_address = call.peer;
    request.secure = call.secure;
    WireBody body(call.body, call.wire_step, call.chunked_coding);
    if (call.declared_length) body.declare_length(*call.declared_length);
    return sync_wait(exchange(*service, request, body));
  }

  Reply get(std::string path, std::string query = {}, Headers headers = {}) {
    return send({.method = "GET", .path = std::move(path), .query = std::move(query), .headers = std::move(headers)});
  }
  Reply head(std::string path, std::string query = {}, Headers headers = {}) {
    return send({.method = "HEAD", .path = std::move(path), .query = std::move(query), .headers = std::move(headers)});
  }
  Reply put(std::string path, std::string body = {}, std::string query = {}, Headers headers = {}) {
    return send(
        {.method = "PUT", .path = std::move(path), .query = std::move(query), .headers = std::move(headers), .body = std::move(body)});
  }
  Reply post(std::string path, std::string body = {}, std::string query = {}, Headers headers = {}) {
    return send(
        {.method = "POST", .path = std::move(path), .query = std::move(query), .headers = std::move(headers), .body = std::move(body)});
  }
  Reply del(std::string path, std::string query = {}, Headers headers = {}) {
    return send({.method = "DELETE", .path = std::move(path), .query = std::move(query), .headers = std::move(headers)});
  }
  Reply get_anonymously(std::string path, std::string query = {}) {
    return send({.method = "GET", .path = std::move(path), .query = std::move(query), .anonymous = true});
  }

  // A bucket made in the engine itself, for tests of what isn't bucket creation.
  storage::BucketPtr make_bucket(const std::string& name, std::function<void(storage::BucketInfo&)> shape = {}) {
    storage::BucketInfo bucket;
    bucket.name = name;
    if (shape) shape(bucket);
    auto made = sync_wait(engine->create_bucket(std::move(bucket)));
    return *made;
  }
  void set_policy(const std::string& bucket, std::string policy) {
    std::function<Result<>(storage::BucketInfo&)> change = [policy](storage::BucketInfo& info) -> Result<> {
      info.configuration["policy"] = policy;
      return {};
    };
    (void)*sync_wait(engine->update_bucket(bucket, std::move(change)));
  }

  ManualClock clock{*parse_iso8601("2026-03-01T12:00:00Z")};
  std::unique_ptr<storage::Engine> engine;
  std::unique_ptr<auth::CredentialStore> credentials;
  std::unique_ptr<http::Handler> service;

 private:
  static Task<Reply> exchange(http::Handler& handler, const http::Request& request, http::BodyStream& body) {
    http::Response response = co_await handler.handle(request, body);
    Reply reply;
    reply.status = response.status;
    reply.headers = std::move(response.headers);
    reply.body = std::move(response.body);
    reply.content_length = response.content_length;
    while (response.source) {
      auto piece = co_await response.source->next();
      if (!piece) {
        reply.broken = true;
        break;
      }
      const auto* bytes = std::get_if<SharedBytes>(&*piece);
      if (bytes == nullptr || bytes->bytes.empty()) break;
      reply.body += as_text(bytes->bytes);
    }
    co_return reply;
  }
};

}  // namespace holdfast::s3::test
