// One client: reads requests, has them answered, writes the responses, one after the other.
#pragma once

#include "holdfast/http/message.hpp"
#include "http/input_buffer.hpp"
#include "http/request_parser.hpp"
#include "http/response_head.hpp"
#include "http/server_core.hpp"
#include "http/stream.hpp"

#include <memory>
#include <optional>
#include <string>

namespace holdfast::http {

// Serves an accepted, non-blocking socket to its end. On the lane's thread; owns the descriptor.
void start_connection(std::shared_ptr<ServerCore> core, Lane& lane, Socket socket, std::string peer_address);

class Connection final : public BodyStream {
 public:
  Connection(ServerCore& core, Lane& lane, Socket socket, std::string peer_address);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Task<void> serve();

  // From the lane, between two steps of the coroutine.
  void tick(Millis now) { stream_.expire(now); }
  void close_if_idle();
  void cut();
  std::size_t lane_slot = 0;

  std::optional<std::uint64_t> content_length() const noexcept override;
  bool has_body() const noexcept override;
  Task<Result<std::size_t>> read(ByteSpan out) override;

 private:
  enum class Header { complete, refused, closed };
  enum class After { keep, close, linger };

  Task<bool> handshake();
  Task<void> refuse_plain_http();
  Task<Header> read_header();
  Task<bool> wait_for_request();
  Header parse_header(std::size_t skipped, std::size_t size);
  Header refuse(Error error);
  void begin_body();

  Task<After> exchange();
  Task<Response> call_handler();
  Response error_response(const Error& error) noexcept;

  bool can_drain() const noexcept;
  Task<bool> drain_body();
  Task<Result<>> send_continue();
  Task<Result<std::size_t>> read_plain(ByteSpan out);
  Task<Result<std::size_t>> read_chunked(ByteSpan out);
  Task<Result<>> fill_input();
  Error body_failure(IoStatus status);

  Task<bool> send(Response& response);
  Task<Result<Piece>> next_piece(ContentSource& source);
  Task<bool> send_content(Response& response, Piece piece);
  Task<bool> send_piece(Piece piece);
  Task<bool> send_bytes(ByteView bytes, bool more);
  Task<bool> send_file(FileRange range);
  Task<bool> send_file_through_buffer(FileRange range);
  Task<std::optional<bool>> send_cached_file(FileRange range);
  Task<bool> finish_write(std::span<iovec> parts, bool more);
  ResponseFraming frame(const Response& response) const;
  bool bodiless(int status) const noexcept;
  Task<void> yield();
  Task<void> linger();
  Millis after(std::chrono::milliseconds timeout) const noexcept { return coarse_now() + static_cast<Millis>(timeout.count()); }
  void count_sent(std::size_t bytes) noexcept {
    lane_.bytes_sent.add(bytes);
    bytes_sent_ += bytes;
  }
  void tell_watcher(Response& response, bool sent) noexcept;

  ServerCore& core_;
  Lane& lane_;
  Stream stream_;
  InputBuffer input_;
  Request request_;
  RequestFraming framing_;
  std::optional<Error> refusal_;

  std::uint64_t body_left_ = 0;  // of a body with Content-Length
  std::optional<ChunkedDecoder> chunks_;
  bool body_finished_ = true;
  bool body_broken_ = false;
  bool continue_due_ = false;
  std::size_t read_ahead_ = 0;  // bytes and calls since others were let run
  unsigned reads_ = 0;

  std::string out_;               // the header, or a chunk's, that goes out with the next bytes
  std::uint64_t bytes_sent_ = 0;  // of this exchange
  Transfer transfer_;
  bool close_after_ = false;
  bool idle_ = false;
};

}  // namespace holdfast::http
