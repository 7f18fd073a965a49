#include "services/target_worker.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/log.hpp"

#include <pthread.h>

#include <algorithm>

namespace holdfast::services {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kBatch = 2000;
constexpr std::chrono::milliseconds kPoll = 100ms;
constexpr std::chrono::milliseconds kFirstPause = 250ms;
constexpr std::chrono::milliseconds kLongestPause = 30s;
constexpr std::chrono::milliseconds kKeepDelivered = 200ms;  // what a crash may deliver twice
constexpr std::chrono::milliseconds kKeepPassed = 5s;
constexpr int kLookAheadRounds = 8;
constexpr std::size_t kMaxCachedBuckets = 10'000;

std::string follower_name(const TargetSettings& settings) { return "notify." + settings.type + "." + hex_encode(as_bytes(settings.id)); }

}  // namespace

TargetWorker::TargetWorker(storage::Engine& engine, const TargetSettings& settings, std::string region, std::unique_ptr<Target> target)
    : engine_(engine),
      id_(settings.id),
      type_(settings.type),
      arn_(settings.arn(region)),
      arn_without_region_(settings.arn({})),
      region_(std::move(region)),
      follower_(follower_name(settings)),
      queue_limit_(settings.queue_limit),
      target_(std::move(target)) {}

TargetWorker::~TargetWorker() {
  stop_soon();
  join();
}

void TargetWorker::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "notify");
    run();
  });
}

void TargetWorker::stop_soon() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  wake_.notify_all();
}

void TargetWorker::join() {
  if (thread_.joinable()) thread_.join();
}

TargetState TargetWorker::state() const {
  const std::lock_guard lock(mutex_);
  return {arn_, online_, waiting_, sent_, errors_, dropped_, last_error_};
}

bool TargetWorker::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

bool TargetWorker::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, time, [this] { return stopping_; });
}

void TargetWorker::run() {
  bool going_on = true;
  while (going_on && !stopping()) {
    const auto events = sync_wait(engine_.changes(follower_, kBatch, position_));
    if (!events) {
      log::error("The change feed can't be read; notifications wait.", {{"target", arn_}, {"error", std::string(events.error().text())}});
      going_on = pause(kLongestPause);
    } else if (events->empty()) {
      keep_cursor(false);
      going_on = pause(kPoll);
    } else {
      count_waiting(*events);
      going_on = work_on(*events);
    }
  }
  keep_cursor(true);
}

bool TargetWorker::work_on(const std::vector<storage::ChangeEvent>& events) {
  for (const storage::ChangeEvent& event : events) {
    if (wanted(event) && !deliver(event)) return false;
    position_ = event.seq;
    keep_cursor(false);
  }
  return true;
}

bool TargetWorker::wanted(const storage::ChangeEvent& event) {
  const auto bucket = engine_.bucket(event.bucket);
  if (!bucket || !(*bucket)->configuration.contains(storage::kNotificationConfiguration)) return false;
  CachedRules& cached = rules_[event.bucket];
  if (cached.bucket != *bucket) {
    if (rules_.size() > kMaxCachedBuckets) {
      rules_.clear();
      return wanted(event);
    }
    auto parsed = storage::notification_rules(**bucket);
    if (!parsed) log::error(std::string(parsed.error().text()), {{"bucket", event.bucket}});
    cached = {*bucket, parsed ? std::move(*parsed) : storage::NotificationRules()};
  }
  return std::ranges::any_of(cached.rules, [&](const storage::NotificationRule& rule) {
    return (rule.arn == arn_ || rule.arn == arn_without_region_) && storage::rule_matches(rule, event.name, event.key);
  });
}

// False: the event wasn't delivered, for the server stops.
bool TargetWorker::deliver(const storage::ChangeEvent& event) {
  storage::ObjectPtr object;
  if (event.name.starts_with("s3:ObjectCreated:")) {
    const auto found = sync_wait(engine_.head({event.bucket, event.key, event.version_id}));
    if (found) object = *found;
  }
  const Notification notification{event.name, event.bucket + "/" + event.key, render_notification(event, object.get(), region_),
                                  event.name.starts_with("s3:ObjectRemoved:"), event.time};
  for (auto wait = kFirstPause;; wait = std::min(2 * wait, kLongestPause)) {
    if (!online_ && waiting_ > queue_limit_) {
      drop(event);
      return true;
    }
    const auto sent = target_->send(notification);
    if (sent) break;
    note_failure(sent.error());
    look_ahead();
    keep_cursor(false);
    if (!pause(wait)) return false;
  }
  note_success();
  return true;
}

void TargetWorker::note_success() {
  if (!online_.exchange(true)) log::info("A notification target takes events again.", {{"target", arn_}});
  sent_.fetch_add(1);
  waiting_.fetch_sub(1);
  delivered_ = true;
}

void TargetWorker::note_failure(const Error& error) {
  errors_.fetch_add(1);
  const bool was_online = online_.exchange(false);
  {
    const std::lock_guard lock(mutex_);
    last_error_ = error.text();
  }
  if (was_online)
    log::warn("A notification target takes no events; they are kept and sent later.",
              {{"target", arn_}, {"error", std::string(error.text())}});
}

void TargetWorker::drop(const storage::ChangeEvent& event) {
  if (dropped_.fetch_add(1) % 1000 == 0) {
    log::error("A notification target's queue is full; its oldest events are dropped.",
               {{"target", arn_}, {"limit", std::to_string(queue_limit_)}, {"object", event.bucket + "/" + event.key}});
  }
  waiting_.fetch_sub(1);
  delivered_ = true;
}

void TargetWorker::count_waiting(const std::vector<storage::ChangeEvent>& events) {
  for (const storage::ChangeEvent& event : events) {
    if (event.seq <= counted_) continue;
    counted_ = event.seq;
    if (wanted(event)) waiting_.fetch_add(1);
  }
}

// While the target is away: how much waits for it.
void TargetWorker::look_ahead() {
  for (int round = 0; round < kLookAheadRounds; ++round) {
    const auto events = sync_wait(engine_.changes(follower_, kBatch, counted_));
    if (!events || events->empty()) return;
    count_waiting(*events);
  }
}

void TargetWorker::keep_cursor(bool at_once) {
  if (position_ == kept_) return;
  const auto now = std::chrono::steady_clock::now();
  if (!at_once && now - kept_at_ < (delivered_ ? kKeepDelivered : kKeepPassed)) return;
  kept_at_ = now;
  if (const auto kept = sync_wait(engine_.advance_cursor(follower_, position_)); !kept) {
    log::warn("A notification target's cursor can't be written; events may be sent again after a restart.", {{"target", arn_}});
    return;
  }
  kept_ = position_;
  delivered_ = false;
}

}  // namespace holdfast::services
