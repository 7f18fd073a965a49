#include "holdfast/services/notifications.hpp"

#include "services/listeners.hpp"
#include "services/target_worker.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/log.hpp"

#include <algorithm>

namespace holdfast::services {
namespace {

constexpr std::string_view kFollowersDocument = "services/notification-targets";  // one follower's name a line

}  // namespace

struct Notifications::State {
  State(storage::Engine& storage_engine, std::string server_region)
      : engine(storage_engine), region(std::move(server_region)), listeners(engine, region) {}

  // The cursors of targets that are no longer configured would keep the feed for ever.
  Result<> forget_others() {
    std::string now;
    for (const auto& worker : workers) now += worker->follower() + "\n";
    const std::string before = engine.document(kFollowersDocument).value_or("");
    for (const auto name : split(before, '\n')) {
      const bool kept = std::ranges::any_of(workers, [name](const auto& worker) { return worker->follower() == name; });
      if (name.empty() || kept) continue;
      log::warn("A notification target is gone; what waited for it is forgotten.", {{"follower", std::string(name)}});
      HOLDFAST_TRY_VOID(sync_wait(engine.delete_cursor(std::string(name))));
    }
    return before == now ? Result<>() : sync_wait(engine.put_document(std::string(kFollowersDocument), now));
  }

  storage::Engine& engine;
  const std::string region;
  Listeners listeners;
  std::vector<std::unique_ptr<TargetWorker>> workers;
  std::vector<std::string> arns;
};

Notifications::Notifications(storage::Engine& engine, std::string region) : state_(std::make_unique<State>(engine, std::move(region))) {}

Notifications::~Notifications() { stop(); }

Result<> Notifications::start(const std::vector<TargetSettings>& targets, const HttpPosterFactory& http) {
  State& state = *state_;
  for (const TargetSettings& settings : targets) {
    HOLDFAST_TRY(target, make_target(settings, http));
    state.workers.push_back(std::make_unique<TargetWorker>(state.engine, settings, state.region, std::move(target)));
    state.arns.push_back(settings.arn(state.region));
    state.arns.push_back(settings.arn({}));
    HOLDFAST_TRY_VOID(sync_wait(state.engine.create_cursor(state.workers.back()->follower())));
  }
  HOLDFAST_TRY_VOID(state.forget_others());
  HOLDFAST_TRY_VOID(state.listeners.start());
  for (const auto& worker : state.workers) worker->start();
  return {};
}

void Notifications::stop_soon() {
  state_->listeners.stop_soon();
  for (const auto& worker : state_->workers) worker->stop_soon();
}

void Notifications::stop() {
  stop_soon();
  state_->listeners.join();
  for (const auto& worker : state_->workers) worker->join();
}

bool Notifications::has_target(std::string_view arn) const { return std::ranges::find(state_->arns, arn) != state_->arns.end(); }

Task<Result<std::shared_ptr<LineChannel>>> Notifications::listen(ListenFilter filter) { return state_->listeners.add(std::move(filter)); }

std::vector<TargetState> Notifications::state() const {
  std::vector<TargetState> states;
  for (const auto& worker : state_->workers) states.push_back(worker->state());
  return states;
}

void Notifications::collect(PrometheusText& text) const {
  const auto all = state();
  const auto by_target = [&](std::string_view name, std::string_view type, std::string_view help, auto value) {
    text.family(name, type, help);
    for (std::size_t i = 0; i < all.size(); ++i) {
      text.sample(static_cast<double>(value(all[i])),
                  {{"target_id", state_->workers[i]->id()}, {"target_name", state_->workers[i]->type()}});
    }
  };
  std::uint64_t sent = 0;
  std::uint64_t errors = 0;
  std::uint64_t dropped = 0;
  for (const TargetState& target : all) {
    sent += target.sent;
    errors += target.errors;
    dropped += target.dropped;
  }
  text.counter("minio_notify_events_sent_total", "Events that targets took", static_cast<double>(sent));
  text.counter("minio_notify_events_errors_total", "Attempts to send an event that failed", static_cast<double>(errors));
  text.counter("minio_notify_events_skipped_total", "Events dropped because a queue was full", static_cast<double>(dropped));
  text.gauge("holdfast_notify_listeners", "Clients that listen to events", static_cast<double>(state_->listeners.count()));
  by_target("minio_notify_target_queue_length", "gauge", "Events that wait for a target", [](const TargetState& t) { return t.waiting; });
  by_target("minio_notify_target_online", "gauge", "1: the target took its last event",
            [](const TargetState& t) { return t.online ? 1 : 0; });
  by_target("minio_notify_target_total_events", "counter", "Events that a target took", [](const TargetState& t) { return t.sent; });
  by_target("minio_notify_target_failed_events", "counter", "Events that a target lost for its queue was full",
            [](const TargetState& t) { return t.dropped; });
}

}  // namespace holdfast::services
