// Cuts the power at every step of the engine's workload and starts the engine on what each order of writing may have left.
#pragma once

#include "fault/engine_fixture.hpp"
#include "fault/moved_file_system.hpp"

#include "holdfast/base/log.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace holdfast::testing {

// What kind of sync a step is: the call and whose, with numbers left out ("sync staging/#").
inline std::string sync_kind(const Step& step, const std::string& home) {
  std::string path = step.path;
  if (path.starts_with(home + "/")) {
    path = path.substr(home.size() + 1);
  } else {
    path = path == home ? "." : home.starts_with(path + "/.") ? ".." : "../..";
  }
  std::string kind = std::string(op_name(step.op)) + " ";
  const bool document = path.starts_with("documents/");
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool number = std::isdigit(static_cast<unsigned char>(path[i])) != 0 && (i == 0 || path[i - 1] == '/' || path[i - 1] == '-');
    if (!number && !(document && path[i - 1] == '/')) {
      kind += path[i];
      continue;
    }
    const std::size_t end = std::min(path.find_first_of("/.", i), path.size());
    const bool whole = document || path.find_first_not_of("0123456789abcdef", i) >= end;
    kind += whole ? "#" : path.substr(i, end - i);
    i = end - 1;
  }
  return kind;
}

class PowerCut {
 public:
  struct Plan {
    bool syncfs = true;       // the file system's sync_all can be relied on
    bool links = true;        // hard links work
    bool orders = true;       // also what a disk may have kept of the unsynced things, each on its own
    int random_orders = 1;    // further orders a step
    std::uint64_t share = 4;  // of the orders one in so many is tried; what is synced is tried at every step
    bool cuts = true;         // false: only the workload
    std::string ignored{};    // a kind of sync that isn't done
  };

  explicit PowerCut(Plan plan) : plan_(std::move(plan)) {
    log::configure(log::Level::error, log::Format::text);
    auto memory = storage::make_memory_engine(clock_);
    states_.push_back(dump(*memory));
    for (const Operation& operation : operations_) {
      operation(*memory);
      states_.push_back(dump(*memory));
    }
  }

  void run() {
    std::vector<std::thread> workers;
    for (int i = 0; i < kWorkers; ++i) workers.emplace_back([this] { work(); });
    run_workload();
    {
      const std::lock_guard lock(mutex_);
      complete_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers) worker.join();
    for (const Expectation& expectation : expectations_) verify(expectation);
  }

  const std::optional<std::string>& violation() const { return violation_; }
  std::size_t steps() const { return steps_; }
  std::size_t cuts() const { return cuts_; }
  std::size_t starts() const { return starts_; }
  const std::set<std::string>& syncs() const { return syncs_; }

 private:
  // What a start on one image found.
  struct Found {
    std::string state;
    std::string problem;
  };
  struct IndexCopy {
    std::uint64_t tag = 0;  // 0: none
    std::string folder;
  };
  using Key = std::pair<std::uint64_t, std::uint64_t>;  // image and index
  // The states that are right after a cut: operations [first, last] have happened.
  struct Expectation {
    Key key;
    std::size_t first = 0;  // acknowledged
    std::size_t last = 0;   // under way
    std::string where;
  };
  struct Job {
    std::unique_ptr<FaultFileSystem> survivors;
    std::unique_ptr<FaultFileSystem> untouched;  // not null: the start is to be cut as well
    IndexCopy index;
    Expectation expectation;
  };

  static storage::LocalOptions options(const std::string& directory) {
    storage::LocalOptions options = small_options(directory);
    options.journal_segment_bytes = 64 * 1024;  // the workload goes through several
    // Long enough that a change is acknowledged before it is settled, also where the test gets little of the processor:
    // the syncfs behind a batch makes up for syncs that are missing before.
    options.unsettled_age = std::chrono::milliseconds(200);
    return options;
  }

  void run_workload() {
    disk_.keep_log(false);
    disk_.put(std::filesystem::path(home_.path()).parent_path().string() + "/.keep", "");
    disk_.set_sync_all_reliable(plan_.syncfs);
    disk_.set_links(plan_.links);
    const std::string home = home_.path() + "/.holdfast";
    if (!plan_.ignored.empty()) disk_.ignore([this, home](const Step& step) { return sync_kind(step, home) == plan_.ignored; });
    disk_.on_step([this, home](const Step& step) { at(step, home); });
    io::BlockingPool pool(2);
    auto engine = storage::open_local_engine(options(home_.path()), disk_, pool, clock_, {});
    if (!engine) return violate("the engine can't be opened: " + std::string(engine.error().text()));
    for (const Operation& operation : operations_) {
      operation(**engine);
      ++acknowledged_;
    }
    if (dump(**engine) != states_.back()) violate("the workload leaves something else than in memory");
    (*engine)->close(std::chrono::steady_clock::now() + std::chrono::seconds(60));
  }

