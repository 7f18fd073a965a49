// Regions as answers name them.
#pragma once

#include "s3/context.hpp"

#include <string>
#include <string_view>

namespace holdfast::s3 {

inline constexpr std::string_view kDefaultRegion = "us-east-1";  // what AWS's answers mean by an empty LocationConstraint

// The region in which a bucket is said to lie: the one it was made with, else the server's.
inline std::string bucket_region(const Context& context, const storage::BucketInfo& bucket) {
  if (!bucket.region.empty()) return bucket.region;
  return context.options.region.empty() ? std::string(kDefaultRegion) : context.options.region;
}

}  // namespace holdfast::s3
