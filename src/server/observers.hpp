// What S3 tells about its requests, handed on to the services that count them.
#pragma once

#include "holdfast/s3/observer.hpp"
#include "holdfast/services/metrics.hpp"

namespace holdfast::server {

class MetricsObserver final : public s3::RequestObserver {
 public:
  explicit MetricsObserver(services::RequestMetrics& metrics) : metrics_(metrics) {}
  void request_done(const s3::RequestRecord& record) noexcept override;

 private:
  services::RequestMetrics& metrics_;
};

}  // namespace holdfast::server
