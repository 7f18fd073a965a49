#include "holdfast/hash/digest.hpp"

#include <algorithm>
#include <stdexcept>

#include "crc.hpp"
#include "evp.hpp"
#include "holdfast/base/encoding.hpp"
#include "md5.hpp"

namespace holdfast::hash {

namespace {

struct Row {
  std::string_view name;
  std::size_t size;
};
constexpr std::array<Row, kAlgorithms> kRows = {{{"MD5", 16}, {"SHA1", 20}, {"SHA256", 32}, {"CRC32", 4}, {"CRC32C", 4}, {"CRC64NVME", 8}}};

const Row& row(Algorithm algorithm) noexcept { return kRows[static_cast<std::size_t>(algorithm)]; }

std::optional<Digest> of_size(const std::optional<std::vector<std::byte>>& bytes, Algorithm algorithm) {
  if (!bytes || bytes->size() != digest_size(algorithm)) return std::nullopt;
  return Digest(*bytes);
}

Digest hmac(Algorithm algorithm, ByteView key, ByteView message) {
  using Block = std::array<std::byte, 64>;
  Block inner;
  Block outer;
  inner.fill(std::byte{0x36});
  outer.fill(std::byte{0x5c});
  const Digest short_key = key.size() > inner.size() ? digest(algorithm, key) : Digest();
  const ByteView used = key.size() > inner.size() ? short_key.bytes() : key;
  for (std::size_t i = 0; i < used.size(); ++i) {
    inner[i] ^= used[i];
    outer[i] ^= used[i];
  }
  EVP_MD_CTX* const context = evp_of_thread(algorithm);
  evp_update(context, inner);
  evp_update(context, message);
  const Digest first = evp_finish(context);
  evp_start(context, algorithm);
  evp_update(context, outer);
  evp_update(context, first.bytes());
  return evp_finish(context);
}

}  // namespace

std::string_view algorithm_name(Algorithm algorithm) noexcept { return row(algorithm).name; }
std::size_t digest_size(Algorithm algorithm) noexcept { return row(algorithm).size; }

std::optional<Algorithm> parse_algorithm(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (equals_ignoring_case(name, kRows[i].name)) return static_cast<Algorithm>(i);
  }
  return std::nullopt;
}

Digest::Digest(ByteView bytes) {
  if (bytes.size() > bytes_.size()) throw std::logic_error("Digest: too long");
  std::ranges::copy(bytes, bytes_.begin());
  size_ = static_cast<std::uint8_t>(bytes.size());
}

std::string Digest::hex() const { return hex_encode(bytes()); }
std::string Digest::base64() const { return base64_encode(bytes()); }

std::optional<Digest> Digest::from_base64(Algorithm algorithm, std::string_view text) { return of_size(base64_decode(text), algorithm); }
std::optional<Digest> Digest::from_hex(Algorithm algorithm, std::string_view text) { return of_size(hex_decode(text), algorithm); }

struct Hasher::State {
  explicit State(Algorithm which) : algorithm(which), context(is_crc(which) || which == Algorithm::md5 ? nullptr : evp_new(which)) {}

  // The one that the algorithm uses.
  Algorithm algorithm;
  EvpContext context;
  Md5 md5;
  std::uint64_t crc = 0;
};

Hasher::Hasher(Algorithm algorithm) : state_(std::make_unique<State>(algorithm)) {}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(ByteView bytes) {
  if (state_->context) {
    evp_update(state_->context.get(), bytes);
  } else if (state_->algorithm == Algorithm::md5) {
    state_->md5.update(bytes);
  } else {
    state_->crc = crc_update(state_->algorithm, state_->crc, bytes);
  }
}

Digest Hasher::finish() {
  if (state_->context) return evp_finish(state_->context.get());
  return state_->algorithm == Algorithm::md5 ? state_->md5.finish() : crc_digest(state_->algorithm, state_->crc);
}

Md5& Hasher::md5() noexcept { return state_->md5; }

Digest digest(Algorithm algorithm, ByteView bytes) {
  if (is_crc(algorithm)) return crc_digest(algorithm, crc_update(algorithm, 0, bytes));
  if (algorithm == Algorithm::md5) {
    Md5 md5;
    md5.update(bytes);
    return md5.finish();
  }
  EVP_MD_CTX* const context = evp_of_thread(algorithm);
  evp_update(context, bytes);
  return evp_finish(context);
}

Digest hmac_sha256(ByteView key, ByteView message) { return hmac(Algorithm::sha256, key, message); }
Digest hmac_sha1(ByteView key, ByteView message) { return hmac(Algorithm::sha1, key, message); }

}  // namespace holdfast::hash
