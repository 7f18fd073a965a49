#include "server/services.hpp"

#include "server/version.hpp"

#include "holdfast/http/client.hpp"

#include <algorithm>

namespace holdfast::server {
namespace {

constexpr std::chrono::milliseconds kWebhookTimeout{5000};  // less than what a stop may take
constexpr std::chrono::milliseconds kLongestLifecyclePause = std::chrono::hours(1);
constexpr std::chrono::milliseconds kShortestLifecyclePause{1000};

class EventStream final : public s3::EventStream {
 public:
  explicit EventStream(std::shared_ptr<services::LineChannel> channel) : channel_(std::move(channel)) {}
  Task<Result<std::string>> next() override { co_return co_await channel_->next(); }

 private:
  std::shared_ptr<services::LineChannel> channel_;
};

class EventSource final : public s3::EventSource {
 public:
  explicit EventSource(services::Notifications& notifications) : notifications_(notifications) {}
  bool has_target(std::string_view arn) const override { return notifications_.has_target(arn); }
  Task<Result<std::unique_ptr<s3::EventStream>>> listen(s3::ListenSpec spec) override {
    services::ListenFilter filter{std::move(spec.bucket), std::move(spec.events), std::move(spec.prefix), std::move(spec.suffix)};
    HOLDFAST_CO_TRY(channel, co_await notifications_.listen(std::move(filter)));
    std::unique_ptr<s3::EventStream> stream = std::make_unique<EventStream>(std::move(channel));
    co_return stream;
  }

 private:
  services::Notifications& notifications_;
};

Result<services::HttpPoster> make_poster(http::IoThreads& threads, const services::HttpPosterTls& tls) {
  http::ClientOptions options;
  options.certificate_file = tls.certificate_file;
  options.private_key_file = tls.private_key_file;
  HOLDFAST_TRY(made, http::make_client(threads, options));
  const std::shared_ptr<http::Client> client = std::move(made);
  services::HttpPoster post = [client](services::HttpPost call) -> Result<int> {
    http::ClientRequest request{"POST", std::move(call.url), std::move(call.headers), std::move(call.body), kWebhookTimeout};
    HOLDFAST_TRY(response, sync_wait(client->send(std::move(request))));
    return response.status;
  };
  return post;
}

services::LifecycleOptions lifecycle_options(const Settings& settings) {
  services::LifecycleOptions options;
  options.day = {settings.lifecycle_day};
  options.versions_per_second = settings.lifecycle_rate;
  const auto hour = std::chrono::duration_cast<std::chrono::milliseconds>(settings.lifecycle_day / 24);
  options.pause = std::clamp(hour, kShortestLifecyclePause, kLongestLifecyclePause);
  return options;
}

std::string server_name(const Settings& settings, const http::Server& server) {
  return (settings.address.host.empty() ? "localhost" : settings.address.host) + ":" + std::to_string(server.port());
}

}  // namespace

Services::Services(const Settings& settings, storage::Engine& engine, const auth::CredentialStore& credentials, const Clock& clock,
                   http::IoThreads& threads, const http::Server& s3_server)
    : settings_(settings),
      engine_(engine),
      threads_(threads),
      request_metrics_(s3::operation_names(), [&engine](std::string_view bucket) { return engine.bucket(bucket).has_value(); }),
      metrics_observer_(request_metrics_),
      notifications_(engine, settings.region),
      events_(std::make_unique<EventSource>(notifications_)),
      lifecycle_(engine, clock, lifecycle_options(settings)),
      metrics_(server_name(settings, s3_server)),
      metrics_pages_(metrics_, settings.metrics_public ? admin::MetricsAuth::anyone : admin::MetricsAuth::jwt, credentials, clock) {
  add_collectors(s3_server);
}

Services::~Services() { stop(); }

void Services::add_collectors(const http::Server& s3_server) {
  using services::MetricsPage;
  using services::PrometheusText;
  const storage::Engine& engine = engine_;
  metrics_.add(MetricsPage::cluster, [&engine](PrometheusText& text) { services::collect_cluster(engine, text); });
  metrics_.add(MetricsPage::cluster, [this](PrometheusText& text) { request_metrics_.collect(text); });
  metrics_.add(MetricsPage::cluster, [&s3_server](PrometheusText& text) {
    const http::ServerStats stats = s3_server.stats();
    text.gauge("minio_s3_requests_inflight_total", "Requests under way", static_cast<double>(stats.requests_in_flight));
    text.gauge("holdfast_http_connections", "Open connections", static_cast<double>(stats.connections));
  });
  if (settings_.notifications) metrics_.add(MetricsPage::cluster, [this](PrometheusText& text) { notifications_.collect(text); });
  if (settings_.lifecycle) metrics_.add(MetricsPage::node, [this](PrometheusText& text) { lifecycle_.collect(text); });
  metrics_.add(MetricsPage::node, [&engine](PrometheusText& text) { services::collect_engine(engine, text); });
  metrics_.add(MetricsPage::node, [](PrometheusText& text) { services::collect_process(kVersion, text); });
  metrics_.add(MetricsPage::resource, [](PrometheusText& text) { services::collect_machine(text); });
  metrics_.add(MetricsPage::bucket, [&engine](PrometheusText& text) { services::collect_bucket_usage(engine, text); });
  metrics_.add(MetricsPage::bucket, [this](PrometheusText& text) { request_metrics_.collect_buckets(text); });
}

void Services::warn_of_short_days() const {
  if (settings_.lifecycle_day == std::chrono::hours(24)) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(settings_.lifecycle_day).count();
  log::warn("HOLDFAST_LIFECYCLE_DAY: A DAY OF LIFECYCLE RULES LASTS " + std::to_string(seconds) +
            " SECONDS. Objects expire that much sooner; this is for tests alone.");
}

Result<> Services::start() {
  if (settings_.notifications) {
    const services::HttpPosterFactory http = [this](const services::HttpPosterTls& tls) { return make_poster(threads_, tls); };
    HOLDFAST_TRY_VOID(notifications_.start(settings_.targets, http));
  }
  if (settings_.lifecycle) {
    warn_of_short_days();
    lifecycle_.start();
  }
  return {};
}

void Services::stop_soon() {
  notifications_.stop_soon();
  lifecycle_.stop_soon();
}

void Services::stop() {
  stop_soon();
  notifications_.stop();
  lifecycle_.stop();
}

std::vector<s3::RequestObserver*> Services::observers() {
  if (!settings_.metrics) return {};
  return {&metrics_observer_};
}

s3::EventSource* Services::events() { return settings_.notifications ? events_.get() : nullptr; }

const admin::MetricsPages* Services::metrics_pages() const { return settings_.metrics ? &metrics_pages_ : nullptr; }

}  // namespace holdfast::server
