// Prometheus' pages: /minio/v2/metrics/{cluster,node,bucket,resource} on the S3 port, all of it at /metrics on the
// console's. Public, or with a bearer token: a JWT (HS512) that names an access key and is signed with its secret, as
// `mc admin prometheus generate` makes it.
#pragma once

#include "holdfast/auth/credentials.hpp"
#include "holdfast/base/clock.hpp"
#include "holdfast/http/message.hpp"
#include "holdfast/services/metrics.hpp"

#include <optional>

namespace holdfast::admin {

enum class MetricsAuth { jwt, anyone };

class MetricsPages {
 public:
  // All references must outlive this.
  MetricsPages(const services::Metrics& metrics, MetricsAuth auth, const auth::CredentialStore& credentials, const Clock& clock)
      : metrics_(metrics), auth_(auth), credentials_(credentials), clock_(clock) {}

  // nullopt: not a metrics path of this listener.
  std::optional<http::Response> answer(const http::Request& request, bool on_console) const;

 private:
  bool admitted(const http::Request& request) const;

  const services::Metrics& metrics_;
  MetricsAuth auth_;
  const auth::CredentialStore& credentials_;
  const Clock& clock_;
};

// The access key that a valid, unexpired token names (its `sub`); nullopt otherwise.
std::optional<std::string> verify_bearer_token(std::string_view token, const auth::CredentialStore& credentials, TimePoint now);

}  // namespace holdfast::admin
