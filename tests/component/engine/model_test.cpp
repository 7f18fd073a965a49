#include "model.hpp"

#include "conformance_kinds.hpp"

#include <cstdlib>
#include <iostream>
#include <numeric>

namespace holdfast::storage::model {
namespace {

using conformance::describe;
using conformance::escaped;
using conformance::Kind;
using conformance::must;
using conformance::pattern;
using conformance::Restart;

constexpr std::size_t kSubject = 0;
constexpr std::size_t kReference = 1;
constexpr std::size_t kStory = 40;  // operations shown when the answers differ

const std::vector<std::string>& bucket_names() {
  static const std::vector<std::string> names{"blue", "green", "red"};
  return names;
}

std::vector<std::string> make_keys(Random& random) {
  const std::vector<std::string> pieces{"a", "b", "/", "//", "-", "--", "a/", "\xc3\xa4", "0", " ", "%2F", "..", "z", "\x01"};
  std::vector<std::string> keys{std::string(1024, 'k'), "a", "a/b", "a/b/c"};
  while (keys.size() < 30) {
    std::string key;
    for (std::uint64_t count = 1 + random.below(5); count > 0; --count) key += random.of(pieces);
    keys.push_back(key);
  }
  return keys;
}

template <class T>
std::string error_text(const Result<T>& result) {
  return "error " + conformance::code(result);
}

std::string text_of(const Result<ListPage>& page) {
  if (!page) return error_text(page);
  std::string text;
  for (const ListEntry& entry : page->objects) {
    text += "\n  " + escaped(entry.key) + " " + entry.etag + " " + std::to_string(entry.size_bytes) + " " + describe(entry.modified) + " " +
            entry.storage_class + " " + entry.owner + " " + describe(entry.checksum);
  }
  for (const std::string& prefix : page->common_prefixes) text += "\n  prefix " + escaped(prefix);
  return text + (page->truncated ? "\n  next " + escaped(page->next) : "\n  end");
}

std::string text_of(const Result<Usage>& usage) {
  if (!usage) return error_text(usage);
  std::ostringstream text;
  text << *usage;
  return text.str();
}

std::string text_of(const Result<PartInfo>& part) { return part ? describe(*part) : error_text(part); }

template <class T>
std::string code_text(const Result<T>& result) {
  return conformance::code(result);
}

std::string content_text(const Result<std::string>& content) {
  if (!content) return error_text(content);
  return std::to_string(content->size()) + " bytes " + conformance::etag_of(*content);
}

bool compared(const ChangeEvent& event) {
  static const std::vector<std::string> names{"s3:ObjectCreated:Put", "s3:ObjectCreated:Copy", "s3:ObjectCreated:CompleteMultipartUpload",
                                              "s3:ObjectRemoved:Delete", "s3:ObjectRemoved:DeleteMarkerCreated"};
  return std::find(names.begin(), names.end(), event.name) != names.end();
}

}  // namespace

std::string Names::name(const std::string& id) {
  if (id.empty() || id == "null") return id;
  const auto found = names_.find(id);
  if (found != names_.end()) return found->second;
  const std::string name = kind_ + std::to_string(names_.size());
  names_.emplace(id, name);
  ids_.emplace(name, id);
  return name;
}

std::string Names::id(const std::string& name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? name : found->second;
}

Model::Model(const Kind& subject, std::uint64_t seed) : durable_(subject.durable), random_(seed), clock_(conformance::start_of_tests()) {
  homes_[kSubject] = subject.make(clock_);
  homes_[kReference] = std::make_unique<conformance::MemoryHome>(clock_);
  for (const std::size_t i : {kSubject, kReference}) sides_[i].home = homes_[i].get();
  keys_ = make_keys(random_);
  for (const char* follower : {"one", "two"}) {
    both(std::string("create cursor ") + follower, [&](Side& side) { return code_text(sync_wait(side.engine().create_cursor(follower))); });
  }
}

Model::~Model() = default;

template <class Call>
void Model::both(const std::string& what, Call call) {
  tell(what);
  const std::string got = call(sides_[kSubject]);
  const std::string expected = call(sides_[kReference]);
  if (got == expected) return;
  std::string story;
  for (const std::string& line : story_) story += line + "\n";
  throw std::runtime_error("the answers differ at the end of this story:\n" + story + "--- got:\n" + got + "\n--- expected:\n" + expected);
}

void Model::tell(const std::string& what) {
  story_.push_back(std::to_string(steps_) + " " + what);
  if (story_.size() > kStory) story_.pop_front();
}

void Model::step() {
  struct Choice {
    unsigned weight;
    void (Model::*operation)();
  };
  static const std::vector<Choice> choices{
      {20, &Model::put},          {2, &Model::hold_writer},   {5, &Model::go_on_writing}, {5, &Model::head},
      {6, &Model::get},           {3, &Model::hold_reader},   {5, &Model::read_held},     {6, &Model::copy},
      {10, &Model::remove},       {6, &Model::update},        {5, &Model::list},          {4, &Model::list_versions},
      {2, &Model::list_uploads},  {2, &Model::list_parts},    {1, &Model::page_through},  {4, &Model::create_upload},
      {10, &Model::put_part},     {5, &Model::complete},      {1, &Model::abort},         {2, &Model::create_bucket},
      {1, &Model::delete_bucket}, {2, &Model::update_bucket}, {3, &Model::usage},         {2, &Model::documents},
      {2, &Model::feed},          {1, &Model::restart},
  };
  static const unsigned total =
      std::accumulate(choices.begin(), choices.end(), 0U, [](unsigned sum, const Choice& choice) { return sum + choice.weight; });
  ++steps_;
  clock_.advance(std::chrono::milliseconds(1 + random_.below(1000)));
  std::uint64_t drawn = random_.below(total);
  for (const Choice& choice : choices) {
    if (drawn < choice.weight) return (this->*choice.operation)();
    drawn -= choice.weight;
  }
}

// --- choices ---

std::string Model::bucket() { return random_.of(bucket_names()); }
std::string Model::key() { return random_.of(keys_); }

std::string Model::content() {
  const auto salt = static_cast<unsigned>(random_.below(1'000'000));
  switch (random_.below(8)) {
    case 0:
      return "";
    case 1:
      return pattern(conformance::kInline - 2 + random_.below(5), salt);
    case 2:
      return pattern(random_.below(60'000), salt);
    case 3:
      return pattern(random_.below(chance_of_large() ? 1'500'000 : 9000), salt);
    default:
      return pattern(random_.below(800), salt);
  }
}

bool Model::chance_of_large() { return random_.chance(20); }

NamedVersion Model::version(bool often_current) {
  if (versions_.empty() || random_.chance(often_current ? 60 : 20)) return {bucket(), key(), ""};
  if (random_.chance(5)) return {bucket(), key(), "null"};
  NamedVersion chosen = versions_[random_.below(versions_.size())];
  if (random_.chance(20)) chosen.version.clear();
  if (random_.chance(3)) chosen.version = "not-a-version";
  return chosen;
}

NamedUpload Model::upload() {
  if (uploads_.empty()) return {bucket(), key(), std::string(32, '1')};
  NamedUpload chosen = random_.chance(80) ? uploads_[uploads_.size() - 1 - random_.below(std::min<std::size_t>(uploads_.size(), 6))]
                                          : uploads_[random_.below(uploads_.size())];
  if (random_.chance(2)) chosen.key = key();
  return chosen;
}

ObjectAttributes Model::attributes() {
  ObjectAttributes attributes;
  const auto value = [&] { return "value " + std::to_string(random_.below(1000)); };
  if (random_.chance(30)) attributes.headers = {{"content-type", value()}, {"cache-control", value()}};
  if (random_.chance(30)) attributes.user_metadata = {{"m", value()}, {"n", "\xe4 " + value()}};
  if (random_.chance(20)) attributes.tags = {{"t", value()}};
  if (random_.chance(20)) attributes.properties = {{"storage-class", "STANDARD_IA"}, {"acl", value()}};
  if (random_.chance(4)) attributes.legal_hold = true;
  if (random_.chance(4)) {
    attributes.retention.mode = random_.chance(50) ? RetentionMode::governance : RetentionMode::compliance;
    attributes.retention.until = clock_.now() + std::chrono::seconds(random_.below(60));
  }
  return attributes;
}

std::string Model::prefix() {
  if (random_.chance(50)) return "";
  const std::string whole = key();
  return whole.substr(0, random_.below(std::min<std::size_t>(whole.size(), 5) + 1));
}

std::string Model::delimiter() { return random_.of(std::vector<std::string>{"", "", "/", "/", "--", "//", "a", "\xc3\xa4"}); }

std::uint32_t Model::page_size() {
  if (random_.chance(30)) return 1000;
  return static_cast<std::uint32_t>(random_.below(9));
}

Model::Condition Model::condition() {
  if (random_.chance(70)) return Condition::none;
  return random_.of(std::vector<Condition>{Condition::absent, Condition::match, Condition::no_match, Condition::never});
}

std::string Model::current_etag(const std::string& bucket, const std::string& key) {
  const auto object = conformance::head(sides_[kReference].engine(), bucket, key);
  return object ? (*object)->etag : "";
}

Precondition Model::precondition(Side& side, Condition condition, const std::string& etag) const {
  side.seen = "not asked";
  return [&side, condition, etag](const ObjectInfo* current) {
    side.seen = current == nullptr ? "none" : current->etag + " " + side.versions.name(current->version_id);
    const bool matches = current != nullptr && current->etag == etag;
    const bool holds = condition == Condition::none || (condition == Condition::absent && current == nullptr) ||
                       (condition == Condition::match && matches) || (condition == Condition::no_match && !matches);
    return holds ? Result<>() : Result<>(Error(ErrorCode::PreconditionFailed));
  };
}

void Model::know(const std::string& bucket, const std::string& key, const std::string& version) {
  versions_.push_back({bucket, key, version});
  if (versions_.size() > 200) versions_.pop_front();
}

// --- texts ---

std::string Model::text(Side& side, const ObjectInfo& info) {
  std::string text =
      escaped(info.key) + " " + side.versions.name(info.version_id) + (info.is_latest ? " latest " : " old ") + describe(info.modified);
  if (info.delete_marker) return text + " marker";
  return text + " " + std::to_string(info.size_bytes) + " bytes " + info.etag + " checksum " + describe(info.checksum) + " " +
         std::to_string(info.part_count) + " parts upload " + side.uploads.name(info.upload_id) + " " +
         describe(static_cast<const ObjectAttributes&>(info));
}

std::string Model::text(Side& side, const Result<ObjectPtr>& object) { return object ? text(side, **object) : error_text(object); }

std::string Model::text(Side& side, const Result<DeleteOutcome>& outcome) {
  if (!outcome) return error_text(outcome);
  if (!outcome->existed && !outcome->delete_marker) return "nothing there";
  return side.versions.name(outcome->version_id) + (outcome->delete_marker ? " marker" : "") + (outcome->existed ? " existed" : "");
}

std::string Model::text(Side& side, const Result<VersionPage>& page) {
  if (!page) return error_text(page);
  std::string all;
  for (const ObjectInfo& info : page->versions) all += "\n  " + text(side, info);
  for (const std::string& prefix : page->common_prefixes) all += "\n  prefix " + escaped(prefix);
  if (!page->truncated) return all + "\n  end";
  return all + "\n  next " + escaped(page->next_key) + " " + side.versions.name(page->next_version_id);
}

std::string Model::text(Side& side, const UploadInfo& info) {
  return info.bucket + " " + escaped(info.key) + " " + side.uploads.name(info.upload_id) + " " + describe(info.initiated) + " " +
         describe(info.attributes);
}

std::string Model::text(Side& side, const Result<UploadPage>& page) {
  if (!page) return error_text(page);
  std::string all;
  for (const UploadInfo& upload : page->uploads) all += "\n  " + text(side, upload);
  for (const std::string& prefix : page->common_prefixes) all += "\n  prefix " + escaped(prefix);
  if (!page->truncated) return all + "\n  end";
  return all + "\n  next " + escaped(page->next_key) + " " + side.uploads.name(page->next_upload_id);
}

// --- objects ---

void Model::put() {
  conformance::Put spec{bucket(), key(), content(), attributes()};
  spec.size_known = random_.chance(70);
  if (random_.chance(20)) spec.checksum = Checksum{hash::Algorithm::crc32c, ChecksumType::full_object, "AAAAAA=="};
  const Condition when = condition();
  const std::string etag = current_etag(spec.bucket, spec.key);
  std::string version;
  both("put " + spec.bucket + " " + escaped(spec.key) + " " + std::to_string(spec.content.size()) + " condition " +
           std::to_string(static_cast<int>(when)),
       [&](Side& side) {
         spec.precondition = precondition(side, when, etag);
         const auto made = conformance::put(side.engine(), spec);
         if (made) version = side.versions.name((*made)->version_id);
         return text(side, made) + " saw " + side.seen;
       });
  if (!version.empty()) know(spec.bucket, spec.key, version);
}

void Model::hold_writer() {
  if (writers_.size() > 4) return;
  conformance::Put spec{bucket(), key(), content(), attributes()};
  spec.size_known = false;  // so that a quota is looked at in the commit alone
  HeldWriter held;
  held.content = spec.content;
  both("hold a writer of " + spec.bucket + " " + escaped(spec.key) + " " + std::to_string(spec.content.size()), [&](Side& side) {
    auto writer = sync_wait(side.engine().create(conformance::spec_of(spec)));
    const std::string outcome = code_text(writer);
    if (writer) held.writers[static_cast<std::size_t>(&side - sides_.data())] = std::move(*writer);
    return outcome;
  });
  if (held.writers[0] && held.writers[1]) writers_.push_back(std::move(held));
}

void Model::go_on_writing() {
  if (writers_.empty()) return;
  const std::size_t at = random_.below(writers_.size());
  HeldWriter& held = writers_[at];
  const std::uint64_t fate = random_.below(10);
  if (fate < 6 && held.written < held.content.size()) {
    const std::size_t count = 1 + random_.below(held.content.size() - held.written);
    const std::string piece = held.content.substr(held.written, count);
    both("write to held " + std::to_string(at) + " " + std::to_string(count), [&](Side& side) {
      return code_text(conformance::write_all(*held.writers[static_cast<std::size_t>(&side - sides_.data())], piece));
    });
    held.written += count;
    return;
  }
  if (fate < 9) {
    const std::string content = held.content.substr(0, held.written);
    both("commit held " + std::to_string(at), [&](Side& side) {
      auto& writer = *held.writers[static_cast<std::size_t>(&side - sides_.data())];
      return text(side, sync_wait(writer.commit(conformance::digests_of(content), conformance::etag_of(content), {})));
    });
  } else {
    tell("drop held " + std::to_string(at));
  }
  writers_.erase(writers_.begin() + static_cast<std::ptrdiff_t>(at));
}

void Model::head() {
  const NamedVersion name = version(true);
  both("head " + name.bucket + " " + escaped(name.key) + " " + name.version,
       [&](Side& side) { return text(side, conformance::head(side.engine(), name.bucket, name.key, side.versions.id(name.version))); });
}

void Model::get() {
  const NamedVersion name = version(true);
  both("get " + name.bucket + " " + escaped(name.key) + " " + name.version, [&](Side& side) {
    const auto reader = conformance::open(side.engine(), name.bucket, name.key, side.versions.id(name.version));
    if (!reader) return error_text(reader);
    return text(side, (*reader)->info()) + version_content(side, name.bucket, (*reader)->info());
  });
}

void Model::hold_reader() {
  if (readers_.size() > 8) readers_.erase(readers_.begin());
  const NamedVersion name = version(true);
  HeldReader held;
  both("hold a reader of " + name.bucket + " " + escaped(name.key) + " " + name.version, [&](Side& side) {
    auto reader = conformance::open(side.engine(), name.bucket, name.key, side.versions.id(name.version));
    if (!reader) return error_text(reader);
    held.size_bytes = (*reader)->info().size_bytes;
    const std::string shown = text(side, (*reader)->info());
    held.readers[static_cast<std::size_t>(&side - sides_.data())] = std::move(*reader);
    return shown;
  });
  if (held.size_bytes > 0) readers_.push_back(std::move(held));
}

void Model::read_held() {
  if (readers_.empty()) return;
  const std::size_t at = random_.below(readers_.size());
  HeldReader& held = readers_[at];
  const std::uint64_t offset = random_.below(held.size_bytes);
  const std::uint64_t length = 1 + random_.below(held.size_bytes - offset);
  const bool as_range = random_.chance(50);
  both("read held " + std::to_string(at) + " " + std::to_string(offset) + "+" + std::to_string(length), [&](Side& side) {
    Reader& reader = *held.readers[static_cast<std::size_t>(&side - sides_.data())];
    return text(side, reader.info()).substr(0, 20) + content_text(conformance::read(reader, offset, length, as_range));
  });
}

void Model::copy() {
  const NamedVersion source = version(true);
  conformance::Copy spec;
  spec.bucket = random_.chance(70) ? source.bucket : bucket();
  spec.key = random_.chance(30) ? source.key : key();
  spec.attributes = attributes();
  const Condition source_condition = condition();
  const Condition target_condition = source_condition == Condition::none ? condition() : Condition::none;
  const std::string etag = current_etag(source.bucket, source.key);
  std::string made_version;
  both("copy " + source.bucket + " " + escaped(source.key) + " " + source.version + " to " + spec.bucket + " " + escaped(spec.key),
       [&](Side& side) {
         spec.source = {source.bucket, source.key, side.versions.id(source.version)};
         spec.source_precondition = source_condition == Condition::none ? Precondition() : precondition(side, source_condition, etag);
         spec.precondition = target_condition == Condition::none ? Precondition() : precondition(side, target_condition, etag);
         const auto made = conformance::copy(side.engine(), spec);
         if (made) made_version = side.versions.name((*made)->version_id);
         return text(side, made) + " saw " + side.seen;
       });
  if (!made_version.empty()) know(spec.bucket, spec.key, made_version);
}

void Model::remove() {
  const std::string in = bucket();
  struct Removal {
    NamedVersion name;
    Condition condition;
    std::string etag;
    bool bypass;
  };
  std::vector<Removal> removals;
  std::string what = "remove in " + in;
  for (std::uint64_t count = random_.chance(70) ? 1 : random_.below(6); count > 0; --count) {
    Removal removal{version(false), condition(), "", random_.chance(30)};
    removal.etag = current_etag(in, removal.name.key);
    what += " " + escaped(removal.name.key) + " " + removal.name.version + " condition " +
            std::to_string(static_cast<int>(removal.condition)) + (removal.bypass ? " bypass;" : ";");
    removals.push_back(removal);
  }
  both(what, [&](Side& side) {
    std::vector<DeleteSpec> specs;
    for (const Removal& removal : removals) {
      DeleteSpec spec;
      spec.key = removal.name.key;
      spec.version_id = side.versions.id(removal.name.version);
      spec.bypass_governance = removal.bypass;
      if (removal.condition != Condition::none) spec.precondition = precondition(side, removal.condition, removal.etag);
      specs.push_back(spec);
    }
    const auto outcomes = sync_wait(side.engine().remove(in, specs));
    if (!outcomes) return error_text(outcomes);
    std::string all = std::to_string(outcomes->size());
    for (const auto& outcome : *outcomes) all += "\n  " + text(side, outcome);
    return all;
  });
}

void Model::update() {
  const NamedVersion name = version(true);
  const ObjectAttributes changed = attributes();
  const bool refuse = random_.chance(10);
  both("update " + name.bucket + " " + escaped(name.key) + " " + name.version, [&](Side& side) {
    std::string seen = "not asked";
    const auto change = [&](ObjectAttributes& attributes) {
      seen = describe(attributes);
      attributes = changed;
      return refuse ? Result<>(Error(ErrorCode::InvalidTag)) : Result<>();
    };
    const auto updated = conformance::update(side.engine(), {name.bucket, name.key, side.versions.id(name.version)}, change);
    return text(side, updated) + " saw " + seen;
  });
}

// --- listings ---

void Model::list() {
  ListQuery query{bucket(), prefix(), delimiter(), random_.chance(50) ? "" : key(), page_size()};
  both("list " + query.bucket + " " + escaped(query.prefix) + " " + escaped(query.delimiter) + " after " + escaped(query.start_after) +
           " max " + std::to_string(query.max_keys),
       [&](Side& side) { return text_of(sync_wait(side.engine().list(query))); });
}

void Model::list_versions() {
  VersionQuery query{bucket(), prefix(), delimiter(), "", "", page_size()};
  NamedVersion marker;
  if (random_.chance(60)) marker = version(false);
  query.key_marker = marker.key;
  // "null" is a place only while there is a null version.
  if (marker.version == "null" && !conformance::head(sides_[kReference].engine(), query.bucket, marker.key, "null")) marker.version.clear();
  if (marker.version == "not-a-version") marker.version.clear();
  both("list versions " + query.bucket + " " + escaped(query.prefix) + " " + escaped(query.delimiter) + " after " +
           escaped(query.key_marker) + " " + marker.version + " max " + std::to_string(query.max_keys),
       [&](Side& side) {
         query.version_id_marker = side.versions.id(marker.version);
         return text(side, sync_wait(side.engine().list_versions(query)));
       });
}

void Model::list_uploads() {
  UploadQuery query{bucket(), prefix(), delimiter(), "", "", page_size()};
  NamedUpload marker;
  if (random_.chance(50) && !uploads_.empty()) marker = upload();
  if (random_.chance(30)) marker.upload.clear();
  query.key_marker = marker.key;
  both("list uploads " + query.bucket + " " + escaped(query.prefix) + " " + escaped(query.delimiter) + " after " +
           escaped(query.key_marker) + " " + marker.upload + " max " + std::to_string(query.max_uploads),
       [&](Side& side) {
         query.upload_id_marker = side.uploads.id(marker.upload);
         return text(side, sync_wait(side.engine().list_uploads(query)));
       });
}

void Model::list_parts() {
  const NamedUpload name = upload();
  const auto after = static_cast<std::uint32_t>(random_.below(6));
  const std::uint32_t max = page_size();
  both("list parts of " + name.bucket + " " + escaped(name.key) + " " + name.upload + " after " + std::to_string(after) + " max " +
           std::to_string(max),
       [&](Side& side) {
         const auto page = sync_wait(side.engine().list_parts(name.bucket, name.key, side.uploads.id(name.upload), after, max));
         if (!page) return error_text(page);
         std::string all = text(side, page->upload);
         for (const PartInfo& part : page->parts) all += "\n  " + describe(part);
         return all + (page->truncated ? "\n  next " + std::to_string(page->next_part_number) : "\n  end");
       });
}

void Model::page_through() {
  const ListQuery query{bucket(), prefix(), delimiter(), "", static_cast<std::uint32_t>(1 + random_.below(5))};
  both("page through " + query.bucket + " " + escaped(query.prefix) + " " + escaped(query.delimiter) + " by " +
           std::to_string(query.max_keys),
       [&](Side& side) {
         std::string all;
         ListQuery next = query;
         for (bool more = true; more;) {
           const auto page = sync_wait(side.engine().list(next));
           all += text_of(page);
           more = page && page->truncated;
           if (more) next.start_after = page->next;
         }
         return all;
       });
}

// --- uploads ---

void Model::create_upload() {
  NamedUpload name{bucket(), key(), ""};
  const ObjectAttributes with = attributes();
  both("create upload " + name.bucket + " " + escaped(name.key), [&](Side& side) {
    const auto made = conformance::create_upload(side.engine(), name.bucket, name.key, with);
    if (!made) return error_text(made);
    name.upload = side.uploads.name(made->upload_id);
    return text(side, *made);
  });
  if (name.upload.empty()) return;
  uploads_.push_back(name);
  if (uploads_.size() > 100) uploads_.pop_front();
}

void Model::put_part() {
  const NamedUpload name = upload();
  const auto number = static_cast<std::uint32_t>(1 + random_.below(5));
  const std::string with = content();
  const bool size_known = random_.chance(50);
  const bool drop = random_.chance(5);
  both((drop ? "drop part " : "put part ") + std::to_string(number) + " of " + name.bucket + " " + escaped(name.key) + " " + name.upload +
           " " + std::to_string(with.size()),
       [&](Side& side) {
         const UploadInfo info{name.bucket, name.key, side.uploads.id(name.upload), {}, {}};
         if (!drop) return text_of(conformance::put_part(side.engine(), info, number, with, {}, size_known));
         const auto writer = sync_wait(side.engine().create_part(info.bucket, info.key, info.upload_id, number, std::nullopt));
         return writer ? code_text(conformance::write_all(**writer, with)) : error_text(writer);
       });
}

void Model::complete() {
  const NamedUpload name = upload();
  const Condition when = condition();
  const std::string etag = current_etag(name.bucket, name.key);
  const unsigned keep = random_.chance(50) ? 100 : 50;
  const std::uint64_t salt = random_.below(1'000'000);
  const bool refuse = random_.chance(5);
  const bool invent = random_.chance(5);
  std::string version;
  both("complete " + name.bucket + " " + escaped(name.key) + " " + name.upload, [&](Side& side) {
    std::string seen = " planner not asked";
    const CompletePlanner planner = [&](const UploadInfo& info, const std::vector<PartInfo>& parts) {
      seen = " planner saw " + text(side, info);
      CompletePlan plan;
      Random choice(salt);
      for (const PartInfo& part : parts) {
        seen += " " + describe(part);
        if (choice.chance(keep) || plan.part_numbers.empty()) plan.part_numbers.push_back(part.number);
      }
      if (invent) plan.part_numbers.push_back(7777);
      plan.etag = "etag-" + std::to_string(salt) + "-" + std::to_string(plan.part_numbers.size());
      if (refuse || plan.part_numbers.empty()) return Result<CompletePlan>(Error(ErrorCode::EntityTooSmall));
      return Result<CompletePlan>(plan);
    };
    // With a plan that can't be, which of the two is found first is left open.
    const Precondition only_if = when == Condition::none || invent ? Precondition() : precondition(side, when, etag);
    const auto made = sync_wait(side.engine().complete_upload(name.bucket, name.key, side.uploads.id(name.upload), planner, only_if));
    if (made) version = side.versions.name((*made)->version_id);
    return text(side, made) + seen;
  });
  if (!version.empty()) know(name.bucket, name.key, version);
}

void Model::abort() {
  const NamedUpload name = upload();
  both("abort " + name.bucket + " " + escaped(name.key) + " " + name.upload,
       [&](Side& side) { return code_text(sync_wait(side.engine().abort_upload(name.bucket, name.key, side.uploads.id(name.upload)))); });
}

// --- buckets ---

void Model::create_bucket() {
  BucketInfo info;
  info.name = bucket();
  info.versioning = random_.of(std::vector<Versioning>{Versioning::unversioned, Versioning::enabled, Versioning::suspended});
  info.owner = "owner";
  both("create bucket " + info.name + " " + std::to_string(static_cast<int>(info.versioning)), [&](Side& side) {
    const auto made = sync_wait(side.engine().create_bucket(info));
    return made ? bucket_text(side, **made) : error_text(made);
  });
}

void Model::delete_bucket() {
  const std::string name = bucket();
  if (random_.chance(30)) {
    const auto found = sync_wait(sides_[kReference].engine().list_versions(VersionQuery{name, "", "", "", ""}));
    const VersionPage page = found ? *found : VersionPage();
    both("empty " + name, [&](Side& side) {
      std::vector<DeleteSpec> specs;
      for (const ObjectInfo& info : page.versions) {
        DeleteSpec spec;
        spec.key = info.key;
        spec.version_id = side.versions.id(sides_[kReference].versions.name(info.version_id));
        spec.bypass_governance = true;
        specs.push_back(spec);
      }
      const auto outcomes = sync_wait(side.engine().remove(name, specs));
      if (!outcomes) return error_text(outcomes);
      std::string all;
      for (const auto& outcome : *outcomes) all += "\n  " + text(side, outcome);
      return all;
    });
  }
  both("delete bucket " + name, [&](Side& side) { return code_text(sync_wait(side.engine().delete_bucket(name))); });
}

void Model::update_bucket() {
  const std::string name = bucket();
  const auto versioning = random_.chance(50) ? Versioning::enabled : Versioning::suspended;
  const bool touch_versioning = random_.chance(60);
  const std::uint64_t quota = random_.chance(20) ? 2'000'000 + random_.below(2'000'000) : 0;
  const std::string policy = "policy " + std::to_string(random_.below(1000));
  const bool refuse = random_.chance(10);
  both("update bucket " + name + (touch_versioning ? " versioning " + std::to_string(static_cast<int>(versioning)) : "") + " quota " +
           std::to_string(quota),
       [&](Side& side) {
         const auto changed = conformance::update_bucket(side.engine(), name, [&](BucketInfo& info) {
           if (touch_versioning) info.versioning = versioning;
           info.quota_bytes = quota;
           info.configuration["policy"] = policy;
           return refuse ? Result<>(Error(ErrorCode::MalformedPolicy)) : Result<>();
         });
         return changed ? bucket_text(side, **changed) : error_text(changed);
       });
}

void Model::usage() {
  const std::string name = bucket();
  both("usage of " + name, [&](Side& side) { return text_of(side.engine().usage(name)); });
}

// --- state ---

void Model::documents() {
  const std::string name = "model/" + std::string(1, static_cast<char>('a' + random_.below(5)));
  const std::string with = pattern(random_.below(60'000), static_cast<unsigned>(random_.below(1000)));
  switch (random_.below(3)) {
    case 0:
      both("put document " + name, [&](Side& side) { return code_text(conformance::put_document(side.engine(), name, with)); });
      break;
    case 1:
      both("delete document " + name, [&](Side& side) { return code_text(sync_wait(side.engine().delete_document(name))); });
      break;
    default:
      break;
  }
  both("document " + name, [&](Side& side) {
    std::string all = content_text(side.engine().document(name).value_or("(none)"));
    for (const std::string& each : side.engine().documents("model/")) all += " " + each;
    return all;
  });
}

std::vector<ChangeEvent> Model::events(Side& side, const std::string& follower) {
  std::vector<ChangeEvent> all = must(sync_wait(side.engine().changes(follower, 1'000'000)));
  std::uint64_t last = side.fed[follower];
  std::vector<ChangeEvent> fresh;
  for (ChangeEvent& event : all) {
    if (event.seq <= last) continue;  // at least once
    last = event.seq;
    if (compared(event)) fresh.push_back(std::move(event));
  }
  return fresh;
}

std::string Model::events_text(Side& side, const std::vector<ChangeEvent>& events) {
  std::string all;
  for (const ChangeEvent& event : events) {
    all += "\n  " + event.name + " " + event.bucket + " " + escaped(event.key) + " " + describe(event.time);
    if (event.version_id != "null") all += " " + side.versions.name(event.version_id);
    if (event.name.starts_with("s3:ObjectCreated:")) all += " " + event.etag + " " + std::to_string(event.size_bytes);
  }
  return all;
}

void Model::feed() {
  const std::string follower = random_.chance(80) ? "one" : "two";
  const std::uint64_t drawn = random_.below(1'000'000);
  both("follow " + follower, [&](Side& side) {
    const std::vector<ChangeEvent> fresh = events(side, follower);
    std::string all = events_text(side, fresh);
    if (fresh.empty()) return all;
    const std::uint64_t seq = fresh[drawn % fresh.size()].seq;
    side.fed[follower] = seq;
    return all + "\n  advance: " + code_text(sync_wait(side.engine().advance_cursor(follower, seq)));
  });
}

void Model::restart() {
  if (!durable_ || random_.chance(30)) return;
  readers_.clear();
  writers_.clear();
  const Restart how =
      random_.of(std::vector<Restart>{Restart::plain, Restart::hasty, Restart::without_index, Restart::hasty_without_index});
  tell("restart " + std::to_string(static_cast<int>(how)));
  sides_[kSubject].home->restart(how);
  compare_everything();
}

// --- everything ---

std::string Model::bucket_text(Side&, const BucketInfo& info) {
  std::string text = info.name + " " + describe(info.created) + " " + info.owner + " " + std::to_string(static_cast<int>(info.versioning)) +
                     " quota " + std::to_string(info.quota_bytes);
  for (const auto& [name, document] : info.configuration) text += " " + name + "=" + document;
  return text;
}

std::string Model::version_content(Side& side, const std::string& bucket, const ObjectInfo& info) {
  if (info.delete_marker) return "";
  const auto reader = conformance::open(side.engine(), bucket, info.key, info.version_id);
  if (!reader) return " unreadable: " + error_text(reader);
  std::string text = " content " + content_text(conformance::read(**reader, info.size_bytes % 2 == 0));
  for (const PartInfo& part : (*reader)->parts()) text += "\n    " + describe(part);
  return text;
}

std::string Model::everything(Side& side) {
  std::string all;
  for (const BucketPtr& info : side.engine().buckets()) {
    all += "\n" + bucket_text(side, *info) + " usage " + text_of(side.engine().usage(info->name));
    VersionQuery query{info->name, "", "", "", "", 1000};
    for (bool more = true; more;) {
      const VersionPage page = must(sync_wait(side.engine().list_versions(query)));
      for (const ObjectInfo& version : page.versions) all += "\n  " + text(side, version) + version_content(side, info->name, version);
      query.key_marker = page.next_key;
      query.version_id_marker = page.next_version_id;
      more = page.truncated;
    }
    all += text_of(sync_wait(side.engine().list(ListQuery{info->name, "", "", ""})));
    for (const UploadInfo& upload : must(sync_wait(side.engine().list_uploads(UploadQuery{info->name, "", "", "", ""}))).uploads) {
      all += "\n  " + text(side, upload);
      const PartPage page = must(sync_wait(side.engine().list_parts(info->name, upload.key, upload.upload_id, 0, 1000)));
      for (const PartInfo& part : page.parts) all += "\n    " + describe(part);
    }
  }
  for (const std::string& name : side.engine().documents("model/")) all += "\n" + name + " " + content_text(*side.engine().document(name));
  for (const char* follower : {"one", "two"}) all += "\nevents for " + std::string(follower) + events_text(side, events(side, follower));
  return all;
}

void Model::finish() {
  compare_everything();
  readers_.clear();
  writers_.clear();
  const std::string problems = homes_[kSubject]->problems();
  if (!problems.empty()) throw std::runtime_error("a check of what is left behind finds:\n" + problems);
}

void Model::compare_everything() {
  both("compare everything", [&](Side& side) { return everything(side); });
}

namespace {

std::uint64_t first_seed() {
  if (const char* seed = std::getenv("HOLDFAST_TEST_SEED")) return std::strtoull(seed, nullptr, 10);
  return std::random_device()();
}

std::chrono::duration<double> time_to_run(std::size_t kinds) {
  const char* seconds = std::getenv("HOLDFAST_TEST_SECONDS");
  return std::chrono::duration<double>((seconds != nullptr ? std::strtod(seconds, nullptr) : 10.0) / static_cast<double>(kinds));
}

class ModelTest : public ::testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(Engines, ModelTest, ::testing::ValuesIn(conformance::durable_kinds()), conformance::kind_name);

constexpr std::uint64_t kStepsARound = 1500;

// A failure prints its seed; HOLDFAST_TEST_SEED=<seed> begins with that one, HOLDFAST_TEST_SECONDS=<n> runs longer.
TEST_P(ModelTest, RandomOperations_inLockstep_answerTheSame) {
  const auto end = std::chrono::steady_clock::now() + time_to_run(conformance::durable_kinds().size());
  std::uint64_t steps = 0;
  std::uint64_t rounds = 0;
  for (std::uint64_t seed = first_seed(); rounds == 0 || std::chrono::steady_clock::now() < end; ++seed, ++rounds) {
    try {
      Model model(GetParam(), seed);
      while (model.steps() < kStepsARound && (rounds == 0 || std::chrono::steady_clock::now() < end)) model.step();
      model.finish();
      steps += model.steps();
    } catch (const std::exception& difference) {
      FAIL() << "HOLDFAST_TEST_SEED=" << seed << "\n" << difference.what();
    }
  }
  RecordProperty("steps", std::to_string(steps));
}

}  // namespace
}  // namespace holdfast::storage::model
