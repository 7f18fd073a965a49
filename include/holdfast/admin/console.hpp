// The console's listener: the storage API, the console's own API and its pages.
//
// It keeps no rules of its own about objects: whatever touches them is an S3 request in the caller's name, authorised by
// the caller's policies like any other.
#pragma once

#include "holdfast/auth/credentials.hpp"
#include "holdfast/base/clock.hpp"
#include "holdfast/http/message.hpp"
#include "holdfast/storage/engine.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::admin {

// S3 in process, in the name of `access_key` (s3::S3Service says what it means).
struct S3Door {
  std::function<Task<Result<http::Response>>(std::string access_key, std::string request_id, const http::Request& request,
                                             http::BodyStream& body)>
      call;
  std::function<Result<>(const std::string& access_key, const http::Request& request, std::string_view action, std::string_view bucket,
                         std::string_view key)>
      authorize;
};

// What the server has done since it started, and what it stands on.
struct Activity {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t connections = 0;  // open now
  std::uint64_t disk_total_bytes = 0;
  std::uint64_t disk_free_bytes = 0;
};

struct ConsoleOptions {
  std::string storage_api_bucket;  // the storage API's bucket where a request names none; may be empty
  std::string public_url;          // MINIO_SERVER_URL, without a slash at its end; may be empty
  std::uint16_t s3_port = 0;       // for links when there is no public URL
  std::string region;              // may be empty
  std::string root_user;
  bool default_credentials = false;  // root is minioadmin:minioadmin: loopback only
  bool pages = true;                 // false: the storage API alone (MINIO_BROWSER=off)
  std::string base_path;             // "/console" behind a proxy that leaves it on; may be empty
  std::string version;
  std::vector<std::string> operations;  // of S3 that are served, by AWS's names
  std::function<Activity()> activity;   // any thread; may be empty
};

// False: the build had no npm, so that the listener has its APIs alone.
bool has_console_pages() noexcept;

// All references must outlive the console.
std::unique_ptr<http::Handler> make_console(storage::Engine& engine, const auth::CredentialStore& credentials, const Clock& clock,
                                            S3Door s3, ConsoleOptions options);

}  // namespace holdfast::admin
