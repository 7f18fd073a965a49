#include "holdfast/services/metrics.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace holdfast::services {
namespace {

constexpr std::size_t kShards = 8;
constexpr std::size_t kErrorCodes = 256;
constexpr std::array kFirstByteBounds = {0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0};  // MinIO's
constexpr std::array kTotalBounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0};

// MinIO's names for AWS's operations where they aren't just the same in lower case.
constexpr std::pair<std::string_view, std::string_view> kApiNames[] = {
    {"UploadPart", "putobjectpart"},
    {"UploadPartCopy", "copyobjectpart"},
    {"CreateMultipartUpload", "newmultipartupload"},
    {"DeleteObjects", "deletemultipleobjects"},
    {"PostObject", "postpolicybucket"},
    {"CreateBucket", "putbucket"},
    {"ListObjects", "listobjectsv1"},
    {"ListParts", "listobjectparts"},
    {"ListObjectVersions", "listobjectversions"},
};

using Counter = std::atomic<std::uint64_t>;

void add(Counter& counter, std::uint64_t by = 1) noexcept { counter.fetch_add(by, std::memory_order_relaxed); }
std::uint64_t get(const Counter& counter) noexcept { return counter.load(std::memory_order_relaxed); }

std::string api_name(std::string_view operation) {
  for (const auto& [aws, minio] : kApiNames) {
    if (aws == operation) return std::string(minio);
  }
  return ascii_lower(operation);
}

template <std::size_t N>
std::size_t place(const std::array<double, N>& bounds, std::chrono::nanoseconds value) noexcept {
  const double seconds = std::chrono::duration<double>(value).count();
  return static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin());
}

struct alignas(64) OperationCounters {
  Counter total{0};
  Counter errors_4xx{0};
  Counter errors_5xx{0};
  Counter canceled{0};
  Counter nanoseconds{0};
  std::array<Counter, kFirstByteBounds.size() + 1> first_byte{};
  std::array<Counter, kTotalBounds.size() + 1> totals{};
};

struct Shard {
  explicit Shard(std::size_t operations) : by_operation(operations) {}
  std::vector<OperationCounters> by_operation;
  Counter bytes_received{0};
  Counter bytes_sent{0};
  std::array<Counter, kErrorCodes> errors{};
};

struct BucketOperation {
  Counter total{0};
  Counter errors_4xx{0};
  Counter errors_5xx{0};
};

struct BucketCounters {
  BucketCounters(std::string_view bucket, std::size_t operations) : name(bucket), by_operation(operations) {}
  std::string name;
  std::vector<BucketOperation> by_operation;
  Counter bytes_received{0};
  Counter bytes_sent{0};
};

// Grows, never shrinks, takes no lock: a slot once filled stays as it is.
class BucketTable {
 public:
  ~BucketTable() {
    for (auto& slot : slots_) delete slot.load(std::memory_order_relaxed);
  }

  // The bucket's counters, or nullptr and the free slot where they belong, or two nullptrs when the table is full.
  std::pair<BucketCounters*, std::atomic<BucketCounters*>*> find(std::string_view name) noexcept {
    std::size_t at = std::hash<std::string_view>{}(name) % slots_.size();
    for (std::size_t tries = 0; tries < slots_.size(); ++tries, at = (at + 1) % slots_.size()) {
      BucketCounters* counters = slots_[at].load(std::memory_order_acquire);
      if (counters == nullptr) return {nullptr, &slots_[at]};
      if (counters->name == name) return {counters, nullptr};
    }
    return {nullptr, nullptr};
  }

  BucketCounters* insert(std::string_view name, std::size_t operations) {
    if (size_.fetch_add(1, std::memory_order_relaxed) >= RequestMetrics::kMeteredBuckets) {
      size_.fetch_sub(1, std::memory_order_relaxed);
      return nullptr;
    }
    auto made = std::make_unique<BucketCounters>(name, operations);
    for (;;) {
      const auto [counters, slot] = find(name);
      if (counters != nullptr || slot == nullptr) return counters;
      BucketCounters* expected = nullptr;
      if (slot->compare_exchange_strong(expected, made.get(), std::memory_order_acq_rel)) return made.release();
    }
  }

  template <class Visit>
  void visit(Visit visit) const {
    for (const auto& slot : slots_) {
      if (const BucketCounters* counters = slot.load(std::memory_order_acquire)) visit(*counters);
    }
  }

 private:
  std::array<std::atomic<BucketCounters*>, 2 * RequestMetrics::kMeteredBuckets> slots_{};
  std::atomic<std::size_t> size_{0};
};

}  // namespace

