#include "buckets.hpp"

#include "store.hpp"
#include "versions.hpp"

#include <algorithm>

namespace holdfast::storage::local {
namespace {

std::string bucket_document_name(std::string_view bucket) { return std::string(kBucketDocuments) + std::string(bucket); }
std::string cursor_document_name(std::string_view follower) { return std::string(kCursorDocuments) + std::string(follower); }

bool is_internal(std::string_view name) { return name.starts_with(kBucketDocuments) || name.starts_with(kCursorDocuments); }

bool valid_name(std::string_view name) {
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_/") == std::string_view::npos;
}

Error bad_name(std::string_view name) { return {ErrorCode::InvalidArgument, "Not a document's name: " + std::string(name)}; }

Task<Result<>> store_document(Store& store, std::string name, std::string content) {
  CommitGroup group;
  group.add(PutDocument{std::move(name), std::move(content)});
  co_return co_await commit(store, group);
}

Task<Result<>> remove_document(Store& store, std::string name, std::uint64_t bucket_id) {
  CommitGroup group;
  group.reserved = true;
  group.add(RemoveDocument{std::move(name), bucket_id});
  co_return co_await commit(store, group);
}

}  // namespace

Task<Result<BucketPtr>> create_bucket(Store& store, BucketInfo bucket) {
  HOLDFAST_CO_TRY_VOID(co_await store.admission.room());
  const auto guard = co_await store.bucket_locks.acquire(lock_id(bucket.name), LockMode::exclusive);
  if (store.catalog.bucket(bucket.name)) co_return ErrorCode::BucketAlreadyExists;
  bucket.id = store.new_file_id();
  bucket.created = store.clock.now();
  HOLDFAST_CO_TRY_VOID(co_await store_document(store, bucket_document_name(bucket.name), bucket_document(bucket)));
  co_return store.catalog.bucket(bucket.name);
}

Task<Result<>> delete_bucket(Store& store, std::string name) {
  const auto guard = co_await store.bucket_locks.acquire(lock_id(name), LockMode::exclusive);
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(name));
  const std::uint64_t id = bucket->id;
  auto query = [id](const Index& index, ReadTier tier) { return index.bucket_empty(id, tier); };
  HOLDFAST_CO_TRY(empty, co_await look_up<bool>(store, query));
  if (!empty) co_return ErrorCode::BucketNotEmpty;
  co_return co_await remove_document(store, bucket_document_name(name), id);
}

Task<Result<BucketPtr>> update_bucket(Store& store, std::string name, std::function<Result<>(BucketInfo&)> change) {
  HOLDFAST_CO_TRY_VOID(co_await store.admission.room());
  const auto guard = co_await store.bucket_locks.acquire(lock_id(name), LockMode::exclusive);
  HOLDFAST_CO_TRY(bucket, store.catalog.bucket(name));
  BucketInfo changed = *bucket;
  HOLDFAST_CO_TRY_VOID(change(changed));
  changed.name = bucket->name;
  changed.id = bucket->id;
  changed.created = bucket->created;
  HOLDFAST_CO_TRY_VOID(co_await store_document(store, bucket_document_name(name), bucket_document(changed)));
  co_return store.catalog.bucket(name);
}

Result<Usage> bucket_usage(const Store& store, std::string_view name) {
  HOLDFAST_TRY(bucket, store.catalog.bucket(name));
  const auto index = store.index.get();
  if (!index) return Error(ErrorCode::ServiceUnavailable, "The index is being opened again.");
  return index->usage(bucket->id);
}

Task<Result<>> put_document(Store& store, std::string name, std::string content) {
  if (!valid_name(name) || is_internal(name)) co_return bad_name(name);
  HOLDFAST_CO_TRY_VOID(co_await store.admission.room());
  co_return co_await store_document(store, std::move(name), std::move(content));
}

Task<Result<>> delete_document(Store& store, std::string name) {
  if (is_internal(name)) co_return bad_name(name);
  if (store.catalog.document_seq(name) == 0) co_return Result<>();
  co_return co_await remove_document(store, std::move(name), 0);
}

std::optional<std::string> get_document(const Store& store, std::string_view name) {
  if (is_internal(name)) return std::nullopt;
  return store.catalog.document(name);
}

std::vector<std::string> list_documents(const Store& store, std::string_view prefix) {
  std::vector<std::string> names = store.catalog.documents(prefix);
  std::erase_if(names, is_internal);
  return names;
}

Task<Result<>> create_cursor(Store& store, std::string follower) {
  const std::string name = cursor_document_name(follower);
  if (!valid_name(name)) co_return bad_name(follower);
  const auto guard = co_await store.key_locks.acquire(lock_id(name), LockMode::exclusive);
  if (store.catalog.document_seq(name) != 0) co_return Result<>();
  co_return co_await store_document(store, name, std::to_string(store.committer.last_seq()));
}

Task<Result<>> delete_cursor(Store& store, std::string follower) {
  const std::string name = cursor_document_name(follower);
  const auto guard = co_await store.key_locks.acquire(lock_id(name), LockMode::exclusive);
  if (store.catalog.document_seq(name) == 0) co_return Result<>();
  HOLDFAST_CO_TRY_VOID(co_await remove_document(store, name, 0));
  auto trim = [&store] {
    store.feed.trim();
    return true;
  };
  co_await store.pool.run(trim);
  co_return Result<>();
}

Task<Result<std::vector<ChangeEvent>>> read_changes(Store& store, std::string follower, std::uint32_t max_events, std::uint64_t after) {
  auto read = [&store, &follower, max_events, after] { return store.feed.read(follower, max_events, after); };
  co_return co_await store.pool.run(read);
}

Task<Result<>> advance_cursor(Store& store, std::string follower, std::uint64_t seq) {
  const std::string name = cursor_document_name(follower);
  const auto guard = co_await store.key_locks.acquire(lock_id(name), LockMode::exclusive);
  HOLDFAST_CO_TRY(now, store.feed.cursor(follower));
  const std::uint64_t next = std::min(seq, store.committer.last_seq());
  if (next <= now) co_return Result<>();
  HOLDFAST_CO_TRY_VOID(co_await store_document(store, name, std::to_string(next)));
  auto trim = [&store] {
    store.feed.trim();
    return true;
  };
  co_await store.pool.run(trim);
  co_return Result<>();
}

}  // namespace holdfast::storage::local
