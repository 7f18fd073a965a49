#include "services/lifecycle_pass.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/log.hpp"

#include <algorithm>

namespace holdfast::services {
namespace {

constexpr std::string_view kPlaceDocument = "services/lifecycle-place";  // bucket, and the key in base64, a line each
constexpr std::uint32_t kPage = 1000;
constexpr std::size_t kRemovalsAtOnce = 500;
constexpr std::chrono::seconds kSavePlace{10};

// The version that the rules were asked about, and no later one of that name.
storage::Precondition same_version(std::uint64_t created_seq) {
  return [created_seq](const storage::ObjectInfo* current) -> Result<> {
    if (current != nullptr && current->created_seq == created_seq) return {};
    return ErrorCode::PreconditionFailed;
  };
}

}  // namespace

LifecyclePass::LifecyclePass(storage::Engine& engine, const Clock& clock, const LifecycleOptions& options, LifecycleCounters& counters,
                             Pause pause)
    : engine_(engine),
      clock_(clock),
      options_(options),
      counters_(counters),
      pause_(std::move(pause)),
      rate_from_(std::chrono::steady_clock::now()) {}

void LifecyclePass::run() {
  const Place place = load_place();
  for (const storage::BucketPtr& bucket : engine_.buckets()) {
    if (bucket->name < place.bucket) continue;
    auto rules = storage::lifecycle_rules(*bucket);
    if (!rules) log::error(std::string(rules.error().text()), {{"bucket", bucket->name}});
    if (!rules || rules->empty()) continue;
    counters_.set_bucket(bucket->name);
    rules_ = std::move(*rules);
    now_ = clock_.now();
    const bool done = walk_bucket(bucket, bucket->name == place.bucket ? place.key : std::string()) && walk_uploads(bucket);
    counters_.set_bucket({});
    if (!done) return;  // the place is kept
  }
  if (engine_.document(kPlaceDocument)) (void)sync_wait(engine_.delete_document(std::string(kPlaceDocument)));
}

LifecyclePass::Place LifecyclePass::load_place() const {
  const std::string text = engine_.document(kPlaceDocument).value_or("");
  const auto lines = split(text, '\n');
  if (lines.size() < 2) return {};
  const auto key = base64_decode(lines[1]);
  return {std::string(lines[0]), key ? std::string(as_text(*key)) : std::string()};
}

void LifecyclePass::save_place(const Place& place) {
  const auto saved = sync_wait(engine_.put_document(std::string(kPlaceDocument), place.bucket + "\n" + base64_encode(as_bytes(place.key))));
  if (!saved) log::warn("The lifecycle's place can't be kept; the next pass starts from the beginning.");
}

bool LifecyclePass::walk_bucket(const storage::BucketPtr& bucket, std::string after_key) {
  bucket_ = bucket;
  key_.clear();
  versions_ = 0;
  std::string done_key = after_key;  // its versions have all been looked at
  storage::VersionQuery query{.bucket = bucket->name,
                              .prefix = {},
                              .delimiter = {},
                              .key_marker = std::move(after_key),
                              .version_id_marker = {},
                              .max_keys = kPage};
  auto saved = std::chrono::steady_clock::now();
  for (bool more = true; more;) {
    auto page = sync_wait(engine_.list_versions(query));
    if (!page) {
      log::warn("The lifecycle can't list a bucket.", {{"bucket", bucket->name}, {"error", std::string(page.error().text())}});
      return page.error().code == ErrorCode::NoSuchBucket;
    }
    const std::size_t looked_at = page->versions.size();
    for (storage::ObjectInfo& version : page->versions) {
      if (versions_ > 0 && version.key != key_) done_key = key_;
      look_at(std::move(version));
    }
    more = page->truncated;
    query.key_marker = page->next_key;
    query.version_id_marker = page->next_version_id;
    if (!more) end_key();
    const bool going_on = flush() && keep_rate(looked_at);
    if (!going_on || std::chrono::steady_clock::now() - saved > kSavePlace) {
      save_place({bucket->name, done_key});
      saved = std::chrono::steady_clock::now();
    }
    if (!going_on) return false;
  }
  return true;
}

void LifecyclePass::look_at(storage::ObjectInfo version) {
  counters_.scanned.fetch_add(1, std::memory_order_relaxed);
  if (versions_ == 0 || version.key != key_) {
    end_key();
    key_ = version.key;
  }
  ++versions_;
  const bool newest = versions_ == 1;
  if (newest && version.delete_marker) {
    lone_marker_ = version;
  } else {
    lone_marker_.reset();
  }
  if (newest && !version.delete_marker) {
    const storage::Expiry expiry = storage::current_expiry(rules_, version, options_.day);
    if (expiry.rule != nullptr && expiry.at <= now_) remove(Kind::current, version);
  } else if (!newest) {
    if (storage::noncurrent_expired(rules_, version, newer_since_, noncurrent_, now_, options_.day)) remove(Kind::noncurrent, version);
    ++noncurrent_;
  }
  newer_since_ = version.modified;
}

void LifecyclePass::end_key() {
  if (lone_marker_ && versions_ == 1 && storage::lone_marker_expired(rules_, *lone_marker_, now_, options_.day)) {
    remove(Kind::marker, *lone_marker_);
  }
  lone_marker_.reset();
  versions_ = 0;
  noncurrent_ = 0;
}

void LifecyclePass::remove(Kind kind, const storage::ObjectInfo& version) {
  storage::DeleteSpec spec;
  spec.key = version.key;
  if (kind != Kind::current) spec.version_id = version.version_id;
  // A version id stands for one version for ever, but for "null".
  if (kind == Kind::current || (version.version_id == "null" && !version.delete_marker))
    spec.precondition = same_version(version.created_seq);
  removals_.push_back(std::move(spec));
  kinds_.push_back(kind);
  if (removals_.size() >= kRemovalsAtOnce) (void)flush();
}

// False: the bucket can't be written.
bool LifecyclePass::flush() {
  if (removals_.empty()) return true;
  const auto kinds = std::exchange(kinds_, {});
  const auto outcomes = sync_wait(engine_.remove(bucket_->name, std::exchange(removals_, {})));
  if (!outcomes) {
    counters_.errors.fetch_add(kinds.size());
    log::warn("The lifecycle can't remove objects.", {{"bucket", bucket_->name}, {"error", std::string(outcomes.error().text())}});
    return outcomes.error().code == ErrorCode::NoSuchBucket;
  }
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const auto& outcome = (*outcomes)[i];
    if (outcome) {
      auto& counter = kinds[i] == Kind::current      ? counters_.expired
                      : kinds[i] == Kind::noncurrent ? counters_.noncurrent_expired
                                                     : counters_.markers_removed;
      counter.fetch_add(1);
    } else if (outcome.error().code == ErrorCode::AccessDenied) {
      counters_.kept_by_lock.fetch_add(1);
    } else if (outcome.error().code != ErrorCode::PreconditionFailed) {
      counters_.errors.fetch_add(1);
    }
  }
  return true;
}

