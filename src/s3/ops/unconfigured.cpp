// Questions about what a bucket here can't have yet. Consoles and tools ask them of every bucket; AWS answers a bucket
// that has none of it with these codes and empty documents. Source: AWS S3 API reference, each operation's errors.
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/route_table.hpp"
#include "s3/xml.hpp"

#include <algorithm>
#include <array>

namespace holdfast::s3::ops {
namespace {

struct Missing {
  std::string_view operation;
  ErrorCode code;
};
constexpr std::array<Missing, 7> kMissing{{{"GetBucketLifecycleConfiguration", ErrorCode::NoSuchLifecycleConfiguration},
                                           {"GetBucketReplication", ErrorCode::ReplicationConfigurationNotFoundError},
                                           {"GetBucketWebsite", ErrorCode::NoSuchWebsiteConfiguration},
                                           {"GetBucketAnalyticsConfiguration", ErrorCode::NoSuchConfiguration},
                                           {"GetBucketIntelligentTieringConfiguration", ErrorCode::NoSuchConfiguration},
                                           {"GetBucketInventoryConfiguration", ErrorCode::NoSuchConfiguration},
                                           {"GetBucketMetricsConfiguration", ErrorCode::NoSuchConfiguration}}};

struct EmptyList {
  std::string_view operation;
  std::string_view root;
};
constexpr std::array<EmptyList, 4> kEmptyLists{
    {{"ListBucketAnalyticsConfigurations", "ListBucketAnalyticsConfigurationResult"},
     {"ListBucketIntelligentTieringConfigurations", "ListBucketIntelligentTieringConfigurationsOutput"},
     {"ListBucketInventoryConfigurations", "ListInventoryConfigurationsResult"},
     {"ListBucketMetricsConfigurations", "ListMetricsConfigurationsResult"}}};

}  // namespace

Answer get_unconfigured(Context& context) {
  HOLDFAST_CO_TRY_VOID(context.find_bucket());
  const auto missing = std::ranges::find(kMissing, context.route->name, &Missing::operation);
  co_return Error(missing == kMissing.end() ? ErrorCode::NoSuchConfiguration : missing->code);
}

Answer list_unconfigured(Context& context) {
  HOLDFAST_CO_TRY_VOID(context.find_bucket());
  const auto list = std::ranges::find(kEmptyLists, context.route->name, &EmptyList::operation);
  if (list == kEmptyLists.end()) co_return Error(ErrorCode::NotImplemented);
  XmlWriter xml(list->root);
  xml.boolean("IsTruncated", false);
  co_return xml_response(xml);
}

Answer delete_unconfigured(Context& context) {
  HOLDFAST_CO_TRY_VOID(context.find_bucket());
  if (context.query.has("id")) co_return Error(ErrorCode::NoSuchConfiguration);
  co_return empty_response(204);
}

}  // namespace holdfast::s3::ops
