// Keeps what observers want to know of a request until its response has been sent.
#pragma once

#include "s3/context.hpp"

#include "holdfast/s3/observer.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::s3 {

using Observers = std::vector<RequestObserver*>;

class Watcher final : public http::ResponseWatcher {
 public:
  Watcher(const Observers& observers, RequestRecord::Kind kind, TimePoint started)
      : observers_(observers), kind_(kind), started_(started), start_(std::chrono::steady_clock::now()) {}

  // As the operation ends: takes what it may of the context.
  void take(Context& context) noexcept;
  void take_error(const Error& error);

  void sent(const http::Request& request, const http::Response& response, const http::Transfer& transfer) noexcept override;

 private:
  const Observers& observers_;
  RequestRecord::Kind kind_;
  TimePoint started_;
  std::chrono::steady_clock::time_point start_;
  std::string_view operation_;
  Address address_;
  std::string version_id_;
  auth::Authentication caller_;
  std::optional<ErrorCode> error_;
  std::string error_message_;
};

}  // namespace holdfast::s3
