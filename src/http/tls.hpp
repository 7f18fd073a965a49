// OpenSSL's context for a listener, and what one connection needs of it.
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/http/server.hpp"

#include <openssl/ssl.h>
#include <memory>

namespace holdfast::http {

struct SslDeleter {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, SslDeleter>;

class TlsContext {
 public:
  // Reads the PEM files. The error names the file and what is wrong with it.
  static Result<std::shared_ptr<TlsContext>> load(const TlsOptions& options);

  // A server-side session on that (non-blocking) socket.
  SslPtr accept(int descriptor) const;

 private:
  struct ContextDeleter {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  };
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  Result<> configure(const TlsOptions& options);

  std::unique_ptr<SSL_CTX, ContextDeleter> context_;
};

// The oldest error of this thread's OpenSSL queue as text; empties the queue.
std::string take_openssl_error();

}  // namespace holdfast::http
