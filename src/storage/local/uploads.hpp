// The engine's functions on multipart uploads.
#pragma once

#include "holdfast/storage/engine.hpp"

#include <memory>
#include <optional>
#include <string>

namespace holdfast::storage::local {

class Store;

struct UploadName {
  std::string bucket;
  std::string key;
  std::string upload_id;
};

Task<Result<UploadInfo>> create_upload(Store& store, PutSpec spec);
Task<Result<UploadInfo>> get_upload(Store& store, UploadName name);
Task<Result<std::unique_ptr<PartWriter>>> create_part(Store& store, UploadName name, std::uint32_t number,
                                                      std::optional<std::uint64_t> size_bytes, StoredSize stored_size);
Task<Result<ObjectPtr>> complete_upload(Store& store, UploadName name, CompletePlanner planner, Precondition precondition);
Task<Result<>> abort_upload(Store& store, UploadName name);
Task<Result<UploadPage>> list_uploads(Store& store, UploadQuery query);
Task<Result<PartPage>> list_parts(Store& store, UploadName name, std::uint32_t part_number_marker, std::uint32_t max_parts);

}  // namespace holdfast::storage::local
