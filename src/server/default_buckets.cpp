#include "server/default_buckets.hpp"

#include "holdfast/auth/policy.hpp"

namespace holdfast::server {

Result<> make_default_buckets(storage::Engine& engine, const DefaultBuckets& buckets) {
  for (const auto& [name, policy] : buckets) {
    if (engine.bucket(name)) continue;
    HOLDFAST_TRY(document, auth::canned_bucket_policy(policy, name));
    storage::BucketInfo bucket;
    bucket.name = name;
    if (!document.empty()) bucket.configuration["policy"] = document;
    HOLDFAST_TRY_VOID(sync_wait(engine.create_bucket(std::move(bucket))));
    log::info("made the bucket " + name + " (access: " + policy + ")");
  }
  return {};
}

}  // namespace holdfast::server