  void at(const Step& step, const std::string& home) {
    const std::lock_guard lock(one_at_a_time_);
    if (violated()) return;
    ++steps_;
    if (step.op == Op::sync || step.op == Op::sync_data || step.op == Op::sync_directory || step.op == Op::sync_all) {
      syncs_.insert(sync_kind(step, home));
    }
    if (!plan_.cuts) return;
    const std::size_t acknowledged = acknowledged_;
    const auto now = disk_.image({Survival::process, 0});  // what is unsynced stays so
    const std::size_t under_way = std::min<std::size_t>(acknowledged_ + 1, states_.size() - 1);
    const Expectation expectation{{}, acknowledged, under_way, describe(step)};
    const IndexCopy index = copy_of_index();
    cut(*now, {Survival::synced, 0}, steps_ % 2 == 0 || plan_.share == 1 ? index : IndexCopy(), expectation);
    if (plan_.share == 1) cut(*now, {Survival::synced, 0}, IndexCopy(), expectation);
    if (!older_.empty() && steps_ % (2 * plan_.share) == 1) cut(*now, {Survival::synced, 0}, older_[steps_ % older_.size()], expectation);
    if (!plan_.orders) return;
    cut(*now, {Survival::everything, 0}, index, expectation);
    for (std::size_t i = 0; i < now->unsynced_things(); ++i) {
      cut(*now, {Survival::only_one, i}, i % 2 == 0 ? IndexCopy() : index, expectation);
      cut(*now, {Survival::all_but_one, i}, i % 2 == 0 ? index : IndexCopy(), expectation);
    }
    for (int i = 0; i < plan_.random_orders; ++i) {
      const std::uint64_t seed = steps_ * 1000 + static_cast<std::uint64_t>(i);
      cut(*now, {Survival::random, seed}, (steps_ + static_cast<std::size_t>(i)) % 2 == 0 ? IndexCopy() : index, expectation);
    }
  }

