#include "holdfast/http/server.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/base/log.hpp"
#include "http/connection.hpp"
#include "http/server_core.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <thread>

namespace holdfast::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;

constexpr int kBacklog = 4096;
constexpr int kAcceptBurst = 64;
constexpr std::chrono::milliseconds kAcceptRetry{100};  // after running out of descriptors
constexpr std::chrono::milliseconds kCutGrace{500};

std::chrono::milliseconds tick_of(const ServerOptions& options) {
  const auto shortest = std::min({options.header_timeout, options.body_timeout, options.idle_timeout});
  return std::clamp(shortest / 4, std::chrono::milliseconds(10), std::chrono::milliseconds(1000));
}

// IPv4 clients of a dual-stack socket are shown as IPv4.
std::string address_text(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text, sizeof text);
    return text;
  }
  const in6_addr& v6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    inet_ntop(AF_INET, &v6.s6_addr[12], text, sizeof text);
  } else {
    inet_ntop(AF_INET6, &v6, text, sizeof text);
  }
  return text;
}

}  // namespace

ServerOptions::ServerOptions()
    : max_connections(limits::kConnections),
      header_timeout(limits::kHeaderTimeout),
      body_timeout(limits::kBodyTimeout),
      idle_timeout(limits::kIdleTimeout) {}

// --- Lane

void Lane::add(Connection& connection) {
  if (connections_.empty()) thread_.add_ticker(*this, tick_);
  connection.lane_slot = connections_.size();
  connections_.push_back(&connection);
}

void Lane::remove(Connection& connection) {
  connections_.back()->lane_slot = connection.lane_slot;
  connections_[connection.lane_slot] = connections_.back();
  connections_.pop_back();
  if (connections_.empty()) thread_.remove_ticker(*this);
}

void Lane::close_idle() {
  for (Connection* connection : connections_) connection->close_if_idle();
}

void Lane::cut_all() {
  for (Connection* connection : connections_) connection->cut();
}

void Lane::tick(Millis now) {
  for (Connection* connection : connections_) connection->tick(now);
}

// --- ServerCore

ServerCore::ServerCore(ServerOptions given, Handler& answers, IoThreads::State& io)
    : options(std::move(given)), handler(answers), threads(io) {
  for (const auto& thread : io.threads) lanes.push_back(std::make_unique<Lane>(*thread, tick_of(options)));
}

std::shared_ptr<TlsContext> ServerCore::tls() const {
  const std::lock_guard lock(mutex_);
  return tls_;
}

void ServerCore::set_tls(std::shared_ptr<TlsContext> context) {
  const std::lock_guard lock(mutex_);
  tls_.swap(context);
}

void ServerCore::connection_started() { connections.fetch_add(1); }

void ServerCore::connection_ended() {
  const std::lock_guard lock(mutex_);
  connections.fetch_sub(1);
  ended_.notify_all();
  if (accept_paused && on_room) on_room();
}

bool ServerCore::wait_for_no_connections(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return ended_.wait_until(lock, deadline, [this] { return connections == 0; });
}

// --- Listener: one listening socket, on the first I/O thread

namespace {

class Listener final : public std::enable_shared_from_this<Listener> {
 public:
  Listener(std::shared_ptr<ServerCore> core, asio::io_context& context) : core_(std::move(core)), acceptor_(context), retry_(context) {}

  Result<> open(const tcp::endpoint& endpoint, bool dual_stack);
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void wait();
  void resume();
  void close();

 private:
  enum class Burst { go_on, paused, retry };

  Burst accept_burst();
  void hand_over(int descriptor, const sockaddr_storage& peer);
  void retry_later();

  std::shared_ptr<ServerCore> core_;
  Acceptor acceptor_;
  asio::steady_timer retry_;
  std::size_t next_lane_ = 0;
  bool paused_ = false;
};

Result<> Listener::open(const tcp::endpoint& endpoint, bool dual_stack) {
  boost::system::error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && endpoint.address().is_v6()) acceptor_.set_option(asio::ip::v6_only(!dual_stack), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(kBacklog, error);
  if (!error) acceptor_.native_non_blocking(true, error);
  if (error) {
    Error failure(ErrorCode::InternalError, error.message());
    failure.os_error = error.value();
    return failure;
  }
  ::fcntl(acceptor_.native_handle(), F_SETFD, FD_CLOEXEC);
  return {};
}

void Listener::wait() {
  acceptor_.async_wait(Acceptor::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
    if (error || !self->acceptor_.is_open()) return;
    const Burst burst = self->accept_burst();
    if (burst == Burst::go_on) self->wait();
    if (burst == Burst::retry) self->retry_later();
  });
}

