#include <algorithm>
#include <stdexcept>

#include "holdfast/hash/digest.hpp"
#include "holdfast/hash/md5_lanes.hpp"

namespace holdfast::hash {

namespace {

// Several digests take turns on pieces of this size, so that a byte comes from memory once.
constexpr std::size_t kPieceBytes = 16 * 1024;

struct Expectation {
  Algorithm algorithm;
  Digest value;
  ErrorCode mismatch;
};

// The details are those that AWS sends with these two codes.
Error mismatch_error(const Expectation& expected, const Digest& computed) {
  Error error(expected.mismatch);
  if (expected.mismatch == ErrorCode::XAmzContentSHA256Mismatch) {
    error.details = {{"ClientComputedContentSHA256", expected.value.hex()}, {"S3ComputedContentSHA256", computed.hex()}};
  } else if (expected.mismatch == ErrorCode::BadDigest && expected.algorithm != Algorithm::md5) {
    error.message = "The " + std::string(algorithm_name(expected.algorithm)) + " you specified did not match the calculated checksum.";
  } else if (expected.mismatch == ErrorCode::BadDigest) {
    error.details = {{"ExpectedDigest", expected.value.base64()}, {"CalculatedDigest", computed.base64()}};
  }
  return error;
}

}  // namespace

const Digest* VerifiedDigests::find(Algorithm algorithm) const noexcept {
  const auto& digest = digests_[static_cast<std::size_t>(algorithm)];
  return digest ? &*digest : nullptr;
}

struct Verifier::State {
  std::array<std::optional<Hasher>, kAlgorithms> hashers;
  std::vector<Expectation> expected;
  std::optional<std::uint64_t> expected_size;
  std::uint64_t size = 0;

  std::optional<Hasher>& hasher(Algorithm algorithm) { return hashers[static_cast<std::size_t>(algorithm)]; }
};

Verifier::Verifier(AlgorithmSet compute) : state_(std::make_unique<State>()) {
  for (std::size_t i = 0; i < kAlgorithms; ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    if (compute.has(algorithm)) state_->hasher(algorithm).emplace(algorithm);
  }
}
Verifier::Verifier(Verifier&&) noexcept = default;
Verifier& Verifier::operator=(Verifier&&) noexcept = default;
Verifier::~Verifier() = default;

void Verifier::expect(Algorithm algorithm, Digest value, ErrorCode mismatch) {
  auto& hasher = state_->hasher(algorithm);
  if (!hasher && state_->size > 0) throw std::logic_error("Verifier: an algorithm declared after data has passed");
  if (!hasher) hasher.emplace(algorithm);
  state_->expected.push_back({algorithm, value, mismatch});
}

void Verifier::expect_size(std::uint64_t bytes) { state_->expected_size = bytes; }

void Verifier::update(ByteView bytes) { update_all(bytes, true); }

Task<void> Verifier::update(ByteView bytes, Md5Lanes& lanes) {
  update_all(bytes, false);
  if (auto& hasher = state_->hasher(Algorithm::md5)) co_await lanes.update(hasher->md5(), bytes);
}

void Verifier::update_all(ByteView bytes, bool md5_too) {
  state_->size += bytes.size();
  while (!bytes.empty()) {
    const ByteView piece = bytes.first(std::min(bytes.size(), kPieceBytes));
    for (std::size_t i = 0; i < kAlgorithms; ++i) {
      const bool left_out = !md5_too && static_cast<Algorithm>(i) == Algorithm::md5;
      if (state_->hashers[i] && !left_out) state_->hashers[i]->update(piece);
    }
    bytes = bytes.subspan(piece.size());
  }
}

std::uint64_t Verifier::size_bytes() const noexcept { return state_->size; }

Result<VerifiedDigests> Verifier::finish() {
  if (state_->expected_size && *state_->expected_size != state_->size) return Error(ErrorCode::IncompleteBody);
  VerifiedDigests verified;
  verified.size_bytes_ = state_->size;
  for (std::size_t i = 0; i < kAlgorithms; ++i) {
    if (state_->hashers[i]) verified.digests_[i] = state_->hashers[i]->finish();
  }
  for (const Expectation& expected : state_->expected) {
    const Digest& computed = *verified.find(expected.algorithm);
    if (computed != expected.value) return mismatch_error(expected, computed);
  }
  return verified;
}

}  // namespace holdfast::hash
