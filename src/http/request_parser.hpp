// HTTP/1 requests off the wire: where a header ends, what it says, and the removal of chunked transfer coding.
// Strict: what two servers could read differently is refused.
#pragma once

#include "holdfast/base/limits.hpp"
#include "holdfast/http/message.hpp"

#include <memory>
#include <optional>
#include <span>

namespace holdfast::http {

// Looks for the end of a header in bytes that arrive piece by piece; looks at each byte once.
class HeaderScanner {
 public:
  enum class Outcome { need_more, complete, malformed, too_large };

  // `bytes` is all that has been received of this request so far.
  Outcome scan(std::string_view bytes);
  std::size_t skipped() const noexcept { return skipped_; }  // empty lines before the request line
  std::size_t end() const noexcept { return end_; }          // after the empty line; valid once complete

 private:
  Outcome check_first_byte(std::string_view bytes);

  std::size_t skipped_ = 0;
  std::size_t line_start_ = 0;
  std::size_t searched_ = 0;
  std::size_t end_ = 0;
};

struct RequestFraming {
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = false;
  bool expects_continue = false;
};

// Parses one complete header as HeaderScanner found it. `request`'s views point into `header`, whose field names are
// put into lower case in place.
holdfast::Result<RequestFraming> parse_request_header(std::span<char> header, Request& request);

// Removes chunked transfer coding; trailers are read and dropped.
class ChunkedDecoder {
 public:
  ChunkedDecoder();
  ~ChunkedDecoder();
  ChunkedDecoder(ChunkedDecoder&&) noexcept;
  ChunkedDecoder& operator=(ChunkedDecoder&&) noexcept;

  struct Step {
    std::size_t consumed = 0;  // of the input
    std::size_t produced = 0;  // in the output
  };
  // Decodes from `input` into `output` as far as either goes. Bytes that are not consumed must come again, followed by more.
  holdfast::Result<Step> decode(ByteView input, ByteSpan output);
  bool finished() const noexcept;
  // Content bytes that follow before the next chunk header: so many may be received without looking at them, and
  // are then told to skip_content().
  std::uint64_t content_ahead() const noexcept;
  void skip_content(ByteView content);

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace holdfast::http
