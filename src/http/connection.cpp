#include "http/connection.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/base/log.hpp"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

namespace holdfast::http {

namespace {

constexpr std::size_t kSmallFileBytes = 32 * 1024;  // up to this a copy beside the header is cheaper than sendfile
constexpr std::size_t kSliceBytes = 512 * 1024;     // sent or read before other connections get their turn
constexpr unsigned kReadsInARow = 256;
constexpr std::size_t kCopyBytes = 128 * 1024;      // file block under TLS, and where sendfile isn't offered
constexpr std::size_t kDirectReadBytes = 8 * 1024;  // a chunk's content of at least this is received without a copy
constexpr std::chrono::seconds kLingerIdle{2};
constexpr std::chrono::seconds kLingerTotal{15};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kPlainOnTls =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 49\r\nConnection: close\r\n\r\n"
    "Client sent an HTTP request to an HTTPS server.\r\n";

iovec part(ByteView bytes) noexcept { return {const_cast<std::byte*>(bytes.data()), bytes.size()}; }

Task<void> run(std::shared_ptr<ServerCore> core, Lane& lane, Socket socket, std::string peer_address) {
  try {
    Connection connection(*core, lane, std::move(socket), std::move(peer_address));
    co_await connection.serve();
  } catch (const std::exception& failure) {
    log::error("a connection ended by an exception", {{"what", failure.what()}});
  }
  core->connection_ended();
}

class ResumeOn {
 public:
  explicit ResumeOn(Executor& executor) : executor_(executor) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) const noexcept { executor_.post(waiter); }
  void await_resume() const noexcept {}

 private:
  Executor& executor_;
};

}  // namespace

void start_connection(std::shared_ptr<ServerCore> core, Lane& lane, Socket socket, std::string peer_address) {
  spawn(run(std::move(core), lane, std::move(socket), std::move(peer_address)));
}

Connection::Connection(ServerCore& core, Lane& lane, Socket socket, std::string peer_address)
    : core_(core), lane_(lane), stream_(std::move(socket)) {
  request_.peer_address = std::move(peer_address);
  request_.local_port = core.port;
  request_.secure = core.options.tls != nullptr;
  lane_.add(*this);
}

Connection::~Connection() { lane_.remove(*this); }

void Connection::close_if_idle() {
  if (idle_) stream_.cancel();
}

void Connection::cut() { stream_.cut(); }

Task<void> Connection::yield() { co_await ResumeOn(lane_.thread().executor()); }

Task<void> Connection::serve() {
  if (request_.secure) {
    idle_ = true;
    const bool secured = co_await handshake();
    if (!secured) co_return;
    idle_ = false;
  }
  After after = After::keep;
  while (after == After::keep) {
    const Header header = co_await read_header();
    if (header == Header::closed) co_return;
    after = co_await exchange();
  }
  if (after == After::linger) co_await linger();
}

// --- TLS

