// Policies: any text is a policy or refused as MalformedPolicy, and any policy answers any request, the same each time.
// Input: the policy, a line "---", then principal, action and resource, then "key=value" conditions, a line each.
#include "holdfast/auth/policy.hpp"
#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace holdfast;
using namespace holdfast::auth;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

AccessRequest request_of(std::string_view text) {
  AccessRequest request;
  request.principal = take_line(text);
  request.action = take_line(text);
  request.resource = take_line(text);
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const auto equals = std::min(line.find('='), line.size());
    request.conditions[ascii_lower(line.substr(0, equals))].emplace_back(line.substr(std::min(equals + 1, line.size())));
  }
  return request;
}

void judge(const Result<PolicyDocument>& policy, const AccessRequest& request) {
  if (!policy) {
    require(policy.error().code == ErrorCode::MalformedPolicy && !policy.error().message.empty());
    return;
  }
  const Decision decision = policy->evaluate(request);
  require(policy->evaluate(request) == decision);
  policy->is_public();
  const auto keys = policy->condition_keys();
  require(std::is_sorted(keys.begin(), keys.end()));
  // Keys that it does not ask about change nothing.
  AccessRequest with_more = request;
  with_more.conditions["nobody:asks"] = {"x"};
  if (!std::binary_search(keys.begin(), keys.end(), std::string("nobody:asks"))) require(policy->evaluate(with_more) == decision);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view kSeparator = "\n---\n";
  const auto separator = text.find(kSeparator);
  const std::string_view json = text.substr(0, separator);
  const auto request = request_of(separator == std::string_view::npos ? std::string_view() : text.substr(separator + kSeparator.size()));
  judge(PolicyDocument::parse(json), request);
  judge(PolicyDocument::parse_bucket_policy(json, "bucket"), request);
  return 0;
}
