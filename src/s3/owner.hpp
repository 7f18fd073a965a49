// Owners as S3's XML shows them: a canonical id and a name.
#pragma once

#include "s3/xml.hpp"

#include "holdfast/auth/principal.hpp"

#include <string_view>

namespace holdfast::s3 {

// The first account.
using auth::kRootCanonicalId;
inline constexpr std::string_view kRootDisplayName = "root";
// What x-amz-expected-bucket-owner has to say: accounts have 12 digits there.
inline constexpr std::string_view kRootAccountId = "000000000000";

// <Owner><ID/><DisplayName/></Owner>, or the same under another element's name.
inline void append_owner(XmlWriter& xml, std::string_view element = "Owner") {
  xml.open(element).element("ID", kRootCanonicalId).element("DisplayName", kRootDisplayName).close();
}

}  // namespace holdfast::s3
