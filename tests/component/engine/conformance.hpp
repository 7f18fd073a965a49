// What every engine's tests share: the engines under test, and the engine's calls in a form that fits on one line.
#pragma once

#include "holdfast/base/clock.hpp"
#include "holdfast/base/task.hpp"
#include "holdfast/storage/engine.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <functional>
#include <iomanip>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::storage::conformance {

// Payloads up to this lie in the journal record where there is a journal.
inline constexpr std::size_t kInline = 1024;

// hasty: the engine gets no time to settle. The last two: its index is lost meanwhile.
enum class Restart { plain, hasty, without_index, hasty_without_index };

// One engine and where it lives.
class Home {
 public:
  virtual ~Home() = default;
  virtual Engine& engine() = 0;
  virtual void restart(Restart how) = 0;
  // Closes the engine and says what is wrong with what it leaves behind; empty when all is well.
  virtual std::string problems() = 0;
};

struct Kind {
  std::string name;
  bool durable = false;  // can be restarted
  std::function<std::unique_ptr<Home>(const Clock&)> make;
};
inline void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

class MemoryHome final : public Home {
 public:
  explicit MemoryHome(const Clock& clock) : engine_(make_memory_engine(clock)) {}
  Engine& engine() override { return *engine_; }
  void restart(Restart) override { throw std::logic_error("the memory engine keeps nothing"); }
  std::string problems() override { return {}; }

 private:
  std::unique_ptr<Engine> engine_;
};

inline Kind memory_kind() {
  return Kind{"memory", false, [](const Clock& clock) -> std::unique_ptr<Home> { return std::make_unique<MemoryHome>(clock); }};
}

// --- outcomes ---

// "ok", or the error's S3 code, with its message where the code says nothing.
template <class T>
std::string code(const Result<T>& result) {
  if (result) return "ok";
  const Error& error = result.error();
  return std::string(error.name()) + (error.code == ErrorCode::InternalError ? ": " + std::string(error.text()) : "");
}

// The value, or an exception that ends the test and says which error it was.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error("unexpected " + std::string(result.error().name()) + ": " + std::string(result.error().text()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// --- calls ---

inline std::string pattern(std::size_t size, unsigned salt = 0) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i * 31 + i / 251 + salt * 17 + 7) & 0xff);
  return text;
}

inline hash::VerifiedDigests digests_of(std::string_view content) {
  hash::AlgorithmSet algorithms;
  algorithms.add(hash::Algorithm::md5);
  hash::Verifier verifier(algorithms);
  verifier.update(as_bytes(content));
  return must(verifier.finish());
}

inline std::string etag_of(std::string_view content) { return hash::digest(hash::Algorithm::md5, as_bytes(content)).hex(); }

inline Result<> write_all(Writer& writer, std::string_view content, std::size_t block = 100'000) {
  while (!content.empty()) {
    std::string buffer(content.substr(0, block));  // reused and overwritten, as the server does
    auto written = sync_wait(writer.write(as_bytes(buffer)));
    std::fill(buffer.begin(), buffer.end(), '!');
    if (!written) return written;
    content.remove_prefix(std::min(block, content.size()));
  }
  return {};
}

struct Put {
  std::string bucket;
  std::string key;
  std::string content;
  ObjectAttributes attributes = {};
  Precondition precondition = {};
  bool size_known = true;
  std::optional<Checksum> checksum = {};
};

inline PutSpec spec_of(const Put& put) {
  PutSpec spec;
  spec.bucket = put.bucket;
  spec.key = put.key;
  spec.attributes = put.attributes;
  if (put.size_known) spec.size_bytes = put.content.size();
  spec.precondition = put.precondition;
  return spec;
}

inline Result<ObjectPtr> put(Engine& engine, const Put& put) {
  auto writer = sync_wait(engine.create(spec_of(put)));
  if (!writer) return writer.error();
  auto written = write_all(**writer, put.content);
  if (!written) return written.error();
  return sync_wait((*writer)->commit(digests_of(put.content), etag_of(put.content), put.checksum));
}

