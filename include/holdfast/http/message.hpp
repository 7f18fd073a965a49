// Requests, bodies and responses as the rest of the server sees them. No Beast here.
#pragma once

#include "holdfast/base/bytes.hpp"
#include "holdfast/base/result.hpp"
#include "holdfast/base/task.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace holdfast::http {

// A request's header. All views point into the connection's buffer and live until the response has been sent.
struct Request {
  std::string_view method;
  std::string_view target;  // as received
  std::string_view path;    // target up to '?', still percent-encoded; an absolute-form target loses scheme and host
  std::string_view query;   // after '?', still encoded
  int version = 11;         // 10 or 11
  std::vector<std::pair<std::string_view, std::string_view>> headers;  // names in lower case, values trimmed, in order
  std::string peer_address;                                            // IP text of the socket's peer
  std::uint16_t local_port = 0;
  bool secure = false;  // TLS

  // The first header of that (lower-case) name; empty view if there is none.
  std::string_view header(std::string_view name) const noexcept;
  bool has_header(std::string_view name) const noexcept;
};

// The body as it comes off the wire (chunked transfer coding removed). Reading sends "100 Continue" when it is due.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  virtual std::optional<std::uint64_t> content_length() const noexcept = 0;  // nullopt: chunked transfer coding
  virtual bool has_body() const noexcept = 0;                                // length > 0, or chunked
  // Up to out.size() bytes; 0 at the end. IncompleteBody if the client went away, RequestTimeout if it stalls.
  virtual Task<Result<std::size_t>> read(ByteSpan out) = 0;
};

// Pulls a response's content piece by piece; an empty piece ends it. An error instead of the first piece is answered by
// handle_error; a later one resets the connection, so that the client sees a broken transfer and never a wrong one.
class ContentSource {
 public:
  virtual ~ContentSource() = default;
  virtual Task<Result<Piece>> next() = 0;
};

struct Response;

// How an exchange went on the wire.
struct Transfer {
  std::uint64_t body_received = 0;  // bytes of the request's body, transfer coding removed
  std::uint64_t head_sent = 0;      // bytes of the response's header, its interim answers included
  std::uint64_t body_sent = 0;      // bytes after it
  std::chrono::steady_clock::time_point first_byte;
  std::chrono::steady_clock::time_point end;
  bool complete = false;  // all of the response went out
};

// Learns what became of a response. Called once, on the I/O thread, before the connection goes on: quick, never waits.
class ResponseWatcher {
 public:
  virtual ~ResponseWatcher() = default;
  virtual void sent(const Request& request, const Response& response, const Transfer& transfer) noexcept = 0;
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // sent in this order; Date, Server, Connection, Content-Length are added
  std::string body;                                          // used when there is no source
  std::unique_ptr<ContentSource> source;
  std::optional<std::uint64_t> content_length;  // of the source; nullopt: chunked. For HEAD: what GET would send
  bool close = false;                           // close the connection after it
  std::unique_ptr<ResponseWatcher> watcher{};   // told when it was sent, or couldn't be

  void set(std::string name, std::string value);
};

// Answers requests. Called concurrently from every I/O thread; `request` and `body` outlive the returned Task.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual Task<Response> handle(const Request& request, BodyStream& body) = 0;
  // The answer to what can't be parsed as HTTP, is too large, or came too late.
  virtual Response handle_error(const Error& error) = 0;
};

}  // namespace holdfast::http
