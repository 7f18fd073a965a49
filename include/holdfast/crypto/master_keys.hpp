// Master keys: they encrypt nothing but other keys, which are random and used for one object or document each.
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/base/task.hpp"
#include "holdfast/crypto/key.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::crypto {

// Wraps and unwraps keys. Local master keys do; an external key server can, which is why both are coroutines.
//
// `context` names what the key is for ("identities", "object/photos/a.jpg"): a wrapped key opens under the context it was
// wrapped with and no other. It is not kept in the wrapped key.
// Threads: any.
class KeyService {
 public:
  virtual ~KeyService() = default;

  // Of the key that new wraps use.
  virtual std::string default_key() const = 0;
  virtual bool has_key(std::string_view name) const = 0;
  virtual std::vector<std::string> key_names() const = 0;  // the default one first

  // Text of letters, digits and .:_- that names the master key. An empty name is the default key.
  // KMS_NotFoundException: no such master key.
  virtual Task<Result<std::string>> wrap(Key key, std::string context, std::string key_name) = 0;
  // KMS_NotFoundException: its master key is not there. KMS_InvalidCiphertextException: it is another of the same name,
  // the context is another, or the text was changed.
  virtual Task<Result<Key>> unwrap(std::string wrapped, std::string context) = 0;

  Task<Result<std::string>> wrap(Key key, std::string context) { return wrap(std::move(key), std::move(context), {}); }
};

// The master key that made a wrapped key; empty if it isn't one.
std::string_view master_key_of(std::string_view wrapped) noexcept;

struct MasterKey {
  std::string name;  // see is_key_name
  Key key;
};

// 1 to 80 of A-Z a-z 0-9 . _ -
bool is_key_name(std::string_view name) noexcept;

// "name:base64 of 32 bytes", several separated by commas or white space. InvalidArgument (names, never keys, in the
// message) for anything else, and for a name given twice.
Result<std::vector<MasterKey>> parse_master_keys(std::string_view text);

// The first key makes new wraps, all unwrap: put a new key in front to rotate. At least one.
std::unique_ptr<KeyService> make_local_keys(std::vector<MasterKey> keys);

// A document sealed under a fresh key, which the default master key wraps: binary, opens under the same context alone.
Task<Result<std::string>> seal_document(KeyService& keys, std::string plaintext, std::string context);
// As unwrap; KMS_InvalidCiphertextException for damage.
Task<Result<Secret>> open_document(KeyService& keys, std::string sealed, std::string context);

}  // namespace holdfast::crypto
