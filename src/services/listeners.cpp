#include "services/listeners.hpp"

#include "holdfast/base/log.hpp"
#include "holdfast/storage/notification_rules.hpp"

#include <pthread.h>

#include <algorithm>

namespace holdfast::services {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kFollower = "notify.listeners";
constexpr std::uint32_t kBatch = 1000;
constexpr std::size_t kChannelBytes = 4 * 1024 * 1024;
constexpr std::size_t kMaxListeners = 1000;
constexpr auto kPoll = 50ms;
constexpr auto kKeepAlive = 500ms;  // as often as MinIO: it is how a listener that went away is noticed
constexpr auto kKeepCursor = 5s;

bool matches(const ListenFilter& filter, const storage::ChangeEvent& event) {
  if (!filter.bucket.empty() && filter.bucket != event.bucket) return false;
  if (!event.key.starts_with(filter.prefix) || !event.key.ends_with(filter.suffix)) return false;
  return std::ranges::any_of(filter.events, [&](const std::string& pattern) { return storage::event_matches(pattern, event.name); });
}

}  // namespace

Listeners::~Listeners() {
  stop_soon();
  join();
}

// Nobody has been listening while the server was away.
Result<> Listeners::start() {
  HOLDFAST_TRY_VOID(sync_wait(engine_.delete_cursor(std::string(kFollower))));
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "listeners");
    run();
  });
  return {};
}

void Listeners::stop_soon() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  for (const Listener& listener : listeners_) {
    if (const auto channel = listener.channel.lock()) channel->close();
  }
  wake_.notify_all();
}

void Listeners::join() {
  if (thread_.joinable()) thread_.join();
}

std::size_t Listeners::count() const {
  const std::lock_guard lock(mutex_);
  return listeners_.size();
}

Task<Result<std::shared_ptr<LineChannel>>> Listeners::add(ListenFilter filter) {
  if (count() >= kMaxListeners) co_return Error(ErrorCode::SlowDown, "There are too many listeners.");
  HOLDFAST_CO_TRY_VOID(co_await engine_.create_cursor(std::string(kFollower)));
  auto channel = std::make_shared<LineChannel>(kChannelBytes);
  const std::lock_guard lock(mutex_);
  if (stopping_) co_return Error(ErrorCode::ServiceUnavailable, "The server is stopping.");
  listeners_.push_back({std::move(filter), channel});
  wake_.notify_all();
  co_return channel;
}

void Listeners::run() {
  std::unique_lock lock(mutex_);
  while (wait_for_work(lock)) {
    lock.unlock();
    read_feed();
    keep_alive();
    lock.lock();
  }
}

// False: the end. Once there was a listener the feed is followed to its end, also when all have gone: the cursor moves on.
bool Listeners::wait_for_work(std::unique_lock<std::mutex>& lock) {
  std::erase_if(listeners_, [](const Listener& listener) { return listener.channel.expired(); });
  if (listeners_.empty() && position_ == kept_) {
    wake_.wait_for(lock, kKeepCursor, [this] { return stopping_ || !listeners_.empty(); });
  } else {
    wake_.wait_for(lock, kPoll, [this] { return stopping_; });
  }
  return !stopping_;
}

void Listeners::read_feed() {
  const auto events = sync_wait(engine_.changes(std::string(kFollower), kBatch, position_));
  if (!events) return;  // nobody has listened yet
  for (const storage::ChangeEvent& event : *events) {
    hand_out(event);
    position_ = event.seq;
  }
  const auto now = std::chrono::steady_clock::now();
  if (position_ == kept_ || now - kept_at_ < kKeepCursor) return;
  kept_at_ = now;
  if (sync_wait(engine_.advance_cursor(std::string(kFollower), position_))) kept_ = position_;
}

std::vector<std::shared_ptr<LineChannel>> Listeners::matching(const storage::ChangeEvent* event) {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<LineChannel>> channels;
  for (const Listener& listener : listeners_) {
    if (event != nullptr && !matches(listener.filter, *event)) continue;
    if (auto channel = listener.channel.lock()) channels.push_back(std::move(channel));
  }
  return channels;
}

void Listeners::hand_out(const storage::ChangeEvent& event) {
  const auto channels = matching(&event);
  if (channels.empty()) return;
  storage::ObjectPtr object;
  if (event.name.starts_with("s3:ObjectCreated:")) {
    const auto found = sync_wait(engine_.head({event.bucket, event.key, event.version_id}));
    if (found) object = *found;
  }
  const std::string line = R"({"Records":[)" + render_record(event, object.get(), region_) + "]}\n";
  for (const auto& channel : channels) channel->push(line);
}

void Listeners::keep_alive() {
  const auto now = std::chrono::steady_clock::now();
  if (now - greeted_at_ < kKeepAlive) return;
  greeted_at_ = now;
  for (const auto& channel : matching(nullptr)) channel->keep_alive();
}

}  // namespace holdfast::services
