#include "http_fixture.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace holdfast::http::testing {
namespace {

template <class T, void (*Free)(T*)>
struct Freed {
  void operator()(T* object) const { Free(object); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Freed<X509, X509_free>>;

class TlsFiles {
 public:
  TlsFiles() {
    char folder[] = "/tmp/holdfast_tls_XXXXXX";
    folder_ = ::mkdtemp(folder);
  }
  ~TlsFiles() { std::filesystem::remove_all(folder_); }
  TlsFiles(const TlsFiles&) = delete;
  TlsFiles& operator=(const TlsFiles&) = delete;

  TlsOptions make(const std::string& name, const std::string& password = "") const {
    const KeyPtr key(EVP_EC_gen("P-256"));
    const CertificatePtr certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    X509_sign(certificate.get(), key.get(), EVP_sha256());

    TlsOptions options{folder_ + "/" + name + ".crt", folder_ + "/" + name + ".key", password};
    std::FILE* file = std::fopen(options.certificate_file.c_str(), "w");
    PEM_write_X509(file, certificate.get());
    std::fclose(file);
    file = std::fopen(options.private_key_file.c_str(), "w");
    const EVP_CIPHER* cipher = password.empty() ? nullptr : EVP_aes_128_cbc();
    PEM_write_PrivateKey(file, key.get(), cipher, reinterpret_cast<const unsigned char*>(password.data()),
                         static_cast<int>(password.size()), nullptr, nullptr);
    std::fclose(file);
    return options;
  }

 private:
  std::string folder_;
};

// A blocking TLS client on a connected socket.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, int max_version = TLS1_3_VERSION) : client_(port), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_max_proto_version(context_.get(), max_version);
    SSL_CTX_set_security_level(context_.get(), 0);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), client_.descriptor());
    const unsigned char protocols[] = "\x02h2\x08http/1.1";
    SSL_set_alpn_protos(ssl_.get(), protocols, sizeof protocols - 1);
    connected = SSL_connect(ssl_.get()) == 1;
    ERR_clear_error();
  }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const int sent = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)));
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  std::string receive_response() {
    std::string text;
    std::size_t wanted = std::string::npos;
    std::string block(65536, '\0');
    while (text.size() < wanted) {
      const int got = SSL_read(ssl_.get(), block.data(), static_cast<int>(block.size()));
      if (got <= 0) return text;
      text.append(block, 0, static_cast<std::size_t>(got));
      const std::size_t end = text.find("\r\n\r\n");
      const std::size_t field = text.find("Content-Length: ");
      if (end != std::string::npos) wanted = end + 4 + (field < end ? std::strtoull(text.c_str() + field + 16, nullptr, 10) : 0);
    }
    return text;
  }
  std::string protocol() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }
  std::string peer_name() const {
    const CertificatePtr certificate(SSL_get1_peer_certificate(ssl_.get()));
    char name[256] = {};
    if (certificate) X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
    return name;
  }
  int version() const { return SSL_version(ssl_.get()); }

  bool connected = false;

 private:
  Client client_;
  std::unique_ptr<SSL_CTX, Freed<SSL_CTX, SSL_CTX_free>> context_;
  std::unique_ptr<SSL, Freed<SSL, SSL_free>> ssl_;
};

class TlsTest : public ServerTest {
 protected:
  void start_tls(ServerOptions options = {}) {
    options.tls = std::make_unique<TlsOptions>(files.make("first"));
    start(std::move(options));
  }
  TlsFiles files;
};

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: t\r\n\r\n"; }

