// OpenSSL's digests, each algorithm looked up once: a lookup costs more than the digest of a small message.
#pragma once

#include "holdfast/hash/digest.hpp"

#include <openssl/evp.h>

#include <memory>

namespace holdfast::hash {

struct EvpContextDeleter {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using EvpContext = std::unique_ptr<EVP_MD_CTX, EvpContextDeleter>;

// Only md5, sha1 and sha256.
EvpContext evp_new(Algorithm algorithm);  // started
void evp_start(EVP_MD_CTX* context, Algorithm algorithm);
void evp_update(EVP_MD_CTX* context, ByteView bytes);
Digest evp_finish(EVP_MD_CTX* context);

// This thread's own context of `algorithm`, started anew.
EVP_MD_CTX* evp_of_thread(Algorithm algorithm);

}  // namespace holdfast::hash
