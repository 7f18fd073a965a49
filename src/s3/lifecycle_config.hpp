// The lifecycle configuration of a bucket in S3's XML, and the header that tells when an object expires.
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/http/message.hpp"
#include "holdfast/storage/lifecycle_rules.hpp"

#include <string>
#include <string_view>

namespace holdfast::s3 {

struct Context;

// MalformedXML, InvalidArgument, InvalidRequest as AWS has them; InvalidStorageClass for transitions.
Result<storage::LifecycleRules> parse_lifecycle_configuration(std::string_view document);
std::string render_lifecycle_configuration(const storage::LifecycleRules& rules);

// x-amz-expiration, where a rule of the bucket says when `object`, a current version, expires.
void set_expiration_header(const Context& context, const storage::BucketPtr& bucket, const storage::ObjectInfo& object,
                           http::Response& response);

}  // namespace holdfast::s3