inline Result<ObjectPtr> put(Engine& engine, std::string bucket, std::string key, std::string content) {
  return put(engine, Put{std::move(bucket), std::move(key), std::move(content)});
}

inline std::string text_of(const FileRange& range) {
  std::string text(range.length, '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const auto count = ::pread(range.descriptor, text.data() + done, text.size() - done, static_cast<off_t>(range.offset + done));
    if (count <= 0) throw std::runtime_error("a file range ends early");
    done += static_cast<std::size_t>(count);
  }
  return text;
}

inline std::string text_of(const Piece& piece) {
  if (const auto* range = std::get_if<FileRange>(&piece)) return text_of(*range);
  return std::string(as_text(std::get<SharedBytes>(piece).bytes));
}

inline Result<std::string> read(Reader& reader, std::uint64_t offset, std::uint64_t length, bool allow_file_range = false) {
  std::string text;
  while (text.size() < length) {
    const std::uint64_t left = length - text.size();
    auto piece = sync_wait(reader.read(offset + text.size(), left, allow_file_range));
    if (!piece) return piece.error();
    if (!allow_file_range && std::holds_alternative<FileRange>(*piece)) throw std::runtime_error("a file range that wasn't asked for");
    const std::string got = text_of(*piece);
    if (got.empty() || got.size() > left) throw std::runtime_error("a piece of a wrong size");
    text += got;
  }
  return text;
}

inline Result<std::string> read(Reader& reader, bool allow_file_range = false) {
  return read(reader, 0, reader.info().size_bytes, allow_file_range);
}

inline Result<std::unique_ptr<Reader>> open(Engine& engine, std::string bucket, std::string key, std::string version_id = {}) {
  return sync_wait(engine.open(ObjectName{std::move(bucket), std::move(key), std::move(version_id)}));
}

inline Result<std::string> get(Engine& engine, std::string bucket, std::string key, std::string version_id = {}) {
  auto reader = open(engine, std::move(bucket), std::move(key), std::move(version_id));
  if (!reader) return reader.error();
  if ((*reader)->info().delete_marker) return std::string("(delete marker)");
  return read(**reader, true);
}

inline Result<ObjectPtr> head(Engine& engine, std::string bucket, std::string key, std::string version_id = {}) {
  return sync_wait(engine.head(ObjectName{std::move(bucket), std::move(key), std::move(version_id)}));
}

struct Copy {
  ObjectName source;
  std::string bucket;
  std::string key;
  ObjectAttributes attributes = {};
  Precondition source_precondition = {};
  Precondition precondition = {};
};

inline Result<ObjectPtr> copy(Engine& engine, const Copy& copy) {
  CopySpec spec;
  spec.source = copy.source;
  spec.source_precondition = copy.source_precondition;
  spec.target.bucket = copy.bucket;
  spec.target.key = copy.key;
  spec.target.attributes = copy.attributes;
  spec.target.precondition = copy.precondition;
  return sync_wait(engine.copy(std::move(spec)));
}

inline Result<DeleteOutcome> remove(Engine& engine, const std::string& bucket, DeleteSpec spec) {
  std::vector<DeleteSpec> specs;
  specs.push_back(std::move(spec));
  auto outcomes = sync_wait(engine.remove(bucket, std::move(specs)));
  if (!outcomes) return outcomes.error();
  if (outcomes->size() != 1) throw std::runtime_error("one key was asked for, the answers are another number");
  return outcomes->front();
}

inline Result<DeleteOutcome> remove(Engine& engine, const std::string& bucket, std::string key, std::string version_id = {}) {
  DeleteSpec spec;
  spec.key = std::move(key);
  spec.version_id = std::move(version_id);
  return remove(engine, bucket, std::move(spec));
}

using AttributesChange = std::function<Result<>(ObjectAttributes&)>;
inline Result<ObjectPtr> update(Engine& engine, ObjectName name, AttributesChange change) {
  return sync_wait(engine.update(std::move(name), std::move(change)));
}

