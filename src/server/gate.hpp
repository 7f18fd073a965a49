// What a listener answers from its first moment: health at once, everything else as soon as the engine is there. Requests
// that come earlier wait for it, unless the start turns out to be a long one: then they are told to come again.
#pragma once

#include "holdfast/admin/metrics.hpp"
#include "holdfast/http/message.hpp"
#include "holdfast/s3/service.hpp"
#include "holdfast/storage/engine.hpp"

#include <atomic>
#include <mutex>
#include <vector>

namespace holdfast::server {

enum class GateRole { s3, console };

class Gate final : public http::Handler {
 public:
  explicit Gate(GateRole role) : role_(role) {}

  // From now on requests go to `service` (null: this listener has health alone). Both must outlive the gate's use.
  void open(http::Handler* service, const storage::Engine* engine) noexcept;
  // The start takes long (an index is rebuilt): whoever waits, and whoever comes, gets XMinioServerNotInitialized.
  void stop_waiting() noexcept;

  Task<http::Response> handle(const http::Request& request, http::BodyStream& body) override;
  http::Response handle_error(const Error& error) override;

  // Before open(): answers Prometheus' pages on this listener; null: there are none. They must outlive the gate's use.
  void serve_metrics(const admin::MetricsPages* pages) noexcept { metrics_ = pages; }

  // For paths under /minio/ that are no health check.
  s3::ReservedHandler reserved_handler();

 private:
  struct Waiter {
    std::coroutine_handle<> handle;
    Executor* executor;
  };
  struct UntilOpen;
  bool decided() const noexcept { return open_ || waiting_over_; }
  void release() noexcept;

  GateRole role_;
  const admin::MetricsPages* metrics_ = nullptr;  // published by open()
  std::atomic<http::Handler*> service_{nullptr};
  std::atomic<const storage::Engine*> engine_{nullptr};
  std::atomic<bool> open_{false};
  std::atomic<bool> waiting_over_{false};
  std::mutex mutex_;
  std::vector<Waiter> waiters_;  // under mutex_
};

}  // namespace holdfast::server
