#include "server/observers.hpp"

namespace holdfast::server {

void MetricsObserver::request_done(const s3::RequestRecord& record) noexcept {
  if (record.kind == s3::RequestRecord::Kind::reserved) return;
  metrics_.count({.operation = record.operation,
                  .bucket = record.bucket,
                  .status = record.status,
                  .error = record.error,
                  .complete = record.transfer.complete,
                  .bytes_received = record.transfer.body_received,
                  .bytes_sent = record.transfer.head_sent + record.transfer.body_sent,
                  .to_first_byte = record.to_first_byte,
                  .total = record.total});
}

}  // namespace holdfast::server
