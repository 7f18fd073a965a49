#include "s3/force_delete.hpp"

#include "s3/authorize.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <vector>

namespace holdfast::s3 {
namespace {

Result<storage::DeleteSpec> spec_of(const Context& context, const storage::ObjectInfo& version) {
  HOLDFAST_TRY_VOID(context.authorizer.authorize(context, "s3:DeleteObjectVersion", context.bucket(), version.key));
  storage::DeleteSpec spec;
  spec.key = version.key;
  spec.version_id = version.version_id;
  return spec;
}

Task<Result<>> remove_page(Context& context, std::vector<storage::DeleteSpec> specs) {
  if (specs.empty()) co_return Result<>();
  HOLDFAST_CO_TRY(outcomes, co_await context.engine.remove(context.bucket(), std::move(specs)));
  for (const auto& outcome : outcomes) {
    if (!outcome) co_return outcome.error();
  }
  co_return Result<>();
}

// Every version under a prefix; with `only`, those of that one key, which comes first among them.
Task<Result<>> remove_all(Context& context, std::string prefix, bool only) {
  storage::VersionQuery query;
  query.bucket = context.bucket();
  query.prefix = prefix;
  query.max_keys = limits::kListKeys;
  bool more = true;
  while (more) {
    HOLDFAST_CO_TRY(page, co_await context.engine.list_versions(query));
    more = page.truncated;
    std::vector<storage::DeleteSpec> specs;
    for (const storage::ObjectInfo& version : page.versions) {
      if (only && version.key != prefix) {
        more = false;
        break;
      }
      HOLDFAST_CO_TRY(spec, spec_of(context, version));
      specs.push_back(std::move(spec));
    }
    HOLDFAST_CO_TRY_VOID(co_await remove_page(context, std::move(specs)));
    query.key_marker = page.next_key;
    query.version_id_marker = page.next_version_id;
  }
  co_return Result<>();
}

}  // namespace

bool wants_force_delete(const Context& context) noexcept { return equals_ignoring_case(context.header("x-minio-force-delete"), "true"); }

Task<Result<>> force_delete(Context& context, std::string key) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  if (bucket->object_lock) co_return Error(ErrorCode::MethodNotAllowed, "A bucket with Object Lock can't be deleted by force.");
  if (key.empty() || key.ends_with('/')) co_return co_await remove_all(context, std::move(key), false);
  std::string below = key + "/";
  HOLDFAST_CO_TRY_VOID(co_await remove_all(context, std::move(key), true));
  co_return co_await remove_all(context, std::move(below), false);
}

}  // namespace holdfast::s3
