// Journal changes, index rows, sidecars and documents: any bytes are read or refused, and what is read comes back as it
// was written. The first byte chooses the reader.
#include "storage/local/records.hpp"

#include <cstdio>
#include <cstdlib>

namespace {

using namespace holdfast;
using namespace holdfast::storage::local;

void require(bool holds) {
  if (!holds) std::abort();
}

void change(ByteView bytes) {
  const auto decoded = decode_change(bytes);
  if (!decoded) return;
  std::string once;
  encode(*decoded, once);
  const auto again = decode_change(as_bytes(once));
  require(again.has_value());
  std::string twice;
  encode(*again, twice);
  require(once == twice);
}

void rows(ByteView bytes) {
  const auto version = decode_version_row(bytes);
  if (version) require(decode_list_entry(bytes).has_value() && decode_row_head(bytes).has_value());
  (void)decode_upload_row(bytes);
  (void)decode_part_row(bytes);
}

struct Again {
  std::string operator()(const VersionRecord& record) const { return to_sidecar(record, "bucket"); }
  std::string operator()(const UploadRecord& record) const { return to_sidecar(record, "bucket"); }
  std::string operator()(const PartRecord& record) const { return to_sidecar(record); }
};

void sidecar(std::string_view text) {
  const auto parsed = parse_sidecar(text);
  if (!parsed) return;
  const std::string once = std::visit(Again{}, *parsed);
  const auto again = parse_sidecar(once);
  require(again.has_value());
  require(std::visit(Again{}, *again) == once);
}

// Ends the text in its right checksum, so that the fuzzer gets past that.
std::string sealed(std::string_view text) {
  char end[32];
  std::snprintf(end, sizeof end, "\"crc32c\": \"%08x\"\n}\n", hash::crc32c(0, as_bytes(text)));
  return std::string(text) + end;
}

void document(std::string_view text) {
  const auto parsed = parse_document_file(text);
  if (parsed) require(parse_document_file(to_document_file(*parsed)).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0:
      change(as_bytes(text));
      break;
    case 1:
      rows(as_bytes(text));
      break;
    case 2:
      sidecar(text);
      break;
    case 3:
      sidecar(sealed(text));
      break;
    case 4:
      document(sealed(text));
      break;
    default: {
      const auto bucket = parse_bucket_document(text);
      if (bucket) require(parse_bucket_document(bucket_document(*bucket)).has_value());
    }
  }
  return 0;
}