using BucketChange = std::function<Result<>(BucketInfo&)>;
inline Result<BucketPtr> update_bucket(Engine& engine, const std::string& name, BucketChange change) {
  return sync_wait(engine.update_bucket(name, std::move(change)));
}

inline void set_versioning(Engine& engine, const std::string& bucket, Versioning versioning) {
  must(update_bucket(engine, bucket, [versioning](BucketInfo& info) {
    info.versioning = versioning;
    return Result<>();
  }));
}

inline BucketPtr make_bucket(Engine& engine, const std::string& name, Versioning versioning = Versioning::unversioned) {
  BucketInfo info;
  info.name = name;
  info.versioning = versioning;
  return must(sync_wait(engine.create_bucket(info)));
}

inline Result<UploadInfo> create_upload(Engine& engine, const std::string& bucket, const std::string& key,
                                        const ObjectAttributes& attributes = {}) {
  PutSpec spec;
  spec.bucket = bucket;
  spec.key = key;
  spec.attributes = attributes;
  return sync_wait(engine.create_upload(std::move(spec)));
}

inline Result<PartInfo> put_part(Engine& engine, const UploadInfo& upload, std::uint32_t number, const std::string& content,
                                 std::optional<Checksum> checksum = {}, bool size_known = true) {
  std::optional<std::uint64_t> size;
  if (size_known) size = content.size();
  auto writer = sync_wait(engine.create_part(upload.bucket, upload.key, upload.upload_id, number, size));
  if (!writer) return writer.error();
  auto written = write_all(**writer, content);
  if (!written) return written.error();
  return sync_wait((*writer)->commit(digests_of(content), etag_of(content), std::move(checksum)));
}

inline CompletePlanner plan_of(std::vector<std::uint32_t> numbers, std::string etag = "multipart-etag",
                               std::optional<Checksum> checksum = {}) {
  return [=](const UploadInfo&, const std::vector<PartInfo>&) { return Result<CompletePlan>(CompletePlan{numbers, etag, checksum}); };
}

// Takes all parts that there are.
inline CompletePlanner plan_of_all(std::string etag = "multipart-etag") {
  return [etag](const UploadInfo&, const std::vector<PartInfo>& parts) {
    CompletePlan plan;
    for (const PartInfo& part : parts) plan.part_numbers.push_back(part.number);
    plan.etag = etag;
    return Result<CompletePlan>(plan);
  };
}

inline Result<ObjectPtr> complete(Engine& engine, const UploadInfo& upload, CompletePlanner planner, Precondition precondition = {}) {
  return sync_wait(engine.complete_upload(upload.bucket, upload.key, upload.upload_id, std::move(planner), std::move(precondition)));
}

inline Result<> abort(Engine& engine, const UploadInfo& upload) {
  return sync_wait(engine.abort_upload(upload.bucket, upload.key, upload.upload_id));
}

// A finished multipart object of these parts.
inline ObjectPtr put_multipart(Engine& engine, const std::string& bucket, const std::string& key, const std::vector<std::string>& parts) {
  const UploadInfo upload = must(create_upload(engine, bucket, key));
  std::uint32_t number = 0;
  for (const std::string& part : parts) must(put_part(engine, upload, ++number, part));
  return must(complete(engine, upload, plan_of_all()));
}

inline Result<> put_document(Engine& engine, const std::string& name, const std::string& content) {
  return sync_wait(engine.put_document(name, content));
}

// --- preconditions ---

