#include "holdfast/admin/metrics.hpp"
#include "holdfast/base/encoding.hpp"

#include <openssl/evp.h>
#include <nlohmann/json.hpp>

#include <array>

namespace holdfast::admin {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kTokenBytes = 4096;
constexpr std::size_t kMacBytes = 64;

std::optional<Json> decode_part(std::string_view text) {
  const auto decoded = base64url_decode(text);
  if (!decoded) return std::nullopt;
  Json json = Json::parse(as_text(*decoded), nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return json;
}

bool signed_with(std::string_view secret, std::string_view text, std::string_view signature) {
  std::array<unsigned char, kMacBytes> mac{};
  std::size_t size = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  if (EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA512", nullptr, secret.data(), secret.size(), data, text.size(), mac.data(), mac.size(),
                &size) == nullptr) {
    return false;
  }
  return constant_time_equal({reinterpret_cast<const char*>(mac.data()), size}, signature);
}

bool expired(const Json& claims, TimePoint now) {
  const auto expiry = claims.find("exp");
  if (expiry == claims.end()) return false;
  if (!expiry->is_number()) return true;
  return std::chrono::duration<double>(now.time_since_epoch()).count() >= expiry->get<double>();
}

}  // namespace

std::optional<std::string> verify_bearer_token(std::string_view token, const auth::CredentialStore& credentials, TimePoint now) {
  if (token.size() > kTokenBytes) return std::nullopt;
  const auto parts = split(token, '.');
  if (parts.size() != 3) return std::nullopt;
  const auto header = decode_part(parts[0]);
  const auto claims = decode_part(parts[1]);
  const auto signature = base64url_decode(parts[2]);
  if (!header || !claims || !signature || header->value("alg", Json()) != "HS512") return std::nullopt;
  const auto subject = claims->find("sub");
  if (subject == claims->end() || !subject->is_string() || expired(*claims, now)) return std::nullopt;
  const auto credential = credentials.find(subject->get<std::string>());
  if (!credential) return std::nullopt;
  const std::string_view signed_text = token.substr(0, parts[0].size() + 1 + parts[1].size());
  if (!signed_with(credential->secret_key, signed_text, as_text(*signature))) return std::nullopt;
  return subject->get<std::string>();
}

}  // namespace holdfast::admin
