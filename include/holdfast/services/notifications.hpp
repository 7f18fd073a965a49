// Bucket notifications: follows the engine's change feed and tells targets (webhooks, brokers, databases) and listeners.
//
// Each target has a durable cursor of its own in the feed, which is its queue: an event leaves it once the target took
// it, so that each is delivered at least once, over restarts of either side. A target that stays away is tried again
// ever more slowly; beyond its queue limit the oldest events are dropped, and counted.
#pragma once

#include "holdfast/services/line_channel.hpp"
#include "holdfast/services/metrics.hpp"
#include "holdfast/storage/engine.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::services {

// What a target gets of one event.
struct Notification {
  std::string event_name;  // s3:ObjectCreated:Put
  std::string object;      // bucket/key
  std::string body;        // MinIO's JSON: EventName, Key, Records
  bool removed = false;    // the object is gone: stores that keep one entry an object drop it
  TimePoint time;
};

// Where events go. One thread calls it; a call may block for some seconds.
class Target {
 public:
  virtual ~Target() = default;
  virtual Result<> send(const Notification& notification) = 0;  // an error: tried again later
};

// How a target reaches an HTTP server: given by whoever has a client.
struct HttpPost {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};
using HttpPoster = std::function<Result<int>(HttpPost)>;  // blocks; the answer's status
struct HttpPosterTls {
  std::string certificate_file;  // of the client; empty: none
  std::string private_key_file;
};
using HttpPosterFactory = std::function<Result<HttpPoster>(const HttpPosterTls&)>;

// One configured target: MINIO_NOTIFY_<TYPE>_<NAME>[_<ID>].
struct TargetSettings {
  std::string type;  // webhook, redis, ...
  std::string id;    // "_" where the variables have none
  std::uint64_t queue_limit = 100'000;
  std::map<std::string, std::string, std::less<>> values;  // by NAME: ENDPOINT, AUTH_TOKEN, ...

  std::string arn(std::string_view region) const;
  std::string value(std::string_view name) const;  // empty: not set
  bool is_on(std::string_view name) const;
};
using Variables = std::map<std::string, std::string, std::less<>>;
// The targets that are turned on, from the environment. InvalidArgument for values that make no sense.
Result<std::vector<TargetSettings>> parse_targets(const Variables& environment);
bool is_target_variable(std::string_view name);  // one that parse_targets reads

// InvalidArgument if the settings lack something, or a TLS file can't be read. Doesn't connect yet.
Result<std::unique_ptr<Target>> make_target(const TargetSettings& settings, const HttpPosterFactory& http);

// MinIO's JSON for one event: the record alone, or with EventName and Key around it. `object`: what is known of the
// object beside the event; may be null.
std::string render_record(const storage::ChangeEvent& event, const storage::ObjectInfo* object, std::string_view region);
std::string render_notification(const storage::ChangeEvent& event, const storage::ObjectInfo* object, std::string_view region);

struct TargetState {
  std::string arn;
  bool online = true;
  std::uint64_t waiting = 0;  // events known to wait
  std::uint64_t sent = 0;
  std::uint64_t errors = 0;   // attempts that failed
  std::uint64_t dropped = 0;  // the queue was full
  std::string last_error;
};

struct ListenFilter {
  std::string bucket;  // empty: all
  std::vector<std::string> events;
  std::string prefix;
  std::string suffix;
};

class Notifications {
 public:
  // `engine` must outlive this.
  Notifications(storage::Engine& engine, std::string region);
  ~Notifications();
  Notifications(const Notifications&) = delete;
  Notifications& operator=(const Notifications&) = delete;

  // Opens the targets' cursors and begins to deliver. Once.
  Result<> start(const std::vector<TargetSettings>& targets, const HttpPosterFactory& http);
  void stop_soon();  // ends listeners; deliveries end after the one under way
  void stop();       // and waits for that

  bool has_target(std::string_view arn) const;  // with or without the region
  // Events from now on as JSON lines, with white space now and then. Ends when the channel is closed.
  Task<Result<std::shared_ptr<LineChannel>>> listen(ListenFilter filter);

  std::vector<TargetState> state() const;
  void collect(PrometheusText& text) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace holdfast::services
