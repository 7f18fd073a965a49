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

Answer abort_multipart_upload(Context& context);
Answer complete_multipart_upload(Context& context);
Answer copy_object(Context& context);
Answer create_bucket(Context& context);
Answer create_multipart_upload(Context& context);
Answer delete_bucket(Context& context);
Answer delete_bucket_cors(Context& context);
Answer delete_bucket_encryption(Context& context);
Answer delete_bucket_ownership_controls(Context& context);
Answer delete_bucket_policy(Context& context);
Answer delete_bucket_tagging(Context& context);
Answer delete_object(Context& context);
Answer delete_object_tagging(Context& context);
Answer delete_objects(Context& context);
Answer delete_public_access_block(Context& context);
Answer delete_unconfigured(Context& context);
Answer get_bucket_accelerate_configuration(Context& context);
Answer get_bucket_acl(Context& context);
Answer get_bucket_cors(Context& context);
Answer get_bucket_encryption(Context& context);
Answer get_bucket_location(Context& context);
Answer get_bucket_logging(Context& context);
Answer get_bucket_notification_configuration(Context& context);
Answer get_bucket_ownership_controls(Context& context);
Answer get_bucket_policy(Context& context);
Answer get_bucket_policy_status(Context& context);
Answer get_bucket_request_payment(Context& context);
Answer get_bucket_tagging(Context& context);
Answer get_bucket_versioning(Context& context);
Answer get_object(Context& context);
Answer get_object_acl(Context& context);
Answer get_object_attributes(Context& context);
Answer get_object_legal_hold(Context& context);
Answer get_object_lock_configuration(Context& context);
Answer get_object_retention(Context& context);
Answer get_object_tagging(Context& context);
Answer get_public_access_block(Context& context);
Answer get_unconfigured(Context& context);
Answer head_bucket(Context& context);
Answer head_object(Context& context);
Answer list_buckets(Context& context);
Answer list_multipart_uploads(Context& context);
Answer list_object_versions(Context& context);
Answer list_objects(Context& context);
Answer list_objects_v2(Context& context);
Answer list_parts(Context& context);
Answer list_unconfigured(Context& context);
Answer post_object(Context& context);
Answer put_bucket_accelerate_configuration(Context& context);
Answer put_bucket_acl(Context& context);
Answer put_bucket_cors(Context& context);
Answer put_bucket_encryption(Context& context);
Answer put_bucket_logging(Context& context);
Answer put_bucket_ownership_controls(Context& context);
Answer put_bucket_policy(Context& context);
Answer put_bucket_request_payment(Context& context);
Answer put_bucket_tagging(Context& context);
Answer put_bucket_versioning(Context& context);
Answer put_object(Context& context);
Answer put_object_acl(Context& context);
Answer put_object_legal_hold(Context& context);
Answer put_object_lock_configuration(Context& context);
Answer put_object_retention(Context& context);
Answer put_object_tagging(Context& context);
Answer put_public_access_block(Context& context);
Answer restore_object(Context& context);
Answer upload_part(Context& context);
Answer upload_part_copy(Context& context);

}  // namespace holdfast::s3::ops
