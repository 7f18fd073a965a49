#include "holdfast/http/client.hpp"

#include "holdfast/http/server.hpp"
#include "http/io_thread.hpp"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <functional>
#include <list>
#include <optional>

namespace holdfast::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using ErrorValue = boost::system::error_code;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t kFetchBytes = 64 * 1024 * 1024;

struct Url {
  bool secure = false;
  std::string host;       // without brackets
  std::string authority;  // as the Host header has it
  std::string port;
  std::string target;
};

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

using HttpRequest = beast::http::request<beast::http::string_body>;
using TlsStream = asio::ssl::stream<tcp::socket>;

HttpRequest make_request(const Url& url, ClientRequest& request, bool keep) {
  HttpRequest made;
  made.version(11);
  made.method_string(request.method);
  made.target(url.target);
  made.set(beast::http::field::host, url.authority);
  made.set(beast::http::field::user_agent, "Holdfast");
  if (!keep) made.set(beast::http::field::connection, "close");
  for (const auto& [name, value] : request.headers) made.set(name, value);
  made.body() = std::move(request.body);
  made.prepare_payload();
  return made;
}

ClientResponse to_response(beast::http::response<beast::http::string_body>&& from) {
  ClientResponse response;
  response.status = static_cast<int>(from.result_int());
  for (const auto& field : from.base()) response.headers.emplace_back(field.name_string(), field.value());
  response.body = std::move(from.body());
  return response;
}

// A connected socket and whom it leads to.
struct Link {
  Link(asio::io_context& context, asio::ssl::context& tls, const Url& url)
      : stream(context, tls), key((url.secure ? "https://" : "http://") + url.authority), secure(url.secure) {}
  TlsStream stream;  // plain HTTP uses its socket alone
  std::string key;
  bool secure;
  SteadyTime idle_since;
};

// Connections kept for later. On the client's thread only.
class IdleLinks {
 public:
  IdleLinks(std::size_t max, std::chrono::milliseconds timeout) : max_(max), timeout_(timeout) {}

  bool keeps() const noexcept { return max_ > 0; }
  std::unique_ptr<Link> take(const std::string& key) {
    drop_old();
    const auto found = std::ranges::find_if(links_, [&](const auto& link) { return link->key == key; });
    if (found == links_.end()) return nullptr;
    auto link = std::move(*found);
    links_.erase(found);
    return link;
  }
  void put(std::unique_ptr<Link> link) {
    link->idle_since = std::chrono::steady_clock::now();
    links_.push_front(std::move(link));
    if (links_.size() > max_) links_.pop_back();
  }
  void clear() { links_.clear(); }

 private:
  void drop_old() {
    const auto oldest = std::chrono::steady_clock::now() - timeout_;
    while (!links_.empty() && links_.back()->idle_since < oldest) links_.pop_back();
  }

  std::size_t max_;
  std::chrono::milliseconds timeout_;
  std::list<std::unique_ptr<Link>> links_;  // the latest first
};

