// The engine's functions on buckets, documents and change feed cursors.
#pragma once

#include "holdfast/storage/engine.hpp"

#include <string>
#include <vector>

namespace holdfast::storage::local {

class Store;

Task<Result<BucketPtr>> create_bucket(Store& store, BucketInfo bucket);
Task<Result<>> delete_bucket(Store& store, std::string name);
Task<Result<BucketPtr>> update_bucket(Store& store, std::string name, std::function<Result<>(BucketInfo&)> change);
Result<Usage> bucket_usage(const Store& store, std::string_view name);

Task<Result<>> put_document(Store& store, std::string name, std::string content);
Task<Result<>> delete_document(Store& store, std::string name);
std::optional<std::string> get_document(const Store& store, std::string_view name);
std::vector<std::string> list_documents(const Store& store, std::string_view prefix);

Task<Result<>> create_cursor(Store& store, std::string follower);
Task<Result<>> delete_cursor(Store& store, std::string follower);
Task<Result<std::vector<ChangeEvent>>> read_changes(Store& store, std::string follower, std::uint32_t max_events, std::uint64_t after);
Task<Result<>> advance_cursor(Store& store, std::string follower, std::uint64_t seq);

}  // namespace holdfast::storage::local
