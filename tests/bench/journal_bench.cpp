// What the journal costs a record. CPU time is what counts; "null" takes the disk away, to show the journal's own part.
#include "storage/local/journal/journal.hpp"

#include "holdfast/base/limits.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace holdfast::storage::local {
namespace {

// Writes and syncs of segments are accepted and dropped once the journal is open.
class NullFile final : public io::File {
 public:
  NullFile(std::unique_ptr<io::File> file, const bool& dropping) : file_(std::move(file)), dropping_(dropping) {}
  Result<std::size_t> read_at(std::uint64_t offset, ByteSpan out) const override { return file_->read_at(offset, out); }
  Result<std::size_t> read_cached_at(std::uint64_t offset, ByteSpan out) const override { return file_->read_cached_at(offset, out); }
  Result<> write_at(std::uint64_t offset, ByteView bytes) override { return dropping_ ? Result<>() : file_->write_at(offset, bytes); }
  Result<> sync_data() override { return dropping_ ? Result<>() : file_->sync_data(); }
  Result<> sync() override { return file_->sync(); }
  void start_writeback(std::uint64_t, std::uint64_t) override {}
  Result<> allocate(std::uint64_t length) override { return file_->allocate(length); }
  Result<std::uint64_t> size_bytes() const override { return file_->size_bytes(); }
  int descriptor() const noexcept override { return file_->descriptor(); }

 private:
  std::unique_ptr<io::File> file_;
  const bool& dropping_;
};

class NullFileSystem final : public io::FileSystem {
 public:
  bool dropping = false;

  Result<std::unique_ptr<io::File>> open(const std::string& path, io::OpenMode mode) override {
    HOLDFAST_TRY(file, files_->open(path, mode));
    return std::make_unique<NullFile>(std::move(file), dropping);
  }
  Result<> make_directory(const std::string& path) override { return files_->make_directory(path); }
  Result<> remove_directory(const std::string& path) override { return files_->remove_directory(path); }
  Result<> rename(const std::string& from, const std::string& to) override { return files_->rename(from, to); }
  Result<> link(const std::string& from, const std::string& to) override { return files_->link(from, to); }
  Result<> clone(const std::string& from, const std::string& to) override { return files_->clone(from, to); }
  Result<> remove(const std::string& path) override { return files_->remove(path); }
  Result<io::FileStat> stat(const std::string& path) override { return files_->stat(path); }
  Result<std::vector<io::DirectoryEntry>> list(const std::string& path) override { return files_->list(path); }
  Result<> sync_directory(const std::string& path) override { return files_->sync_directory(path); }
  Result<> sync_all(const std::string& path) override { return files_->sync_all(path); }
  bool sync_all_reliable(const std::string& path) override { return files_->sync_all_reliable(path); }
  Result<io::Space> space(const std::string& path) override { return files_->space(path); }
  Result<std::unique_ptr<io::File>> lock(const std::string& path) override { return files_->lock(path); }

 private:
  std::unique_ptr<io::FileSystem> files_ = io::make_posix_file_system();
};

// In the folder named by HOLDFAST_BENCH_DIR, else the temporary one.
class Folder {
 public:
  Folder() {
    const char* const named = std::getenv("HOLDFAST_BENCH_DIR");
    const std::filesystem::path base = named != nullptr ? std::filesystem::path(named) : std::filesystem::temp_directory_path();
    std::string pattern = (base / "holdfast-bench-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path;
};

void append(benchmark::State& state, bool null) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  const auto payload_bytes = static_cast<std::size_t>(state.range(1));
  const Folder folder;
  NullFileSystem files;
  const auto journal = open_journal(files, {folder.path, limits::kJournalSegmentBytes, 4}, 0).value();
  files.dropping = null;
  const std::string change(300, 'c');
  const std::string payload(payload_bytes, 'p');
  std::vector<JournalEntry> entries(batch);
  std::vector<Journal::Locations> locations;
  std::uint64_t seq = 1;
  for (auto _ : state) {
    for (JournalEntry& entry : entries) entry = {seq++, as_bytes(change), as_bytes(payload)};
    if (!journal->append(entries, locations)) state.SkipWithError("append failed");
    journal->release(seq);
  }
  using benchmark::Counter;
  state.counters["cpu_s_record"] = Counter(static_cast<double>(batch), Counter::kIsIterationInvariantRate | Counter::kInvert);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(batch));
}

void BM_JournalAppend(benchmark::State& state) { append(state, false); }
void BM_JournalAppendNull(benchmark::State& state) { append(state, true); }
BENCHMARK(BM_JournalAppend)->Args({1, 4096})->Args({32, 4096})->Args({32, 0});
BENCHMARK(BM_JournalAppendNull)->Args({1, 4096})->Args({32, 4096})->Args({32, 0});

void BM_JournalOpen(benchmark::State& state) {
  const Folder folder;
  const auto files = io::make_posix_file_system();
  const JournalOptions options{folder.path, limits::kJournalSegmentBytes, 8};
  {
    const auto journal = open_journal(*files, options, 0).value();
    const std::string payload(64 * limits::kKiB, 'p');
    std::vector<Journal::Locations> locations;
    for (std::uint64_t seq = 1; journal->has_room(payload.size() * 16, 16, false); seq += 16) {
      std::vector<JournalEntry> entries(16, JournalEntry{seq, as_bytes("c"), as_bytes(payload)});
      if (!journal->append(entries, locations)) state.SkipWithError("append failed");
    }
  }
  for (auto _ : state) {
    if (!open_journal(*files, options, 0)) state.SkipWithError("open failed");
  }
}
BENCHMARK(BM_JournalOpen)->Unit(benchmark::kMillisecond);

void BM_JournalPin(benchmark::State& state) {
  const Folder folder;
  const auto files = io::make_posix_file_system();
  const auto journal = open_journal(*files, {folder.path, limits::kMiB, 4}, 0).value();
  std::vector<Journal::Locations> locations;
  if (!journal->append(std::vector<JournalEntry>{{1, as_bytes("c"), as_bytes("p")}}, locations)) state.SkipWithError("append failed");
  for (auto _ : state) benchmark::DoNotOptimize(journal->pin(locations[0].payload));
}
BENCHMARK(BM_JournalPin);

}  // namespace
}  // namespace holdfast::storage::local