// One request on its way: name, connection, handshake, write, read. Keeps itself alive by its handlers; `done` is called
// once, on the thread of its io_context.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  using Done = std::function<void(Result<ClientResponse>)>;

  Exchange(asio::io_context& context, asio::ssl::context& tls, IdleLinks& idle, bool verify, Url url, ClientRequest request, Done done)
      : context_(context),
        tls_(tls),
        idle_(idle),
        verify_(verify),
        url_(std::move(url)),
        head_only_(request.method == "HEAD"),
        max_response_bytes_(request.max_response_bytes),
        request_(make_request(url_, request, idle.keeps())),
        done_(std::move(done)),
        timer_(context, request.timeout),
        resolver_(context) {}

  void start() {
    timer_.async_wait([self = shared_from_this()](const ErrorValue& error) {
      if (!error) self->end(asio::error::timed_out);
    });
    link_ = idle_.take((url_.secure ? "https://" : "http://") + url_.authority);
    reused_ = link_ != nullptr;
    if (reused_) return write();
    connect();
  }
  void cancel() { end(asio::error::operation_aborted); }

 private:
  tcp::socket& socket() { return link_->stream.next_layer(); }

  void connect() {
    link_ = std::make_unique<Link>(context_, tls_, url_);
    resolver_.async_resolve(url_.host, url_.port, [self = shared_from_this()](const ErrorValue& error, tcp::resolver::results_type found) {
      if (self->ended() || error) return self->end(error);
      self->addresses_ = std::move(found);
      asio::async_connect(self->socket(), self->addresses_, [self](const ErrorValue& failure, const tcp::endpoint&) {
        if (self->ended() || failure) return self->end(failure);
        self->connected();
      });
    });
  }

  void connected() {
    ErrorValue ignored;
    socket().set_option(tcp::no_delay(true), ignored);
    if (!url_.secure) return write();
    if (verify_) {
      link_->stream.set_verify_mode(asio::ssl::verify_peer);
      link_->stream.set_verify_callback(asio::ssl::host_name_verification(url_.host));
    }
    SSL_set_tlsext_host_name(link_->stream.native_handle(), url_.host.c_str());
    link_->stream.async_handshake(asio::ssl::stream_base::client, [self = shared_from_this()](const ErrorValue& error) {
      if (self->ended() || error) return self->end(error);
      self->write();
    });
  }

  void write() {
    // A server may refuse before it has read everything: its answer is asked for even if writing fails.
    const auto written = [self = shared_from_this()](const ErrorValue& error, std::size_t) {
      if (self->ended()) return self->end(error);
      if (error && self->reused_) return self->again();
      if (error && error != asio::error::broken_pipe && error != asio::error::connection_reset) return self->end(error);
      self->read();
    };
    if (url_.secure) {
      beast::http::async_write(link_->stream, request_, written);
    } else {
      beast::http::async_write(socket(), request_, written);
    }
  }

  void read() {
    response_.emplace();
    response_->body_limit(max_response_bytes_);
    if (head_only_) response_->skip(true);
    const auto finished = [self = shared_from_this()](const ErrorValue& error, std::size_t bytes) {
      if (self->ended()) return self->end(error);
      if (error && self->reused_ && bytes == 0) return self->again();
      self->end(error);
    };
    if (url_.secure) {
      beast::http::async_read(link_->stream, buffer_, *response_, finished);
    } else {
      beast::http::async_read(socket(), buffer_, *response_, finished);
    }
  }

  // The kept connection had been closed by the server.
  void again() {
    reused_ = false;
    retired_ = std::move(link_);
    connect();
  }

  bool ended() const noexcept { return !done_; }

  void end(const ErrorValue& error) {
    if (ended()) return;
    const Done done = std::exchange(done_, nullptr);
    timer_.cancel();
    resolver_.cancel();
    if (error) {
      if (link_) close();
      return done(Error(ErrorCode::ServiceUnavailable, url_.authority + ": " + error.message()));
    }
    const bool keep = idle_.keeps() && response_->keep_alive() && buffer_.size() == 0;
    Result<ClientResponse> response = to_response(response_->release());
    if (keep) idle_.put(std::move(link_));
    done(std::move(response));
  }

  void close() {
    ErrorValue ignored;
    socket().close(ignored);
  }

  asio::io_context& context_;
  asio::ssl::context& tls_;
  IdleLinks& idle_;
  const bool verify_;
  const Url url_;
  const bool head_only_;
  const std::size_t max_response_bytes_;
  HttpRequest request_;
  Done done_;
  asio::steady_timer timer_;
  tcp::resolver resolver_;
  tcp::resolver::results_type addresses_;
  std::unique_ptr<Link> link_;
  std::unique_ptr<Link> retired_;
  bool reused_ = false;
  beast::flat_buffer buffer_;
  std::optional<beast::http::response_parser<beast::http::string_body>> response_;
};