  void cut(const FaultFileSystem& now, const Crash& crash, const IndexCopy& index, Expectation expectation) {
    auto survivors = now.image(crash);
    survivors->keep_log(false);
    expectation.key = {survivors->digest(), index.tag};
    expectation.where += ", order " + std::to_string(static_cast<int>(crash.survival)) + " " + std::to_string(crash.seed) +
                         (index.tag == 0 ? ", no index" : ", index " + std::to_string(index.tag));
    if (crash.survival != Survival::synced && expectation.key.first % plan_.share != 0) return;
    ++cuts_;
    if (!known_.insert(expectation.key).second) {
      expectations_.push_back(std::move(expectation));
      return;
    }
    auto untouched = ++starts_ % kSecondCuts == 0 ? now.image(crash) : nullptr;
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back({std::move(survivors), std::move(untouched), index, std::move(expectation)});
    }
    wake_.notify_one();
  }

  void work() {
    while (true) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return complete_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      if (violation_) continue;
      lock.unlock();
      Found found = start_on(*job.survivors, job.index);
      if (job.untouched && found.problem.empty()) cut_again(*job.untouched, job.index, found, job.expectation.where);
      lock.lock();
      found_[job.expectation.key] = std::move(found);
      lock.unlock();
      verify(job.expectation);
    }
  }

  void verify(const Expectation& expectation) {
    const std::lock_guard lock(mutex_);
    const auto place = found_.find(expectation.key);
    if (violation_ || place == found_.end()) return;
    const Found& found = place->second;
    bool right = false;
    for (std::size_t i = expectation.first; i <= expectation.last; ++i) right = right || found.state == states_[i];
    if (right && found.problem.empty()) return;
    violation_ = expectation.where + ": " + found.problem;
    if (!right) {
      *violation_ += "found\n" + found.state + "acknowledged (" + std::to_string(expectation.first) + "):\n" + states_[expectation.first];
    }
  }

  // The start is cut as well: the next one must find the same.
  void cut_again(FaultFileSystem& image, const IndexCopy& index, const Found& expected, const std::string& where) {
    std::mutex one_at_a_time;
    image.keep_log(false);
    image.on_step([&](const Step& step) {
      const std::lock_guard lock(one_at_a_time);
      if (violated()) return;
      const auto again = image.image({step.number % 2 == 0 ? Survival::synced : Survival::random, step.number});
      again->keep_log(false);
      const Found found = start_on(*again, IndexCopy());
      if (found.problem.empty() && found.state == expected.state) return;
      violate(where + ", and in the start after it, " + describe(step) + ": " + found.problem + "\n" + found.state);
    });
    (void)start_on(image, index);
    image.on_step(nullptr);
  }

  Found start_on(FaultFileSystem& survivors, const IndexCopy& index) {
    const RealFolder folder;
    if (index.tag != 0) std::filesystem::copy(index.folder, folder.index());
    MovedFileSystem files(survivors, folder.path(), home_.path());
    Found found;
    {
      io::BlockingPool pool(2);
      auto engine = storage::open_local_engine(options(folder.path()), files, pool, clock_, {});
      if (!engine) return {"", "the start fails: " + std::string(engine.error().text())};
      try {
        found.state = dump(**engine);
      } catch (const std::exception& failure) {
        found.problem = std::string("reading fails: ") + failure.what() + "\n";
      }
      (*engine)->close(std::chrono::steady_clock::now() + std::chrono::seconds(20));
    }
    const std::string home = home_.path() + "/.holdfast/";
    for (const std::string& path : survivors.tree()) {
      if ((path.starts_with(home + "staging/") || path.starts_with(home + "trash/")) && !path.ends_with('/'))
        found.problem += "left behind: " + path + "\n";
    }
    const auto report = storage::check_local(options(folder.path()), files, true, false, {});
    if (!report) return {"", found.problem + "the check fails: " + std::string(report.error().text())};
    for (const std::string& problem : report->problems) found.problem += problem + "\n";
    return found;
  }

  // RocksDB's files as they are: what isn't flushed is in none of them. One copy for each state.
  IndexCopy copy_of_index() {
    namespace fs = std::filesystem;
    std::error_code ignored;
    std::string listing;
    std::map<std::string, std::uintmax_t> sizes;
    for (const auto& entry : fs::directory_iterator(home_.index(), ignored)) {
      const std::string name = entry.path().filename();
      if (name != "LOCK" && name.find("LOG") == std::string::npos) sizes[name] = fs::file_size(entry.path(), ignored);
    }
    if (sizes.empty()) return {};
    for (const auto& [name, size] : sizes) listing += name + ":" + std::to_string(size) + " ";
    const auto [place, fresh] = copies_.try_emplace(listing);
    if (fresh) {
      place->second = {copies_.size(), snapshots_.path() + "/" + std::to_string(copies_.size())};
      fs::create_directories(place->second.folder);
      fs::copy(home_.index() + "/CURRENT", place->second.folder, ignored);
      for (const auto& [name, size] : sizes)
        fs::copy(home_.index() + "/" + name, place->second.folder, fs::copy_options::skip_existing, ignored);
      if (latest_.tag != 0) older_.push_back(latest_);
      latest_ = place->second;
    }
    return place->second;
  }

  void violate(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (!violation_) violation_ = what;
  }
  bool violated() {
    const std::lock_guard lock(mutex_);
    return violation_.has_value();
  }

  static constexpr std::size_t kSecondCuts = 97;
  static constexpr int kWorkers = 6;  // a start waits for its own threads most of the time

  const Plan plan_;
  ManualClock clock_{TimePoint(std::chrono::seconds(1'700'000'000))};
  const std::vector<Operation> operations_ = workload();
  std::vector<std::string> states_;  // after so many operations
  RealFolder home_;
  RealFolder snapshots_;
  FaultFileSystem disk_;
  std::atomic<std::size_t> acknowledged_{0};

  // Of the steps, one at a time.
  std::mutex one_at_a_time_;
  std::map<std::string, IndexCopy> copies_;
  IndexCopy latest_;
  std::vector<IndexCopy> older_;
  std::set<std::string> syncs_;
  std::set<Key> known_;
  std::vector<Expectation> expectations_;  // of images that are known already
  std::size_t steps_ = 0;
  std::size_t cuts_ = 0;
  std::size_t starts_ = 0;

  // Of the workers.
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool complete_ = false;
  std::map<Key, Found> found_;
  std::optional<std::string> violation_;
};

}  // namespace holdfast::testing
