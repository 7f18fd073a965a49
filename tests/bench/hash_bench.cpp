// Bytes a second of each digest, and what the digests of one small request cost.
#include <benchmark/benchmark.h>

#include <vector>

#include "hash/crc64nvme.hpp"
#include "holdfast/base/random.hpp"
#include "holdfast/hash/digest.hpp"

namespace holdfast::hash {
namespace {

std::vector<std::byte> random_body(std::int64_t size) {
  std::vector<std::byte> body(static_cast<std::size_t>(size));
  random_bytes(body);
  return body;
}

void set_throughput(benchmark::State& state) { state.SetBytesProcessed(state.iterations() * state.range(0)); }

void one_shot(benchmark::State& state, Algorithm algorithm) {
  const auto body = random_body(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(digest(algorithm, body));
  set_throughput(state);
}

void streaming(benchmark::State& state, Algorithm algorithm) {
  const auto body = random_body(state.range(0));
  for (auto _ : state) {
    Hasher hasher(algorithm);
    hasher.update(body);
    benchmark::DoNotOptimize(hasher.finish());
  }
  set_throughput(state);
}

// A signed PUT of an AWS SDK: ETag, signed content hash, default checksum.
void verify_put(benchmark::State& state) {
  const auto body = random_body(state.range(0));
  AlgorithmSet compute;
  compute.add(Algorithm::md5);
  compute.add(Algorithm::crc64nvme);
  const Digest signed_hash = digest(Algorithm::sha256, body);
  for (auto _ : state) {
    Verifier verifier(compute);
    verifier.expect(Algorithm::sha256, signed_hash, ErrorCode::XAmzContentSHA256Mismatch);
    verifier.update(body);
    auto verified = verifier.finish();
    benchmark::DoNotOptimize(verified);
  }
  set_throughput(state);
}

void hmac_of_a_signature(benchmark::State& state) {
  const auto key = random_body(32);
  const auto message = random_body(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(hmac_sha256(key, message));
}

void crc64nvme_by_table(benchmark::State& state) {
  const auto body = random_body(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(crc64nvme_table(0, body));
  set_throughput(state);
}

void combine(benchmark::State& state) {
  const Digest value = digest(Algorithm::crc64nvme, as_bytes("123456789"));
  for (auto _ : state) benchmark::DoNotOptimize(crc_combine(Algorithm::crc64nvme, value, value, 5ULL << 30));
}

constexpr std::int64_t kEmpty = 0;
constexpr std::int64_t kSmall = 4 << 10;
constexpr std::int64_t kBlock = 256 << 10;

#define HOLDFAST_HASH_BENCH(algorithm)                                                                 \
  BENCHMARK_CAPTURE(one_shot, algorithm, Algorithm::algorithm)->Arg(kEmpty)->Arg(kSmall)->Arg(kBlock); \
  BENCHMARK_CAPTURE(streaming, algorithm, Algorithm::algorithm)->Arg(kEmpty)
HOLDFAST_HASH_BENCH(md5);
HOLDFAST_HASH_BENCH(sha1);
HOLDFAST_HASH_BENCH(sha256);
HOLDFAST_HASH_BENCH(crc32);
HOLDFAST_HASH_BENCH(crc32c);
HOLDFAST_HASH_BENCH(crc64nvme);
BENCHMARK(crc64nvme_by_table)->Arg(kSmall)->Arg(kBlock);
BENCHMARK(verify_put)->Arg(kEmpty)->Arg(kSmall)->Arg(kBlock);
BENCHMARK(hmac_of_a_signature)->Arg(8)->Arg(200);
BENCHMARK(combine);

}  // namespace
}  // namespace holdfast::hash
