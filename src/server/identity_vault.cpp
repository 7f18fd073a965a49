#include "server/identity_vault.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/crypto/aead.hpp"

#include <sys/stat.h>

namespace holdfast::server {
namespace {

constexpr std::string_view kDocument = "identities";
constexpr std::string_view kPurpose = "holdfast identities v1";
constexpr std::string_view kPlain = "plain:";
constexpr std::string_view kWrapped = "wrapped:";
constexpr std::uint64_t kMaxKeyFileBytes = 4096;

Error unusable(const std::string& file, std::string_view why) {
  return {ErrorCode::InternalError,
          file + ": " + std::string(why) + ". It opens users, policies and access keys; restore it from a backup"};
}

// What is made meanwhile is its owner's alone, from the first byte on.
class OwnerOnly {
 public:
  OwnerOnly() : before_(umask(S_IRWXG | S_IRWXO)) {}
  OwnerOnly(const OwnerOnly&) = delete;
  OwnerOnly& operator=(const OwnerOnly&) = delete;
  ~OwnerOnly() { umask(before_); }

 private:
  mode_t before_;
};

class KeyFile {
 public:
  KeyFile(io::FileSystem& files, std::string path, crypto::KeyService* master_keys)
      : files_(files), path_(std::move(path)), master_keys_(master_keys) {}

  // nullopt: there is no such file.
  Result<std::optional<crypto::Key>> read() {
    auto text = io::read_whole_file(files_, path_, kMaxKeyFileBytes);
    if (!text && io::missing(text.error())) return std::optional<crypto::Key>();
    if (!text) return std::move(text).error();
    while (text->ends_with('\n')) text->pop_back();
    if (text->starts_with(kWrapped)) return unwrap(text->substr(kWrapped.size()));
    const auto bytes = text->starts_with(kPlain) ? base64_decode(std::string_view(*text).substr(kPlain.size())) : std::nullopt;
    auto key = bytes ? crypto::Key::from(*bytes) : std::nullopt;
    if (!key) return unusable(path_, "this is no identity key");
    if (master_keys_ != nullptr) HOLDFAST_TRY_VOID(write(*key));
    return key;
  }

  Result<> write(const crypto::Key& key) {
    std::string text = std::string(kPlain) + base64_encode(key.bytes());
    if (master_keys_ != nullptr) {
      HOLDFAST_TRY(wrapped, sync_wait(master_keys_->wrap(key, std::string(kPurpose))));
      text = std::string(kWrapped) + wrapped;
    }
    const OwnerOnly owner_only;
    return io::replace_file_durably(files_, path_, as_bytes(text + "\n"));
  }

 private:
  Result<std::optional<crypto::Key>> unwrap(const std::string& wrapped) {
    if (master_keys_ == nullptr) return unusable(path_, "it is wrapped by a master key, and MINIO_KMS_SECRET_KEY is not set");
    auto key = sync_wait(master_keys_->unwrap(wrapped, std::string(kPurpose)));
    if (!key) return unusable(path_, key.error().text());
    // After a rotation the old master key must be dispensable.
    if (crypto::master_key_of(wrapped) != master_keys_->default_key()) HOLDFAST_TRY_VOID(write(*key));
    return std::optional<crypto::Key>(std::move(*key));
  }

  io::FileSystem& files_;
  const std::string path_;
  crypto::KeyService* master_keys_;
};

}  // namespace

Result<std::unique_ptr<IdentityVault>> IdentityVault::open(storage::Engine& engine, io::FileSystem& files, const std::string& directory,
                                                           crypto::KeyService* master_keys) {
  const std::string path = directory + "/.holdfast/identity.key";
  KeyFile file(files, path, master_keys);
  HOLDFAST_TRY(key, file.read());
  if (!key) {
    if (engine.document(kDocument)) return unusable(path, "the file is missing, but there are identities");
    key = crypto::Key::random();
    HOLDFAST_TRY_VOID(file.write(*key));
  }
  return std::unique_ptr<IdentityVault>(new IdentityVault(engine, std::move(*key)));
}

Result<std::optional<std::string>> IdentityVault::load() {
  const auto sealed = engine_.document(kDocument);
  if (!sealed) return std::optional<std::string>();
  const auto text = crypto::open(key_, as_bytes(*sealed), as_bytes(kPurpose));
  if (!text)
    return Error(ErrorCode::InternalError,
                 "the stored identities are damaged, or identity.key is another server's: restore both from a backup");
  return std::optional<std::string>(text->text());
}

Task<Result<>> IdentityVault::save(std::string text) {
  std::string sealed = crypto::seal(key_, as_bytes(text), as_bytes(kPurpose));
  co_return co_await engine_.put_document(std::string(kDocument), std::move(sealed));
}

}  // namespace holdfast::server
