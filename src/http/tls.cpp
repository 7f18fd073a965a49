#include "http/tls.hpp"

#include <openssl/err.h>
#include <algorithm>
#include <cstring>
#include <string_view>

namespace holdfast::http {

namespace {

constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!SHA1";  // TLS 1.2; 1.3 brings its own
constexpr std::string_view kHttp11 = "http/1.1";

int copy_password(char* buffer, int size, int /*writing*/, void* user_data) {
  const auto& password = *static_cast<const std::string*>(user_data);
  if (password.size() > static_cast<std::size_t>(size)) return 0;
  std::memcpy(buffer, password.data(), password.size());
  return static_cast<int>(password.size());
}

int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned size, void*) {
  for (unsigned at = 0; at < size;) {
    const unsigned length = in[at];
    if (at + 1 + length > size) break;
    const std::string_view offered(reinterpret_cast<const char*>(in) + at + 1, length);
    if (offered == kHttp11) {
      *out = in + at + 1;
      *out_size = static_cast<unsigned char>(length);
      return SSL_TLSEXT_ERR_OK;
    }
    at += 1 + length;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

Error tls_error(std::string_view what, const std::string& file) {
  return {ErrorCode::InternalError, std::string(what) + " '" + file + "': " + take_openssl_error()};
}

}  // namespace

std::string take_openssl_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  if (const char* reason = ERR_reason_error_string(code)) return reason;
  char text[256];
  ERR_error_string_n(code, text, sizeof text);
  return text;
}

Result<std::shared_ptr<TlsContext>> TlsContext::load(const TlsOptions& options) {
  ERR_clear_error();
  std::shared_ptr<TlsContext> context(new TlsContext(SSL_CTX_new(TLS_server_method())));
  if (!context->context_) return Error(ErrorCode::InternalError, "cannot set up TLS: " + take_openssl_error());
  HOLDFAST_TRY_VOID(context->configure(options));
  return context;
}

Result<> TlsContext::configure(const TlsOptions& options) {
  SSL_CTX* context = context_.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context,
                      SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, select_protocol, nullptr);
  if (SSL_CTX_set_cipher_list(context, kCiphers) != 1) return tls_error("cannot use the cipher list", kCiphers);
  if (SSL_CTX_use_certificate_chain_file(context, options.certificate_file.c_str()) != 1)
    return tls_error("cannot read the certificate", options.certificate_file);
  std::string password = options.private_key_password;
  SSL_CTX_set_default_passwd_cb_userdata(context, &password);
  SSL_CTX_set_default_passwd_cb(context, copy_password);
  const bool read = SSL_CTX_use_PrivateKey_file(context, options.private_key_file.c_str(), SSL_FILETYPE_PEM) == 1;
  SSL_CTX_set_default_passwd_cb(context, nullptr);
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  if (!read) return tls_error("cannot read the private key", options.private_key_file);
  if (SSL_CTX_check_private_key(context) != 1) return tls_error("the private key does not fit the certificate", options.private_key_file);
  return {};
}

SslPtr TlsContext::accept(int descriptor) const {
  SslPtr ssl(SSL_new(context_.get()));
  if (!ssl || SSL_set_fd(ssl.get(), descriptor) != 1) return nullptr;
  SSL_set_accept_state(ssl.get());
  return ssl;
}

}  // namespace holdfast::http
