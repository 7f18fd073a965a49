// ListBuckets. Source: AWS S3 API reference.
#include "s3/acl.hpp"
#include "s3/authorize.hpp"
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"
#include "s3/owner.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <algorithm>

namespace holdfast::s3::ops {
namespace {

constexpr std::uint32_t kMaxBuckets = 10'000;

// The caller's account's buckets; without s3:ListAllMyBuckets those of them that he may list or locate.
Result<std::vector<storage::BucketPtr>> visible_buckets(const Context& context) {
  const auto may = [&context](std::string_view action, std::string_view bucket) {
    return static_cast<bool>(context.authorizer.authorize(context, action, bucket, {}));
  };
  if (context.caller.anonymous()) return ErrorCode::AccessDenied;
  const bool all = may("s3:ListAllMyBuckets", {});
  std::vector<storage::BucketPtr> visible = context.engine.buckets();
  std::erase_if(visible, [&](const storage::BucketPtr& bucket) {
    if (owner_of(*bucket) != context.caller.canonical_id()) return true;
    return !all && !may("s3:ListBucket", bucket->name) && !may("s3:GetBucketLocation", bucket->name);
  });
  if (!all && visible.empty()) return ErrorCode::AccessDenied;
  return visible;
}

}  // namespace

Answer list_buckets(Context& context) {
  HOLDFAST_CO_TRY(max_buckets, context.query.number("max-buckets", kMaxBuckets, kMaxBuckets, false));
  if (max_buckets == 0) co_return Error(ErrorCode::InvalidArgument, "max-buckets must be between 1 and 10000.");
  const std::string_view prefix = context.query.get("prefix");
  std::string after;
  if (const auto token = context.query.find("continuation-token")) {
    const auto decoded = base64url_decode(*token);
    if (!decoded) co_return Error(ErrorCode::InvalidArgument, "The continuation token provided is incorrect.");
    after = as_text(*decoded);
  }

  HOLDFAST_CO_TRY(buckets, visible_buckets(context));
  XmlWriter xml("ListAllMyBucketsResult");
  append_owner(xml);
  xml.open("Buckets");
  std::uint32_t count = 0;
  std::string last;
  bool truncated = false;
  for (const storage::BucketPtr& bucket : buckets) {
    if (!bucket->name.starts_with(prefix) || bucket->name <= after) continue;
    if (count == max_buckets) {
      truncated = true;
      break;
    }
    xml.open("Bucket").element("Name", bucket->name).time("CreationDate", bucket->created);
    if (!bucket->region.empty()) xml.element("BucketRegion", bucket->region);
    xml.close();
    last = bucket->name;
    ++count;
  }
  xml.close();
  if (!prefix.empty()) xml.element("Prefix", prefix);
  if (truncated) xml.element("ContinuationToken", base64url_encode(as_bytes(last)));
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
