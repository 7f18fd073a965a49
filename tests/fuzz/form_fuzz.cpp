// Browser form uploads: however the wire is cut, the outcome is the same. Input: a byte that says where to cut, then the
// wire, with the boundary "XX".
#include "holdfast/http/form.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace holdfast;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Outcome {
  bool refused = false;
  std::string file;
  std::string file_name;
  std::vector<std::pair<std::string, std::string>> fields;
};

Outcome parse(std::string_view wire, std::size_t step) {
  Outcome outcome;
  http::FormParser parser("XX");
  const std::size_t size = wire.size();
  while (!wire.empty() && !outcome.refused) {
    const std::string piece(wire.substr(0, step));
    wire.remove_prefix(piece.size());
    std::vector<ByteView> file;
    outcome.refused = !parser.parse(as_bytes(piece), file);
    for (const ByteView view : file) outcome.file += as_text(view);
  }
  outcome.refused = outcome.refused || !parser.finish();
  outcome.file_name = parser.file_name();
  outcome.fields = parser.fields();
  std::size_t total = outcome.file.size();
  for (const auto& [name, value] : outcome.fields) total += name.size() + value.size();
  require(total <= size);
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view wire(reinterpret_cast<const char*>(data) + 1, size - 1);
  (void)http::form_boundary(wire);
  const Outcome whole = parse(wire, wire.size() + 1);
  const Outcome cut = parse(wire, data[0] % 32U + 1U);
  require(whole.refused == cut.refused);
  if (!whole.refused) require(whole.file == cut.file && whole.file_name == cut.file_name && whole.fields == cut.fields);
  return 0;
}
