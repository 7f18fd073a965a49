// PutBucketCors. Source: AWS S3 API reference.
#include "s3/body.hpp"
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/cors_rules.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"

namespace holdfast::s3::ops {
namespace {

constexpr std::size_t kMaxCorsBytes = 64 * 1024;

}  // namespace

Answer put_bucket_cors(Context& context) {
  HOLDFAST_CO_TRY_VOID(context.find_bucket());
  HOLDFAST_CO_TRY(body, co_await read_document(context, kMaxCorsBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY(rules, parse_cors_rules(body));
  HOLDFAST_CO_TRY_VOID(co_await store_configuration(context, kCorsConfiguration, render_cors_rules(rules)));
  co_return empty_response(200);
}

}  // namespace holdfast::s3::ops