Listener::Burst Listener::accept_burst() {
  for (int i = 0; i < kAcceptBurst; ++i) {
    if (core_->connections >= core_->options.max_connections) {
      core_->accept_paused = true;
      paused_ = true;
      if (core_->connections >= core_->options.max_connections) return Burst::paused;
      paused_ = false;
    }
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int descriptor = ::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      hand_over(descriptor, peer);
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Burst::go_on;
    if (errno == EINTR || errno == ECONNABORTED) continue;
    log::error("cannot accept a connection", {{"why", std::strerror(errno)}});
    return Burst::retry;
  }
  return Burst::go_on;
}

void Listener::hand_over(int descriptor, const sockaddr_storage& peer) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  core_->connection_started();
  Lane& lane = *core_->lanes[next_lane_++ % core_->lanes.size()];
  asio::post(lane.thread().context(), [core = core_, &lane, descriptor, peer] {
    Socket socket(lane.thread().context());
    boost::system::error_code error;
    socket.assign(peer.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), descriptor, error);
    if (!error) return start_connection(core, lane, std::move(socket), address_text(peer));
    ::close(descriptor);
    core->connection_ended();
  });
}

void Listener::retry_later() {
  retry_.expires_after(kAcceptRetry);
  retry_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && self->acceptor_.is_open()) self->wait();
  });
}

void Listener::resume() {
  if (!std::exchange(paused_, false) || !acceptor_.is_open()) return;
  wait();
}

void Listener::close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  retry_.cancel();
}

// --- Server

class ServerImpl final : public Server {
 public:
  explicit ServerImpl(std::shared_ptr<ServerCore> core) : core_(std::move(core)) {}
  ~ServerImpl() override { drain(std::chrono::steady_clock::now()); }
  ServerImpl(const ServerImpl&) = delete;
  ServerImpl& operator=(const ServerImpl&) = delete;

  Result<> open();
  std::uint16_t port() const noexcept override { return core_->port; }
  ServerStats stats() const noexcept override;
  void drain(std::chrono::steady_clock::time_point deadline) override;
  Result<> reload_tls(const TlsOptions& options) override;

 private:
  Result<std::vector<tcp::endpoint>> resolve() const;
  Result<> listen_on(const tcp::endpoint& endpoint, bool dual_stack);
  Result<> open_any();
  Result<> open_named();
  void start();
  void on_every_lane(void (Lane::*action)());
  std::string where(std::uint16_t port) const;

  std::shared_ptr<ServerCore> core_;
  std::vector<std::shared_ptr<Listener>> listeners_;
};