Result<> configure(asio::ssl::context& tls, const ClientOptions& options) {
  ErrorValue error;
  const auto failure = [&error](const std::string& what) { return Error(ErrorCode::InvalidArgument, what + ": " + error.message()); };
  if (options.ca_file.empty()) {
    tls.set_default_verify_paths(error);
    if (error) return failure("the system's certificates");
  } else if (tls.load_verify_file(options.ca_file, error); error) {
    return failure(options.ca_file);
  }
  if (options.certificate_file.empty()) return {};
  tls.use_certificate_chain_file(options.certificate_file, error);
  if (error) return failure(options.certificate_file);
  tls.use_private_key_file(options.private_key_file, asio::ssl::context::pem, error);
  if (error) return failure(options.private_key_file);
  return {};
}

// What the requests of one client share. Lives as long as its last request.
struct Shared {
  Shared(asio::io_context& io, const ClientOptions& options)
      : context(io),
        verify(options.verify_tls),
        tls(asio::ssl::context::tls_client),
        idle(options.max_idle_connections, options.idle_timeout) {}

  asio::io_context& context;
  const bool verify;
  asio::ssl::context tls;
  IdleLinks idle;
  std::list<std::weak_ptr<Exchange>> running;  // the thread's own
  bool closed = false;                         // the thread's own
};

class PooledClient final : public Client {
 public:
  PooledClient(IoThreads& threads, std::shared_ptr<Shared> shared) : threads_(threads), shared_(std::move(shared)) {}

  ~PooledClient() override {
    threads_.state().run_on(0, [shared = shared_] {
      shared->closed = true;
      shared->idle.clear();
      const auto running = std::exchange(shared->running, {});
      for (const auto& weak : running) {
        if (const auto exchange = weak.lock()) exchange->cancel();
      }
    });
  }

  Task<Result<ClientResponse>> send(ClientRequest request) override {
    HOLDFAST_CO_TRY(url, parse_url(request.url));
    Completion<Result<ClientResponse>> done;
    asio::post(shared_->context, [shared = shared_, &url, &request, &done] {
      if (shared->closed) return done.set(Error(ErrorCode::ServiceUnavailable, "the client is closed"));
      std::erase_if(shared->running, [](const auto& weak) { return weak.expired(); });
      Exchange::Done tell = [shared, &done](Result<ClientResponse> response) { done.set(std::move(response)); };
      const auto exchange = std::make_shared<Exchange>(shared->context, shared->tls, shared->idle, shared->verify, std::move(url),
                                                       std::move(request), std::move(tell));
      shared->running.push_back(exchange);
      exchange->start();
    });
    co_return co_await done;
  }

 private:
  IoThreads& threads_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace

Result<std::unique_ptr<Client>> make_client(IoThreads& threads, const ClientOptions& options) {
  const auto shared = std::make_shared<Shared>(threads.state().threads.front()->context(), options);
  HOLDFAST_TRY_VOID(configure(shared->tls, options));
  return std::unique_ptr<Client>(new PooledClient(threads, shared));
}

Result<ClientResponse> fetch(const std::string& method, const std::string& url,
                             const std::vector<std::pair<std::string, std::string>>& headers, const std::string& body,
                             std::chrono::milliseconds timeout, bool verify_tls) {
  HOLDFAST_TRY(parsed, parse_url(url));
  asio::io_context context(1);
  ClientOptions options;
  options.verify_tls = verify_tls;
  options.max_idle_connections = 0;
  Shared shared(context, options);
  HOLDFAST_TRY_VOID(configure(shared.tls, options));
  ClientRequest request{method, url, headers, body, timeout, kFetchBytes};
  Result<ClientResponse> outcome = Error(ErrorCode::ServiceUnavailable, url);
  Exchange::Done done = [&](Result<ClientResponse> response) { outcome = std::move(response); };
  std::make_shared<Exchange>(context, shared.tls, shared.idle, verify_tls, std::move(parsed), std::move(request), std::move(done))->start();
  context.run();
  return outcome;
}

}  // namespace holdfast::http
