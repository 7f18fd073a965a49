// Decodes aws-chunked content: "size;chunk-signature=...\r\n" data "\r\n" ..., a chunk of size 0, then trailers.
// Pure: knows no signatures and no streams. Source: AWS, "Signature calculations: transferring payload in multiple
// chunks" and "... with trailing headers".
#pragma once

#include "holdfast/base/bytes.hpp"
#include "holdfast/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::s3 {

class ChunkDecoder {
 public:
  // Told of each chunk as it passes.
  class Observer {
   public:
    virtual ~Observer() = default;
    virtual void chunk_data(ByteView bytes) = 0;
    virtual Result<> chunk_end(std::string_view signature) = 0;  // also of the last, empty chunk
  };

  struct Format {
    bool signed_chunks = false;
    bool trailers = false;
    std::uint64_t decoded_bytes = 0;  // x-amz-decoded-content-length
  };
  explicit ChunkDecoder(Format format) : format_(format) {}

  // Takes the next bytes off the wire, however they were cut, and moves the content among them to the front of `bytes`;
  // returns how much that is. InvalidRequest for what isn't aws-chunked, IncompleteBody for more content than declared.
  Result<std::size_t> decode(ByteSpan bytes, Observer* observer);

  // The wire has ended. IncompleteBody unless all content and the last chunk were there.
  Result<> finish();

  // After finish: trailers in the order sent, names in lower case, without x-amz-trailer-signature.
  const std::vector<std::pair<std::string, std::string>>& trailers() const noexcept { return trailers_; }
  const std::string& trailer_signature() const noexcept { return trailer_signature_; }

 private:
  enum class State : std::uint8_t { header, data, data_end, trailers, end };

  std::string_view take_line(std::string_view text);
  Result<> parse_header(Observer* observer);
  Result<> end_chunk(char c, Observer* observer);
  Result<> end_body(std::string_view text);
  Result<> parse_trailers();

  Format format_;
  State state_ = State::header;
  std::uint64_t remaining_ = 0;  // of the current chunk's data
  std::uint64_t decoded_ = 0;
  bool line_complete_ = false;
  std::string line_;  // the chunk header, or the trailers, as far as they came
  std::string signature_;
  std::vector<std::pair<std::string, std::string>> trailers_;
  std::string trailer_signature_;
};

}  // namespace holdfast::s3
