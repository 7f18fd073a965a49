// A seeded workload on a journal, with a model of what must be there after a power cut at any moment.
#pragma once

#include "support/fault_file_system.hpp"
#include "support/journal_records.hpp"

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace holdfast::testing {

class JournalWorkload {
 public:
  static constexpr std::size_t kSegmentBytes = 12 * 4096;

  explicit JournalWorkload(std::uint64_t seed) : seed_(seed), random_(seed) { files_.keep_log(false); }

  FaultFileSystem& files() { return files_; }

  // After each step a power cut is tried under every policy; the first violation is kept.
  void check_each_step() {
    files_.on_step([this](const Step& step) { check_cuts(step); });
  }
  const std::optional<std::string>& violation() const { return violation_; }
  std::uint64_t cuts() const { return cuts_; }
  std::size_t acknowledged() const { return acknowledged_; }
  std::size_t failures() const { return failures_; }

  // Opens, then appends, releases, seals and reopens `operations` times. Any call may fail; opening is tried again.
  void run(int operations) {
    reopen();
    for (int i = 0; i < operations && !violation_; ++i) {
      const std::uint64_t dice = random_() % 100;
      if (dice < 62) {
        append();
      } else if (dice < 80) {
        release();
      } else if (dice < 90) {
        seal();
      } else if (dice < 97) {
        reopen();
      } else {
        pin();
      }
    }
  }

  // The state in this process, and after losing all that wasn't synced.
  void check_end() {
    if (violation_) return;
    check(*journal_, "at the end");
    check_cuts({});
    journal_.reset();
    pins_.clear();
  }

 private:
  using Group = std::vector<TestRecord>;

  storage::local::JournalOptions options() const { return {"/data/journal", kSegmentBytes, 4}; }

  void reopen() {
    pins_.clear();
    journal_.reset();
    for (int attempt = 0; attempt < 10; ++attempt) {
      auto opened = storage::local::open_journal(files_, options(), 0);
      if (!opened) {
        ++failures_;
        if (opened.error().code != ErrorCode::XHoldfastCorruptObject) continue;
        violate("reopening: " + std::string(opened.error().text()));
        return;
      }
      journal_ = std::move(*opened);
      adopt();
      return;
    }
    violate("the journal can't be opened");
  }

  // What a start finds is committed from now on.
  void adopt() {
    const std::uint64_t live_from = journal_->live_from();
    if (live_from < synced_live_from_ || live_from > released_) violate("after a reopen live_from is " + std::to_string(live_from));
    synced_live_from_ = live_from;
    released_ = live_from;
    const auto found = check(*journal_, "after a reopen");
    if (!found) return;
    std::erase_if(committed_, [&](const auto& entry) { return entry.first < live_from; });
    for (const TestRecord& record : *found) committed_[record.seq] = record;
    doubtful_.clear();
    if (epoch_ >= journal_->epoch()) violate("the epoch didn't rise");
    epoch_ = journal_->epoch();
  }

  void append() {
    Group group;
    const std::size_t count = 1 + random_() % 4;
    std::size_t body = 0;
    for (std::size_t i = 0; i < count; ++i) {
      group.push_back(make_record(next_ + i, 1 + random_() % 200, random_() % 3 == 0 ? random_() % 6000 : random_() % 100));
      body += group.back().change.size() + group.back().payload.size();
    }
    if (!journal_->has_room(body, count, random_() % 4 == 0)) {
      release();
      return;
    }
    next_ += count;
    pending_ = group;
    const std::uint64_t live_from = released_;
    const auto appended = append_records(*journal_, group);
    pending_.clear();
    if (!appended) {
      ++failures_;
      doubtful_.push_back(group);
      return;
    }
    for (const TestRecord& record : group) committed_[record.seq] = record;
    acknowledged_ += group.size();
    doubtful_.clear();
    synced_live_from_ = std::max(synced_live_from_, live_from);
  }

  void release() {
    if (next_ <= released_ + 1) return;
    released_ += 1 + random_() % (next_ - released_);
    released_ = std::min(released_, next_);
    journal_->release(released_);
  }

  void seal() {
    const std::uint64_t live_from = released_;
    if (journal_->write_live_from()) {
      synced_live_from_ = std::max(synced_live_from_, live_from);
      doubtful_.clear();
    } else {
      ++failures_;
    }
  }

  void pin() {
    if (pins_.size() > 1) pins_.clear();
    (void)journal_->replay([&](const storage::local::JournalRecord& record) -> Result<> {
      if (random_() % 8 == 0 && pins_.empty()) pins_.push_back(journal_->pin(record.change_location));
      return {};
    });
  }

  void check_cuts(const Step& step) {
    if (violation_) return;
    try_cut({Survival::synced, 0}, step);
    try_cut({Survival::everything, 0}, step);
    try_cut({Survival::process, 0}, step);
    for (std::uint64_t i = 0; i < 3; ++i) try_cut({Survival::random, seed_ * 1'000'003 + cuts_}, step);
  }

  void try_cut(const Crash& crash, const Step& step) {
    ++cuts_;
    const auto image = files_.image(crash);
    image->keep_log(false);
    const std::string where = "cut " + std::to_string(cuts_) + " (" + std::to_string(static_cast<int>(crash.survival)) + ", seed " +
                              std::to_string(crash.seed) + ") after " + describe(step);
    const auto survivors = start_on(*image, where);
    // The start itself may be cut as well.
    if (!survivors || cuts_ % 61 != 0) return;
    const auto twice = files_.image(crash);
    twice->keep_log(false);
    twice->on_step([&](const Step& inner) {
      for (const Survival survival : {Survival::synced, Survival::everything, Survival::random, Survival::process}) {
        const auto again = twice->image({survival, cuts_ + inner.number});
        const auto second = start_on(*again, where + ", then after " + describe(inner));
        if (second && *second != *survivors && crash.survival != Survival::process)
          violate(where + ": another start finds something else, after " + describe(inner));
      }
    });
    (void)storage::local::open_journal(*twice, options(), 0);
    twice->on_step(nullptr);
  }

  // Opens, checks, appends once more and loses what wasn't synced: the start must have left a sound journal.
  std::optional<Group> start_on(FaultFileSystem& image, const std::string& where) {
    auto opened = storage::local::open_journal(image, options(), 0);
    if (!opened) {
      violate(where + ": " + std::string(opened.error().text()));
      return std::nullopt;
    }
    const auto found = check(**opened, where);
    if (!found) return std::nullopt;
    if ((*opened)->epoch() <= epoch_) violate(where + ": the epoch didn't rise");
    if (cuts_ % 3 != 0) return found;
    const auto soon = image.image({Survival::synced, 0});
    soon->keep_log(false);
    const auto at_once = storage::local::open_journal(*soon, options(), 0);
    if (!at_once || replayed(**at_once).value() != *found) violate(where + ", started, cut: not what was there before");
    if (cuts_ % 5 != 0) return found;

    const TestRecord last = make_record(next_ + 100, 50, 50);
    if (!append_records(**opened, {last})) violate(where + ": nothing can be appended");
    const auto later = image.image({Survival::synced, 0});
    const auto again = storage::local::open_journal(*later, options(), 0);
    if (!again) {
      violate(where + ", appended, cut: " + std::string(again.error().text()));
      return std::nullopt;
    }
    Group expected = *found;
    expected.push_back(last);
    if (replayed(**again).value() != expected) violate(where + ", appended, cut: not what was there before");
    return found;
  }

  std::optional<Group> check(storage::local::Journal& journal, const std::string& where) {
    const auto found = replayed(journal);
    if (!found) {
      violate(where + ": " + std::string(found.error().text()));
      return std::nullopt;
    }
    const std::uint64_t live_from = journal.live_from();
    const bool own = &journal == journal_.get();
    if (!own && (live_from < synced_live_from_ || live_from > released_)) violate(where + ": live_from is " + std::to_string(live_from));
    // In this process, what was released since the start isn't replayed either.
    const std::uint64_t from = own ? std::max(live_from, released_) : live_from;
    if (!matches(*found, from, {})) {
      bool any = false;
      for (const Group& group : doubtful_) any = any || matches(*found, from, group);
      if (!any && (pending_.empty() || !matches(*found, from, pending_))) {
        violate(where + ": replay gave " + text_of(*found) + " from " + std::to_string(from) + ", committed " + committed_text());
        return std::nullopt;
      }
    }
    return *found;
  }

  // Exactly what is committed, then all of `group`, without what lies below `from`.
  bool matches(const Group& found, std::uint64_t from, const Group& group) const {
    Group expected;
    for (auto entry = committed_.lower_bound(from); entry != committed_.end(); ++entry) expected.push_back(entry->second);
    for (const TestRecord& record : group) {
      if (record.seq >= from) expected.push_back(record);
    }
    return found == expected;
  }

  static std::string text_of(const Group& group) {
    std::string text;
    for (const TestRecord& record : group) text += std::to_string(record.seq) + " ";
    return text;
  }
  std::string committed_text() const {
    std::string text;
    for (const auto& [seq, record] : committed_) text += std::to_string(seq) + " ";
    return text;
  }

  void violate(const std::string& what) {
    if (!violation_) violation_ = "seed " + std::to_string(seed_) + ": " + what;
  }

  const std::uint64_t seed_;
  std::mt19937_64 random_;
  FaultFileSystem files_;
  std::unique_ptr<storage::local::Journal> journal_;
  std::vector<std::shared_ptr<const void>> pins_;

  std::uint64_t next_ = 1;
  std::uint64_t epoch_ = 0;
  std::uint64_t released_ = 0;
  std::uint64_t synced_live_from_ = 0;
  std::map<std::uint64_t, TestRecord> committed_;
  std::vector<Group> doubtful_;  // answered with an error, and nothing has been acknowledged since
  Group pending_;                // not answered yet

  std::optional<std::string> violation_;
  std::uint64_t cuts_ = 0;
  std::size_t acknowledged_ = 0;
  std::size_t failures_ = 0;
};

}  // namespace holdfast::testing
