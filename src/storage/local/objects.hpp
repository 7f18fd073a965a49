// The engine's functions on objects.
#pragma once

#include "versions.hpp"

#include "holdfast/storage/engine.hpp"

#include <memory>
#include <string>
#include <vector>

namespace holdfast::storage::local {

class Store;

Task<Result<ObjectPtr>> head_object(Store& store, ObjectName name);
Task<Result<std::unique_ptr<ObjectWriter>>> create_object(Store& store, PutSpec spec);
Task<Result<ObjectPtr>> copy_object(Store& store, CopySpec spec);
Task<Result<std::vector<Result<DeleteOutcome>>>> remove_objects(Store& store, std::string bucket, std::vector<DeleteSpec> specs);
Task<Result<ObjectPtr>> update_object(Store& store, ObjectName name, std::function<Result<>(ObjectAttributes&)> change);
Task<Result<ListPage>> list_objects(Store& store, ListQuery query);
Task<Result<VersionPage>> list_object_versions(Store& store, VersionQuery query);

// Takes the locks, plans and commits one new version. `appended` tells whether the journal has it, whatever the answer.
struct Publication {
  std::string bucket;
  std::uint64_t bucket_id = 0;
  Precondition precondition;
  NewVersion put;
};
Task<Result<ObjectPtr>> publish(Store& store, Publication publication, bool& appended);

Result<> check_key(std::string_view key);

}  // namespace holdfast::storage::local
