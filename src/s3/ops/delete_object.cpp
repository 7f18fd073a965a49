// DeleteObject. Source: AWS S3 API reference.
#include "s3/ops/operations.hpp"

#include "s3/authorize.hpp"
#include "s3/conditions.hpp"
#include "s3/context.hpp"
#include "s3/force_delete.hpp"
#include "s3/responses.hpp"

#include "holdfast/base/encoding.hpp"

namespace holdfast::s3::ops {
namespace {

Result<storage::DeleteSpec> make_spec(const Context& context) {
  const DeleteConditions conditions{context.header("if-match"), context.header("x-amz-if-match-last-modified-time"),
                                    context.header("x-amz-if-match-size")};
  HOLDFAST_TRY(precondition, delete_precondition(conditions));
  storage::DeleteSpec spec;
  spec.key = context.key();
  spec.version_id = context.query.get("versionId");
  spec.precondition = std::move(precondition);
  if (equals_ignoring_case(context.header("x-amz-bypass-governance-retention"), "true")) {
    HOLDFAST_TRY_VOID(context.authorizer.authorize(context, "s3:BypassGovernanceRetention", context.bucket(), context.key()));
    spec.bypass_governance = true;
  }
  return spec;
}

}  // namespace

Answer delete_object(Context& context) {
  if (wants_force_delete(context) && !context.query.has("versionId")) {
    HOLDFAST_CO_TRY_VOID(co_await force_delete(context, context.key()));
    co_return empty_response(204);
  }
  HOLDFAST_CO_TRY(spec, make_spec(context));
  std::vector<storage::DeleteSpec> specs;
  specs.push_back(std::move(spec));
  HOLDFAST_CO_TRY(outcomes, co_await context.engine.remove(context.bucket(), std::move(specs)));
  HOLDFAST_CO_TRY(outcome, std::move(outcomes.front()));
  http::Response response;
  response.status = 204;
  if (outcome.delete_marker) response.set("x-amz-delete-marker", "true");
  if (!outcome.version_id.empty()) response.set("x-amz-version-id", outcome.version_id);
  co_return response;
}

}  // namespace holdfast::s3::ops
