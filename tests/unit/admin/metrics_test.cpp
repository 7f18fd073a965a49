#include "holdfast/admin/metrics.hpp"

#include "holdfast/base/encoding.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <array>

namespace holdfast::admin {
namespace {

std::string encode(std::string_view text) { return base64url_encode(as_bytes(text)); }

std::string token(std::string_view header, std::string_view claims, std::string_view secret) {
  const std::string text = encode(header) + "." + encode(claims);
  std::array<unsigned char, 64> mac{};
  std::size_t size = 0;
  EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA512", nullptr, secret.data(), secret.size(), reinterpret_cast<const unsigned char*>(text.data()),
            text.size(), mac.data(), mac.size(), &size);
  return text + "." + base64url_encode(as_bytes(std::string_view(reinterpret_cast<const char*>(mac.data()), size)));
}

constexpr std::string_view kHeader = R"({"alg":"HS512","typ":"JWT"})";

class MetricsPagesTest : public ::testing::Test {
 protected:
  int status(std::string_view path, const std::string& authorization, bool on_console = false, MetricsAuth auth = MetricsAuth::jwt) {
    http::Request request;
    request.method = "GET";
    request.path = path;
    if (!authorization.empty()) request.headers.emplace_back("authorization", authorization);
    const MetricsPages pages(metrics, auth, *credentials, clock);
    const auto response = pages.answer(request, on_console);
    return response ? response->status : 0;
  }
  std::string good() { return "Bearer " + token(kHeader, R"({"exp":4925880000,"sub":"root","iss":"prometheus"})", "root-secret"); }

  ManualClock clock{*parse_iso8601("2026-03-01T12:00:00Z")};
  std::unique_ptr<auth::CredentialStore> credentials = auth::make_root_credentials("root", "root-secret");
  services::Metrics metrics{"s"};
};

TEST_F(MetricsPagesTest, AsksForAToken) {
  EXPECT_EQ(status("/minio/v2/metrics/cluster", good()), 200);
  EXPECT_EQ(status("/minio/v2/metrics/bucket", good()), 200);
  EXPECT_EQ(status("/minio/v2/metrics/other", good()), 404);
  EXPECT_EQ(status("/minio/v2/metrics/cluster", ""), 403);
  EXPECT_EQ(status("/minio/v2/metrics/cluster", "Basic abc"), 403);
  EXPECT_EQ(status("/minio/v2/metrics/cluster", "", false, MetricsAuth::anyone), 200);
}

TEST_F(MetricsPagesTest, TheConsoleHasOnePageOfAll) {
  EXPECT_EQ(status("/metrics", good(), true), 200);
  EXPECT_EQ(status("/metrics", good(), false), 0) << "a bucket's name on the S3 port";
  EXPECT_EQ(status("/other", good(), true), 0);
}

TEST_F(MetricsPagesTest, RefusesWhatIsNotSignedOrTooOld) {
  const auto of = [&](std::string_view header, std::string_view claims, std::string_view secret) {
    return verify_bearer_token(token(header, claims, secret), *credentials, clock.now());
  };
  EXPECT_EQ(of(kHeader, R"({"sub":"root"})", "root-secret"), "root");
  EXPECT_FALSE(of(kHeader, R"({"sub":"root"})", "wrong"));
  EXPECT_FALSE(of(kHeader, R"({"sub":"nobody"})", "root-secret"));
  EXPECT_FALSE(of(kHeader, R"({"sub":7})", "root-secret"));
  EXPECT_FALSE(of(kHeader, R"({"sub":"root","exp":1000})", "root-secret"));
  EXPECT_FALSE(of(kHeader, R"({"sub":"root","exp":"later"})", "root-secret"));
  EXPECT_FALSE(of(R"({"alg":"none"})", R"({"sub":"root"})", "root-secret"));
  EXPECT_FALSE(of(R"({"alg":"HS256"})", R"({"sub":"root"})", "root-secret"));
  EXPECT_FALSE(of("no json", R"({"sub":"root"})", "root-secret"));
  for (const std::string_view text : {"", ".", "..", "a.b", "a.b.c.d", "!.!.!"})
    EXPECT_FALSE(verify_bearer_token(text, *credentials, clock.now()));
}

}  // namespace
}  // namespace holdfast::admin
