#include "holdfast/http/server.hpp"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace holdfast::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using ErrorValue = boost::system::error_code;

constexpr std::uint64_t kResponseBytes = 64 * 1024 * 1024;

struct Url {
  bool secure = false;
  std::string host;       // without brackets
  std::string authority;  // as the Host header has it
  std::string port;
  std::string target;
};

Error failure(const std::string& url, const std::string& why) { return {ErrorCode::ServiceUnavailable, url + ": " + why}; }

Result<Url> parse_url(const std::string& text) {
  Url url;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    url.secure = true;
  } else if (!rest.starts_with("http://")) {
    return Error(ErrorCode::InvalidURI, "'" + text + "' is no http:// or https:// URL");
  }
  rest.remove_prefix(url.secure ? 8 : 7);
  const std::size_t path = std::min(rest.find_first_of("/?#"), rest.size());
  url.authority = rest.substr(0, path);
  url.target = rest.substr(path, rest.find('#', path) - path);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  const std::size_t colon = url.authority.find_last_of(':');
  const std::size_t bracket = url.authority.find_last_of(']');
  const bool has_port = colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
  url.host = url.authority.substr(0, has_port ? colon : std::string::npos);
  url.port = has_port ? url.authority.substr(colon + 1) : (url.secure ? "443" : "80");
  if (url.host.starts_with('[') && url.host.ends_with(']')) url.host = url.host.substr(1, url.host.size() - 2);
  if (url.host.empty() || url.authority.find('@') != std::string::npos) return Error(ErrorCode::InvalidURI, "'" + text + "' names no host");
  return url;
}

// Runs asynchronous operations one by one on the calling thread until a common deadline.
class Runner {
 public:
  explicit Runner(std::chrono::milliseconds timeout) : deadline_(std::chrono::steady_clock::now() + timeout) {}

  asio::io_context& context() { return context_; }

  // `start` gets a function that ends the step.
  template <class Start>
  ErrorValue step(Start start) {
    ErrorValue outcome = asio::error::timed_out;
    context_.restart();
    start([&outcome](const ErrorValue& error, const auto&...) { outcome = error; });
    context_.run_until(deadline_);
    return outcome;
  }

 private:
  std::chrono::steady_clock::time_point deadline_;
  asio::io_context context_;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

beast::http::request<beast::http::string_body> make_request(const std::string& method, const Url& url, const Fields& headers,
                                                            const std::string& body) {
  beast::http::request<beast::http::string_body> request;
  request.version(11);
  request.method_string(method);
  request.target(url.target);
  request.set(beast::http::field::host, url.authority);
  request.set(beast::http::field::user_agent, "Holdfast");
  request.set(beast::http::field::connection, "close");
  for (const auto& [name, value] : headers) request.set(name, value);
  request.body() = body;
  request.prepare_payload();
  return request;
}

template <class Stream>
ErrorValue exchange(Runner& runner, Stream& stream, const beast::http::request<beast::http::string_body>& request,
                    beast::http::response_parser<beast::http::string_body>& response) {
  beast::flat_buffer buffer;
  ErrorValue error = runner.step([&](auto done) { beast::http::async_write(stream, request, done); });
  if (error && error != asio::error::broken_pipe && error != asio::error::connection_reset) return error;
  return runner.step([&](auto done) { beast::http::async_read(stream, buffer, response, done); });
}

// Everything an operation that timed out may still touch; destroyed after the io_context's run has ended.
class Fetch {
 public:
  Fetch(const std::string& method, const std::string& text, Url url, const Fields& headers, const std::string& body,
        std::chrono::milliseconds timeout)
      : runner_(timeout),
        text_(text),
        url_(std::move(url)),
        request_(make_request(method, url_, headers, body)),
        tls_(asio::ssl::context::tls_client) {
    response_.body_limit(kResponseBytes);
    if (method == "HEAD") response_.skip(true);
  }

  Result<ClientResponse> run(bool verify_tls) {
    ErrorValue no_store;
    if (verify_tls) tls_.set_default_verify_paths(no_store);
    if (no_store) return failure(text_, no_store.message());
    asio::ssl::stream<tcp::socket> stream(runner_.context(), tls_);
    HOLDFAST_TRY_VOID(connect(stream.next_layer()));
    if (url_.secure) HOLDFAST_TRY_VOID(secure(stream, verify_tls));
    const ErrorValue error =
        url_.secure ? exchange(runner_, stream, request_, response_) : exchange(runner_, stream.next_layer(), request_, response_);
    if (error) return failure(text_, error.message());
    return ClientResponse{.status = static_cast<int>(response_.get().result_int()), .body = std::move(response_.get().body())};
  }

 private:
  Result<> connect(tcp::socket& socket) {
    tcp::resolver resolver(runner_.context());
    tcp::resolver::results_type addresses;
    ErrorValue error = runner_.step([&](auto done) {
      resolver.async_resolve(url_.host, url_.port, [&addresses, done](const ErrorValue& outcome, tcp::resolver::results_type found) {
        addresses = std::move(found);
        done(outcome);
      });
    });
    if (!error) error = runner_.step([&](auto done) { asio::async_connect(socket, addresses, done); });
    if (error) return failure(text_, error.message());
    return {};
  }

  Result<> secure(asio::ssl::stream<tcp::socket>& stream, bool verify) {
    ErrorValue error;
    if (verify) {
      stream.set_verify_mode(asio::ssl::verify_peer);
      stream.set_verify_callback(asio::ssl::host_name_verification(url_.host));
    }
    SSL_set_tlsext_host_name(stream.native_handle(), url_.host.c_str());
    error = runner_.step([&](auto done) { stream.async_handshake(asio::ssl::stream_base::client, done); });
    if (error) return failure(text_, error.message());
    return {};
  }

  Runner runner_;
  const std::string& text_;
  Url url_;
  beast::http::request<beast::http::string_body> request_;
  beast::http::response_parser<beast::http::string_body> response_;
  asio::ssl::context tls_;
};

}  // namespace

Result<ClientResponse> fetch(const std::string& method, const std::string& url,
                             const std::vector<std::pair<std::string, std::string>>& headers, const std::string& body,
                             std::chrono::milliseconds timeout, bool verify_tls) {
  HOLDFAST_TRY(parsed, parse_url(url));
  Fetch fetch(method, url, std::move(parsed), headers, body, timeout);
  return fetch.run(verify_tls);
}

}  // namespace holdfast::http