bool LifecyclePass::walk_uploads(const storage::BucketPtr& bucket) {
  if (std::ranges::none_of(rules_, [](const storage::LifecycleRule& rule) { return rule.abort_upload_days.has_value(); })) return true;
  storage::UploadQuery query{
      .bucket = bucket->name, .prefix = {}, .delimiter = {}, .key_marker = {}, .upload_id_marker = {}, .max_uploads = kPage};
  for (bool more = true; more;) {
    const auto page = sync_wait(engine_.list_uploads(query));
    if (!page) return page.error().code == ErrorCode::NoSuchBucket;
    for (const storage::UploadInfo& upload : page->uploads) {
      counters_.scanned.fetch_add(1, std::memory_order_relaxed);
      if (!storage::upload_expired(rules_, upload.key, upload.initiated, now_, options_.day)) continue;
      const auto aborted = sync_wait(engine_.abort_upload(bucket->name, upload.key, upload.upload_id));
      (aborted ? counters_.uploads_aborted : counters_.errors).fetch_add(1);
    }
    more = page->truncated;
    query.key_marker = page->next_key;
    query.upload_id_marker = page->next_upload_id;
    if (!keep_rate(page->uploads.size())) return false;
  }
  return true;
}

// False: the server stops.
bool LifecyclePass::keep_rate(std::size_t looked_at) {
  rate_count_ += looked_at;
  const std::chrono::duration<double> due(static_cast<double>(rate_count_) / std::max(options_.versions_per_second, 1U));
  const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(due) - (std::chrono::steady_clock::now() - rate_from_);
  return pause_(std::max(left, std::chrono::nanoseconds(0)));
}

}  // namespace holdfast::services
