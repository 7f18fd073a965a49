#include "server/import/target.hpp"

#include "server/import/xml.hpp"

#include "holdfast/auth/policy.hpp"
#include "holdfast/base/encoding.hpp"
#include "holdfast/hash/digest.hpp"
#include "holdfast/storage/default_retention.hpp"

#include <algorithm>

namespace holdfast::server::import {
namespace {

using hash::Algorithm;

// An imported version's id in the folder that it came from.
constexpr std::string_view kSourceVersion = "minio-version-id";

bool is_md5(std::string_view etag) { return etag.size() == 32 && etag.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

hash::Verifier verifier_of(const std::string& etag, std::uint64_t size_bytes) {
  hash::AlgorithmSet algorithms;
  algorithms.add(Algorithm::md5);
  hash::Verifier verifier(algorithms);
  verifier.expect_size(size_bytes);
  if (is_md5(etag)) verifier.expect(Algorithm::md5, *hash::Digest::from_hex(Algorithm::md5, etag), ErrorCode::XHoldfastCorruptObject);
  return verifier;
}

// A part's bytes, into a writer and its verifier.
Task<Result<>> pump(NextPiece next, storage::Writer& writer, hash::Verifier& verifier) {
  while (true) {
    HOLDFAST_CO_TRY(piece, next());
    if (piece.empty()) co_return Result<>();
    verifier.update(piece);
    HOLDFAST_CO_TRY_VOID(co_await writer.write(piece));
  }
}

storage::ObjectAttributes attributes_of(const SourceVersion& version) {
  storage::ObjectAttributes attributes = version.attributes;
  if (version.version_id != "null") storage::set_attribute(attributes.properties, kSourceVersion, version.version_id);
  return attributes;
}

bool same_version(const storage::ObjectInfo& info, const SourceVersion& version) {
  const bool same_content = info.delete_marker == version.delete_marker && info.size_bytes == version.size_bytes &&
                            (version.delete_marker || version.etag.empty() || info.etag == version.etag);
  return same_content && info.modified == version.modified;
}

Task<Result<>> write_object(storage::Engine& engine, storage::PutSpec spec, SourceVersion version, OpenPart open) {
  HOLDFAST_CO_TRY(writer, co_await engine.create(std::move(spec)));
  hash::Verifier verifier = verifier_of(version.etag, version.size_bytes);
  for (const SourcePart& part : version.parts) {  // more than one where their ETags are not known: they become one object
    HOLDFAST_CO_TRY(next, open(part));
    HOLDFAST_CO_TRY_VOID(co_await pump(next, *writer, verifier));
  }
  HOLDFAST_CO_TRY(digests, verifier.finish());
  std::string etag = version.etag.empty() ? digests.find(Algorithm::md5)->hex() : version.etag;
  const auto done = co_await writer->commit(std::move(digests), std::move(etag), version.checksum);
  if (!done) co_return done.error();
  co_return Result<>();
}

Task<Result<>> write_part(storage::Engine& engine, storage::UploadInfo upload, SourcePart part, OpenPart open) {
  HOLDFAST_CO_TRY(next, open(part));
  HOLDFAST_CO_TRY(writer, co_await engine.create_part(upload.bucket, upload.key, upload.upload_id, part.number, part.size_bytes));
  hash::Verifier verifier = verifier_of(part.etag, part.size_bytes);
  HOLDFAST_CO_TRY_VOID(co_await pump(next, *writer, verifier));
  HOLDFAST_CO_TRY(digests, verifier.finish());
  const auto done = co_await writer->commit(std::move(digests), part.etag, {});
  if (!done) co_return done.error();
  co_return Result<>();
}

Task<Result<>> write_upload(storage::Engine& engine, storage::PutSpec spec, SourceVersion version, OpenPart open) {
  const std::string bucket = spec.bucket;
  const std::string key = spec.key;
  HOLDFAST_CO_TRY(upload, co_await engine.create_upload(std::move(spec)));
  storage::CompletePlan plan;
  plan.etag = version.etag;
  plan.checksum = version.checksum;
  for (const SourcePart& part : version.parts) {
    plan.part_numbers.push_back(part.number);
    const auto done = co_await write_part(engine, upload, part, open);
    if (done) continue;
    (void)co_await engine.abort_upload(bucket, key, upload.upload_id);
    co_return done.error();
  }
  storage::CompletePlanner planner = [plan](const storage::UploadInfo&, const std::vector<storage::PartInfo>&) {
    return Result<storage::CompletePlan>(plan);
  };
  storage::Precondition none;
  const auto done = co_await engine.complete_upload(bucket, key, upload.upload_id, std::move(planner), std::move(none));
  if (!done) co_return done.error();
  co_return Result<>();
}

Task<Result<>> compare_with(storage::Engine& engine, storage::ObjectName name, SourceVersion version, OpenPart open) {
  const Error differs(ErrorCode::XHoldfastCorruptObject, "what was written differs from the source");
  HOLDFAST_CO_TRY(reader, co_await engine.open(std::move(name)));
  if (reader->info().size_bytes != version.size_bytes) co_return differs;
  std::uint64_t offset = 0;
  for (const SourcePart& part : version.parts) {
    HOLDFAST_CO_TRY(next, open(part));
    while (true) {
      HOLDFAST_CO_TRY(expected, next());
      if (expected.empty()) break;
      while (!expected.empty()) {
        HOLDFAST_CO_TRY(piece, co_await reader->read(offset, expected.size(), false));
        const ByteView got = std::get<SharedBytes>(piece).bytes;
        if (got.empty() || !std::ranges::equal(got, expected.subspan(0, got.size()))) co_return differs;
        offset += got.size();
        expected = expected.subspan(got.size());
      }
    }
  }
  if (offset != version.size_bytes) co_return differs;
  co_return Result<>();
}

}  // namespace

Result<> Target::begin_bucket(const std::string& name, TimePoint created) {
  if (engine_.bucket(name)) return {};
  if (created != TimePoint()) clock_.set(created);
  storage::BucketInfo bucket;
  bucket.name = name;
  // The source never honoured ACLs: none that an object happens to carry may make it public here.
  bucket.configuration["public-access-block"] = "IgnorePublicAcls";
  const auto made = sync_wait(engine_.create_bucket(std::move(bucket)));
  if (!made) return made.error();
  return {};
}

Result<std::vector<std::string>> Target::finish_bucket(const std::string& name, const SourceBucket& source) {
  std::vector<std::string> left_out;
  std::string policy;
  if (!source.policy.empty()) {
    const auto parsed = auth::PolicyDocument::parse_bucket_policy(source.policy, name);
    if (parsed) policy = source.policy;
    if (!parsed) left_out.push_back("its policy: " + std::string(parsed.error().text()));
  }
  if (!source.encryption.empty()) left_out.emplace_back("its default encryption");
  if (!source.replication.empty()) left_out.emplace_back("its replication rules");
  if (!source.lifecycle.empty()) left_out.emplace_back("its lifecycle rules");
  if (!source.notification.empty()) left_out.emplace_back("its notification rules");
  const auto change = [&](storage::BucketInfo& bucket) -> Result<> {
    bucket.versioning = source.versioning;
    bucket.object_lock = source.object_lock;
    bucket.quota_bytes = source.quota_bytes;
    const auto keep = [&bucket](const char* document, const std::string& text) {
      if (!text.empty()) bucket.configuration[document] = text;
    };
    keep("policy", policy);
    keep("tagging", source.tagging);
    const std::string retention = read_lock_rule(source.lock);
    if (!retention.empty()) bucket.configuration[std::string(storage::kDefaultRetention)] = retention;
    return storage::default_retention(bucket) ? Result<>() : Result<>(ErrorCode::InternalError);
  };
  const auto changed = sync_wait(engine_.update_bucket(name, change));
  if (!changed) return changed.error();
  return left_out;
}

Result<> Target::set_versioning(const std::string& bucket, storage::Versioning versioning) {
  HOLDFAST_TRY(info, engine_.bucket(bucket));
  if (info->versioning == versioning) return {};
  const auto changed = sync_wait(engine_.update_bucket(bucket, [versioning](storage::BucketInfo& changing) {
    changing.versioning = versioning;
    return Result<>();
  }));
  if (!changed) return changed.error();
  return {};
}

Result<storage::ObjectInfo> Target::find(const std::string& bucket, const std::string& key, const SourceVersion& version) {
  storage::VersionQuery query;
  query.bucket = bucket;
  query.prefix = key;
  while (true) {
    HOLDFAST_TRY(page, sync_wait(engine_.list_versions(query)));
    for (const storage::ObjectInfo& info : page.versions) {
      if (info.key != key) return ErrorCode::NoSuchVersion;
      const auto* source = storage::find_attribute(info.properties, kSourceVersion);
      const bool named =
          version.delete_marker || version.version_id == "null" ? source == nullptr : source != nullptr && *source == version.version_id;
      if (named && same_version(info, version)) return info;
    }
    if (!page.truncated) return ErrorCode::NoSuchVersion;
    query.key_marker = page.next_key;
    query.version_id_marker = page.next_version_id;
  }
}

Result<bool> Target::has(const std::string& bucket, const std::string& key, const SourceVersion& version) {
  const auto found = find(bucket, key, version);
  if (!found && found.error().code != ErrorCode::NoSuchVersion) return found.error();
  return static_cast<bool>(found);
}

Result<> Target::put(const std::string& bucket, const std::string& key, const SourceVersion& version, const OpenPart& open) {
  clock_.set(version.modified);
  const bool null_version = version.version_id == "null";
  using storage::Versioning;
  const Versioning plain = version.delete_marker ? Versioning::suspended : Versioning::unversioned;
  HOLDFAST_TRY_VOID(set_versioning(bucket, null_version ? plain : Versioning::enabled));
  if (version.delete_marker) return put_marker(bucket, key);
  storage::PutSpec spec;
  spec.bucket = bucket;
  spec.key = key;
  spec.attributes = attributes_of(version);
  const bool etags_known = std::ranges::all_of(version.parts, [](const SourcePart& part) { return is_md5(part.etag); });
  if (version.multipart && etags_known) return sync_wait(write_upload(engine_, std::move(spec), version, open));
  spec.size_bytes = version.size_bytes;
  return sync_wait(write_object(engine_, std::move(spec), version, open));
}

Result<> Target::put_marker(const std::string& bucket, const std::string& key) {
  std::vector<storage::DeleteSpec> specs(1);
  specs.front().key = key;
  HOLDFAST_TRY(outcomes, sync_wait(engine_.remove(bucket, std::move(specs))));
  if (!outcomes.front()) return outcomes.front().error();
  return {};
}

Result<> Target::compare(const std::string& bucket, const std::string& key, const SourceVersion& version, const OpenPart& open) {
  HOLDFAST_TRY(info, find(bucket, key, version));
  if (version.delete_marker) return {};
  return sync_wait(compare_with(engine_, {bucket, key, info.version_id}, version, open));
}

}  // namespace holdfast::server::import
