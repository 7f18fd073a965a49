// The Tagging document: tag sets of objects and buckets.
#pragma once

#include "s3/metadata.hpp"
#include "s3/xml.hpp"

#include "holdfast/storage/types.hpp"

#include <string_view>

namespace holdfast::s3 {

// MalformedXML; InvalidTag and what else check_tags (metadata.hpp) says.
Result<storage::Attributes> parse_tagging(std::string_view body, TagLimit limit);
void append_tag_set(XmlWriter& xml, const storage::Attributes& tags);

}  // namespace holdfast::s3
