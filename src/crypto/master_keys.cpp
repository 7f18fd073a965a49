#include "holdfast/crypto/master_keys.hpp"

#include "holdfast/crypto/aead.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>

namespace holdfast::crypto {
namespace {

constexpr std::string_view kFormat = "v1:";  // v1:<master key's name>:<base64url of the sealed key>
constexpr std::size_t kNameCharacters = 80;
constexpr std::string_view kSeparators = ", \t\r\n";

std::string associated_data(std::string_view name, std::string_view context) {
  std::string text = "holdfast wrapped key v1";
  text.append(1, '\0').append(name).append(1, '\0').append(context);
  return text;
}

Error not_found(std::string_view name) {
  return {ErrorCode::KMS_NotFoundException, "The master key '" + std::string(name) + "' is not configured on this server."};
}

Error not_openable(std::string_view name) {
  return {ErrorCode::KMS_InvalidCiphertextException,
          "The master key '" + std::string(name) +
              "' doesn't open what it is said to have wrapped: it is another key of that name, or the "
              "metadata was changed."};
}

class LocalKeys final : public KeyService {
 public:
  explicit LocalKeys(std::vector<MasterKey> keys) : keys_(std::move(keys)) {}

  std::string default_key() const override { return keys_.front().name; }
  bool has_key(std::string_view name) const override { return find(name) != nullptr; }
  std::vector<std::string> key_names() const override {
    std::vector<std::string> names;
    for (const MasterKey& key : keys_) names.push_back(key.name);
    return names;
  }

  Task<Result<std::string>> wrap(Key key, std::string context, std::string key_name) override {
    const MasterKey* master = key_name.empty() ? &keys_.front() : find(key_name);
    if (master == nullptr) co_return not_found(key_name);
    const std::string sealed = seal(master->key, key.bytes(), as_bytes(associated_data(master->name, context)));
    co_return std::string(kFormat) + master->name + ':' + base64url_encode(as_bytes(sealed));
  }

  Task<Result<Key>> unwrap(std::string wrapped, std::string context) override {
    const std::string_view name = master_key_of(wrapped);
    const MasterKey* master = find(name);
    if (master == nullptr) co_return not_found(name);
    const auto sealed = base64url_decode(std::string_view(wrapped).substr(kFormat.size() + name.size() + 1));
    if (!sealed) co_return not_openable(name);
    const auto opened = open(master->key, *sealed, as_bytes(associated_data(name, context)));
    if (!opened) co_return not_openable(name);
    const auto key = Key::from(opened->bytes());
    if (!key) co_return not_openable(name);
    co_return *key;
  }

 private:
  const MasterKey* find(std::string_view name) const {
    const auto found = std::ranges::find(keys_, name, &MasterKey::name);
    return found == keys_.end() ? nullptr : &*found;
  }

  std::vector<MasterKey> keys_;
};

Result<MasterKey> parse_master_key(std::string_view text) {
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  if (colon == std::string_view::npos || !is_key_name(name)) {
    return Error(ErrorCode::InvalidArgument, "a master key is NAME:BASE64, with a name of letters, digits, '.', '_' and '-'");
  }
  auto bytes = base64_decode(text.substr(colon + 1));
  const auto key = bytes ? Key::from(*bytes) : std::nullopt;
  if (bytes) wipe(*bytes);
  if (!key) return Error(ErrorCode::InvalidArgument, "the master key '" + std::string(name) + "' must be 32 bytes in base64");
  return MasterKey{std::string(name), *key};
}

}  // namespace

std::string_view master_key_of(std::string_view wrapped) noexcept {
  if (!wrapped.starts_with(kFormat)) return {};
  const auto rest = wrapped.substr(kFormat.size());
  const auto colon = rest.find(':');
  return colon == std::string_view::npos ? std::string_view{} : rest.substr(0, colon);
}

bool is_key_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kNameCharacters && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
  });
}

Result<std::vector<MasterKey>> parse_master_keys(std::string_view text) {
  std::vector<MasterKey> keys;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(kSeparators), text.size());
    const auto item = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (item.empty()) continue;
    HOLDFAST_TRY(key, parse_master_key(item));
    if (std::ranges::find(keys, key.name, &MasterKey::name) != keys.end()) {
      return Error(ErrorCode::InvalidArgument, "the master key '" + key.name + "' is given twice");
    }
    keys.push_back(std::move(key));
  }
  if (keys.empty()) return Error(ErrorCode::InvalidArgument, "no master key: NAME:BASE64 is expected");
  return keys;
}

std::unique_ptr<KeyService> make_local_keys(std::vector<MasterKey> keys) { return std::make_unique<LocalKeys>(std::move(keys)); }

}  // namespace holdfast::crypto