std::string ServerImpl::where(std::uint16_t port) const {
  const std::string& host = core_->options.host;
  const bool brackets = host.find(':') != std::string::npos && !host.starts_with('[');
  return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<> ServerImpl::listen_on(const tcp::endpoint& endpoint, bool dual_stack) {
  auto listener = std::make_shared<Listener>(core_, core_->threads.threads.front()->context());
  HOLDFAST_TRY_VOID(listener->open(endpoint, dual_stack));
  core_->port = listener->port();
  listeners_.push_back(std::move(listener));
  return {};
}

Result<> ServerImpl::open_any() {
  const std::uint16_t port = core_->options.port;
  const Result<> both = listen_on(tcp::endpoint(asio::ip::address_v6::any(), port), true);
  if (both || both.error().os_error == EADDRINUSE || both.error().os_error == EACCES) return both;
  return listen_on(tcp::endpoint(asio::ip::address_v4::any(), port), false);
}

Result<std::vector<tcp::endpoint>> ServerImpl::resolve() const {
  std::string host = core_->options.host;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  asio::io_context context;
  tcp::resolver resolver(context);
  boost::system::error_code error;
  const auto found = resolver.resolve(host, std::to_string(core_->options.port), tcp::resolver::passive, error);
  if (error) return Error(ErrorCode::InternalError, error.message());
  std::vector<tcp::endpoint> endpoints;
  for (const auto& entry : found) {
    if (std::find(endpoints.begin(), endpoints.end(), entry.endpoint()) == endpoints.end()) endpoints.push_back(entry.endpoint());
  }
  return endpoints;
}

// A name may stand for several addresses (localhost: 127.0.0.1 and ::1). One of them is enough, unless another is taken.
Result<> ServerImpl::open_named() {
  HOLDFAST_TRY(endpoints, resolve());
  std::optional<Error> failure;
  for (tcp::endpoint endpoint : endpoints) {
    if (endpoint.port() == 0) endpoint.port(core_->port);
    Result<> opened = listen_on(endpoint, false);
    if (opened) continue;
    failure = std::move(opened).error();
    if (failure->os_error == EADDRINUSE) return *failure;
  }
  if (listeners_.empty()) return failure.value_or(Error(ErrorCode::InternalError, "the name has no address"));
  return {};
}

Result<> ServerImpl::open() {
  if (core_->options.tls) {
    HOLDFAST_TRY(context, TlsContext::load(*core_->options.tls));
    core_->set_tls(std::move(context));
  }
  Result<> opened = core_->options.host.empty() ? open_any() : open_named();
  if (!opened) {
    Error failure = std::move(opened).error();
    failure.message = "cannot listen on " + where(core_->options.port) + ": " + failure.message;
    return failure;
  }
  start();
  return {};
}

void ServerImpl::start() {
  std::vector<std::weak_ptr<Listener>> listeners(listeners_.begin(), listeners_.end());
  asio::io_context& first = core_->threads.threads.front()->context();
  core_->on_room = [listeners, &first, core = std::weak_ptr<ServerCore>(core_)] {
    if (const auto held = core.lock()) held->accept_paused = false;
    asio::post(first, [listeners] {
      for (const auto& weak : listeners) {
        if (const auto listener = weak.lock()) listener->resume();
      }
    });
  };
  for (const auto& listener : listeners_) {
    asio::post(first, [listener] { listener->wait(); });
  }
}

ServerStats ServerImpl::stats() const noexcept {
  ServerStats stats;
  stats.connections = core_->connections;
  for (const auto& lane : core_->lanes) {
    stats.requests_in_flight += lane->requests_in_flight.get();
    stats.requests_total += lane->requests_total.get();
    stats.bytes_received += lane->bytes_received.get();
    stats.bytes_sent += lane->bytes_sent.get();
  }
  return stats;
}

void ServerImpl::on_every_lane(void (Lane::*action)()) {
  for (std::size_t i = 0; i < core_->lanes.size(); ++i) {
    core_->threads.run_on(static_cast<unsigned>(i), [core = core_, i, action] { (core->lanes[i].get()->*action)(); });
  }
}

void ServerImpl::drain(std::chrono::steady_clock::time_point deadline) {
  core_->draining = true;
  core_->threads.run_on(0, [listeners = listeners_] {
    for (const auto& listener : listeners) listener->close();
  });
  listeners_.clear();
  if (!core_->threads.running) return;
  on_every_lane(&Lane::close_idle);
  if (core_->wait_for_no_connections(deadline)) return;
  on_every_lane(&Lane::cut_all);
  core_->wait_for_no_connections(std::chrono::steady_clock::now() + kCutGrace);
}

Result<> ServerImpl::reload_tls(const TlsOptions& options) {
  if (!core_->options.tls) return Error(ErrorCode::InternalError, "this listener has no TLS");
  HOLDFAST_TRY(context, TlsContext::load(options));
  core_->set_tls(std::move(context));
  return {};
}

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(IoThreads& threads, ServerOptions options, Handler& handler) {
  auto core = std::make_shared<ServerCore>(std::move(options), handler, threads.state());
  auto server = std::make_unique<ServerImpl>(std::move(core));
  HOLDFAST_TRY_VOID(server->open());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace holdfast::http
