#include "server/import/import.hpp"
#include "server/import/opened.hpp"
#include "server/import/source.hpp"
#include "server/import/target.hpp"
#include "server/terminal.hpp"

#include <filesystem>
#include <iostream>

namespace holdfast::server::import {
namespace {

constexpr std::size_t kComplaintsShown = 20;

// What lies in the source.
struct Survey {
  std::size_t buckets = 0;
  std::uint64_t keys = 0;
  std::uint64_t versions = 0;
  std::uint64_t bytes = 0;
  std::uint64_t largest_bytes = 0;
  std::vector<std::string> left_out;
};

std::string name_of(const SourceKey& key, const SourceVersion& version) {
  return key.bucket + "/" + key.key + (version.version_id == "null" ? "" : " (version " + version.version_id + ")");
}

Result<Survey> survey(const Source& source) {
  Survey found;
  const auto complain = [&found](const std::string& line) { found.left_out.push_back(line); };
  const auto progress = terminal_progress();
  for (const std::string& bucket : source.buckets()) {
    ++found.buckets;
    const auto visit = [&](SourceKey& key) {
      ++found.keys;
      for (const SourceVersion& version : key.versions) {
        if (!version.obstacle.empty()) {
          complain(name_of(key, version) + ": " + version.obstacle);
          continue;
        }
        ++found.versions;
        found.bytes += version.size_bytes;
        found.largest_bytes = std::max(found.largest_bytes, version.size_bytes);
      }
      progress("looking", found.keys, 0);
      return Result<>();
    };
    HOLDFAST_TRY_VOID(source.each_key(bucket, visit, complain));
  }
  end_progress();
  return found;
}

void print(const Survey& survey) {
  std::cout << survey.buckets << " buckets, " << survey.keys << " objects, " << survey.versions << " versions, " << survey.bytes
            << " bytes to bring\n";
  for (std::size_t i = 0; i < std::min(survey.left_out.size(), kComplaintsShown); ++i) {
    std::cout << "left out: " << survey.left_out[i] << "\n";
  }
  if (survey.left_out.size() > kComplaintsShown) std::cout << "... and " << survey.left_out.size() - kComplaintsShown << " more left out\n";
}

// Says what the disk must hold, and refuses before anything is written if it can't.
Result<> check_space(const Survey& survey, const std::string& directory, bool move) {
  constexpr std::uint64_t kPerVersion = 16 * 1024;  // sidecar, index row, and the ends of files' last blocks
  constexpr std::uint64_t kJournal = 512UL * 1024 * 1024;
  const std::uint64_t data = move ? survey.largest_bytes : survey.bytes + survey.versions * kPerVersion;
  std::error_code error;
  std::filesystem::path existing = std::filesystem::absolute(directory, error);
  while (!std::filesystem::exists(existing, error) && existing.has_relative_path()) existing = existing.parent_path();
  const auto space = std::filesystem::space(existing, error);
  std::cout << "disk needed: " << data + kJournal << " bytes; free: " << (error ? 0 : space.available) << " bytes\n";
  if (error || space.available >= data + kJournal) return {};
  return Error(
      ErrorCode::XMinioStorageFull,
      directory + " hasn't the room" + (move ? std::string() : "; with --move each object's source is deleted once it is safe here"));
}

class Import {
 public:
  Import(const Source& source, Opened& opened, const Survey& survey, bool move)
      : source_(source), target_(opened.engine(), opened.clock()), total_(survey.versions), move_(move) {}

  Result<> run() {
    for (const std::string& bucket : source_.buckets()) {
      const auto configuration = source_.bucket(bucket);
      HOLDFAST_TRY_VOID(target_.begin_bucket(bucket, configuration ? configuration->created : TimePoint()));
      const auto visit = [this](SourceKey& key) { return bring(key); };
      const auto complain = [this](const std::string&) { ++left_out_; };  // the survey has named it
      HOLDFAST_TRY_VOID(source_.each_key(bucket, visit, complain));
      HOLDFAST_TRY_VOID(configure(bucket, configuration));
    }
    end_progress();
    return {};
  }

  int finish() const {
    for (const std::string& line : problems_) std::cout << "problem: " << line << "\n";
    std::cout << brought_ << " versions brought and compared, " << known_ << " were there already, " << left_out_ << " left out, "
              << problems_.size() << " problems\n";
    return problems_.empty() ? 0 : 1;
  }

 private:
  Result<> configure(const std::string& bucket, const Result<SourceBucket>& configuration) {
    if (!configuration) {
      problems_.push_back(bucket + ": " + std::string(configuration.error().text()));
      return {};
    }
    HOLDFAST_TRY(left_out, target_.finish_bucket(bucket, *configuration));
    for (const std::string& line : left_out) std::cout << "left out: " << bucket << ": " << line << "\n";
    return {};
  }

  // A version that can't be brought is a problem of its own; a full disk or a failing one ends the import.
  Result<> bring(const SourceKey& key) {
    bool whole = true;
    for (auto version = key.versions.rbegin(); version != key.versions.rend(); ++version) {
      if (!version->obstacle.empty()) {
        ++left_out_;
        whole = false;
        continue;
      }
      const auto done = bring(key, *version);
      if (!done && done.error().code != ErrorCode::XHoldfastCorruptObject) return done.error();
      if (!done) {
        problems_.push_back(name_of(key, *version) + ": " + std::string(done.error().text()));
        whole = false;
        break;  // what is newer must not come before it
      }
      progress_("importing", brought_ + known_, total_);
    }
    if (move_ && whole) source_.remove(key);
    return {};
  }

  Result<> bring(const SourceKey& key, const SourceVersion& version) {
    const OpenPart open = [&](const SourcePart& part) -> Result<NextPiece> {
      HOLDFAST_TRY(reader, Source::read_part(key, version, part));
      const auto shared = std::make_shared<PartReader>(std::move(reader));
      const auto buffer = std::make_shared<std::string>();
      return NextPiece([shared, buffer] { return shared->next(*buffer); });
    };
    HOLDFAST_TRY(there, target_.has(key.bucket, key.key, version));
    if (!there) HOLDFAST_TRY_VOID(target_.put(key.bucket, key.key, version, open));
    ++(there ? known_ : brought_);
    return target_.compare(key.bucket, key.key, version, open);
  }

  const Source& source_;
  Target target_;
  const std::uint64_t total_;
  const bool move_;
  const storage::Progress progress_ = terminal_progress();
  std::uint64_t brought_ = 0;
  std::uint64_t known_ = 0;
  std::uint64_t left_out_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace

int run_minio(const MinioArguments& arguments) {
  const std::string directory = arguments.directory.empty() ? arguments.source : arguments.directory;
  const auto source = Source::open(arguments.source);
  if (!source) return fail(source.error());
  const auto found = survey(*source);
  if (!found) return fail(found.error());
  print(*found);
  const auto room = check_space(*found, directory, arguments.move);
  if (arguments.dry_run) return 0;
  if (!room) return fail(room.error());
  auto opened = Opened::open(directory, true);
  if (!opened) return fail(opened.error());
  Import import(*source, **opened, *found, arguments.move);
  const auto done = import.run();
  opened->reset();
  if (!done) return fail(done.error());
  return import.finish();
}

}  // namespace holdfast::server::import
