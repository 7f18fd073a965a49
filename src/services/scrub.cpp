#include "holdfast/services/scrub.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/log.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace holdfast::services {
namespace {

constexpr const char* kDocument = "services/scrub";
constexpr std::chrono::seconds kLook{60};      // between looks at the clock while nothing is due
constexpr std::chrono::minutes kRemember{10};  // between writes of the position
constexpr std::chrono::seconds kAfterFailure{600};
constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;

// What survives a restart, as "<finished> <whole> <begun> <position>".
struct State {
  std::int64_t finished = 0;  // when the last scrub ended, or when the first one was put off
  bool whole = false;         // a scrub has come to its end
  bool begun = false;         // one is under way ...
  std::string position;       // ... and goes on here
};

std::string text_of(const State& state) {
  return std::to_string(state.finished) + (state.whole ? " 1" : " 0") + (state.begun ? " 1 " : " 0 ") + state.position;
}

State parse_state(const std::string& text) {
  State state;
  const auto space = text.find(' ');
  const auto finished = parse_u64(std::string_view(text).substr(0, space));
  if (!finished || space == std::string::npos || text.size() < space + 5) return state;
  state.finished = static_cast<std::int64_t>(*finished);
  state.whole = text[space + 1] == '1';
  state.begun = text[space + 3] == '1';
  state.position = text.substr(space + 5);
  return state;
}

class BackgroundScrub final : public Scrub, private storage::ScrubObserver {
 public:
  BackgroundScrub(storage::Engine& engine, const Clock& clock, const ScrubSettings& settings)
      : engine_(engine), scrubbable_(storage::as_scrubbable(engine)), clock_(clock), settings_(settings) {
    if (scrubbable_ != nullptr && settings_.interval.count() > 0) thread_ = std::thread([this] { run(); });
  }
  ~BackgroundScrub() override { BackgroundScrub::stop(); }

  const ScrubCounters& counters() const noexcept override { return counters_; }

  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::int64_t now() const { return std::chrono::duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch()).count(); }

  // True when it is time to stop.
  bool wait(std::chrono::steady_clock::duration time) {
    std::unique_lock lock(mutex_);
    return wake_.wait_for(lock, time, [&] { return stopping_; });
  }

  bool in_hours() const {
    const auto hour = static_cast<unsigned>(now() % kDay / kHour);
    const unsigned first = settings_.first_hour;
    const unsigned last = settings_.last_hour;
    if (first == last) return true;
    return last < first ? hour >= first || hour < last : hour >= first && hour < last;
  }

  void run() {
    state_ = parse_state(engine_.document(kDocument).value_or(""));
    if (state_.finished == 0) {
      state_.finished = now();
      remember();
    }
    if (state_.whole) counters_.finished_at = state_.finished;
    while (true) {
      const bool due = state_.begun || now() >= state_.finished + settings_.interval.count();
      if (due && in_hours() && !scrub() && wait(kAfterFailure)) return;
      if (wait(std::min<std::chrono::seconds>(kLook, settings_.interval))) return;
    }
  }

  bool scrub() {
    if (!state_.begun) log::info("A scrub begins: everything stored is read and compared with its checksums.");
    state_.begun = true;
    pace_from_ = remembered_ = std::chrono::steady_clock::now();
    pace_bytes_ = 0;
    counters_.running = true;
    const auto outcome = scrubbable_->scrub(state_.position, *this);
    counters_.running = false;
    if (!outcome) {
      log::warn("The scrub can't go on now.", {{"error", std::string(outcome.error().text())}});
      return false;
    }
    if (outcome->finished) finished();
    remember();
    return true;
  }

  void finished() {
    state_ = {now(), true, false, ""};
    counters_.finished_at = state_.finished;
    ++counters_.rounds;
    log::info("The scrub is done.", {{"damaged files since the start", std::to_string(counters_.damaged.load())}});
  }

  void remember() {
    remembered_ = std::chrono::steady_clock::now();
    if (const auto written = sync_wait(engine_.put_document(kDocument, text_of(state_))); !written) {
      log::warn("How far the scrub is can't be stored.", {{"error", std::string(written.error().text())}});
    }
  }

  // --- ScrubObserver, on the thread ---
  bool go_on(std::uint64_t bytes) override {
    counters_.bytes += bytes;
    pace_bytes_ += bytes;
    std::chrono::steady_clock::duration pause{0};
    if (settings_.bytes_per_second != 0) {
      const std::chrono::duration<double> due(static_cast<double>(pace_bytes_) / static_cast<double>(settings_.bytes_per_second));
      pause = pace_from_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(due) - std::chrono::steady_clock::now();
    }
    return !wait(std::max(pause, std::chrono::steady_clock::duration::zero())) && in_hours();
  }

  void checked(const std::string& position) override {
    ++counters_.objects;
    state_.position = position;
    if (std::chrono::steady_clock::now() - remembered_ >= kRemember) remember();
  }

  void damaged(const storage::Damage& damage) override {
    ++counters_.damaged;
    log::error(
        "A scrub has found damage.",
        {{"bucket", damage.bucket}, {"key", damage.key}, {"version", damage.version_id}, {"file", damage.file}, {"what", damage.what}});
  }

  storage::Engine& engine_;
  storage::Scrubbable* const scrubbable_;
  const Clock& clock_;
  const ScrubSettings settings_;
  ScrubCounters counters_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;

  // The thread's own.
  State state_;
  std::chrono::steady_clock::time_point pace_from_;
  std::chrono::steady_clock::time_point remembered_;
  std::uint64_t pace_bytes_ = 0;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Scrub> start_scrub(storage::Engine& engine, const Clock& clock, const ScrubSettings& settings) {
  return std::make_unique<BackgroundScrub>(engine, clock, settings);
}

}  // namespace holdfast::services
