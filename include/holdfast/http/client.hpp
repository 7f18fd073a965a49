// A small HTTP/1.1 client, plain and TLS: webhooks, health checks. For bodies that fit in memory.
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/base/task.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::http {

class IoThreads;

struct ClientRequest {
  std::string method = "GET";
  std::string url;  // http[s]://host[:port][/path][?query], encoded; a fragment is left out
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::chrono::milliseconds timeout{30'000};               // for all of it: name, connection, handshake, answer
  std::size_t max_response_bytes = std::size_t{1} << 20U;  // a longer answer is an error
};

struct ClientResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers{};  // names as sent
  std::string body{};
};

struct ClientOptions {
  bool verify_tls = true;          // certificate chain and host name
  std::string ca_file{};           // PEM; empty: the system's
  std::string certificate_file{};  // the client's own, PEM chain; empty: none
  std::string private_key_file{};
  std::size_t max_idle_connections = 16;  // kept for the next request, all hosts together; 0: none
  std::chrono::milliseconds idle_timeout{30'000};
};

// Any thread that has a current Executor. Every answer of the server is a success here, whatever its status; redirects
// aren't followed. Errors: InvalidURI for what is no URL; ServiceUnavailable, which names the URL's host and what failed.
// A request for which a kept connection turns out to be dead is sent once more on a new one.
class Client {
 public:
  virtual ~Client() = default;  // requests under way fail
  virtual Task<Result<ClientResponse>> send(ClientRequest request) = 0;
};

// Its sockets live on one of `threads`, which must outlive it. InvalidArgument if the TLS files can't be used.
Result<std::unique_ptr<Client>> make_client(IoThreads& threads, const ClientOptions& options);

// One request from the command line, blocking.
Result<ClientResponse> fetch(const std::string& method, const std::string& url,
                             const std::vector<std::pair<std::string, std::string>>& headers, const std::string& body,
                             std::chrono::milliseconds timeout, bool verify_tls);

}  // namespace holdfast::http
