// What the server does, counted for the console's dashboard.
#pragma once

#include "holdfast/admin/console.hpp"
#include "holdfast/http/server.hpp"
#include "holdfast/io/file_system.hpp"
#include "holdfast/s3/observer.hpp"

#include <atomic>
#include <string>

namespace holdfast::server {

class ActivityMeter final : public s3::RequestObserver {
 public:
  void request_done(const s3::RequestRecord& record) noexcept override {
    if (record.status >= kFirstError) ++errors_;
  }

  // Any thread. The disk is that of `directory`.
  admin::Activity read(const http::Server& server, io::FileSystem& files, const std::string& directory) const {
    const http::ServerStats stats = server.stats();
    admin::Activity activity;
    activity.requests = stats.requests_total;
    activity.errors = errors_;
    activity.bytes_received = stats.bytes_received;
    activity.bytes_sent = stats.bytes_sent;
    activity.connections = stats.connections;
    if (const auto space = files.space(directory)) {
      activity.disk_total_bytes = space->total_bytes;
      activity.disk_free_bytes = space->free_bytes;
    }
    return activity;
  }

 private:
  static constexpr int kFirstError = 400;
  std::atomic<std::uint64_t> errors_{0};
};

}  // namespace holdfast::server
