// A sealed document: the length of the wrapped key in two bytes, the wrapped key, what seal() made.
#include "holdfast/crypto/aead.hpp"
#include "holdfast/crypto/master_keys.hpp"

namespace holdfast::crypto {
namespace {

constexpr std::size_t kLengthBytes = 2;

Error damaged() { return {ErrorCode::KMS_InvalidCiphertextException, "A sealed document is damaged."}; }

}  // namespace

Task<Result<std::string>> seal_document(KeyService& keys, std::string plaintext, std::string context) {
  const Key key = Key::random();
  HOLDFAST_CO_TRY(wrapped, co_await keys.wrap(key, context));
  std::string sealed{static_cast<char>(wrapped.size() >> 8U), static_cast<char>(wrapped.size() & 0xFFU)};
  co_return sealed.append(wrapped).append(seal(key, as_bytes(plaintext), as_bytes(context)));
}

Task<Result<Secret>> open_document(KeyService& keys, std::string sealed, std::string context) {
  const ByteView bytes = as_bytes(sealed);
  if (bytes.size() < kLengthBytes) co_return damaged();
  const auto length = std::to_integer<std::size_t>(bytes[0]) << 8U | std::to_integer<std::size_t>(bytes[1]);
  if (bytes.size() - kLengthBytes < length) co_return damaged();
  std::string wrapped = sealed.substr(kLengthBytes, length);
  HOLDFAST_CO_TRY(key, co_await keys.unwrap(std::move(wrapped), context));
  auto opened = open(key, bytes.subspan(kLengthBytes + length), as_bytes(context));
  if (!opened) co_return damaged();
  co_return std::move(*opened);
}

}  // namespace holdfast::crypto
