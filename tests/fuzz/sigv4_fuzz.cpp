// Signatures: any request is judged without harm, canonical forms equal the slow way of making them, and what presign
// makes is accepted. Input: method, path, query, host, virtual-host bucket, then "name:value" headers, a line each.
#include "auth/canonical_request.hpp"

#include "holdfast/auth/authenticate.hpp"
#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace holdfast;
using namespace holdfast::auth;

constexpr std::string_view kAccessKey = "AKIAIOSFODNN7EXAMPLE";
constexpr std::string_view kSecretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

void require(bool holds) {
  if (!holds) std::abort();
}

const TimePoint kNow = parse_amz_date("20130524T000000Z").value();

std::optional<std::string> slow_path(std::string_view raw) {
  const auto decoded = uri_decode(raw);
  return decoded ? std::optional(uri_encode(*decoded, true)) : std::nullopt;
}

std::optional<std::string> slow_query(std::string_view raw) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const std::string_view parameter : split(raw, '&')) {
    if (parameter.empty()) continue;
    const auto equals = parameter.find('=');
    const auto name = query_decode(parameter.substr(0, equals));
    const auto value = query_decode(equals == std::string_view::npos ? std::string_view() : parameter.substr(equals + 1));
    if (!name || !value) return std::nullopt;
    parameters.emplace_back(uri_encode(*name, false), uri_encode(*value, false));
  }
  std::sort(parameters.begin(), parameters.end());
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += '&';
    out += name + "=" + value;
  }
  return out;
}

void check_canonical_forms(std::string_view path, std::string_view raw_query) {
  std::string canonical_path;
  const bool path_is_right = append_reencoded(canonical_path, path, true, Plus::literal);
  const auto expected_path = slow_path(path);
  require(path_is_right == expected_path.has_value());
  if (path_is_right) require(canonical_path == *expected_path);

  const auto query = CanonicalQuery::parse(raw_query);
  const auto expected_query = slow_query(raw_query);
  require(query.has_value() == expected_query.has_value());
  if (!query) return;
  std::string canonical_query;
  query->append_to(canonical_query, {});
  require(canonical_query == *expected_query);
}

void check_presigned(const Authenticator& authenticator, std::string_view method, std::string_view key, std::string_view value) {
  PresignSpec spec;
  spec.method = method;
  spec.endpoint = "http://minio:9000";
  spec.bucket = "bucket";
  spec.key = key;
  spec.query = {{"response-content-disposition", std::string(value)}};
  const std::string url = presign_url(spec, kAccessKey, kSecretKey, kNow);
  const std::string_view target = std::string_view(url).substr(spec.endpoint.size());
  const auto question = target.find('?');
  require(question != std::string_view::npos);
  const RequestView request{method, target.substr(0, question), target.substr(question + 1), "minio:9000", {}, {}};
  require(authenticator.authenticate(request, kNow).has_value());
}

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kCredentials = make_root_credentials(std::string(kAccessKey), std::string(kSecretKey));
  const Authenticator authenticator(*kCredentials, {"", true, {"minio:9000"}});
  std::string_view text(reinterpret_cast<const char*>(data), size);
  RequestView request;
  request.method = take_line(text);
  request.raw_path = take_line(text);
  request.raw_query = take_line(text);
  request.host = take_line(text);
  request.virtual_host_bucket = take_line(text);
  std::vector<std::pair<std::string, std::string>> owned;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const auto colon = std::min(line.find(':'), line.size());
    owned.emplace_back(ascii_lower(line.substr(0, colon)), trim(line.substr(std::min(colon + 1, line.size()))));
  }
  const std::vector<HeaderView> headers(owned.begin(), owned.end());
  request.headers = headers;

  const auto result = authenticator.authenticate(request, kNow);
  if (result && result->kind != SignatureKind::anonymous) require(result->access_key == kAccessKey);
  if (result && result->chunks) {
    ChunkVerifier chunks = *result->chunks;
    require(!chunks.verify_chunk(hash::digest(hash::Algorithm::sha256, as_bytes(request.raw_path)), request.host));
  }
  const auto form = authenticator.authenticate_post(headers, kNow);
  if (form && form->kind != SignatureKind::anonymous) require(form->access_key == kAccessKey);

  check_canonical_forms(request.raw_path, request.raw_query);
  check_presigned(authenticator, request.method, request.raw_path, request.raw_query);
  if (is_loopback_host(request.host))
    require(request.host.find('.') == std::string_view::npos || request.host.find("127.") != std::string_view::npos);
  is_loopback_address(request.host);
  return 0;
}