Task<bool> Connection::handshake() {
  const Millis deadline = after(core_.options.header_timeout);
  const IoStatus readable = co_await stream_.wait(Stream::Direction::read, deadline);
  if (readable != IoStatus::done) co_return false;
  unsigned char first = 0;
  const ssize_t peeked = ::recv(stream_.descriptor(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
  if (peeked == 1 && first >= 'A' && first <= 'Z') {
    co_await refuse_plain_http();
    co_return false;
  }
  SslPtr ssl = core_.tls()->accept(stream_.descriptor());
  if (!ssl) co_return false;
  stream_.start_tls(std::move(ssl));
  for (;;) {
    const IoResult result = stream_.try_handshake();
    if (result.status == IoStatus::done) co_return true;
    if (result.status != IoStatus::would_block) break;
    const IoStatus waited = co_await stream_.wait(stream_.wanted(), deadline);
    if (waited != IoStatus::done) co_return false;
  }
  if (log::enabled(log::Level::debug)) log::debug("TLS handshake failed", {{"peer", request_.peer_address}, {"why", take_openssl_error()}});
  co_return false;
}

Task<void> Connection::refuse_plain_http() {
  std::array<iovec, 1> parts{part(as_bytes(kPlainOnTls))};
  std::span<iovec> left(parts);
  stream_.try_write(left, false);
  co_await linger();
}

// --- Request

Task<bool> Connection::wait_for_request() {
  idle_ = true;
  const Millis deadline = after(core_.options.idle_timeout);
  IoResult got;
  if (core_.draining) {
    got = stream_.try_read(input_.prepare(InputBuffer::kInitialBytes / 2));
  } else {
    got = co_await stream_.read(input_.prepare(InputBuffer::kInitialBytes / 2), deadline, false);
    // A request that came while the server began to close idle connections is still answered.
    if (got.status == IoStatus::cancelled) got = stream_.try_read(input_.prepare(InputBuffer::kInitialBytes / 2));
  }
  idle_ = false;
  if (got.status != IoStatus::done) co_return false;
  input_.commit(got.bytes);
  lane_.bytes_received.add(got.bytes);
  co_return true;
}

Task<Connection::Header> Connection::read_header() {
  input_.unseal();
  HeaderScanner scanner;
  if (input_.empty()) {
    const bool arrived = co_await wait_for_request();
    if (!arrived) co_return Header::closed;
  }
  const Millis deadline = after(core_.options.header_timeout);
  for (;;) {
    const HeaderScanner::Outcome outcome = scanner.scan(input_.text());
    if (outcome == HeaderScanner::Outcome::complete) co_return parse_header(scanner.skipped(), scanner.end() - scanner.skipped());
    if (outcome == HeaderScanner::Outcome::too_large) co_return refuse(ErrorCode::RequestHeaderSectionTooLarge);
    if (outcome == HeaderScanner::Outcome::malformed) co_return refuse({ErrorCode::BadRequest, "The request is not valid HTTP."});
    const IoResult got = co_await stream_.read(input_.prepare(InputBuffer::kInitialBytes / 4), deadline, true);
    if (got.status == IoStatus::timeout) co_return refuse(ErrorCode::RequestTimeout);
    if (got.status != IoStatus::done) co_return Header::closed;
    input_.commit(got.bytes);
    lane_.bytes_received.add(got.bytes);
  }
}

Connection::Header Connection::parse_header(std::size_t skipped, std::size_t size) {
  input_.consume(skipped);
  auto framing = parse_request_header(input_.seal(size), request_);
  if (!framing) return refuse(std::move(framing).error());
  framing_ = *framing;
  begin_body();
  return Header::complete;
}

Connection::Header Connection::refuse(Error error) {
  refusal_ = std::move(error);
  framing_ = {};
  begin_body();
  return Header::refused;
}

void Connection::begin_body() {
  body_left_ = framing_.content_length.value_or(0);
  body_finished_ = !framing_.chunked && body_left_ == 0;
  body_broken_ = false;
  transfer_ = {};
  continue_due_ = framing_.expects_continue && input_.empty();
  chunks_.reset();
  if (framing_.chunked) chunks_.emplace();
}

// --- Exchange

Task<Connection::After> Connection::exchange() {
  lane_.requests_in_flight.add(1);
  lane_.requests_total.add(1);
  bytes_sent_ = 0;
  close_after_ = refusal_.has_value();
  Response response;
  if (refusal_) {
    response = error_response(*std::exchange(refusal_, std::nullopt));
  } else {
    // Nothing will be read of an empty body, and yet 100 is said: botocore takes a final answer without one for the status
    // of the next request on the connection, and waits for ever.
    if (continue_due_ && body_finished_) co_await send_continue();
    response = co_await call_handler();
  }
  const bool sent = co_await send(response);
  if (response.watcher) tell_watcher(response, sent);
  response = Response();
  lane_.requests_in_flight.subtract(1);
  if (!sent) {
    stream_.reset_on_close();
    co_return After::close;
  }
  if (close_after_) co_return After::linger;
  if (!body_finished_) {
    const bool drained = co_await drain_body();
    if (!drained) co_return After::linger;
  }
  co_return After::keep;
}

void Connection::tell_watcher(Response& response, bool sent) noexcept {
  transfer_.end = std::chrono::steady_clock::now();
  transfer_.body_sent = bytes_sent_ - std::min(bytes_sent_, transfer_.head_sent);
  transfer_.complete = sent;
  response.watcher->sent(request_, response, transfer_);
}

Response Connection::error_response(const Error& error) noexcept {
  Response response;
  try {
    response = core_.handler.handle_error(error);
  } catch (const std::exception& failure) {
    log::error("rendering an error failed", {{"what", failure.what()}});
    response = Response();
    response.status = 500;
  }
  response.close = true;
  return response;
}

Task<Response> Connection::call_handler() {
  std::string what;
  try {
    Response response = co_await core_.handler.handle(request_, *this);
    // A layer that resumes its waiter on a thread of its own must not make this connection do I/O there.
    if (Executor::current() != &lane_.thread().executor()) co_await yield();
    co_return response;
  } catch (const std::exception& failure) {
    what = failure.what();
  } catch (...) {
    what = "unknown exception";
  }
  if (Executor::current() != &lane_.thread().executor()) co_await yield();
  log::error("a request ended by an exception", {{"what", what}, {"method", std::string(request_.method)}});
  co_return error_response(ErrorCode::InternalError);
}

// --- Request body

std::optional<std::uint64_t> Connection::content_length() const noexcept {
  if (framing_.chunked) return std::nullopt;
  return framing_.content_length.value_or(0);
}

bool Connection::has_body() const noexcept { return framing_.chunked || framing_.content_length.value_or(0) > 0; }

Error Connection::body_failure(IoStatus status) {
  body_broken_ = true;
  return status == IoStatus::timeout ? ErrorCode::RequestTimeout : ErrorCode::IncompleteBody;
}

Task<Result<std::size_t>> Connection::read(ByteSpan out) {
  if (body_broken_) co_return Error(ErrorCode::IncompleteBody);
  if (body_finished_ || out.empty()) co_return std::size_t{0};
  if (continue_due_) {
    const Result<> sent = co_await send_continue();
    if (!sent) co_return sent.error();
  }
  if (read_ahead_ > kSliceBytes || ++reads_ > kReadsInARow) {
    read_ahead_ = 0;
    reads_ = 0;
    co_await yield();
  }
  if (framing_.chunked) co_return co_await read_chunked(out);
  co_return co_await read_plain(out);
}

Task<Result<>> Connection::send_continue() {
  continue_due_ = false;
  const bool sent = co_await send_bytes(as_bytes(kContinue), false);
  if (!sent) co_return body_failure(IoStatus::failed);
  co_return Result<>();
}

Task<Result<std::size_t>> Connection::read_plain(ByteSpan out) {
  out = out.first(std::min<std::uint64_t>(out.size(), body_left_));
  std::size_t size = std::min(out.size(), input_.size());
  if (size > 0) {
    std::memcpy(out.data(), input_.bytes().data(), size);
    input_.consume(size);
  } else {
    const IoResult got = co_await stream_.read(out, after(core_.options.body_timeout), true);
    if (got.status != IoStatus::done) co_return body_failure(got.status);
    size = got.bytes;
    lane_.bytes_received.add(size);
  }
  read_ahead_ += size;
  transfer_.body_received += size;
  body_left_ -= size;
  body_finished_ = body_left_ == 0;
  co_return size;
}

Task<Result<>> Connection::fill_input() {
  const IoResult got = co_await stream_.read(input_.prepare(InputBuffer::kBodyRoomBytes / 2), after(core_.options.body_timeout), true);
  if (got.status != IoStatus::done) co_return body_failure(got.status);
  input_.commit(got.bytes);
  read_ahead_ += got.bytes;
  lane_.bytes_received.add(got.bytes);
  co_return Result<>();
}

Task<Result<std::size_t>> Connection::read_chunked(ByteSpan out) {
  for (;;) {
    if (input_.empty() && chunks_->content_ahead() >= kDirectReadBytes && out.size() >= kDirectReadBytes) {
      const ByteSpan direct = out.first(std::min<std::uint64_t>(out.size(), chunks_->content_ahead()));
      const IoResult got = co_await stream_.read(direct, after(core_.options.body_timeout), true);
      if (got.status != IoStatus::done) co_return body_failure(got.status);
      chunks_->skip_content(direct.first(got.bytes));
      read_ahead_ += got.bytes;
      transfer_.body_received += got.bytes;
      lane_.bytes_received.add(got.bytes);
      body_finished_ = chunks_->finished();
      co_return got.bytes;
    }
    const auto step = chunks_->decode(input_.bytes(), out);
    if (!step) {
      body_broken_ = true;
      co_return step.error();
    }
    input_.consume(step->consumed);
    body_finished_ = chunks_->finished();
    transfer_.body_received += step->produced;
    if (step->produced > 0 || body_finished_) co_return step->produced;
    const Result<> filled = co_await fill_input();
    if (!filled) co_return filled.error();
  }
}

bool Connection::can_drain() const noexcept {
  if (body_broken_ || continue_due_) return false;
  return framing_.chunked || body_left_ <= limits::kDrainBytes;
}

Task<bool> Connection::drain_body() {
  std::array<std::byte, 4096> sink;
  std::size_t drained = 0;
  while (!body_finished_) {
    const Result<std::size_t> got = co_await read(sink);
    if (!got) co_return false;
    drained += *got;
    if (drained > limits::kDrainBytes) co_return false;
  }
  co_return true;
}

// --- Response

bool Connection::bodiless(int status) const noexcept {
  return request_.method == "HEAD" || status == 204 || status == 304 || status / 100 == 1;
}

ResponseFraming Connection::frame(const Response& response) const {
  ResponseFraming framing;
  if (close_after_) {
    framing.connection = ResponseFraming::Connection::close;
  } else if (request_.version < 11) {
    framing.connection = ResponseFraming::Connection::keep_alive;
  }
  if (response.status == 204 || response.status == 304 || response.status / 100 == 1) return framing;
  if (response.source || request_.method == "HEAD") framing.content_length = response.content_length;
  if (!response.source && !framing.content_length) framing.content_length = response.body.size();
  framing.chunked = !framing.content_length && request_.version >= 11;
  return framing;
}

Task<Result<Piece>> Connection::next_piece(ContentSource& source) {
  std::string what;
  try {
    Result<Piece> piece = co_await source.next();
    if (Executor::current() != &lane_.thread().executor()) co_await yield();
    co_return piece;
  } catch (const std::exception& failure) {
    what = failure.what();
  }
  if (Executor::current() != &lane_.thread().executor()) co_await yield();
  co_return Error(ErrorCode::InternalError, "unexpected: " + what);
}

Task<bool> Connection::send(Response& response) {
  std::optional<Piece> first;
  if (response.source && !bodiless(response.status)) {
    // Fetched before the header goes out: they travel together, and a failure here can still be told properly.
    Result<Piece> piece = co_await next_piece(*response.source);
    if (piece) {
      first = std::move(*piece);
    } else {
      log::warn("a response's content is not available", {{"why", std::string(piece.error().text())}});
      auto watcher = std::move(response.watcher);
      response = error_response(piece.error());
      if (watcher) response.watcher = std::move(watcher);
    }
  }
  const bool close_delimited = first && !response.content_length && request_.version < 11;
  close_after_ = close_after_ || response.close || close_delimited || !framing_.keep_alive || core_.draining || body_broken_ ||
                 (!body_finished_ && !can_drain());
  out_.clear();
  append_response_head(out_, response, frame(response), lane_.thread().http_date());
  if (response.watcher) {
    transfer_.head_sent = bytes_sent_ + out_.size();
    transfer_.first_byte = std::chrono::steady_clock::now();
  }
  if (first) co_return co_await send_content(response, std::move(*first));
  const std::string_view body = bodiless(response.status) ? std::string_view() : std::string_view(response.body);
  co_return co_await send_bytes(as_bytes(body), false);
}

namespace {

std::uint64_t piece_size(const Piece& piece) {
  if (const auto* bytes = std::get_if<SharedBytes>(&piece)) return bytes->bytes.size();
  return std::get<FileRange>(piece).length;
}

bool is_end(const Piece& piece) {
  const auto* bytes = std::get_if<SharedBytes>(&piece);
  return bytes && bytes->bytes.empty();
}

}  // namespace

// False: the connection is beyond use, and the client must be able to tell.
Task<bool> Connection::send_content(Response& response, Piece piece) {
  const bool chunked = !response.content_length && request_.version >= 11;
  std::uint64_t left = response.content_length.value_or(0);
  std::uint64_t slice = 0;
  while (!is_end(piece)) {
    const std::uint64_t size = piece_size(piece);
    if (response.content_length && size > left) {
      log::error("a response's content is longer than announced");
      co_return false;
    }
    left -= response.content_length ? size : 0;
    if (chunked && size > 0) {
      std::array<char, 20> digits;
      out_.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr);
      out_.append("\r\n");
    }
    const bool last = response.content_length && left == 0;
    const bool sent = co_await send_piece(std::move(piece));
    if (!sent) co_return false;
    if (last) co_return true;
    if (chunked && size > 0) out_.append("\r\n");
    slice += size;
    if (slice >= kSliceBytes) {
      slice = 0;
      co_await yield();
    }
    Result<Piece> next = co_await next_piece(*response.source);
    if (!next) {
      log::warn("a response was cut short", {{"why", std::string(next.error().text())}});
      co_return false;
    }
    piece = std::move(*next);
  }
  if (response.content_length && left > 0) {
    log::error("a response's content is shorter than announced");
    co_return false;
  }
  if (chunked) out_.append("0\r\n\r\n");
  co_return co_await send_bytes({}, false);
}

Task<bool> Connection::send_piece(Piece piece) {
  if (auto* bytes = std::get_if<SharedBytes>(&piece)) co_return co_await send_bytes(bytes->bytes, false);
  FileRange range = std::move(std::get<FileRange>(piece));
  if (range.length <= kSmallFileBytes) {
    const std::optional<bool> sent = co_await send_cached_file(range);
    if (sent) co_return *sent;
  }
  if (stream_.secure()) co_return co_await send_file_through_buffer(std::move(range));
  co_return co_await send_file(std::move(range));
}

Task<bool> Connection::send_bytes(ByteView bytes, bool more) {
  std::array<iovec, 2> parts{part(as_bytes(out_)), part(bytes)};
  std::span<iovec> left(parts);
  const IoResult written = stream_.try_write(left, more);
  count_sent(written.bytes);
  bool sent = written.status == IoStatus::done;
  if (written.status == IoStatus::would_block) sent = co_await finish_write(left, more);
  out_.clear();
  co_return sent;
}

Task<bool> Connection::finish_write(std::span<iovec> parts, bool more) {
  for (;;) {
    const IoStatus waited = co_await stream_.wait(stream_.wanted(), after(core_.options.body_timeout));
    if (waited != IoStatus::done) co_return false;
    const IoResult written = stream_.try_write(parts, more);
    count_sent(written.bytes);
    if (written.status == IoStatus::done) co_return true;
    if (written.status != IoStatus::would_block) co_return false;
  }
}

// A short range that lies in the page cache goes out together with the header in one call. nullopt: it doesn't.
Task<std::optional<bool>> Connection::send_cached_file(FileRange range) {
  thread_local std::array<std::byte, kSmallFileBytes> scratch;
  iovec target{scratch.data(), static_cast<std::size_t>(range.length)};
  const ssize_t bytes = ::preadv2(range.descriptor, &target, 1, static_cast<off_t>(range.offset), RWF_NOWAIT);
  if (bytes < 0 || static_cast<std::uint64_t>(bytes) != range.length) co_return std::nullopt;
  std::array<iovec, 2> parts{part(as_bytes(out_)), part(ByteView(scratch).first(static_cast<std::size_t>(bytes)))};
  std::span<iovec> left(parts);
  const IoResult written = stream_.try_write(left, false);
  count_sent(written.bytes);
  bool sent = written.status == IoStatus::done;
  if (written.status == IoStatus::would_block) {
    std::string rest;  // other connections use the scratch block while this one waits
    for (const iovec& piece : left) rest.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    std::array<iovec, 1> rest_part{part(as_bytes(rest))};
    sent = co_await finish_write(rest_part, false);
  }
  out_.clear();
  co_return sent;
}

Task<bool> Connection::send_file(FileRange range) {
  const bool head_sent = co_await send_bytes({}, true);
  if (!head_sent) co_return false;
  std::uint64_t slice = 0;
  while (range.length > 0) {
    const IoResult result = stream_.try_send_file(range.descriptor, range.offset, std::min<std::uint64_t>(range.length, kSliceBytes));
    if (result.status == IoStatus::would_block) {
      const IoStatus waited = co_await stream_.wait(Stream::Direction::write, after(core_.options.body_timeout));
      if (waited != IoStatus::done) co_return false;
      slice = 0;
      continue;
    }
    if (result.status == IoStatus::unsupported) co_return co_await send_file_through_buffer(std::move(range));
    if (result.status == IoStatus::eof) log::error("a file is shorter than the content it should hold");
    if (result.status != IoStatus::done) co_return false;
    count_sent(result.bytes);
    range.offset += result.bytes;
    range.length -= result.bytes;
    slice += result.bytes;
    if (slice >= kSliceBytes && range.length > 0) {
      slice = 0;
      co_await yield();
    }
  }
  co_return true;
}

Task<bool> Connection::send_file_through_buffer(FileRange range) {
  const std::size_t capacity = std::min<std::uint64_t>(range.length, kCopyBytes);
  const std::unique_ptr<std::byte[]> buffer(new std::byte[capacity]);
  while (range.length > 0) {
    const ssize_t bytes =
        ::pread(range.descriptor, buffer.get(), std::min<std::uint64_t>(range.length, capacity), static_cast<off_t>(range.offset));
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) {
      log::error("a file could not be read, or is shorter than the content it should hold");
      co_return false;
    }
    const bool sent = co_await send_bytes(ByteView(buffer.get(), static_cast<std::size_t>(bytes)), false);
    if (!sent) co_return false;
    range.offset += static_cast<std::uint64_t>(bytes);
    range.length -= static_cast<std::uint64_t>(bytes);
    if (range.length > 0) co_await yield();
  }
  co_return true;
}

// Closing with unread bytes in the socket would reset the connection and could take the response from the client.
Task<void> Connection::linger() {
  thread_local std::array<std::byte, 16 * 1024> sink;
  stream_.shutdown_send();
  if (core_.draining && body_finished_) co_return;
  const Millis end = after(kLingerTotal);
  for (;;) {
    const IoResult got = co_await stream_.read(sink, std::min(end, after(kLingerIdle)), true);
    if (got.status != IoStatus::done || coarse_now() >= end) co_return;
  }
}

}  // namespace holdfast::http
