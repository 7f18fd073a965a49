// Bytes a second of each digest, and what the digests of one small request cost.
#include <benchmark/benchmark.h>

#include <sched.h>

#include <cstring>
#include <vector>

#include "hash/crc64nvme.hpp"
#include "hash/md5.hpp"
#include "holdfast/base/random.hpp"
#include "holdfast/hash/digest.hpp"
#include "holdfast/hash/md5_lanes.hpp"

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

// Bytes a second of all messages together.
void md5_of_several(benchmark::State& state, Md5Code code) {
  if (!md5_code_available(code)) return state.SkipWithError("not on this processor");
  const auto count = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t kBlocks = 256;
  std::vector<Md5> md5s(count);
  std::vector<std::vector<std::byte>> messages;
  std::vector<Md5Lane> lanes;
  for (std::size_t i = 0; i < count; ++i) {
    messages.push_back(random_body(kBlocks * kMd5BlockSize));
    lanes.push_back({&md5s[i].state(), messages[i].data()});
  }
  for (auto _ : state) md5_advance(lanes, kBlocks, code);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(count * kBlocks * kMd5BlockSize));
}

// What one core spends on bodies that arrive together: each is copied in, hashed, and copied out, block by block.
Task<void> receive(Md5Lanes& lanes, ByteView body, std::size_t blocks, std::size_t& left) {
  std::vector<std::byte> in(body.size());
  std::vector<std::byte> out(body.size());
  Md5 md5;
  for (std::size_t i = 0; i < blocks; ++i) {
    std::memcpy(in.data(), body.data(), body.size());
    co_await lanes.update(md5, in);
    std::memcpy(out.data(), in.data(), in.size());
  }
  benchmark::DoNotOptimize(md5.finish());
  --left;
}

void streams_on_one_core(benchmark::State& state) {
  constexpr std::size_t kBlocks = 64;
  const auto body = random_body(256 << 10);
  cpu_set_t one_core;
  CPU_ZERO(&one_core);
  CPU_SET(0, &one_core);
  sched_setaffinity(0, sizeof one_core, &one_core);
  Md5Lanes lanes;
  std::vector<Md5Lanes::Stream> streams;
  for (std::int64_t i = 0; i < state.range(0); ++i) streams.emplace_back(lanes);
  LoopExecutor loop;
  const Executor::Scope scope(loop);
  for (auto _ : state) {
    auto left = static_cast<std::size_t>(state.range(0));
    for (std::int64_t i = 0; i < state.range(0); ++i) spawn(receive(lanes, body, kBlocks, left));
    loop.run_until([&] { return left == 0; });
  }
  state.SetBytesProcessed(state.iterations() * state.range(0) * static_cast<std::int64_t>(kBlocks * body.size()));
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
BENCHMARK_CAPTURE(md5_of_several, plain, Md5Code::plain)->Arg(1)->Arg(8);
BENCHMARK_CAPTURE(md5_of_several, avx2, Md5Code::avx2)->Arg(2)->Arg(3)->Arg(8)->Arg(16);
BENCHMARK_CAPTURE(md5_of_several, avx512, Md5Code::avx512)->Arg(2)->Arg(3)->Arg(8)->Arg(16);
BENCHMARK(streams_on_one_core)->Arg(1)->Arg(2)->Arg(3)->Arg(8)->Arg(32)->MeasureProcessCPUTime();
BENCHMARK(combine);

}  // namespace
}  // namespace holdfast::hash
