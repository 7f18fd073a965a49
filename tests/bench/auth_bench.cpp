// What it costs to know who sent a request, and to decide what it may do.
#include "holdfast/auth/authenticate.hpp"
#include "holdfast/auth/policy.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace holdfast;
using namespace holdfast::auth;

// AWS's examples: GET of an object, header-signed and presigned.
constexpr std::string_view kAuthorization =
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;"
    "x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
constexpr std::string_view kPresignedQuery =
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
constexpr HeaderView kHeaders[] = {
    {"accept-encoding", "identity"},    {"range", "bytes=0-9"},
    {"user-agent", "aws-cli/2"},        {"x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"x-amz-date", "20130524T000000Z"}, {"authorization", kAuthorization}};

void authenticate(benchmark::State& state, std::string_view query, std::span<const HeaderView> headers) {
  const auto credentials = make_root_credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
  const Authenticator authenticator(*credentials, {});
  const TimePoint now = parse_amz_date("20130524T000000Z").value();
  const RequestView request{"GET", "/test.txt", query, "examplebucket.s3.amazonaws.com", {}, headers};
  for (auto _ : state) {
    if (!authenticator.authenticate(request, now)) state.SkipWithError("refused");
  }
}

void header_signed(benchmark::State& state) { authenticate(state, {}, kHeaders); }
void presigned(benchmark::State& state) { authenticate(state, kPresignedQuery, {}); }

void bucket_policy(benchmark::State& state) {
  const auto policy = PolicyDocument::parse_bucket_policy(canned_bucket_policy("public", "bucket").value(), "bucket");
  const AccessRequest request{"", "s3:GetObject", "arn:aws:s3:::bucket/a/key/of/some/length.jpg", {}};
  for (auto _ : state) {
    if (policy->evaluate(request) != Decision::allow) state.SkipWithError("refused");
  }
}

BENCHMARK(header_signed);
BENCHMARK(presigned);
BENCHMARK(bucket_policy);

}  // namespace
