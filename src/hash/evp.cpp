#include "evp.hpp"

#include <array>
#include <new>
#include <stdexcept>

namespace holdfast::hash {

namespace {

constexpr std::size_t kEvpAlgorithms = 3;

// Never freed: threads may still compute while the process ends.
EVP_MD* fetch(const char* name) {
  EVP_MD* const digest = EVP_MD_fetch(nullptr, name, nullptr);
  if (digest == nullptr) throw std::runtime_error(std::string("OpenSSL has no ") + name);
  return digest;
}

const EVP_MD* evp_algorithm(Algorithm algorithm) {
  static_assert(static_cast<int>(Algorithm::md5) == 0 && static_cast<int>(Algorithm::sha1) == 1 &&
                static_cast<int>(Algorithm::sha256) == 2);
  static const std::array<const EVP_MD*, kEvpAlgorithms> all = {fetch("MD5"), fetch("SHA1"), fetch("SHA256")};
  return all.at(static_cast<std::size_t>(algorithm));
}

void require(int ok) {
  if (ok != 1) throw std::runtime_error("an OpenSSL digest failed");
}

EvpContext allocate() {
  EvpContext context(EVP_MD_CTX_new());
  if (!context) throw std::bad_alloc();
  return context;
}

}  // namespace

EvpContext evp_new(Algorithm algorithm) {
  EvpContext context = allocate();
  evp_start(context.get(), algorithm);
  return context;
}

void evp_start(EVP_MD_CTX* context, Algorithm algorithm) { require(EVP_DigestInit_ex2(context, evp_algorithm(algorithm), nullptr)); }

void evp_update(EVP_MD_CTX* context, ByteView bytes) { require(EVP_DigestUpdate(context, bytes.data(), bytes.size())); }

Digest evp_finish(EVP_MD_CTX* context) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out;
  unsigned size = 0;
  require(EVP_DigestFinal_ex(context, out.data(), &size));
  return Digest(std::as_bytes(std::span(out.data(), size)));
}

EVP_MD_CTX* evp_of_thread(Algorithm algorithm) {
  thread_local std::array<EvpContext, kEvpAlgorithms> contexts;
  EvpContext& context = contexts.at(static_cast<std::size_t>(algorithm));
  if (!context) context = allocate();
  evp_start(context.get(), algorithm);
  return context.get();
}

}  // namespace holdfast::hash
