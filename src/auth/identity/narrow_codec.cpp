// Built-in policies narrowed to one bucket.
#include "holdfast/auth/identities.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace holdfast::auth {

Result<std::string> narrowed_policy(std::string_view built_in, std::string_view bucket) {
  const auto& known = built_in_policies();
  const auto policy = std::find_if(known.begin(), known.end(), [built_in](const ManagedPolicy& one) { return one.name == built_in; });
  if (policy == known.end()) return ErrorCode::XMinioAdminNoSuchPolicy;
  if (bucket.empty()) return policy->document;
  if (built_in != "readonly" && built_in != "readwrite" && built_in != "writeonly") {
    return Error(ErrorCode::XMinioAdminInvalidArgument, "Only readonly, readwrite and writeonly can be narrowed to a bucket.");
  }
  auto document = nlohmann::ordered_json::parse(policy->document);
  const std::string arn = "arn:aws:s3:::" + std::string(bucket);
  for (auto& statement : document["Statement"]) statement["Resource"] = {arn, arn + "/*"};
  return document.dump();
}

}  // namespace holdfast::auth