struct RequestMetrics::State {
  State(std::span<const std::string_view> names, BucketExists bucket_exists) : exists(std::move(bucket_exists)) {
    operations.emplace_back("unknown");
    for (const std::string_view name : names) {
      if (index.emplace(name, operations.size()).second) operations.push_back(api_name(name));
    }
    for (std::size_t i = 0; i < kShards; ++i) shards.push_back(std::make_unique<Shard>(operations.size()));
  }

  std::size_t find_operation(std::string_view name) const noexcept {
    const auto found = index.find(name);
    return found == index.end() ? 0 : found->second;
  }
  Shard& shard() const noexcept { return *shards[std::hash<std::thread::id>{}(std::this_thread::get_id()) % kShards]; }
  BucketCounters* bucket(std::string_view name) {
    if (name.empty()) return nullptr;
    BucketCounters* counters = buckets.find(name).first;
    return counters != nullptr || !exists(name) ? counters : buckets.insert(name, operations.size());
  }

  std::uint64_t sum(std::size_t operation, Counter OperationCounters::*member) const {
    std::uint64_t total = 0;
    for (const auto& shard : shards) total += get(shard->by_operation[operation].*member);
    return total;
  }
  std::uint64_t sum(Counter Shard::*member) const {
    std::uint64_t total = 0;
    for (const auto& shard : shards) total += get((*shard).*member);
    return total;
  }
  std::uint64_t errors(ErrorCode code) const {
    std::uint64_t total = 0;
    for (const auto& shard : shards) total += get(shard->errors[static_cast<std::size_t>(code)]);
    return total;
  }
  template <std::size_t N>
  std::array<std::uint64_t, N> sum(std::size_t operation, std::array<Counter, N> OperationCounters::*member) const {
    std::array<std::uint64_t, N> totals{};
    for (const auto& shard : shards) {
      for (std::size_t i = 0; i < N; ++i) totals[i] += get((shard->by_operation[operation].*member)[i]);
    }
    return totals;
  }

  std::vector<std::string> operations;  // by MinIO's name; the first: unknown
  std::unordered_map<std::string_view, std::size_t> index;
  std::vector<std::unique_ptr<Shard>> shards;
  BucketExists exists;
  BucketTable buckets;
};

RequestMetrics::RequestMetrics(std::span<const std::string_view> operations, BucketExists exists)
    : state_(std::make_unique<State>(operations, std::move(exists))) {}

RequestMetrics::~RequestMetrics() = default;

void RequestMetrics::count(const RequestSample& sample) noexcept {
  const std::size_t operation = state_->find_operation(sample.operation);
  Shard& shard = state_->shard();
  OperationCounters& counters = shard.by_operation[operation];
  add(counters.total);
  if (sample.status / 100 == 4) add(counters.errors_4xx);
  if (sample.status / 100 == 5) add(counters.errors_5xx);
  if (!sample.complete) add(counters.canceled);
  add(counters.nanoseconds, static_cast<std::uint64_t>(sample.total.count()));
  add(counters.first_byte[place(kFirstByteBounds, sample.to_first_byte)]);
  add(counters.totals[place(kTotalBounds, sample.total)]);
  add(shard.bytes_received, sample.bytes_received);
  add(shard.bytes_sent, sample.bytes_sent);
  if (sample.error && static_cast<std::size_t>(*sample.error) < kErrorCodes) add(shard.errors[static_cast<std::size_t>(*sample.error)]);
  if (BucketCounters* bucket = state_->bucket(sample.bucket)) {
    BucketOperation& here = bucket->by_operation[operation];
    add(here.total);
    if (sample.status / 100 == 4) add(here.errors_4xx);
    if (sample.status / 100 == 5) add(here.errors_5xx);
    add(bucket->bytes_received, sample.bytes_received);
    add(bucket->bytes_sent, sample.bytes_sent);
  }
}

