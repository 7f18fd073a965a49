// Finding versions, and the rules that every write obeys: what a write replaces, what may not be removed, quota.
// The functions that plan changes are called with the key's lock held.
#pragma once

#include "committer.hpp"
#include "records.hpp"

#include "holdfast/base/task.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::storage::local {

class Store;

// References and views in parameters: the caller is a coroutine that keeps them alive.
Task<Result<std::optional<VersionRecord>>> find_current(Store& store, std::uint64_t bucket_id, std::string_view key);
Task<Result<std::optional<VersionRecord>>> find_null(Store& store, std::uint64_t bucket_id, std::string_view key);
// The version named, or the current one if none is; nullopt if there is none. version_id and is_latest are set.
Task<Result<std::optional<VersionRecord>>> find_version(Store& store, std::uint64_t bucket_id, std::string_view key,
                                                        std::string_view version_id);
// As find_version; NoSuchKey or NoSuchVersion if there is none.
Task<Result<VersionRecord>> need_version(Store& store, std::uint64_t bucket_id, std::string_view key, std::string_view version_id);

// Fetches the extents that the version's row left out. An error with io::missing() if the sidecar isn't there.
Task<Result<>> load_extents(Store& store, VersionRecord& version);

// What a precondition sees: nullptr for none and for delete markers.
const ObjectInfo* visible(const std::optional<VersionRecord>& version) noexcept;
Result<> check(const Precondition& precondition, const std::optional<VersionRecord>& version);
// AccessDenied while a legal hold or a retention period protects it.
Result<> check_removable(const ObjectInfo& version, bool bypass_governance, TimePoint now);

// A version on its way into a key.
struct NewVersion {
  VersionRecord version;  // bucket id, file, info and extents; what depends on the key's history is set here
  FileId staged = 0;
  std::vector<FileId> linked;
  ByteView payload;  // alive until the group is answered
  std::string_view event;
};
// Adds to the group what puts the version into its key: the removal of what it replaces, itself, its event.
Task<Result<>> plan_put(Store& store, const BucketInfo& bucket, NewVersion put, const Precondition& precondition, CommitGroup& group);
// Adds the removal of a version and its event.
Task<Result<>> plan_removal(Store& store, const BucketInfo& bucket, const VersionRecord& version, std::string_view event,
                            CommitGroup& group);
void plan_event(Store& store, std::string_view name, const BucketInfo& bucket, const ObjectInfo& info, CommitGroup& group);
// What a write of so many bytes may take; what it replaces makes room.
Task<Result<>> check_quota(Store& store, const BucketInfo& bucket, std::string_view key, std::uint64_t size_bytes);

// The change of the group that was planned last to bring a version.
ItemPtr put_of(const CommitGroup& group);
// The version that it makes, as the engine's callers get it: once it is committed.
ObjectPtr object_of(const ItemPtr& put);
// Enqueues and awaits. The answer is about all of the group.
Task<Result<>> commit(Store& store, CommitGroup& group);

// The bucket of that name as it is now, if it is still the one with that id.
Result<BucketPtr> same_bucket(const Store& store, std::string_view name, std::uint64_t bucket_id);

}  // namespace holdfast::storage::local
