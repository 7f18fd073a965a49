// A small workload that touches every kind of change, and the whole of an engine's state as text.
#pragma once

#include "holdfast/base/task.hpp"
#include "holdfast/hash/digest.hpp"
#include "holdfast/storage/engine.hpp"

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace holdfast::testing {

using storage::Engine;

inline constexpr std::size_t kSmall = 700;     // in the journal record
inline constexpr std::size_t kLarge = 40'000;  // staged

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(std::string(result.error().name()) + ": " + std::string(result.error().text()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline std::string text_of(std::size_t size, unsigned salt) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i * 31 + i / 253 + salt * 41 + 5) & 0xff);
  return text;
}

struct Verified {
  hash::VerifiedDigests digests;
  std::string etag;
};
inline Verified verified(const std::string& text) {
  hash::AlgorithmSet set;
  set.add(hash::Algorithm::md5);
  hash::Verifier verifier(set);
  verifier.update(as_bytes(text));
  auto digests = must(verifier.finish());
  std::string etag = digests.find(hash::Algorithm::md5)->hex();
  return {std::move(digests), std::move(etag)};
}

inline Result<storage::ObjectPtr> try_put(Engine& engine, const std::string& bucket, const std::string& key, const std::string& text) {
  storage::PutSpec spec;
  spec.bucket = bucket;
  spec.key = key;
  spec.size_bytes = text.size();
  spec.attributes.user_metadata = {{"salt", key}};
  HOLDFAST_TRY(writer, sync_wait(engine.create(std::move(spec))));
  HOLDFAST_TRY_VOID(sync_wait(writer->write(as_bytes(text))));
  Verified proof = verified(text);
  return sync_wait(writer->commit(std::move(proof.digests), proof.etag, std::nullopt));
}
inline void put(Engine& engine, const std::string& bucket, const std::string& key, const std::string& text) {
  must(try_put(engine, bucket, key, text));
}

inline Result<std::vector<Result<storage::DeleteOutcome>>> try_remove(Engine& engine, const std::string& bucket,
                                                                      const std::vector<std::string>& keys) {
  std::vector<storage::DeleteSpec> specs;
  for (const std::string& key : keys) {
    storage::DeleteSpec spec;
    spec.key = key;
    specs.push_back(std::move(spec));
  }
  return sync_wait(engine.remove(bucket, std::move(specs)));
}
inline void remove(Engine& engine, const std::string& bucket, const std::vector<std::string>& keys) {
  for (auto& outcome : must(try_remove(engine, bucket, keys))) must(std::move(outcome));
}

inline std::string start_upload(Engine& engine, const std::string& bucket, const std::string& key) {
  storage::PutSpec spec;
  spec.bucket = bucket;
  spec.key = key;
  return must(sync_wait(engine.create_upload(std::move(spec)))).upload_id;
}
inline void put_part(Engine& engine, const std::string& bucket, const std::string& key, const std::string& id, std::uint32_t number,
                     const std::string& text) {
  auto writer = must(sync_wait(engine.create_part(bucket, key, id, number, text.size())));
  must(sync_wait(writer->write(as_bytes(text))));
  Verified proof = verified(text);
  must(sync_wait(writer->commit(std::move(proof.digests), proof.etag, std::nullopt)));
}
inline std::string only_upload(Engine& engine, const std::string& bucket, const std::string& key) {
  storage::UploadQuery query;
  query.bucket = bucket;
  query.prefix = key;
  return must(sync_wait(engine.list_uploads(query))).uploads.at(0).upload_id;
}
inline Result<storage::ObjectPtr> try_complete(Engine& engine, const std::string& bucket, const std::string& key, const std::string& id) {
  storage::CompletePlanner planner = [](const storage::UploadInfo&, const std::vector<storage::PartInfo>& parts) {
    storage::CompletePlan plan;
    for (const storage::PartInfo& part : parts) plan.part_numbers.push_back(part.number);
    plan.etag = "all-" + std::to_string(parts.size());
    return Result<storage::CompletePlan>(plan);
  };
  return sync_wait(engine.complete_upload(bucket, key, id, std::move(planner), {}));
}
inline void copy(Engine& engine, const std::string& from, const std::string& to) {
  storage::CopySpec spec;
  spec.source = {"b", from, ""};
  spec.target.bucket = "b";
  spec.target.key = to;
  must(sync_wait(engine.copy(std::move(spec))));
}
inline void make_bucket(Engine& engine, const std::string& name, storage::Versioning versioning) {
  storage::BucketInfo bucket;
  bucket.name = name;
  bucket.versioning = versioning;
  must(sync_wait(engine.create_bucket(std::move(bucket))));
}
inline void change_bucket(Engine& engine, const std::string& name, const std::function<void(storage::BucketInfo&)>& change) {
  std::function<Result<>(storage::BucketInfo&)> apply = [change](storage::BucketInfo& bucket) -> Result<> {
    change(bucket);
    return {};
  };
  must(sync_wait(engine.update_bucket(name, std::move(apply))));
}
// The version of a key that is the n-th newest.
inline std::string version_of(Engine& engine, const std::string& bucket, const std::string& key, std::size_t n) {
  storage::VersionQuery query;
  query.bucket = bucket;
  query.prefix = key;
  return must(sync_wait(engine.list_versions(query))).versions.at(n).version_id;
}
inline void remove_version(Engine& engine, const std::string& bucket, const std::string& key, std::size_t n) {
  std::vector<storage::DeleteSpec> specs(1);
  specs.front().key = key;
  specs.front().version_id = version_of(engine, bucket, key, n);
  for (auto& outcome : must(sync_wait(engine.remove(bucket, std::move(specs))))) must(std::move(outcome));
}
inline void tag(Engine& engine, const std::string& bucket, const std::string& key, const std::string& value) {
  std::function<Result<>(storage::ObjectAttributes&)> change = [value](storage::ObjectAttributes& attributes) -> Result<> {
    attributes.tags = {{"t", value}};
    return {};
  };
  must(sync_wait(engine.update({bucket, key, ""}, std::move(change))));
}