inline Precondition fails_with(ErrorCode error) {
  return [error](const ObjectInfo*) { return Result<>(Error(error)); };
}
inline Precondition if_absent() {
  return [](const ObjectInfo* current) { return current == nullptr ? Result<>() : Result<>(Error(ErrorCode::PreconditionFailed)); };
}
inline Precondition if_match(std::string etag) {
  return [etag](const ObjectInfo* current) {
    return current != nullptr && current->etag == etag ? Result<>() : Result<>(Error(ErrorCode::PreconditionFailed));
  };
}
// Lets the write go on, and notes what it saw: "(none)" or the version's etag.
inline Precondition saw(std::string& what) {
  return [&what](const ObjectInfo* current) {
    what = current == nullptr ? "(none)" : current->etag;
    return Result<>();
  };
}

// --- texts to compare ---

inline std::string escaped(const std::string& text) {
  std::ostringstream out;
  out << '"';
  for (const char c : text) {
    if (c >= ' ' && c <= '~') {
      out << c;
    } else {
      out << "\\x" << std::hex << std::setw(2) << std::setfill('0') << (static_cast<unsigned>(c) & 0xff) << std::dec;
    }
  }
  out << '"';
  return out.str();
}

inline std::string describe(const Attributes& attributes) {
  std::string text = "{";
  for (const auto& [name, value] : attributes) text += escaped(name) + ":" + escaped(value) + " ";
  return text + "}";
}

inline std::string describe(const ObjectAttributes& attributes) {
  return "headers" + describe(attributes.headers) + " metadata" + describe(attributes.user_metadata) + " tags" + describe(attributes.tags) +
         " properties" + describe(attributes.properties) + " retention " + std::to_string(static_cast<int>(attributes.retention.mode)) +
         "/" + std::to_string(attributes.retention.until.time_since_epoch().count()) + (attributes.legal_hold ? " held" : "");
}

inline std::string describe(const std::optional<Checksum>& checksum) {
  if (!checksum) return "none";
  return std::string(hash::algorithm_name(checksum->algorithm)) + (checksum->type == ChecksumType::composite ? "/composite/" : "/full/") +
         checksum->value;
}

inline std::string describe(TimePoint time) { return std::to_string(time.time_since_epoch().count()); }

inline std::string describe(const PartInfo& part) {
  return "part " + std::to_string(part.number) + " " + std::to_string(part.size_bytes) + " bytes " + part.etag + " at " +
         describe(part.modified) + " checksum " + describe(part.checksum);
}

// All of a page, one item a word: objects, then "P:" and the prefixes, then where it goes on.
inline std::string describe_keys(const ListPage& page) {
  std::string text;
  for (const ListEntry& entry : page.objects) text += entry.key + " ";
  for (const std::string& prefix : page.common_prefixes) text += "P:" + prefix + " ";
  return text + (page.truncated ? "next " + page.next : "end");
}

// --- the fixture ---

inline TimePoint start_of_tests() {
  return TimePoint(std::chrono::sys_days(std::chrono::year_month_day(std::chrono::year(2026), std::chrono::month(3), std::chrono::day(1))));
}

class EngineTest : public ::testing::TestWithParam<Kind> {
 protected:
  EngineTest() : clock_(start_of_tests()), home_(GetParam().make(clock_)) {}

  void TearDown() override { EXPECT_EQ(home_->problems(), ""); }

  Engine& engine() { return home_->engine(); }
  ManualClock& clock() { return clock_; }
  void restart(Restart how = Restart::plain) { home_->restart(how); }

  Usage usage(const std::string& bucket) { return must(engine().usage(bucket)); }

 private:
  ManualClock clock_;
  std::unique_ptr<Home> home_;
};

inline std::string kind_name(const ::testing::TestParamInfo<Kind>& info) { return info.param.name; }

}  // namespace holdfast::storage::conformance

namespace holdfast::storage {
inline bool operator==(const Usage& left, const Usage& right) {
  return left.objects == right.objects && left.versions == right.versions && left.delete_markers == right.delete_markers &&
         left.bytes == right.bytes;
}
inline std::ostream& operator<<(std::ostream& out, const Usage& usage) {
  return out << usage.objects << " objects, " << usage.versions << " versions, " << usage.delete_markers << " markers, " << usage.bytes
             << " bytes";
}
}  // namespace holdfast::storage
