#include "http/stream.hpp"

#include <openssl/err.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace holdfast::http {

namespace {

constexpr std::size_t kTlsRecordBytes = 16 * 1024;

bool is_would_block(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK; }

void drop_front(std::span<iovec>& parts, std::size_t bytes) {
  while (!parts.empty() && bytes >= parts.front().iov_len) {
    bytes -= parts.front().iov_len;
    parts = parts.subspan(1);
  }
  if (bytes == 0) return;
  parts.front().iov_base = static_cast<char*>(parts.front().iov_base) + bytes;
  parts.front().iov_len -= bytes;
}

}  // namespace

IoResult Stream::try_read(ByteSpan out) {
  if (ssl_) {
    ERR_clear_error();
    std::size_t bytes = 0;
    const int outcome = SSL_read_ex(ssl_.get(), out.data(), out.size(), &bytes);
    return tls_result(outcome, bytes);
  }
  wanted_ = Direction::read;
  for (;;) {
    const ssize_t bytes = ::recv(descriptor(), out.data(), out.size(), MSG_DONTWAIT);
    if (bytes > 0) return {IoStatus::done, static_cast<std::size_t>(bytes)};
    if (bytes == 0) return {IoStatus::eof, 0};
    if (errno == EINTR) continue;
    return {is_would_block(errno) ? IoStatus::would_block : IoStatus::failed, 0};
  }
}

IoResult Stream::try_write(std::span<iovec>& parts, bool more) {
  if (ssl_) return write_tls(parts);
  wanted_ = Direction::write;
  std::size_t written = 0;
  drop_front(parts, 0);
  while (!parts.empty()) {
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t bytes = ::sendmsg(descriptor(), &message, MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0));
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return {is_would_block(errno) ? IoStatus::would_block : IoStatus::failed, written};
    written += static_cast<std::size_t>(bytes);
    drop_front(parts, static_cast<std::size_t>(bytes));
  }
  return {IoStatus::done, written};
}

IoResult Stream::write_tls(std::span<iovec>& parts) {
  // Header and body share a record. A repeated SSL_write must see the same bytes: the copy is made from the same parts.
  thread_local std::array<char, kTlsRecordBytes> record;
  std::size_t written = 0;
  drop_front(parts, 0);
  while (!parts.empty()) {
    const char* data = static_cast<const char*>(parts.front().iov_base);
    std::size_t size = std::min(parts.front().iov_len, record.size());
    if (parts.size() > 1 && size < record.size()) {
      size = 0;
      for (const iovec& part : parts) {
        const std::size_t taken = std::min(part.iov_len, record.size() - size);
        if (taken == 0) continue;
        std::memcpy(record.data() + size, part.iov_base, taken);
        size += taken;
      }
      data = record.data();
    }
    ERR_clear_error();
    std::size_t bytes = 0;
    const int outcome = SSL_write_ex(ssl_.get(), data, size, &bytes);
    const IoResult result = tls_result(outcome, bytes);
    if (result.status != IoStatus::done) return {result.status, written};
    written += bytes;
    drop_front(parts, bytes);
  }
  return {IoStatus::done, written};
}

IoResult Stream::try_send_file(int file, std::uint64_t offset, std::uint64_t length) {
  wanted_ = Direction::write;
  for (;;) {
    auto position = static_cast<off_t>(offset);
    const ssize_t bytes = ::sendfile(descriptor(), file, &position, length);
    if (bytes > 0) return {IoStatus::done, static_cast<std::size_t>(bytes)};
    if (bytes == 0) return {IoStatus::eof, 0};
    if (errno == EINTR) continue;
    if (errno == EINVAL || errno == EOVERFLOW || errno == ENOSYS) return {IoStatus::unsupported, 0};
    return {is_would_block(errno) ? IoStatus::would_block : IoStatus::failed, 0};
  }
}

IoResult Stream::try_handshake() {
  ERR_clear_error();
  return tls_result(SSL_do_handshake(ssl_.get()), 0);
}

IoResult Stream::tls_result(int outcome, std::size_t bytes) {
  if (outcome == 1) return {IoStatus::done, bytes};
  switch (SSL_get_error(ssl_.get(), outcome)) {
    case SSL_ERROR_WANT_READ:
      wanted_ = Direction::read;
      return {IoStatus::would_block, 0};
    case SSL_ERROR_WANT_WRITE:
      wanted_ = Direction::write;
      return {IoStatus::would_block, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {IoStatus::eof, 0};
    default:
      return {IoStatus::failed, 0};
  }
}

IoStatus Stream::disarm(const boost::system::error_code& error) noexcept {
  deadline_ = 0;
  if (!error) return IoStatus::done;
  if (error == boost::asio::error::eof) return IoStatus::eof;
  if (error != boost::asio::error::operation_aborted) return IoStatus::failed;
  return expired_ ? IoStatus::timeout : IoStatus::cancelled;
}

void Stream::expire(Millis now) {
  if (deadline_ == 0 || now < deadline_) return;
  deadline_ = 0;
  expired_ = true;
  cancel();
}

void Stream::cancel() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Stream::cut() {
  ::shutdown(descriptor(), SHUT_RDWR);
  cancel();
}

void Stream::shutdown_send() {
  if (ssl_ && SSL_is_init_finished(ssl_.get())) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  ::shutdown(descriptor(), SHUT_WR);
}

void Stream::reset_on_close() {
  const linger abort{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
}

}  // namespace holdfast::http