inline std::string read_all(Engine& engine, const storage::ObjectName& name) {
  auto reader = must(sync_wait(engine.open(name)));
  std::string text;
  const std::uint64_t size = reader->info().size_bytes;
  while (text.size() < size) {
    const Piece piece = must(sync_wait(reader->read(text.size(), size - text.size(), false)));
    text.append(as_text(std::get<SharedBytes>(piece).bytes));
  }
  return text;
}

using Operation = std::function<void(Engine&)>;

enum class Pauses : std::uint8_t { no, yes };

inline std::vector<Operation> workload(Pauses pauses = Pauses::yes) {
  using storage::Versioning;
  std::vector<Operation> all;
  const auto add = [&](Operation operation) { all.push_back(std::move(operation)); };
  add([](Engine& e) { must(sync_wait(e.create_cursor("follower"))); });
  add([](Engine& e) { make_bucket(e, "b", Versioning::unversioned); });
  add([](Engine& e) { put(e, "b", "small", text_of(kSmall, 1)); });
  add([](Engine& e) { put(e, "b", "large", text_of(kLarge, 2)); });
  add([](Engine& e) { put(e, "b", "empty", ""); });
  add([](Engine& e) { put(e, "b", "small", text_of(kSmall, 3)); });
  add([](Engine& e) { put(e, "b", "large", text_of(kLarge, 4)); });
  add([](Engine& e) { copy(e, "small", "small copy"); });
  add([](Engine& e) { copy(e, "large", "large copy"); });
  add([](Engine& e) { tag(e, "b", "small", "1"); });
  add([](Engine& e) { tag(e, "b", "large copy", "2"); });
  add([](Engine& e) { remove(e, "b", {"large"}); });
  add([](Engine& e) { must(sync_wait(e.put_document("state/one", "first"))); });
  add([](Engine& e) { (void)start_upload(e, "b", "multi"); });
  add([](Engine& e) { put_part(e, "b", "multi", only_upload(e, "b", "multi"), 1, text_of(kLarge, 5)); });
  add([](Engine& e) { put_part(e, "b", "multi", only_upload(e, "b", "multi"), 2, text_of(kSmall, 6)); });
  add([](Engine& e) { put_part(e, "b", "multi", only_upload(e, "b", "multi"), 1, text_of(kLarge, 7)); });
  add([](Engine& e) { must(try_complete(e, "b", "multi", only_upload(e, "b", "multi"))); });
  add([](Engine& e) { copy(e, "multi", "multi copy"); });
  add([](Engine& e) { remove(e, "b", {"multi", "empty", "small copy"}); });
  add([](Engine& e) { must(sync_wait(e.put_document("state/one", "second"))); });
  add([](Engine& e) { (void)start_upload(e, "b", "given up"); });
  add([](Engine& e) { put_part(e, "b", "given up", only_upload(e, "b", "given up"), 1, text_of(kLarge, 8)); });
  add([](Engine& e) { must(sync_wait(e.abort_upload("b", "given up", only_upload(e, "b", "given up")))); });
  add([](Engine& e) { make_bucket(e, "versions", Versioning::enabled); });
  add([](Engine& e) { put(e, "versions", "v", text_of(kSmall, 9)); });
  add([](Engine& e) { put(e, "versions", "v", text_of(kLarge, 10)); });
  add([](Engine& e) { remove(e, "versions", {"v"}); });
  add([](Engine& e) { put(e, "versions", "v", text_of(kSmall, 11)); });
  add([](Engine& e) { remove_version(e, "versions", "v", 2); });
  add([](Engine& e) { remove_version(e, "versions", "v", 1); });
  add([](Engine& e) { change_bucket(e, "versions", [](storage::BucketInfo& b) { b.versioning = Versioning::suspended; }); });
  add([](Engine& e) { put(e, "versions", "v", text_of(kLarge, 14)); });
  add([](Engine& e) { remove(e, "versions", {"v", "never there"}); });
  add([](Engine& e) { change_bucket(e, "b", [](storage::BucketInfo& b) { b.configuration["policy"] = "{}"; }); });
  if (pauses == Pauses::yes)
    add([](Engine&) { std::this_thread::sleep_for(std::chrono::milliseconds(1000)); });  // the journal is released and sealed
  add([](Engine& e) { make_bucket(e, "short-lived", Versioning::unversioned); });
  add([](Engine& e) { put(e, "short-lived", "x", text_of(kSmall, 12)); });
  add([](Engine& e) { (void)start_upload(e, "short-lived", "open"); });
  add([](Engine& e) { put_part(e, "short-lived", "open", only_upload(e, "short-lived", "open"), 1, text_of(kLarge, 13)); });
  add([](Engine& e) { remove(e, "short-lived", {"x"}); });
  add([](Engine& e) { must(sync_wait(e.delete_bucket("short-lived"))); });
  add([](Engine& e) { must(sync_wait(e.delete_document("state/one"))); });
  add([](Engine& e) { copy(e, "large copy", "large copy"); });
  return all;
}

