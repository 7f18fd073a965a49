// A person who opens the S3 port in a browser meant the console: they are sent there.
#pragma once

#include "holdfast/http/message.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace holdfast::server {

struct BrowserRedirectOptions {
  std::string url;                   // MINIO_BROWSER_REDIRECT_URL; empty: the same host at the console's port
  std::uint16_t console_port = 0;    // 0: nobody is sent anywhere
  std::vector<std::string> domains;  // of virtual-host style requests: the host's root is a bucket there
};

// Answers unsigned GETs of "/" by browsers; everything else is for `next`, which must outlive it.
class BrowserRedirect final : public http::Handler {
 public:
  BrowserRedirect(http::Handler& next, BrowserRedirectOptions options) : next_(next), options_(std::move(options)) {}

  Task<http::Response> handle(const http::Request& request, http::BodyStream& body) override;
  http::Response handle_error(const Error& error) override { return next_.handle_error(error); }

 private:
  bool is_browser_at_root(const http::Request& request) const;
  std::string target(const http::Request& request) const;

  http::Handler& next_;
  const BrowserRedirectOptions options_;
};

}  // namespace holdfast::server