TEST_F(TlsTest, RoundTrips) {
  start_tls();
  TlsClient client(server->port());
  ASSERT_TRUE(client.connected);
  EXPECT_EQ(client.version(), TLS1_3_VERSION);
  EXPECT_EQ(client.protocol(), "http/1.1");
  client.send(get("/describe?x"));
  EXPECT_TRUE(body_of(client.receive_response()).starts_with("GET /describe|x|11|127.0.0.1|tls"));
  for (const std::size_t size : {0UL, 100UL, 40'000UL, 3'000'000UL}) {
    for (const char* kind : {"/bytes/", "/file/"}) {
      client.send(get(kind + std::to_string(size)));
      EXPECT_TRUE(body_of(client.receive_response()) == pattern(size)) << kind << size;
    }
  }
  const std::string body = pattern(1'000'000);
  client.send("PUT /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000\r\n\r\n" + body);
  EXPECT_TRUE(body_of(client.receive_response()) == "1000000:" + body);
}

TEST_F(TlsTest, Tls12IsTakenAndOlderRefused) {
  start_tls();
  TlsClient twelve(server->port(), TLS1_2_VERSION);
  ASSERT_TRUE(twelve.connected);
  twelve.send(get("/bytes/10"));
  EXPECT_TRUE(body_of(twelve.receive_response()) == pattern(10));
  EXPECT_FALSE(TlsClient(server->port(), TLS1_1_VERSION).connected);
}

TEST_F(TlsTest, PlainHttpIsToldSo) {
  start_tls();
  for (const char* method : {"GET", "DELETE"}) {
    Client client = connect();
    client.send(std::string(method) + " / HTTP/1.1\r\nHost: t\r\n\r\n");
    const std::string response = client.receive_all();
    EXPECT_EQ(status_of(response), 400);
    EXPECT_EQ(body_of(response), "Client sent an HTTP request to an HTTPS server.\r\n");
    EXPECT_NE(response.find("\r\nContent-Length: 49\r\n"), std::string::npos);
  }
  EXPECT_EQ(handler.started, 0);
}

TEST_F(TlsTest, RubbishAndSilenceAreClosed) {
  ServerOptions options;
  options.header_timeout = 150ms;
  start_tls(std::move(options));
  Client rubbish = connect();
  rubbish.send("\x16rubbish rubbish rubbish");
  rubbish.receive_all(2s);
  Client silent = connect();
  EXPECT_TRUE(silent.closed_within(2s));
  Client half = connect();
  half.send("\x16\x03\x01");
  EXPECT_TRUE(half.closed_within(2s));
  rubbish.close();
  EXPECT_TRUE(eventually([&] { return server->stats().connections == 0; }));
}

TEST_F(TlsTest, DrainsIdleConnections) {
  start_tls();
  TlsClient used(server->port());
  used.send(get("/bytes/10"));
  used.receive_response();
  Client silent = connect();
  ASSERT_TRUE(eventually([&] { return server->stats().connections == 2; }));
  const auto begin = std::chrono::steady_clock::now();
  server->drain(begin + 5s);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  EXPECT_EQ(server->stats().connections, 0U);
}

TEST_F(TlsTest, NewConnectionsUseTheReloadedCertificate) {
  start_tls();
  TlsClient before(server->port());
  EXPECT_EQ(before.peer_name(), "first");
  ASSERT_TRUE(server->reload_tls(files.make("second")));
  EXPECT_EQ(TlsClient(server->port()).peer_name(), "second");
  before.send(get("/bytes/10"));
  EXPECT_TRUE(body_of(before.receive_response()) == pattern(10));

  const auto failed = server->reload_tls({"/nowhere.crt", "/nowhere.key", ""});
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("/nowhere.crt"), std::string::npos);
  EXPECT_EQ(TlsClient(server->port()).peer_name(), "second");
}

TEST_F(TlsTest, KeysMayHaveAPassword) {
  ServerOptions options;
  options.host = "127.0.0.1";
  options.tls = std::make_unique<TlsOptions>(files.make("locked", "secret password"));
  IoThreads io(1);
  ServerOptions wrong;
  wrong.host = "127.0.0.1";
  wrong.tls = std::make_unique<TlsOptions>(*options.tls);
  wrong.tls->private_key_password = "wrong password";
  EXPECT_TRUE(Server::listen(io, std::move(options), handler));
  const auto refused = Server::listen(io, std::move(wrong), handler);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("locked.key"), std::string::npos);
}

TEST_F(TlsTest, AKeyOfAnotherCertificateIsRefused) {
  TlsOptions mixed = files.make("one");
  mixed.private_key_file = files.make("two").private_key_file;
  ServerOptions options;
  options.host = "127.0.0.1";
  options.tls = std::make_unique<TlsOptions>(mixed);
  IoThreads io(1);
  EXPECT_FALSE(Server::listen(io, std::move(options), handler));
}

TEST_F(TlsTest, FetchSpeaksTls) {
  start_tls();
  const std::string url = "https://127.0.0.1:" + std::to_string(server->port()) + "/bytes/100";
  const auto got = fetch("GET", url, {}, "", 5s, false);
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got->body, pattern(100));
  EXPECT_FALSE(fetch("GET", url, {}, "", 5s, true));  // self-signed
}

TEST_F(TlsTest, PlainListenersCannotReload) {
  start();
  EXPECT_FALSE(server->reload_tls(files.make("any")));
}

}  // namespace
}  // namespace holdfast::http::testing
