// What runs beside requests, put together: metrics, notifications, lifecycle.
#pragma once

#include "server/observers.hpp"
#include "server/settings.hpp"

#include "holdfast/admin/metrics.hpp"
#include "holdfast/http/server.hpp"
#include "holdfast/s3/events.hpp"
#include "holdfast/services/lifecycle.hpp"
#include "holdfast/services/metrics.hpp"
#include "holdfast/services/notifications.hpp"

#include <memory>
#include <vector>

namespace holdfast::server {

class Services {
 public:
  // All references must outlive this.
  Services(const Settings& settings, storage::Engine& engine, const auth::CredentialStore& credentials, const Clock& clock,
           http::IoThreads& threads, const http::Server& s3_server);
  ~Services();
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

  Result<> start();  // the error says which setting is wrong
  void stop_soon();  // so that streams to clients end
  void stop();       // before the engine is closed

  std::vector<s3::RequestObserver*> observers();
  s3::EventSource* events();                         // null: turned off
  const admin::MetricsPages* metrics_pages() const;  // null: turned off

 private:
  void add_collectors(const http::Server& s3_server);
  void warn_of_short_days() const;

  const Settings& settings_;
  storage::Engine& engine_;
  http::IoThreads& threads_;
  services::RequestMetrics request_metrics_;
  MetricsObserver metrics_observer_;
  services::Notifications notifications_;
  std::unique_ptr<s3::EventSource> events_;
  services::Lifecycle lifecycle_;
  services::Metrics metrics_;
  admin::MetricsPages metrics_pages_;
};

}  // namespace holdfast::server
