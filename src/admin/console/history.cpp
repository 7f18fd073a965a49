#include "admin/console/history.hpp"

#include <chrono>

namespace holdfast::admin {
namespace {

constexpr std::chrono::seconds kHourStep{5};
constexpr std::chrono::seconds kDayStep{120};
constexpr std::size_t kSamples = 721;  // an hour, a day

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

History::History(std::function<Activity()> activity) : activity_(std::move(activity)), started_(std::chrono::steady_clock::now()) {
  if (activity_) thread_ = std::thread([this] { observe(); });
}

History::~History() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void History::observe() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    lock.unlock();
    const Sample sample{seconds_now(), activity_()};
    lock.lock();
    keep(hour_, sample, kHourStep.count(), kSamples);
    keep(day_, sample, kDayStep.count(), kSamples);
    changed_.wait_for(lock, kHourStep, [this] { return ending_; });
  }
}

void History::keep(std::deque<Sample>& samples, const Sample& sample, std::int64_t every, std::size_t most) {
  if (!samples.empty() && sample.time - samples.back().time < every) return;
  samples.push_back(sample);
  if (samples.size() > most) samples.pop_front();
}

Activity History::now() const { return activity_ ? activity_() : Activity{}; }

std::uint64_t History::uptime_seconds() const {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_).count());
}

History::Rates History::rates(Span span) const {
  Rates rates;
  const std::lock_guard lock(mutex_);
  const auto& samples = span == Span::hour ? hour_ : day_;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const Activity& before = samples[i - 1].activity;
    const Activity& after = samples[i].activity;
    const auto seconds = static_cast<double>(samples[i].time - samples[i - 1].time);
    const auto rate = [seconds](std::uint64_t first, std::uint64_t second) { return static_cast<double>(second - first) / seconds; };
    rates.time.push_back(samples[i].time);
    rates.requests.push_back(rate(before.requests, after.requests));
    rates.errors.push_back(rate(before.errors, after.errors));
    rates.received.push_back(rate(before.bytes_received, after.bytes_received));
    rates.sent.push_back(rate(before.bytes_sent, after.bytes_sent));
  }
  return rates;
}

}  // namespace holdfast::admin
