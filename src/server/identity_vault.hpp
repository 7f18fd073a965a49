// Where identities lie: a document of the engine's, encrypted under a random key that has a file of its own in the data
// folder (DIR/.holdfast/identity.key, 0600). The key has nothing to do with the root credentials, so that those may change.
#pragma once

#include "holdfast/auth/identities.hpp"
#include "holdfast/crypto/key.hpp"
#include "holdfast/crypto/master_keys.hpp"
#include "holdfast/io/file_system.hpp"
#include "holdfast/storage/engine.hpp"

#include <memory>
#include <string>

namespace holdfast::server {

class IdentityVault final : public auth::IdentityStorage {
 public:
  // Reads the key file, or makes it where there are no identities yet. With `master_keys` (may be null) the file holds
  // the key wrapped by them; a plain one is wrapped now. Errors say which file is missing or damaged. Blocks.
  static Result<std::unique_ptr<IdentityVault>> open(storage::Engine& engine, io::FileSystem& files, const std::string& directory,
                                                     crypto::KeyService* master_keys);

  Result<std::optional<std::string>> load() override;
  Task<Result<>> save(std::string text) override;

  // For the tokens of STS sessions.
  crypto::Key session_key() const { return key_.derive("holdfast sts sessions"); }

 private:
  IdentityVault(storage::Engine& engine, crypto::Key key) : engine_(engine), key_(std::move(key)) {}

  storage::Engine& engine_;
  const crypto::Key key_;
};

}  // namespace holdfast::server
