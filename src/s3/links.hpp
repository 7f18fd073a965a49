// URLs that answers carry.
#pragma once

#include "holdfast/base/encoding.hpp"
#include "s3/context.hpp"

#include <string>

namespace holdfast::s3 {

// The object's URL: under MINIO_SERVER_URL where it is set, else at the host by which the caller came.
inline std::string object_url(const Context& context, std::string_view bucket, std::string_view key) {
  std::string url = context.options.public_url;
  if (url.empty()) url = std::string(context.request.secure ? "https://" : "http://") + std::string(context.header("host"));
  if (!context.address.virtual_host || !context.options.public_url.empty()) url += "/" + std::string(bucket);
  return url + "/" + uri_encode(key, true);
}

}  // namespace holdfast::s3