void RequestMetrics::collect(PrometheusText& text) const {
  const auto& operations = state_->operations;
  const auto by_operation = [&](std::string_view name, std::string_view help, Counter OperationCounters::*member) {
    text.family(name, "counter", help);
    for (std::size_t i = 0; i < operations.size(); ++i) {
      if (const auto value = state_->sum(i, member)) text.sample(static_cast<double>(value), {{"api", operations[i]}});
    }
  };
  by_operation("minio_s3_requests_total", "S3 requests answered", &OperationCounters::total);
  by_operation("minio_s3_requests_4xx_errors_total", "S3 requests answered with a status of 4xx", &OperationCounters::errors_4xx);
  by_operation("minio_s3_requests_5xx_errors_total", "S3 requests answered with a status of 5xx", &OperationCounters::errors_5xx);
  by_operation("minio_s3_requests_canceled_total", "S3 requests whose client went away", &OperationCounters::canceled);
  text.family("minio_s3_requests_errors_total", "counter", "S3 requests answered with an error");
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const auto errors = state_->sum(i, &OperationCounters::errors_4xx) + state_->sum(i, &OperationCounters::errors_5xx);
    if (errors > 0) text.sample(static_cast<double>(errors), {{"api", operations[i]}});
  }
  text.family("minio_s3_requests_ttfb_seconds_distribution", "gauge", "Time until the first byte of the answer, by API");
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (state_->sum(i, &OperationCounters::total) == 0) continue;
    text.distribution(kFirstByteBounds, state_->sum(i, &OperationCounters::first_byte), {{"api", operations[i]}});
  }
  text.family("holdfast_s3_request_seconds", "histogram", "Time from the request's header to the answer's last byte, by API");
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (state_->sum(i, &OperationCounters::total) == 0) continue;
    const double seconds = static_cast<double>(state_->sum(i, &OperationCounters::nanoseconds)) / 1e9;
    text.histogram(kTotalBounds, state_->sum(i, &OperationCounters::totals), seconds, {{"api", operations[i]}});
  }
  text.family("holdfast_s3_errors_total", "counter", "S3 errors answered, by code");
  for (std::size_t code = 0; code < kErrorCodes; ++code) {
    const auto value = state_->errors(static_cast<ErrorCode>(code));
    if (value > 0) text.sample(static_cast<double>(value), {{"code", error_name(static_cast<ErrorCode>(code))}});
  }
  const auto rejected = [&](std::string_view name, std::string_view help, std::initializer_list<ErrorCode> codes) {
    std::uint64_t value = 0;
    for (const ErrorCode code : codes) value += state_->errors(code);
    text.counter(name, help, static_cast<double>(value));
  };
  rejected("minio_s3_requests_rejected_auth_total", "S3 requests refused for their signature or access key",
           {ErrorCode::SignatureDoesNotMatch, ErrorCode::InvalidAccessKeyId, ErrorCode::AuthorizationHeaderMalformed,
            ErrorCode::AuthorizationQueryParametersError});
  rejected("minio_s3_requests_rejected_header_total", "S3 requests refused for their headers", {ErrorCode::RequestHeaderSectionTooLarge});
  rejected("minio_s3_requests_rejected_invalid_total", "Requests that could not be understood",
           {ErrorCode::BadRequest, ErrorCode::InvalidURI});
  rejected("minio_s3_requests_rejected_timestamp_total", "S3 requests refused for their time", {ErrorCode::RequestTimeTooSkewed});
  text.counter("minio_s3_traffic_received_bytes", "Bytes of S3 request bodies received",
               static_cast<double>(state_->sum(&Shard::bytes_received)));
  text.counter("minio_s3_traffic_sent_bytes", "Bytes of S3 answers sent", static_cast<double>(state_->sum(&Shard::bytes_sent)));
}

void RequestMetrics::collect_buckets(PrometheusText& text) const {
  std::vector<const BucketCounters*> buckets;
  state_->buckets.visit([&](const BucketCounters& counters) {
    if (state_->exists(counters.name)) buckets.push_back(&counters);
  });
  std::ranges::sort(buckets, {}, [](const BucketCounters* counters) { return counters->name; });
  const auto by_operation = [&](std::string_view name, std::string_view help, Counter BucketOperation::*member) {
    text.family(name, "counter", help);
    for (const BucketCounters* bucket : buckets) {
      for (std::size_t i = 0; i < bucket->by_operation.size(); ++i) {
        const auto value = get(bucket->by_operation[i].*member);
        if (value > 0) text.sample(static_cast<double>(value), {{"api", state_->operations[i]}, {"bucket", bucket->name}});
      }
    }
  };
  by_operation("minio_bucket_requests_total", "S3 requests for a bucket", &BucketOperation::total);
  by_operation("minio_bucket_requests_4xx_errors_total", "S3 requests for a bucket answered with 4xx", &BucketOperation::errors_4xx);
  by_operation("minio_bucket_requests_5xx_errors_total", "S3 requests for a bucket answered with 5xx", &BucketOperation::errors_5xx);
  const auto traffic = [&](std::string_view name, std::string_view help, Counter BucketCounters::*member) {
    text.family(name, "counter", help);
    for (const BucketCounters* bucket : buckets) text.sample(static_cast<double>(get(bucket->*member)), {{"bucket", bucket->name}});
  };
  traffic("minio_bucket_traffic_received_bytes", "Bytes of request bodies received for a bucket", &BucketCounters::bytes_received);
  traffic("minio_bucket_traffic_sent_bytes", "Bytes of answers sent for a bucket", &BucketCounters::bytes_sent);
}

}  // namespace holdfast::services
