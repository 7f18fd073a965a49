// What a listener answers from its first moment: health at once, everything else as soon as the engine is there.
#pragma once

#include "holdfast/http/message.hpp"
#include "holdfast/s3/service.hpp"
#include "holdfast/storage/engine.hpp"

#include <atomic>

namespace holdfast::server {

enum class GateRole { s3, console };

class Gate final : public http::Handler {
 public:
  explicit Gate(GateRole role) : role_(role) {}

  // From now on requests go to `service` (null: this listener has health alone). Both must outlive the gate's use.
  void open(http::Handler* service, const storage::Engine* engine) noexcept;

  Task<http::Response> handle(const http::Request& request, http::BodyStream& body) override;
  http::Response handle_error(const Error& error) override;

  // For paths under /minio/ that are no health check.
  s3::ReservedHandler reserved_handler();

 private:
  GateRole role_;
  std::atomic<http::Handler*> service_{nullptr};
  std::atomic<const storage::Engine*> engine_{nullptr};
};

}  // namespace holdfast::server
