// One POST an event.
#include "services/targets/targets.hpp"

namespace holdfast::services::targets {
namespace {

class Webhook final : public Target {
 public:
  Webhook(std::string url, std::string authorization, HttpPoster post)
      : url_(std::move(url)), authorization_(std::move(authorization)), post_(std::move(post)) {}

  Result<> send(const Notification& notification) override {
    HttpPost call{url_, {{"Content-Type", "application/json"}}, notification.body};
    if (!authorization_.empty()) call.headers.emplace_back("Authorization", authorization_);
    HOLDFAST_TRY(status, post_(std::move(call)));
    if (status >= 200 && status < 300) return {};
    return Error(ErrorCode::ServiceUnavailable, "the webhook answers with status " + std::to_string(status));
  }

 private:
  std::string url_;
  std::string authorization_;
  HttpPoster post_;
};

// A token alone is a bearer token; "Scheme token" is sent as it is.
std::string authorization_of(const std::string& token) {
  if (token.empty() || token.find(' ') != std::string::npos) return token;
  return "Bearer " + token;
}

}  // namespace

Result<std::unique_ptr<Target>> webhook(const TargetSettings& settings, const HttpPosterFactory& http) {
  const std::string url = settings.value("ENDPOINT");
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    return bad_setting(settings, "ENDPOINT", "use http://... or https://...");
  const HttpPosterTls tls{settings.value("CLIENT_CERT"), settings.value("CLIENT_KEY")};
  if (tls.certificate_file.empty() != tls.private_key_file.empty()) {
    return bad_setting(settings, "CLIENT_CERT", "CLIENT_CERT and CLIENT_KEY go together");
  }
  auto post = http(tls);
  if (!post) return bad_setting(settings, "CLIENT_CERT", post.error().text());
  return std::unique_ptr<Target>(new Webhook(url, authorization_of(settings.value("AUTH_TOKEN")), std::move(*post)));
}

}  // namespace holdfast::services::targets
