// aws-chunked bodies: however the wire is cut, the outcome is the same, and never more comes out than was declared.
// Input: a byte of flags (1: signed, 2: trailers), a byte that says where to cut, the declared length in two bytes
// (big-endian), then the wire.
#include "s3/chunk_decoder.hpp"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

namespace {

using namespace holdfast;
using s3::ChunkDecoder;

void require(bool holds) {
  if (!holds) std::abort();
}

class Recorder final : public ChunkDecoder::Observer {
 public:
  void chunk_data(ByteView bytes) override { seen += as_text(bytes); }
  Result<> chunk_end(std::string_view signature) override {
    ends += std::to_string(seen.size()) + ":" + std::string(signature) + ";";
    return {};
  }
  std::string seen;
  std::string ends;
};

struct Outcome {
  std::string content;
  std::string ends;
  std::string trailers;
  bool refused = false;
};

Outcome decode(std::string_view wire, ChunkDecoder::Format format, std::size_t step) {
  Outcome outcome;
  Recorder recorder;
  ChunkDecoder decoder(format);
  while (!wire.empty() && !outcome.refused) {
    std::string piece(wire.substr(0, step));
    wire.remove_prefix(piece.size());
    const auto length = decoder.decode(std::as_writable_bytes(std::span(piece)), &recorder);
    outcome.refused = !length;
    if (length) outcome.content += piece.substr(0, *length);
  }
  require(outcome.content.size() <= format.decoded_bytes);
  if (!outcome.refused) {
    outcome.refused = !decoder.finish();
    require(recorder.seen == outcome.content);
  }
  require(outcome.refused || outcome.content.size() == format.decoded_bytes);
  outcome.ends = recorder.ends;
  for (const auto& [name, value] : decoder.trailers()) outcome.trailers += name + "=" + value + "\n";
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kHead = 4;
  if (size < kHead) return 0;
  ChunkDecoder::Format format;
  format.signed_chunks = (data[0] & 1U) != 0;
  format.trailers = (data[0] & 2U) != 0;
  format.decoded_bytes = static_cast<std::uint64_t>(data[2]) << 8U | data[3];
  const std::string_view wire(reinterpret_cast<const char*>(data) + kHead, size - kHead);
  const auto whole = decode(wire, format, wire.size() + 1);
  const auto cut = decode(wire, format, data[1] % 16U + 1U);
  require(whole.refused == cut.refused);
  if (!whole.refused) require(whole.content == cut.content && whole.ends == cut.ends && whole.trailers == cut.trailers);
  return 0;
}
