// The index with a million rows, and the codec of its rows: what HEAD, LIST and PUT cost below the engine.
#include "../unit/records/sample_records.hpp"
#include "storage/local/index/index.hpp"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace {

using namespace holdfast;
using namespace holdfast::storage;
using namespace holdfast::storage::local;

constexpr std::uint64_t kBucket = 7;
constexpr unsigned kKeys = 1'000'000;

std::string key_of(std::uint64_t number) {
  char text[48];
  std::snprintf(text, sizeof text, "folder-%03u/object-%07u.bin", static_cast<unsigned>(number / 1000), static_cast<unsigned>(number));
  return text;
}

VersionRecord object(std::uint64_t number) {
  VersionRecord version = test::plain_version(key_of(number), number + 1);
  version.info.user_metadata = {{"mtime", "1767323045.123"}};
  char etag[33];
  std::snprintf(etag, sizeof etag, "%016llx%016llx", number * 0x9e3779b97f4a7c15ULL, (number + 1) * 0xbf58476d1ce4e5b9ULL);
  version.info.etag = etag;
  return version;
}

double resident_megabytes() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  file >> pages >> pages;
  return pages * 4096 / 1e6;
}

class Rows {
 public:
  Rows() : folder_(std::filesystem::temp_directory_path() / "holdfast-bench-index") {
    std::filesystem::remove_all(folder_);
    const double before = resident_megabytes();
    open();
    fill();
    std::printf("index of %u rows: %.1f MB resident after the fill, ", kKeys, resident_megabytes() - before);
    open();
    std::printf("%.1f MB after a reopen, %.1f MB on disk\n", resident_megabytes() - before, disk_megabytes());
  }
  ~Rows() {
    index_.reset();
    std::filesystem::remove_all(folder_);
  }
  Index& index() { return *index_; }

 private:
  void open() {
    index_.reset();
    auto opened = open_index({folder_.string(), "bench"});
    if (!opened) throw std::runtime_error(std::string(opened.error().text()));
    index_ = std::move(*opened);
  }
  void fill() {
    constexpr std::uint64_t kGroup = 32;
    for (std::uint64_t first = 0; first < kKeys; first += kGroup) {
      std::vector<Change> changes;
      for (std::uint64_t i = first; i < first + kGroup; ++i) changes.emplace_back(PutVersion{object(i * 7919 % kKeys), false, 0, {}});
      std::vector<SequencedChange> group;
      for (const Change& change : changes) group.push_back({first + group.size() + 1, &change});
      if (!index_->apply(group)) throw std::runtime_error("apply");
    }
    if (!index_->mark_complete()) throw std::runtime_error("flush");
  }
  double disk_megabytes() const {
    double bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) bytes += static_cast<double>(entry.file_size());
    return bytes / 1e6;
  }

  std::filesystem::path folder_;
  std::unique_ptr<Index> index_;
};

Index& rows() {
  static Rows rows;
  return rows.index();
}

void list_page(benchmark::State& state) {
  const ListQuery query{"b", "", "", key_of(500'000), static_cast<std::uint32_t>(state.range(0))};
  for (auto _ : state) benchmark::DoNotOptimize(rows().list(kBucket, query, ReadTier::any));
}
BENCHMARK(list_page)->Arg(1)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

void list_common_prefixes(benchmark::State& state) {
  const ListQuery query{"b", "", "/", "", 1000};
  for (auto _ : state) benchmark::DoNotOptimize(rows().list(kBucket, query, ReadTier::any));
}
BENCHMARK(list_common_prefixes)->Unit(benchmark::kMicrosecond);

void list_versions_page(benchmark::State& state) {
  const VersionQuery query{"b", "", "", key_of(500'000), "", 1000};
  for (auto _ : state) benchmark::DoNotOptimize(rows().list_versions(kBucket, query, ReadTier::any));
}
BENCHMARK(list_versions_page)->Unit(benchmark::kMicrosecond);

void get_hot(benchmark::State& state) {
  const std::string key = key_of(500'000);
  for (auto _ : state) benchmark::DoNotOptimize(rows().current(kBucket, key, ReadTier::cached));
}
BENCHMARK(get_hot);

void get_random(benchmark::State& state) {
  std::uint64_t number = 1;
  for (auto _ : state) {
    number = (number * 48271) % 2147483647;
    benchmark::DoNotOptimize(rows().current(kBucket, key_of(number % kKeys), ReadTier::any));
  }
}
BENCHMARK(get_random);

void get_missing(benchmark::State& state) {
  std::uint64_t number = 1;
  for (auto _ : state) {
    number = (number * 48271) % 2147483647;
    benchmark::DoNotOptimize(rows().current(kBucket, key_of(number % kKeys) + "x", ReadTier::any));
  }
}
BENCHMARK(get_missing);

void apply_group(benchmark::State& state) {
  static std::uint64_t next = kKeys;
  const auto size = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<Change> changes;
    for (std::size_t i = 0; i < size; ++i) {
      changes.emplace_back(PutVersion{object(next++), false, 0, {}});
      std::get<PutVersion>(changes.back()).version.bucket_id = kBucket + 1;
    }
    std::vector<SequencedChange> group;
    for (const Change& change : changes) group.push_back({next, &change});
    state.ResumeTiming();
    if (!rows().apply(group)) state.SkipWithError("apply");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(size) * static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(apply_group)->Arg(1)->Arg(32)->Unit(benchmark::kMicrosecond);

void encode_put(benchmark::State& state) {
  const Change change = PutVersion{object(1), false, 0, {}};
  std::string out;
  for (auto _ : state) {
    out.clear();
    encode(change, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(encode_put);

void decode_row(benchmark::State& state) {
  std::string row;
  encode_row(object(1), true, row);
  for (auto _ : state) benchmark::DoNotOptimize(decode_version_row(as_bytes(row)));
}
BENCHMARK(decode_row);

void decode_entry(benchmark::State& state) {
  std::string row;
  encode_row(object(1), true, row);
  for (auto _ : state) benchmark::DoNotOptimize(decode_list_entry(as_bytes(row)));
}
BENCHMARK(decode_entry);

void write_sidecar(benchmark::State& state) {
  const VersionRecord version = object(1);
  for (auto _ : state) benchmark::DoNotOptimize(to_sidecar(version, "bucket"));
}
BENCHMARK(write_sidecar);

void read_sidecar(benchmark::State& state) {
  const std::string text = to_sidecar(object(1), "bucket");
  for (auto _ : state) benchmark::DoNotOptimize(parse_sidecar(text));
}
BENCHMARK(read_sidecar);

}  // namespace
