// One function for each operation of AWS's S3 API that is built, one file each in this folder.
//
// To add one: 1. find its row in route_table.hpp; 2. write ops/<operation>.cpp; 3. declare it here; 4. name it in the
// row; 5. tests in tests/component/service and its line in docs/s3-compatibility.md.
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/base/task.hpp"
#include "holdfast/http/message.hpp"

namespace holdfast::s3 {
struct Context;
}  // namespace holdfast::s3

namespace holdfast::s3::ops {

// The caller has been authenticated, and authorized for the row's action on the request's bucket and key. An operation
// authorizes what else it touches (a copy's source, the keys of DeleteObjects).
using Answer = Task<Result<http::Response>>;

Answer delete_object(Context& context);
Answer get_object(Context& context);
Answer head_object(Context& context);
Answer put_object(Context& context);

}  // namespace holdfast::s3::ops
