// Streaming digests, several in one pass, and the proof that a body was verified.
#pragma once

#include "holdfast/base/bytes.hpp"
#include "holdfast/base/result.hpp"
#include "holdfast/base/task.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::hash {

class Md5;
class Md5Lanes;

enum class Algorithm : std::uint8_t { md5, sha1, sha256, crc32, crc32c, crc64nvme };
inline constexpr std::size_t kAlgorithms = 6;

// "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "MD5": AWS's names. parse ignores case.
std::string_view algorithm_name(Algorithm algorithm) noexcept;
std::optional<Algorithm> parse_algorithm(std::string_view name) noexcept;
std::size_t digest_size(Algorithm algorithm) noexcept;  // bytes

// A finished digest. CRCs are big-endian, as S3's base64 headers have them.
class Digest {
 public:
  Digest() = default;
  explicit Digest(ByteView bytes);  // at most 32 bytes
  ByteView bytes() const noexcept { return {bytes_.data(), size_}; }
  std::string hex() const;
  std::string base64() const;
  bool operator==(const Digest&) const noexcept = default;

  // nullopt unless `text` is base64 (or hex) of exactly the algorithm's length.
  static std::optional<Digest> from_base64(Algorithm algorithm, std::string_view text);
  static std::optional<Digest> from_hex(Algorithm algorithm, std::string_view text);

 private:
  std::array<std::byte, 32> bytes_{};
  std::uint8_t size_ = 0;
};

// One streaming digest. Not for two threads at once.
class Hasher {
 public:
  explicit Hasher(Algorithm algorithm);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();
  void update(ByteView bytes);
  Digest finish();  // once

 private:
  friend class Verifier;
  Md5& md5() noexcept;  // only of an MD5

  struct State;
  std::unique_ptr<State> state_;
};

Digest digest(Algorithm algorithm, ByteView bytes);
Digest hmac_sha256(ByteView key, ByteView message);
Digest hmac_sha1(ByteView key, ByteView message);

std::uint32_t crc32c(std::uint32_t crc, ByteView bytes) noexcept;  // running value, starts at 0

// The CRC of two pieces put together, from the CRC of each and the second's length in bytes (full-object checksums of
// multipart uploads). Only for the CRC algorithms.
Digest crc_combine(Algorithm algorithm, const Digest& first, const Digest& second, std::uint64_t second_length);

// A small set of algorithms.
class AlgorithmSet {
 public:
  constexpr AlgorithmSet() = default;
  constexpr void add(Algorithm algorithm) noexcept { bits_ |= bit(algorithm); }
  constexpr bool has(Algorithm algorithm) const noexcept { return (bits_ & bit(algorithm)) != 0; }

 private:
  static constexpr std::uint8_t bit(Algorithm algorithm) noexcept {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(algorithm));
  }
  std::uint8_t bits_ = 0;
};

// What a verified body turned out to be. Only Verifier::finish makes one, so that nothing unverified is published:
// the engine's commit takes it.
class VerifiedDigests {
 public:
  std::uint64_t size_bytes() const noexcept { return size_bytes_; }
  // nullptr when that algorithm was not computed.
  const Digest* find(Algorithm algorithm) const noexcept;

 private:
  friend class Verifier;
  VerifiedDigests() = default;
  std::uint64_t size_bytes_ = 0;
  std::array<std::optional<Digest>, kAlgorithms> digests_;
};

// Computes a body's digests and compares them with what the client declared.
class Verifier {
 public:
  explicit Verifier(AlgorithmSet compute);
  Verifier(Verifier&&) noexcept;
  Verifier& operator=(Verifier&&) noexcept;
  ~Verifier();

  // Declares what the body must turn out to be; computes the algorithm too if it wasn't asked for. Allowed until
  // finish, so that trailers can declare; after data has passed only for algorithms already computed (else a bug).
  void expect(Algorithm algorithm, Digest value, ErrorCode mismatch);
  void expect_size(std::uint64_t bytes);

  void update(ByteView bytes);
  // The same; an MD5 is computed together with those of other bodies. `bytes` stay where they are until it returns.
  Task<void> update(ByteView bytes, Md5Lanes& lanes);
  std::uint64_t size_bytes() const noexcept;

  // The digests, or the first mismatch: IncompleteBody for the size, else the code given to expect.
  Result<VerifiedDigests> finish();

 private:
  struct State;
  void update_all(ByteView bytes, bool md5_too);
  std::unique_ptr<State> state_;
};

}  // namespace holdfast::hash
