// What requests looked like and what came of them, for whoever counts, traces or logs them.
#pragma once

#include "holdfast/auth/authenticate.hpp"
#include "holdfast/base/clock.hpp"
#include "holdfast/base/error.hpp"
#include "holdfast/http/message.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace holdfast::s3 {

// One request that has been answered. Views and references hold during the call alone.
struct RequestRecord {
  enum class Kind : std::uint8_t {
    s3,
    reserved,  // under /minio/: health, metrics, administration
    refused,   // no HTTP request could be read: only status and error are known
  };
  Kind kind = Kind::s3;
  std::string_view request_id;
  std::string_view operation;  // AWS's name; empty: none was found, or not S3
  std::string_view bucket;     // empty: none was named, or the address couldn't be read
  std::string_view key;        // decoded
  std::string_view version_id;
  int status = 0;
  std::optional<ErrorCode> error;      // of S3's errors; also set for an error that was thrown away with a HEAD's body
  std::string_view error_message;      // as the client got it
  const auth::Authentication& caller;  // access_key is empty for anonymous requests and for those that failed to authenticate
  const http::Request* request;        // method, path, query, peer_address, every header; null when refused
  const http::Response& response;      // headers; its content has been sent
  const http::Transfer& transfer;      // bytes in and out
  TimePoint started;                   // by the wall clock
  std::chrono::nanoseconds to_first_byte{};
  std::chrono::nanoseconds total{};

  std::string_view header(std::string_view lower_name) const noexcept {
    return request != nullptr ? request->header(lower_name) : std::string_view{};
  }
};

// Called once for each request, after its response was sent or the connection broke, on the I/O thread that served it:
// quick, thread-safe, never waits.
class RequestObserver {
 public:
  virtual ~RequestObserver() = default;
  virtual void request_done(const RequestRecord& record) noexcept = 0;
};

// The names that RequestRecord::operation may have.
std::span<const std::string_view> operation_names();

}  // namespace holdfast::s3
