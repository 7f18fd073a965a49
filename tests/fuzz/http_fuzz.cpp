// HTTP requests off the wire: any bytes are read or refused, the same way however they are split, and nothing that was
// taken could be read differently by another server on the way.
#include "http/request_parser.hpp"

#include <cstdlib>
#include <string>

namespace {

using namespace holdfast;
using namespace holdfast::http;

void require(bool holds) {
  if (!holds) std::abort();
}

bool has_control(std::string_view text) {
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7F) return true;
  }
  return false;
}

void check(const Request& request, const RequestFraming& framing) {
  require(!request.method.empty() && !request.target.empty());
  require(!has_control(request.target) && request.target.find(' ') == std::string_view::npos);
  require(!(framing.chunked && framing.content_length));
  require(framing.chunked == request.has_header("transfer-encoding"));
  require(framing.content_length.has_value() == request.has_header("content-length"));
  for (const auto& [name, value] : request.headers) {
    require(!name.empty() && !has_control(name) && !has_control(value));
    require(value.empty() || (value.front() != ' ' && value.back() != ' '));
    for (const char c : name) require(c != ' ' && c != ':' && (c < 'A' || c > 'Z'));
  }
}

struct Decoded {
  bool refused = false;
  bool finished = false;
  std::string content;
};

Decoded decode(std::string_view wire, std::size_t step, std::size_t room) {
  Decoded result;
  ChunkedDecoder decoder;
  std::string pending;
  std::string out(room, '\0');
  for (;;) {
    const auto decoded = decoder.decode(as_bytes(pending), std::as_writable_bytes(std::span(out)));
    if (!decoded) {
      result.refused = true;
      return result;
    }
    require(decoded->consumed <= pending.size() && decoded->produced <= room);
    result.content.append(out, 0, decoded->produced);
    pending.erase(0, decoded->consumed);
    result.finished = decoder.finished();
    if (result.finished || (decoded->produced == 0 && wire.empty())) return result;
    if (decoded->produced > 0) continue;
    pending.append(wire.substr(0, step));
    wire.remove_prefix(std::min(step, wire.size()));
  }
}

// A refusal may show a few bytes earlier or later, never as something else.
void chunks(std::string_view wire) {
  const Decoded whole = decode(wire, wire.size() + 1, 4096);
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}}) {
    const Decoded pieces = decode(wire, step, 3);
    require(pieces.finished == whole.finished && pieces.refused == whole.refused);
    if (!whole.refused) require(pieces.content == whole.content);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  HeaderScanner whole;
  const HeaderScanner::Outcome outcome = whole.scan(bytes);
  HeaderScanner slow;
  HeaderScanner::Outcome slowly = HeaderScanner::Outcome::need_more;
  for (std::size_t i = 1; i <= size && slowly == HeaderScanner::Outcome::need_more; ++i)
    slowly = slow.scan(std::string_view(bytes).substr(0, i));
  require(outcome == slowly);
  if (outcome != HeaderScanner::Outcome::complete) return 0;
  require(whole.end() == slow.end() && whole.skipped() == slow.skipped());

  // In a block of its own size, so that a read past the header is seen.
  std::string header = bytes.substr(whole.skipped(), whole.end() - whole.skipped());
  header.shrink_to_fit();
  Request request;
  const auto framing = parse_request_header(header, request);
  if (!framing) return 0;
  check(request, *framing);
  if (framing->chunked) chunks(std::string_view(bytes).substr(whole.end()));
  return 0;
}
