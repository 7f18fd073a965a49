// Pages of objects, versions and uploads.
#pragma once

#include "rocks.hpp"

namespace holdfast::storage::local {

Lookup<ListPage> list_objects(rocksdb::DB& db, std::uint64_t bucket_id, const ListQuery& query, ReadTier tier);
Lookup<Index::VersionRows> list_versions(rocksdb::DB& db, std::uint64_t bucket_id, const VersionQuery& query, ReadTier tier);
Lookup<Index::UploadRows> list_uploads(rocksdb::DB& db, std::uint64_t bucket_id, const UploadQuery& query, ReadTier tier);

}  // namespace holdfast::storage::local
