// A connected socket, plain or TLS, as coroutines use it: every operation is first tried without waiting; only what
// would block goes through asio. On the thread of its io_context only.
#pragma once

#include "holdfast/base/bytes.hpp"
#include "http/io_thread.hpp"
#include "http/tls.hpp"

#include <sys/uio.h>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <coroutine>
#include <cstdint>

namespace holdfast::http {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

enum class IoStatus : std::uint8_t { done, would_block, eof, timeout, cancelled, unsupported, failed };

struct IoResult {
  IoStatus status = IoStatus::done;
  std::size_t bytes = 0;
};

class Stream {
 public:
  enum class Direction : std::uint8_t { read, write };

  explicit Stream(Socket socket) : socket_(std::move(socket)) {}

  int descriptor() { return socket_.native_handle(); }
  bool secure() const noexcept { return ssl_ != nullptr; }
  void start_tls(SslPtr ssl) { ssl_ = std::move(ssl); }
  SSL* ssl() noexcept { return ssl_.get(); }

  // One attempt each; never waits. would_block says that wait(wanted()) is next.
  IoResult try_read(ByteSpan out);
  // Writes from the front of `parts` and advances it; done when all of it is gone. `more`: more will follow at once.
  IoResult try_write(std::span<iovec>& parts, bool more);
  // sendfile(2) of at most `length` bytes; plain sockets only. eof: the file is shorter. unsupported: this file can only be read.
  IoResult try_send_file(int file, std::uint64_t offset, std::uint64_t length);
  IoResult try_handshake();
  Direction wanted() const noexcept { return wanted_; }

  // Called by the timer: ends a wait whose deadline has passed with IoStatus::timeout.
  void expire(Millis now);
  // Ends a wait under way with IoStatus::cancelled.
  void cancel();
  // No more in either direction: every wait and every later operation fails.
  void cut();
  void shutdown_send();   // FIN; close_notify before it under TLS
  void reset_on_close();  // the peer will see a reset, so that a cut response can't look like a whole one

  // co_await: reads at least one byte. `try_first`: data is likely there already.
  auto read(ByteSpan out, Millis deadline, bool try_first) { return ReadAwaiter{*this, out, deadline, try_first, {}}; }
  // co_await: waits until the direction may make progress.
  auto wait(Direction direction, Millis deadline) { return WaitAwaiter{*this, direction, deadline, {}}; }

 private:
  struct WaitAwaiter {
    Stream& stream;
    Direction direction;
    Millis deadline;
    IoStatus status;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) {
      stream.arm(deadline);
      stream.socket_.async_wait(direction == Direction::read ? Socket::wait_read : Socket::wait_write,
                                [this, waiter](const boost::system::error_code& error) {
                                  status = stream.disarm(error);
                                  waiter.resume();
                                });
    }
    IoStatus await_resume() const noexcept { return status; }
  };

  struct ReadAwaiter {
    Stream& stream;
    ByteSpan out;
    Millis deadline;
    bool try_first;
    IoResult result;

    bool await_ready() {
      if (!try_first && !stream.ssl_) return false;
      result = stream.try_read(out);
      return result.status != IoStatus::would_block;
    }
    void await_suspend(std::coroutine_handle<> waiter) {
      stream.arm(deadline);
      if (stream.ssl_) return wait_tls(waiter);
      // asio remembers a short read and then neither tries again nor registers again: one recv a request.
      stream.socket_.async_read_some(boost::asio::buffer(out.data(), out.size()),
                                     [this, waiter](const boost::system::error_code& error, std::size_t bytes) {
                                       result = {stream.disarm(error), bytes};
                                       waiter.resume();
                                     });
    }
    void wait_tls(std::coroutine_handle<> waiter) {
      const auto kind = stream.wanted_ == Direction::read ? Socket::wait_read : Socket::wait_write;
      stream.socket_.async_wait(kind, [this, waiter](const boost::system::error_code& error) {
        result = error ? IoResult{IoStatus::failed, 0} : stream.try_read(out);
        if (result.status == IoStatus::would_block) return wait_tls(waiter);
        const IoStatus waited = stream.disarm(error);
        if (waited != IoStatus::done) result.status = waited;
        waiter.resume();
      });
    }
    IoResult await_resume() const noexcept { return result; }
  };

  void arm(Millis deadline) noexcept {
    deadline_ = deadline;
    expired_ = false;
  }
  IoStatus disarm(const boost::system::error_code& error) noexcept;
  IoResult tls_result(int outcome, std::size_t bytes);
  IoResult write_tls(std::span<iovec>& parts);

  Socket socket_;
  SslPtr ssl_;
  Millis deadline_ = 0;
  Direction wanted_ = Direction::read;
  bool expired_ = false;
};

}  // namespace holdfast::http
