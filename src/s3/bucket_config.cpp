#include "s3/bucket_config.hpp"

#include "s3/owner.hpp"

namespace holdfast::s3 {

bool requester_pays(const storage::BucketInfo& bucket) noexcept {
  const auto payer = bucket.configuration.find(kRequestPaymentConfiguration);
  return payer != bucket.configuration.end() && payer->second == "Requester";
}

Result<> check_expected_owner(const Context& context, std::string_view header, std::string_view bucket) {
  const auto expected = context.value(header);
  if (expected.empty()) return {};
  HOLDFAST_TRY(info, context.engine.bucket(bucket));
  const std::string_view owner = info->owner.empty() ? kRootCanonicalId : std::string_view(info->owner);
  const auto& principal = context.caller.principal;
  const bool right = expected == owner || (expected == kRootAccountId && owner == kRootCanonicalId) ||
                     (principal && expected == principal->account && owner == principal->canonical_id);
  return right ? Result<>() : Result<>(ErrorCode::AccessDenied);
}

Result<std::string> find_configuration(const Context& context, std::string_view name, ErrorCode missing) {
  HOLDFAST_TRY(bucket, context.find_bucket());
  const auto found = bucket->configuration.find(name);
  if (found == bucket->configuration.end()) return Error(missing);
  return found->second;
}

Task<Result<>> store_configuration(Context& context, std::string_view name, std::string document) {
  std::function<Result<>(storage::BucketInfo&)> change = [name, &document](storage::BucketInfo& bucket) -> Result<> {
    bucket.configuration[std::string(name)] = document;
    return {};
  };
  HOLDFAST_CO_TRY_VOID(co_await context.engine.update_bucket(context.bucket(), std::move(change)));
  co_return Result<>();
}

Task<Result<>> remove_configuration(Context& context, std::string_view name) {
  std::function<Result<>(storage::BucketInfo&)> change = [name](storage::BucketInfo& bucket) -> Result<> {
    bucket.configuration.erase(std::string(name));
    return {};
  };
  HOLDFAST_CO_TRY_VOID(co_await context.engine.update_bucket(context.bucket(), std::move(change)));
  co_return Result<>();
}

}  // namespace holdfast::s3
