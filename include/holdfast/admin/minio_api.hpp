// MinIO's admin API (/minio/admin/v3/, and v4 where clients have it): what `mc admin` and minio-py's MinioAdmin call.
#pragma once

#include "holdfast/auth/authenticate.hpp"
#include "holdfast/auth/identities.hpp"
#include "holdfast/base/async_mutex.hpp"
#include "holdfast/base/clock.hpp"
#include "holdfast/http/message.hpp"
#include "holdfast/storage/engine.hpp"

#include <functional>
#include <memory>
#include <string>

namespace holdfast::admin {

// What the server says of itself.
struct ServerFacts {
  std::string version;
  std::string endpoint;  // host:port
  std::string region;
  std::string directory;
  bool tls = false;
  TimePoint started;
};

enum class ServiceAction { restart, stop };

struct MinioApiParts {
  auth::IdentityStore& identities;
  const auth::Authenticator& authenticator;
  storage::Engine& engine;
  const Clock& clock;
  ServerFacts facts;
  bool default_credentials = false;
  // Runs work that takes long (key derivation) beside the I/O threads.
  std::function<Task<>(std::function<void()>)> run_blocking;
  // Called once the answer is on its way.
  std::function<void(ServiceAction)> service;
};

// All references must outlive it. Any thread.
class MinioApi {
 public:
  explicit MinioApi(MinioApiParts parts);
  MinioApi(const MinioApi&) = delete;
  MinioApi& operator=(const MinioApi&) = delete;
  ~MinioApi();

  // Whether the path (still encoded) is the admin API's.
  static bool serves(std::string_view path) noexcept;
  // Every failure is answered as the JSON that admin clients read.
  Task<http::Response> handle(const http::Request& request, http::BodyStream& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace holdfast::admin
