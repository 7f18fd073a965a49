// Objects and folders as one zip file, made while it is sent.
#pragma once

#include "admin/console/api.hpp"

#include "holdfast/admin/console.hpp"

#include <string>
#include <vector>

namespace holdfast::admin {

struct ZipSpec {
  std::string bucket;
  std::string prefix;             // what names in the zip leave out
  std::vector<std::string> keys;  // those that end with '/' are folders
};

// InvalidArgument without keys; AccessDenied if a folder may not be listed. What is deleted meanwhile is left out; any
// other failure breaks the transfer off, so that nobody takes a part for the whole.
Result<http::Response> zip_objects(const ApiCall& call, ZipSpec spec, storage::Engine& engine, const S3Door& s3);

}  // namespace holdfast::admin
