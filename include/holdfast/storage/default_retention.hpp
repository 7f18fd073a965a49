// What protects the new versions of a locked bucket whose writer names no retention. Kept as one line of text among the
// bucket's configuration ("GOVERNANCE 30 DAYS", "COMPLIANCE 1 YEARS"), so that every engine applies it, whoever writes.
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/storage/types.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast::storage {

inline constexpr std::string_view kDefaultRetention = "default-retention";  // in BucketInfo::configuration

struct DefaultRetention {
  RetentionMode mode = RetentionMode::none;
  std::uint32_t count = 0;
  bool years = false;  // else days
};

std::string format_default_retention(const DefaultRetention& retention);
// mode none: the bucket has no such rule. InternalError for a text that isn't understood: what can't be protected as
// asked must not be written.
Result<DefaultRetention> default_retention(const BucketInfo& bucket);

// For engines, as a version is about to be made at `now`: retention by the bucket's rule where the version has none.
Result<> apply_default_retention(const BucketInfo& bucket, ObjectAttributes& attributes, TimePoint now);

}  // namespace holdfast::storage
