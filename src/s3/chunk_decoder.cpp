#include "s3/chunk_decoder.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace holdfast::s3 {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kSignature = "chunk-signature=";
constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";

Error malformed(const char* what) { return {ErrorCode::InvalidRequest, std::string("The aws-chunked body is malformed: ") + what + "."}; }

}  // namespace

Result<std::size_t> ChunkDecoder::decode(ByteSpan bytes, Observer* observer) {
  std::size_t in = 0;
  std::size_t out = 0;
  while (in < bytes.size()) {
    const auto rest = bytes.subspan(in);
    switch (state_) {
      case State::header:
        in += take_line(as_text(rest)).size();
        HOLDFAST_TRY_VOID(parse_header(observer));
        break;
      case State::data: {
        const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, rest.size()));
        if (observer != nullptr) observer->chunk_data(rest.first(take));
        std::memmove(bytes.data() + out, rest.data(), take);
        in += take;
        out += take;
        remaining_ -= take;
        if (remaining_ == 0) state_ = State::data_end;
        break;
      }
      case State::data_end:
        HOLDFAST_TRY_VOID(end_chunk(static_cast<char>(rest.front()), observer));
        ++in;
        break;
      case State::trailers:
      case State::end:
        HOLDFAST_TRY_VOID(end_body(as_text(rest)));
        in = bytes.size();
        break;
    }
  }
  return out;
}

std::string_view ChunkDecoder::take_line(std::string_view text) {
  const auto line_feed = text.find('\n');
  line_complete_ = line_feed != std::string_view::npos;
  const auto line = text.substr(0, line_complete_ ? line_feed + 1 : text.size());
  line_ += line;
  return line;
}

Result<> ChunkDecoder::parse_header(Observer* observer) {
  if (line_.size() > limits::kChunkHeaderBytes) return malformed("a chunk header is too long");
  if (!line_complete_) return {};
  std::string_view line = line_;
  if (!line.ends_with(kLineEnd)) return malformed("a chunk header doesn't end with CR LF");
  line.remove_suffix(kLineEnd.size());
  std::uint64_t size = 0;
  const auto [end, failure] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
  if (failure != std::errc{}) return malformed("a chunk size isn't a hexadecimal number");
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  signature_.clear();
  if (!line.empty() && line.front() != ';') return malformed("a chunk size isn't a hexadecimal number");
  if (!line.empty() && line.substr(1).starts_with(kSignature)) signature_ = line.substr(1 + kSignature.size());
  if (format_.signed_chunks && signature_.empty()) return malformed("a chunk has no signature");
  if (size > format_.decoded_bytes - decoded_) {
    return Error(ErrorCode::IncompleteBody, "The body is longer than x-amz-decoded-content-length says.");
  }
  line_.clear();
  decoded_ += size;
  remaining_ = size;
  if (size > 0) {
    state_ = State::data;
    return {};
  }
  state_ = format_.trailers ? State::trailers : State::end;
  return observer != nullptr ? observer->chunk_end(signature_) : Result<>();
}

Result<> ChunkDecoder::end_chunk(char c, Observer* observer) {
  line_ += c;
  if (!kLineEnd.starts_with(line_)) return malformed("chunk data doesn't end with CR LF");
  if (line_ != kLineEnd) return {};
  line_.clear();
  state_ = State::header;
  return observer != nullptr ? observer->chunk_end(signature_) : Result<>();
}

// What follows the last chunk. Some clients put an empty line between the trailers and their signature, so that only
// the end of the body ends them.
Result<> ChunkDecoder::end_body(std::string_view text) {
  if (line_.size() + text.size() > limits::kChunkHeaderBytes) return malformed("too much follows the last chunk");
  line_ += text;
  if (state_ == State::end && !kLineEnd.starts_with(line_)) return malformed("something follows the last chunk");
  return {};
}

Result<> ChunkDecoder::finish() {
  if (state_ != State::end && state_ != State::trailers) return ErrorCode::IncompleteBody;
  if (decoded_ != format_.decoded_bytes) return ErrorCode::IncompleteBody;
  return state_ == State::trailers ? parse_trailers() : Result<>();
}

Result<> ChunkDecoder::parse_trailers() {
  for (std::string_view line : split(line_, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return malformed("a trailer isn't name:value");
    std::string name = ascii_lower(trim(line.substr(0, colon)));
    const std::string_view value = trim(line.substr(colon + 1));
    if (name == kTrailerSignature) {
      trailer_signature_ = value;
    } else {
      trailers_.emplace_back(std::move(name), value);
    }
  }
  return {};
}

}  // namespace holdfast::s3