inline std::string attributes_text(const storage::ObjectAttributes& attributes) {
  std::string text;
  for (const auto& [name, value] : attributes.user_metadata) text += " " + name + "=" + value;
  for (const auto& [name, value] : attributes.tags) text += " tag:" + name + "=" + value;
  return text;
}

// What a follower that has been there from the beginning is owed.
inline std::string events_text(Engine& engine) {
  std::string text;
  const auto events = sync_wait(engine.changes("follower", 10'000));
  if (!events) return "no follower\n";
  for (const storage::ChangeEvent& event : *events) {
    text += "event " + event.name + " " + event.bucket + " " + event.key + " " + event.etag + " " + std::to_string(event.size_bytes) + "\n";
  }
  return text;
}

// Everything that clients can see, but for ids and times. Reads all content.
inline std::string dump(Engine& engine) {
  std::string text;
  for (const auto& bucket : engine.buckets()) {
    text += "bucket " + bucket->name + " " + std::to_string(static_cast<int>(bucket->versioning));
    for (const auto& [name, content] : bucket->configuration) text += " " + name + "=" + content;
    text += "\n";
    storage::VersionQuery query;
    query.bucket = bucket->name;
    for (const storage::ObjectInfo& info : must(sync_wait(engine.list_versions(query))).versions) {
      text += " " + info.key + (info.is_latest ? " latest" : "") + (info.delete_marker ? " marker" : "") + attributes_text(info);
      if (!info.delete_marker) {
        const std::string content = read_all(engine, {bucket->name, info.key, info.version_id});
        text += " " + info.etag + " " + std::to_string(content.size()) + " " + hash::digest(hash::Algorithm::md5, as_bytes(content)).hex();
      }
      text += "\n";
    }
    storage::ListQuery list;
    list.bucket = bucket->name;
    for (const storage::ListEntry& entry : must(sync_wait(engine.list(list))).objects)
      text += " listed " + entry.key + " " + entry.etag + "\n";
    storage::UploadQuery uploads;
    uploads.bucket = bucket->name;
    for (const storage::UploadInfo& upload : must(sync_wait(engine.list_uploads(uploads))).uploads) {
      text += " upload " + upload.key;
      for (const auto& part : must(sync_wait(engine.list_parts(bucket->name, upload.key, upload.upload_id, 0, 100))).parts) {
        text += " " + std::to_string(part.number) + ":" + part.etag;
      }
      text += "\n";
    }
    const storage::Usage usage = must(engine.usage(bucket->name));
    text += " usage " + std::to_string(usage.objects) + " " + std::to_string(usage.versions) + " " + std::to_string(usage.delete_markers) +
            " " + std::to_string(usage.bytes) + "\n";
  }
  for (const std::string& name : engine.documents("")) text += "document " + name + " " + engine.document(name).value_or("gone") + "\n";
  return text + events_text(engine);
}

}  // namespace holdfast::testing
