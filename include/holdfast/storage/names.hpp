// Bucket naming rules. Source: AWS, "General purpose bucket naming rules"; `minio` is reserved for /minio/ paths.
#pragma once

#include <string_view>

namespace holdfast::storage {

bool is_valid_bucket_name(std::string_view name) noexcept;

}  // namespace holdfast::storage
