#include "canonical_request.hpp"
#include "signing_keys.hpp"
#include "sigv4.hpp"

#include "holdfast/auth/authenticate.hpp"
#include "holdfast/base/encoding.hpp"

namespace holdfast::auth {
namespace {

// As clients put it into the Host header: without the scheme's own port.
std::string_view host_of(std::string_view endpoint) {
  const bool secure = endpoint.starts_with("https://");
  const auto scheme_end = endpoint.find("://");
  if (scheme_end != std::string_view::npos) endpoint.remove_prefix(scheme_end + 3);
  endpoint = endpoint.substr(0, endpoint.find('/'));
  const std::string_view default_port = secure ? ":443" : ":80";
  if (endpoint.ends_with(default_port)) endpoint.remove_suffix(default_port.size());
  return endpoint;
}

std::string path_of(const PresignSpec& spec) {
  std::string path = "/";
  path.append(uri_encode(spec.bucket, false));
  if (!spec.key.empty()) path.append(1, '/').append(uri_encode(spec.key, true));
  return path;
}

void add_parameter(std::string& query, std::string_view name, std::string_view value) {
  if (!query.empty()) query.push_back('&');
  query.append(uri_encode(name, false)).append(1, '=').append(uri_encode(value, false));
}

}  // namespace

std::string presign_url(const PresignSpec& spec, std::string_view access_key, std::string_view secret_key, TimePoint now) {
  const std::string amz_date = format_amz_date(now);
  const std::string day = format_day(now);
  const std::string scope = day + "/" + spec.region + "/s3/aws4_request";
  std::string raw_query;
  for (const auto& [name, value] : spec.query) add_parameter(raw_query, name, value);
  add_parameter(raw_query, "X-Amz-Algorithm", kV4Algorithm);
  add_parameter(raw_query, "X-Amz-Credential", std::string(access_key) + "/" + scope);
  add_parameter(raw_query, "X-Amz-Date", amz_date);
  add_parameter(raw_query, "X-Amz-Expires", std::to_string(spec.expires.count()));
  add_parameter(raw_query, "X-Amz-SignedHeaders", "host");

  const std::string path = path_of(spec);
  const std::string_view host = host_of(spec.endpoint);
  const RequestView request{spec.method, path, raw_query, host, {}, {}};
  const CanonicalQuery query = CanonicalQuery::parse(raw_query).value();
  const std::string_view host_header = "host";
  const std::string canonical =
      canonical_request({request, query, {}, host, std::span(&host_header, 1), host_header, kUnsignedPayload}).value();
  const hash::Digest key = derive_signing_key(secret_key, day, spec.region, "s3");
  const std::string text = string_to_sign_v4(amz_date, scope, canonical);

  std::string url = spec.endpoint;
  while (url.ends_with('/')) url.pop_back();
  url.append(path).append(1, '?');
  query.append_to(url, {});
  return url.append("&X-Amz-Signature=").append(hash::hmac_sha256(key.bytes(), as_bytes(text)).hex());
}

}  // namespace holdfast::auth
