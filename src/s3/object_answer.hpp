// What GET and HEAD of an object have in common: conditions, ranges and parts, headers.
#pragma once

#include "s3/range.hpp"

#include "holdfast/base/result.hpp"
#include "holdfast/http/message.hpp"
#include "holdfast/storage/types.hpp"

#include <optional>
#include <vector>

namespace holdfast::s3 {

struct Context;

struct ObjectAnswer {
  http::Response response;           // status and headers
  std::optional<ByteRange> content;  // what of the object is sent; nullopt: nothing (304, an empty object)
};

// NoSuchKey or MethodNotAllowed for a delete marker, PreconditionFailed, InvalidRange, InvalidRequest. `parts` are those
// of the object's reader; needed only when the request has a partNumber.
Result<ObjectAnswer> answer_object(Context& context, const storage::ObjectInfo& object, const std::vector<storage::PartInfo>& parts);

// What is wrong with reading a delete marker; its headers go into the context.
Error delete_marker_error(Context& context, const storage::ObjectInfo& marker);

}  // namespace holdfast::s3
